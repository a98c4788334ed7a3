//! How the queues fare: what an operator is warned by, and what an autoscaler outside decides on.
//!
//! To scale by: `jobs_oldest_seconds` (how long the oldest job has waited) and `jobs_workers_busy_ratio` with
//! `jobs_workers` against `jobs_workers_ceiling`. A node whose workers are all busy at the ceiling while jobs grow old
//! needs company.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use protocol::time::Timestamp;

use crate::ports::{Flow, Priority, Queue, QueueStatus};

type Ratio = Gauge<f64, AtomicU64>;

/// Counters and gauges, shared.
#[derive(Clone, Default)]
pub struct Jobs {
    waiting: Family<LineLabels, Gauge>,
    delayed: Family<QueueLabels, Gauge>,
    running: Family<QueueLabels, Gauge>,
    dead: Family<QueueLabels, Gauge>,
    oldest: Family<QueueLabels, Ratio>,
    paused: Family<QueueLabels, Gauge>,
    stalled: Family<QueueLabels, Gauge>,
    lapsed: Family<QueueLabels, Gauge>,
    forgotten: Family<QueueLabels, Gauge>,
    workers: Family<QueueLabels, Gauge>,
    ceiling: Family<QueueLabels, Gauge>,
    busy: Family<QueueLabels, Ratio>,
    attempts: Family<AttemptLabels, Counter>,
    refused: Family<QueueLabels, Gauge>,
}

/// How an attempt at a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// The job is done.
    Done,
    /// It failed, and is tried again.
    Again,
    /// It failed for good.
    Dead,
    /// The worker panicked.
    Panicked,
    /// It took too long.
    Overran,
    /// The job was another's by then.
    Lost,
    /// What came of it could not be said: the job is done once more.
    Unsettled,
}

impl Attempt {
    const ALL: [Self; 7] =
        [Self::Done, Self::Again, Self::Dead, Self::Panicked, Self::Overran, Self::Lost, Self::Unsettled];

    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Again => "again",
            Self::Dead => "dead",
            Self::Panicked => "panicked",
            Self::Overran => "overran",
            Self::Lost => "lost",
            Self::Unsettled => "unsettled",
        }
    }
}

/// A name of ours: only queues, priorities and outcomes make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Named(&'static str);

impl EncodeLabelValue for Named {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    queue: Named,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LineLabels {
    queue: Named,
    priority: Named,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AttemptLabels {
    queue: Named,
    outcome: Named,
}

fn of(queue: Queue) -> QueueLabels {
    QueueLabels { queue: Named(queue.name()) }
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl Jobs {
    /// What alarms look at exists before it first happens: a rate needs a zero to rise from.
    pub fn begin(&self, queue: Queue) {
        for outcome in Attempt::ALL {
            drop(self.attempts.get_or_create(&attempt(queue, outcome)));
        }
    }

    /// An attempt at a job ended.
    pub fn attempt(&self, queue: Queue, outcome: Attempt) {
        self.attempts.get_or_create(&attempt(queue, outcome)).inc();
    }

    /// How a queue stands.
    pub fn stands(&self, queue: Queue, status: &QueueStatus, now: Timestamp) {
        for priority in Priority::ALL {
            let labels = LineLabels { queue: Named(queue.name()), priority: Named(priority.name()) };
            self.waiting.get_or_create(&labels).set(count(status.waiting[priority.index()]));
        }
        let oldest = status.oldest.map_or(0.0, |since| now.since(since).as_duration().as_secs_f64());
        self.oldest.get_or_create(&of(queue)).set(oldest);
        self.delayed.get_or_create(&of(queue)).set(count(status.delayed));
        self.running.get_or_create(&of(queue)).set(count(status.running));
        self.dead.get_or_create(&of(queue)).set(count(status.dead));
        self.stalled.get_or_create(&of(queue)).set(count(status.stalled));
        self.lapsed.get_or_create(&of(queue)).set(count(status.lapsed));
        self.refused.get_or_create(&of(queue)).set(count(status.refused));
        self.forgotten.get_or_create(&of(queue)).set(count(status.forgotten));
        self.paused.get_or_create(&of(queue)).set(i64::from(status.flow == Flow::Paused));
    }

    /// How many workers of this node a queue has, how many it may have, and how many thousandths of their time are spent
    /// at work.
    pub fn workers(&self, queue: Queue, workers: usize, ceiling: usize, busy: u64) {
        self.workers.get_or_create(&of(queue)).set(count(workers as u64));
        self.ceiling.get_or_create(&of(queue)).set(count(ceiling as u64));
        self.busy.get_or_create(&of(queue)).set(std::time::Duration::from_millis(busy).as_secs_f64());
    }

    pub(super) fn register(&self, r: &mut Registry) {
        r.register("jobs_waiting", "Jobs that may be begun now", self.waiting.clone());
        r.register("jobs_delayed", "Jobs whose time has not come", self.delayed.clone());
        r.register("jobs_running", "Jobs in workers' hands, of all nodes", self.running.clone());
        r.register("jobs_dead", "Dead jobs kept: each waits for an operator", self.dead.clone());
        r.register("jobs_oldest_seconds", "How long the oldest job that may be begun has waited", self.oldest.clone());
        r.register("jobs_paused", "1 while an operator holds the queue", self.paused.clone());
        r.register("jobs_stalled", "Jobs taken from workers that died or stalled, ever", self.stalled.clone());
        r.register("jobs_lapsed", "Jobs dropped because it was too late to begin them, ever", self.lapsed.clone());
        r.register("jobs_dead_forgotten", "Dead jobs that gave way to later ones, ever", self.forgotten.clone());
        r.register("jobs_workers", "Workers of this node", self.workers.clone());
        r.register("jobs_workers_ceiling", "Workers that this node may have", self.ceiling.clone());
        r.register("jobs_workers_busy_ratio", "Share of the workers' time spent at work", self.busy.clone());
        r.register("jobs_attempts", "Attempts at jobs, by how they ended", self.attempts.clone());
        r.register("jobs_refused", "Jobs not taken because their line was full, ever", self.refused.clone());
    }
}

fn attempt(queue: Queue, outcome: Attempt) -> AttemptLabels {
    AttemptLabels { queue: Named(queue.name()), outcome: Named(outcome.name()) }
}

#[cfg(test)]
mod tests;
