//! Jobs that come again and again, once a period in the whole region however many nodes there are.
//!
//! Each period has a number that all nodes agree on, and its job an id that ends in it: whoever enqueues it first does,
//! and for all others it is known. A job that nobody began in its period lapses: periods do not pile up.

use std::sync::Arc;

use protocol::time::{Millis, Timestamp};
use tokio::sync::watch;

use super::clock::sleep;
use crate::{
    limits::{CLOCK_CHECK, JOB_PERIOD_MAX},
    ports::{Clock, JobId, Jobs, Lapse, NewJob, NotAJobId, Payload, Priority, Queue},
};

/// A job, and how often it comes.
#[derive(Clone, Debug)]
pub struct Repeat {
    name: String,
    queue: Queue,
    priority: Priority,
    payload: Payload,
    every: Millis,
}

/// Why a job cannot be repeated so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARepeat {
    /// Its name leaves no room for a number, or has an octet that no id has.
    #[error(transparent)]
    Name(#[from] NotAJobId),
    /// Its period is none, or longer than ids are remembered.
    #[error("a period is 1 to {limit} ms, not {millis}", limit = JOB_PERIOD_MAX.as_millis())]
    Period {
        /// Its length.
        millis: u64,
    },
}

impl Repeat {
    /// A job of that name, every so often.
    ///
    /// # Errors
    /// [`NotARepeat`].
    pub fn new(
        name: &str,
        queue: Queue,
        priority: Priority,
        payload: Payload,
        every: Millis,
    ) -> Result<Self, NotARepeat> {
        JobId::new(&format!("{name}@{}", u64::MAX))?;
        if every == Millis::default() || every > JOB_PERIOD_MAX {
            return Err(NotARepeat::Period { millis: every.as_millis() });
        }
        Ok(Self { name: name.to_owned(), queue, priority, payload, every })
    }

    /// The number of the period that `now` is in.
    fn period(&self, now: Timestamp) -> u64 {
        now.as_millis() / self.every.as_millis().max(1)
    }

    /// When a period begins.
    fn start(&self, period: u64) -> Timestamp {
        Timestamp::from_millis(period.saturating_mul(self.every.as_millis()))
    }

    /// The job of a period.
    fn job(&self, period: u64) -> Result<NewJob, NotAJobId> {
        Ok(NewJob {
            id: JobId::new(&format!("{}@{period}", self.name))?,
            queue: self.queue,
            priority: self.priority,
            payload: self.payload.clone(),
            not_before: self.start(period),
            lapse: Lapse::At(self.start(period.saturating_add(1))),
        })
    }
}

/// Enqueues each job once a period until `stop` says so or its sender is gone. What could not be enqueued is tried again
/// within its period.
pub async fn run(jobs: Arc<dyn Jobs>, repeats: Vec<Repeat>, clock: Arc<dyn Clock>, mut stop: watch::Receiver<bool>) {
    let mut done = vec![None; repeats.len()];
    while !*stop.borrow_and_update() {
        let now = clock.now();
        let mut rest = CLOCK_CHECK;
        for (repeat, done) in repeats.iter().zip(&mut done) {
            let period = repeat.period(now);
            rest = rest.min(repeat.start(period.saturating_add(1)).since(now));
            if *done == Some(period) {
                continue;
            }
            if let Ok(job) = repeat.job(period)
                && jobs.enqueue(job, now).await.is_ok()
            {
                *done = Some(period);
            }
        }
        tokio::select! {
            () = sleep(rest.max(Millis::from_millis(1))) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

#[cfg(test)]
mod tests;
