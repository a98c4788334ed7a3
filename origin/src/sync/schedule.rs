//! Which inboxes may go now, which rest, and how the link fares. Pure: time and chance are arguments.
//!
//! * A quiet inbox goes at once. After each push it rests for [`PUSH_INTERVAL`], and what changes meanwhile goes together.
//! * Of one inbox only one push is ever on its way, so its records arrive in order.
//! * A failed push rests the link (doubling, with jitter), for the edge is probably down; then one inbox probes
//!   alone. A push that succeeds sets the link free and all who failed with it.
//! * Unless the fault is an inbox's own: one that fails again although others got through in between has a *strike*.
//!   It travels alone from then on, backs off by itself, and its failures are not the link's (unless nothing gets
//!   through any more), nor does it probe while another can. So one that the edge cannot take holds up nobody.

use std::collections::{HashMap, HashSet};

use protocol::{
    id::InboxId,
    time::{Millis, Timestamp},
};

use super::backoff::pause;
use crate::{
    limits::{BUSY_MAX, GONE_MEMORY, PUSH_BACKOFF, PUSH_BACKOFF_MAX, PUSH_INTERVAL, PUSHES, REFUSED_PAUSE},
    ports::PushError,
};

/// What may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A batch of many inboxes.
    Batch,
    /// One inbox, to see whether the edge is back.
    Probe,
    /// Nothing just now.
    Nothing,
}

/// Where an inbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    OnItsWay,
    Rests { until: Timestamp },
}

/// How an inbox fared since it last got through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Past {
    Clean,
    Failed { strikes: u32, successes_then: u64 },
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    turn: Turn,
    past: Past,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Up,
    Down { failures: u32, until: Timestamp },
}

/// The schedule. Knows only inboxes that were pushed of late.
#[derive(Debug)]
pub struct Schedule {
    inboxes: HashMap<InboxId, Standing>,
    link: Link,
    pushes: usize,
    successes: u64,
    /// Who failed since anybody got through, as far as it matters.
    failing: HashSet<InboxId>,
}

/// So many different inboxes failing in a row are the link's failure, whatever they failed for before.
const TOO_MANY_AT_FAULT: usize = 2 * PUSHES;

impl Default for Schedule {
    fn default() -> Self {
        Self { inboxes: HashMap::new(), link: Link::Up, pushes: 0, successes: 0, failing: HashSet::new() }
    }
}

impl Schedule {
    /// What may be sent at `now`.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Next {
        match self.link {
            Link::Up if self.pushes < PUSHES => Next::Batch,
            Link::Down { until, .. } if until <= now && self.pushes == 0 => Next::Probe,
            Link::Up | Link::Down { .. } => Next::Nothing,
        }
    }

    /// The inboxes that may not go at `now`; forgets those that it need not know any more.
    pub fn held(&mut self, now: Timestamp) -> HashSet<InboxId> {
        self.inboxes.retain(|_, standing| match standing.turn {
            Turn::OnItsWay => true,
            // The debt of one that failed lapses at the latest when its inbox's end is forgotten.
            Turn::Rests { until } if standing.past != Past::Clean => until.plus(GONE_MEMORY) > now,
            Turn::Rests { until } => until > now,
        });
        let held = self.inboxes.iter().filter(|(_, standing)| match standing.turn {
            Turn::OnItsWay => true,
            Turn::Rests { until } => until > now,
        });
        held.map(|(id, _)| *id).collect()
    }

    /// The inboxes at fault, which leave probing to others.
    #[must_use]
    pub fn at_fault(&self) -> HashSet<InboxId> {
        self.inboxes.keys().filter(|id| self.travels_alone(**id)).copied().collect()
    }

    /// Whether the inbox must have a batch to itself.
    #[must_use]
    pub fn travels_alone(&self, inbox: InboxId) -> bool {
        matches!(self.inboxes.get(&inbox), Some(Standing { past: Past::Failed { strikes: 1.., .. }, .. }))
    }

    /// When something that now waits may go, if time alone can tell.
    #[must_use]
    pub fn wake_at(&self, now: Timestamp) -> Option<Timestamp> {
        let link = match self.link {
            Link::Down { until, .. } if until > now => Some(until),
            Link::Up | Link::Down { .. } => None,
        };
        let resting = self.inboxes.values().filter_map(|standing| match standing.turn {
            Turn::OnItsWay => None,
            Turn::Rests { until } => Some(until),
        });
        // While the link is down, no inbox may go before it.
        resting.filter(|until| *until > now).min().max(link)
    }

    /// A push of `inboxes` has begun.
    pub fn begun(&mut self, inboxes: &[InboxId]) {
        self.pushes += 1;
        for id in inboxes {
            let past = self.inboxes.get(id).map_or(Past::Clean, |standing| standing.past);
            self.inboxes.insert(*id, Standing { turn: Turn::OnItsWay, past });
        }
    }

    /// The edge has confirmed a push.
    pub fn confirmed(&mut self, inboxes: &[InboxId], now: Timestamp) {
        self.pushes = self.pushes.saturating_sub(1);
        self.successes += 1;
        self.failing.clear();
        self.link = Link::Up;
        let rests = Turn::Rests { until: now.plus(PUSH_INTERVAL) };
        for id in inboxes {
            self.inboxes.insert(*id, Standing { turn: rests, past: Past::Clean });
        }
        for standing in self.inboxes.values_mut() {
            if let (Turn::Rests { until }, Past::Failed { strikes: 0, .. }) = (&mut standing.turn, standing.past) {
                *until = now;
            }
        }
    }

    /// A push has failed.
    pub fn failed(&mut self, inboxes: &[InboxId], why: PushError, now: Timestamp, chance: u64) {
        self.pushes = self.pushes.saturating_sub(1);
        self.failing.extend(inboxes.iter().take(TOO_MANY_AT_FAULT.saturating_sub(self.failing.len())));
        let own_fault = self.link == Link::Up
            && self.failing.len() < TOO_MANY_AT_FAULT
            && inboxes.iter().any(|id| self.travels_alone(*id));
        if let PushError::Busy(patience) = why {
            self.rest_link(now.plus(patience.min(BUSY_MAX)), now);
            for id in inboxes {
                let past = self.inboxes.get(id).map_or(Past::Clean, |standing| standing.past);
                self.inboxes.insert(*id, Standing { turn: Turn::Rests { until: now }, past });
            }
            return;
        }
        let extra = match why {
            PushError::Refused(_) => REFUSED_PAUSE,
            PushError::Unavailable | PushError::Busy(_) => Millis::default(),
        };
        for id in inboxes {
            let strikes = self.strikes(*id);
            // Without a strike it need not wait for itself: the link rests.
            let until = match strikes {
                0 => now.plus(pause(0, PUSH_BACKOFF, PUSH_BACKOFF_MAX, chance)),
                _ => now.plus(extra).plus(pause(strikes.saturating_add(1), PUSH_BACKOFF, PUSH_BACKOFF_MAX, chance)),
            };
            let past = Past::Failed { strikes, successes_then: self.successes };
            self.inboxes.insert(*id, Standing { turn: Turn::Rests { until }, past });
        }
        if !own_fault {
            let failures = match self.link {
                Link::Up => 0,
                Link::Down { failures, until } if until > now => failures.saturating_sub(1),
                Link::Down { failures, .. } => failures,
            };
            self.rest_link(now.plus(extra).plus(pause(failures, PUSH_BACKOFF, PUSH_BACKOFF_MAX, chance)), now);
        }
    }

    /// Lets all go that merely rest: there is no later. Those who failed stay out.
    pub fn hurry(&mut self) {
        self.inboxes.retain(|_, standing| standing.turn == Turn::OnItsWay || standing.past != Past::Clean);
    }

    /// Strikes of an inbox whose push has just failed.
    fn strikes(&self, id: InboxId) -> u32 {
        match self.inboxes.get(&id).map(|standing| standing.past) {
            Some(Past::Failed { strikes, successes_then }) if self.successes > successes_then => {
                strikes.saturating_add(1)
            }
            Some(Past::Failed { strikes, .. }) => strikes,
            Some(Past::Clean) | None => 0,
        }
    }

    /// Several pushes that fail at once are one failure of the link.
    fn rest_link(&mut self, until: Timestamp, now: Timestamp) {
        self.link = match self.link {
            Link::Up => Link::Down { failures: 1, until },
            Link::Down { failures, until: before } if before > now => Link::Down { failures, until: before.max(until) },
            Link::Down { failures, .. } => Link::Down { failures: failures.saturating_add(1), until },
        };
    }
}

#[cfg(test)]
mod tests;
