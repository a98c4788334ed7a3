//! What each queue allows. Pure.

use protocol::time::Millis;

use crate::{
    limits::{JOB_DEAD, JOB_DEPTH, JOB_REMEMBERED, JOB_REMEMBERED_FOR, JOB_VISIBILITY},
    ports::{Queue, RetryPolicy},
};

/// What one queue allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Jobs of each priority, whether they wait, are delayed or run: a flood of one locks out no other.
    pub depth: u64,
    /// Dead jobs kept.
    pub dead: u64,
    /// How long a claim lasts unless it is extended.
    pub visibility: Millis,
    /// How fast jobs are handed out.
    pub rate: Rate,
    /// How often and how soon failed jobs are tried again.
    pub retry: RetryPolicy,
    /// How long the id of a job that is done is remembered.
    pub remember: Millis,
    /// How many such ids are.
    pub remembered: u64,
}

/// How fast a queue hands out jobs, to all workers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// As fast as they are asked for.
    Unlimited,
    /// So many a second, and as many at once after a second's rest.
    PerSecond(u32),
}

/// The rules of all queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllRules([Rules; Queue::ALL.len()]);

impl Rules {
    /// A queue's own, unless configured.
    #[must_use]
    pub const fn of(queue: Queue) -> Self {
        let (attempts, first, longest) = match queue {
            // The handler itself says when, by the message's age and end, and puts off what finds no seat at its host:
            // this is for what it cannot say.
            Queue::Webhooks => (1_024, Millis::from_secs(1), Millis::from_secs(30)),
            // Probes come again by themselves: a late one says nothing.
            Queue::Health | Queue::Domains => (2, Millis::from_secs(1), Millis::from_secs(1)),
            // An alert that was never told is worse than a late one: about two hours.
            Queue::Alerts => (32, Millis::from_secs(1), Millis::from_secs(5 * 60)),
            Queue::Replication => (16, Millis::from_secs(1), Millis::from_secs(60)),
        };
        Self {
            depth: JOB_DEPTH,
            dead: JOB_DEAD,
            visibility: JOB_VISIBILITY,
            rate: Rate::Unlimited,
            retry: RetryPolicy { attempts, first, longest },
            remember: JOB_REMEMBERED_FOR,
            remembered: JOB_REMEMBERED,
        }
    }
}

impl AllRules {
    /// Each queue's rules from a function.
    #[must_use]
    pub fn each(rules: impl FnMut(Queue) -> Rules) -> Self {
        Self(Queue::ALL.map(rules))
    }

    /// One queue's.
    #[must_use]
    pub const fn of(&self, queue: Queue) -> &Rules {
        &self.0[queue.index()]
    }
}

impl Default for AllRules {
    fn default() -> Self {
        Self::each(Rules::of)
    }
}
