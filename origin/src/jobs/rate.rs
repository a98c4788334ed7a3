//! How many jobs may be handed out now. Pure: a leaky bucket that remembers one instant (GCRA), in microseconds, so
//! that the script of the Redis back end counts the same.

use protocol::time::{Millis, Timestamp};

use super::rules::Rate;

/// When the bucket is empty again, in microseconds since the epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bucket(u64);

const SECOND: u64 = 1_000_000;

impl Rate {
    /// What one job adds to a bucket that a second empties.
    #[must_use]
    pub(super) fn drop(self) -> u64 {
        match self {
            Self::Unlimited => 0,
            Self::PerSecond(jobs) => (SECOND / u64::from(jobs.max(1))).max(1),
        }
    }
}

impl Bucket {
    /// How many jobs may be handed out at `now`.
    #[must_use]
    pub fn room(self, rate: Rate, now: Timestamp) -> u64 {
        match rate.drop() {
            0 => u64::MAX,
            drop => SECOND.saturating_sub(self.level(now)) / drop,
        }
    }

    /// So many were.
    pub fn take(&mut self, jobs: u64, rate: Rate, now: Timestamp) {
        if let drop @ 1.. = rate.drop() {
            self.0 = self.0.max(micros(now)).saturating_add(drop.saturating_mul(jobs));
        }
    }

    /// When there is room for one more.
    #[must_use]
    pub fn next(self, rate: Rate, now: Timestamp) -> Timestamp {
        let over = (self.level(now) + rate.drop()).saturating_sub(SECOND);
        now.plus(Millis::from_millis(over.div_ceil(1_000)))
    }

    fn level(self, now: Timestamp) -> u64 {
        self.0.saturating_sub(micros(now))
    }
}

fn micros(then: Timestamp) -> u64 {
    then.as_millis().saturating_mul(1_000)
}

#[cfg(test)]
mod tests;
