//! When an owner is tried to be told again: by how long it is since the mail came, not by how often it was tried, so
//! that an attempt put off because others were under way costs none.
//!
//! Pure: age and chance are arguments.

use protocol::time::Millis;

use crate::{
    limits::{WEBHOOK_PAUSE_MIN, WEBHOOK_RETRY_AFTER_MAX},
    ports::Chance,
};

/// Ages at which an attempt is due (Standard Webhooks, "Deliverability and reliability", as far as a message lives).
const DUE: [Millis; 6] = [
    Millis::from_secs(5),
    Millis::from_secs(5 * 60 + 5),
    Millis::from_secs(35 * 60 + 5),
    Millis::from_secs((2 * 60 + 35) * 60 + 5),
    Millis::from_secs((7 * 60 + 35) * 60 + 5),
    Millis::from_secs((17 * 60 + 35) * 60 + 5),
];

/// Each pause is longer than due by up to this share, so that what failed together does not come back together.
const JITTER_SHARE: u64 = 5;

/// A target that names its own pause is not asked again sooner than this share of the age: else it could keep us busy.
const ASKED_SHARE: u64 = 4;

/// An attempt for which there was no seat comes again after this share of the age, at most after a minute.
const CROWDED_SHARE: u64 = 8;

/// See [`CROWDED_SHARE`].
const CROWDED_MAX: Millis = Millis::from_secs(60);

/// Shortest pause for want of a seat.
const CROWDED_MIN: Millis = Millis::from_secs(1);

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another, after this pause.
    After(Millis),
    /// None: all that were due have failed.
    Exhausted,
}

/// What follows an attempt that failed `age` after its job was enqueued; `asked` is the pause that the target asked for.
#[must_use]
pub fn after_failure(age: Millis, asked: Option<Millis>, chance: &dyn Chance) -> Next {
    let age = age.as_millis();
    let pause = match asked {
        Some(asked) => {
            let least = WEBHOOK_PAUSE_MIN.as_millis().max(age / ASKED_SHARE);
            asked.as_millis().clamp(least, WEBHOOK_RETRY_AFTER_MAX.as_millis().max(least))
        }
        None => match DUE.iter().find(|due| due.as_millis() > age) {
            Some(due) => (due.as_millis() - age).max(WEBHOOK_PAUSE_MIN.as_millis()),
            None => return Next::Exhausted,
        },
    };
    Next::After(Millis::from_millis(pause.saturating_add(drawn(pause / JITTER_SHARE, chance))))
}

/// How long an attempt waits for which there was no seat.
#[must_use]
pub fn for_a_seat(age: Millis, chance: &dyn Chance) -> Millis {
    let (least, most) = (CROWDED_MIN.as_millis(), CROWDED_MAX.as_millis());
    let pause = (age.as_millis() / CROWDED_SHARE).clamp(least, most);
    Millis::from_millis(pause.saturating_add(drawn(pause, chance)))
}

/// Anything from nothing up to `most`.
fn drawn(most: u64, chance: &dyn Chance) -> u64 {
    let mut octets = [0; 8];
    chance.fill(&mut octets);
    let share = (u128::from(u64::from_le_bytes(octets)) * u128::from(most)) >> 64;
    u64::try_from(share).unwrap_or(most)
}

#[cfg(test)]
mod tests;
