//! The embedded back end: the queues in this process's memory, and nowhere else.
//!
//! One lock a queue, held for a moment and never across an `.await`. What waits here ends with the process, as the
//! embedded store's mail does, but for what a graceful restart hands to the next ([`MemoryJobs::pieces`]).

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use protocol::time::Timestamp;
use tokio::sync::Notify;

use super::{
    line::{Line, Malformed},
    rules::AllRules,
};
use crate::ports::{
    Claimed, DeadJob, DeadReason, EnqueueError, Enqueued, Flow, Job, Jobs, JobsError, NewJob, Queue, QueueStatus,
    Settled,
};

/// The embedded queues.
pub struct MemoryJobs([Desk; Queue::ALL.len()]);

/// One queue, its lock and its bell.
struct Desk {
    line: Mutex<Line>,
    /// Rung for whoever waits; holds one ring for who comes late.
    bell: Notify,
}

impl MemoryJobs {
    /// Empty queues.
    #[must_use]
    pub fn new(rules: &AllRules) -> Self {
        Self(Queue::ALL.map(|queue| Desk { line: Mutex::new(Line::new(queue, *rules.of(queue))), bell: Notify::new() }))
    }

    /// All queues, each piece with the number of its queue before it: for the next process.
    #[must_use]
    pub fn pieces(&self) -> Vec<Vec<u8>> {
        let of = |queue: Queue| {
            let pieces = self.line(queue).pieces();
            pieces.into_iter().map(move |piece| [&[queue as u8][..], &piece[..]].concat())
        };
        Queue::ALL.into_iter().flat_map(of).collect()
    }

    /// Takes in one of another process's.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn import(&self, piece: &[u8]) -> Result<(), Malformed> {
        let (number, piece) = piece.split_first().ok_or(Malformed)?;
        let queue = *Queue::ALL.get(usize::from(*number)).ok_or(Malformed)?;
        self.line(queue).import(piece)
    }

    fn desk(&self, queue: Queue) -> &Desk {
        &self.0[queue.index()]
    }

    fn line(&self, queue: Queue) -> MutexGuard<'_, Line> {
        // A panic under the lock leaves a line that is whole but for the job at hand, which stalls or is unknown.
        self.desk(queue).line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self, queue: Queue) {
        self.desk(queue).bell.notify_one();
    }
}

#[async_trait]
impl Jobs for MemoryJobs {
    async fn enqueue(&self, job: NewJob, now: Timestamp) -> Result<Enqueued, EnqueueError> {
        let queue = job.queue;
        let enqueued = self.line(queue).enqueue(job, now)?;
        self.ring(queue);
        Ok(enqueued)
    }

    async fn claim(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<Claimed, JobsError> {
        Ok(self.line(queue).claim(limit, now))
    }

    async fn ready(&self, queue: Queue) {
        self.desk(queue).bell.notified().await;
    }

    async fn extend(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError> {
        Ok(self.line(job.queue).extend(job, now))
    }

    async fn complete(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError> {
        Ok(self.line(job.queue).complete(job, now))
    }

    async fn retry(&self, job: &Job, at: Timestamp, now: Timestamp) -> Result<Settled, JobsError> {
        let settled = self.line(job.queue).retry(job, at, now);
        self.ring(job.queue);
        Ok(settled)
    }

    async fn bury(&self, job: &Job, reason: DeadReason, now: Timestamp) -> Result<Settled, JobsError> {
        Ok(self.line(job.queue).bury(job, reason, now))
    }

    async fn dead(&self, queue: Queue, limit: usize) -> Result<Vec<DeadJob>, JobsError> {
        Ok(self.line(queue).dead(limit))
    }

    async fn redrive(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<usize, JobsError> {
        let moved = self.line(queue).redrive(limit, now);
        self.ring(queue);
        Ok(moved)
    }

    async fn set_flow(&self, queue: Queue, flow: Flow) -> Result<(), JobsError> {
        self.line(queue).set_flow(flow);
        self.ring(queue);
        Ok(())
    }

    async fn status(&self, queue: Queue, now: Timestamp) -> Result<QueueStatus, JobsError> {
        Ok(self.line(queue).status(now))
    }
}

#[cfg(test)]
mod tests;
