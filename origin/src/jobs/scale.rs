//! How many workers a queue needs. Pure.
//!
//! Two signs are read: how much of the workers' time is spent at work, and how long the oldest job has waited. More
//! are taken on only where those there are busy (a line that is held, or kept to a rate, waits for no want of
//! workers), and at once twice as many where jobs wait long. They are let go one by one.

use protocol::time::{Millis, Timestamp};

use crate::limits::{JOB_AGE, JOB_BUSY, JOB_IDLE, JOB_WORKERS};

/// How few and how many workers a queue may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workers {
    /// At least.
    pub floor: usize,
    /// At most; never below the floor.
    pub ceiling: usize,
}

impl Default for Workers {
    fn default() -> Self {
        Self { floor: JOB_WORKERS.0, ceiling: JOB_WORKERS.1 }
    }
}

/// What is known when it is considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Thousandths of the workers' time that were spent at work.
    pub busy: u64,
    /// How long the oldest job has waited; zero where none waits.
    pub oldest: Millis,
}

/// How many workers there should be, where there are `now`.
#[must_use]
pub fn workers(now: usize, load: Load, bounds: Workers) -> usize {
    let wanted = if load.busy >= JOB_BUSY && load.oldest >= JOB_AGE {
        now.saturating_mul(2)
    } else if load.busy >= JOB_BUSY && load.oldest > Millis::default() {
        now.saturating_add(1)
    } else if load.busy < JOB_IDLE && load.oldest < JOB_AGE {
        now.saturating_sub(1)
    } else {
        now
    };
    wanted.clamp(bounds.floor.max(1), bounds.ceiling.max(bounds.floor).max(1))
}

/// Adds up the time that workers spend at work.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    since: Timestamp,
    last: Timestamp,
    at_work: u64,
    there: u64,
}

impl Meter {
    /// From `now` on.
    #[must_use]
    pub const fn start(now: Timestamp) -> Self {
        Self { since: now, last: now, at_work: 0, there: 0 }
    }

    /// Until `now`, `running` of `workers` have been at work.
    pub fn note(&mut self, running: usize, workers: usize, now: Timestamp) {
        let passed = now.since(self.last).as_millis();
        self.at_work = self.at_work.saturating_add(passed.saturating_mul(running as u64));
        self.there = self.there.saturating_add(passed.saturating_mul(workers.max(running) as u64));
        self.last = self.last.max(now);
    }

    /// How long it has been adding up.
    #[must_use]
    pub fn span(&self) -> Millis {
        self.last.since(self.since)
    }

    /// Thousandths of their time; zero where no time has passed.
    #[must_use]
    pub fn busy(&self) -> u64 {
        self.at_work.saturating_mul(1_000).checked_div(self.there).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
