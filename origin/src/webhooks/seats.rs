//! How many may be at one target at one time, so that a slow one holds up no others; and a rest for one that cannot be
//! reached.
//!
//! A target is a host, and with all others whose names end in the same two labels a family: whoever has a name has as
//! many below it as he likes. Only what no stranger can bring about counts as a failure of the host, for many owners
//! may have their webhooks there. Pure: the time is an argument.

use std::collections::HashMap;

use protocol::time::Timestamp;

use crate::limits::{WEBHOOK_FAILURES, WEBHOOK_HOSTS, WEBHOOK_REST, WEBHOOKS_A_FAMILY, WEBHOOKS_A_HOST};

/// Who is where.
#[derive(Default)]
pub struct Seats {
    hosts: HashMap<Box<str>, Host>,
    families: HashMap<Box<str>, usize>,
}

/// One host.
#[derive(Default)]
struct Host {
    busy: usize,
    health: Health,
}

/// How a host has answered of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Health {
    /// It has.
    #[default]
    Sound,
    /// It could not be reached so many times in a row.
    Failing(u32),
    /// Nor the last times: it is left alone until then, and then tried by one at a time.
    Resting(Timestamp),
}

/// There is no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("as many are there as may be, or it rests")]
pub struct Taken;

/// How a visit ended, as far as the host is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// It was reached, whatever it said.
    Reached,
    /// It was not.
    Unreached,
    /// Nobody knows: the visit was broken off.
    BrokenOff,
}

impl Seats {
    /// Takes a seat at `host`.
    ///
    /// # Errors
    /// [`Taken`].
    pub fn take(&mut self, host: &str, now: Timestamp) -> Result<(), Taken> {
        let family = family(host);
        if self.families.get(family).is_some_and(|busy| *busy >= WEBHOOKS_A_FAMILY) {
            return Err(Taken);
        }
        if let Some(known) = self.hosts.get(host) {
            let most = match known.health {
                Health::Sound | Health::Failing(_) => WEBHOOKS_A_HOST,
                Health::Resting(until) if until <= now => 1,
                Health::Resting(_) => 0,
            };
            if known.busy >= most {
                return Err(Taken);
            }
        }
        if self.hosts.len() >= WEBHOOK_HOSTS && !self.hosts.contains_key(host) {
            self.hosts.retain(|_, host| host.busy > 0);
        }
        self.hosts.entry(host.into()).or_default().busy += 1;
        *self.families.entry(family.into()).or_default() += 1;
        Ok(())
    }

    /// Gives a seat at `host` back.
    pub fn leave(&mut self, host: &str, visit: Visit, now: Timestamp) {
        if let Some(known) = self.hosts.get_mut(host) {
            known.busy = known.busy.saturating_sub(1);
            known.health = known.health.after(visit, now);
            if known.busy == 0 && known.health == Health::Sound {
                self.hosts.remove(host);
            }
        }
        let family = family(host);
        if let Some(busy) = self.families.get_mut(family) {
            *busy = busy.saturating_sub(1);
            if *busy == 0 {
                self.families.remove(family);
            }
        }
    }
}

impl Health {
    fn after(self, visit: Visit, now: Timestamp) -> Self {
        let rest = Self::Resting(now.plus(WEBHOOK_REST));
        match (visit, self) {
            (Visit::Reached, _) => Self::Sound,
            (Visit::BrokenOff, health) => health,
            (Visit::Unreached, Self::Sound) => Self::Failing(1),
            (Visit::Unreached, Self::Failing(times)) if times + 1 < WEBHOOK_FAILURES => Self::Failing(times + 1),
            (Visit::Unreached, Self::Failing(_) | Self::Resting(_)) => rest,
        }
    }
}

/// The last two labels of a host's name, or all of it.
fn family(host: &str) -> &str {
    let second = host.rmatch_indices('.').nth(1).map(|(dot, _)| dot + 1);
    second.and_then(|start| host.get(start..)).unwrap_or(host)
}

#[cfg(test)]
mod tests;
