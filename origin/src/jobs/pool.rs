//! The workers of one queue: claims jobs, has them done, and settles them.
//!
//! A worker is a task that does one job; how many there may be at a time is decided again and again ([`scale`]). While
//! a job is worked at, its claim is kept by beats; where the claim is another's by then, the work is dropped. A handler
//! that panics has failed its attempt, no more. Told to stop, the pool claims nothing more and finishes what it has;
//! who stops it sets the deadline, and what is cut off then stalls and is done once more.

use std::{collections::HashMap, pin::pin, sync::Arc};

use protocol::time::Millis;
use tokio::{
    sync::watch,
    task::{self, JoinSet},
};

use super::{
    clock::sleep,
    rules::Rules,
    scale::{self, Load, Meter, Workers},
};
use crate::{
    limits::{CLOCK_CHECK, JOB_AFTER_MAX, JOB_BEATS, JOB_LOOK, JOB_RUN, JOB_SCALE, JOB_SETTLE},
    metrics::{self, Attempt},
    ports::{Chance, Clock, DeadReason, Handler, Job, Jobs, JobsError, Outcome, Queue, Retry, Settled},
};

/// What a pool is made of.
pub struct Pool {
    /// Where jobs come from.
    pub jobs: Arc<dyn Jobs>,
    /// Which of them.
    pub queue: Queue,
    /// What does them.
    pub handler: Arc<dyn Handler>,
    /// The queue's rules, as its back end has them.
    pub rules: Rules,
    /// How few and how many at a time.
    pub workers: Workers,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What pauses are drawn from.
    pub chance: Arc<dyn Chance>,
    /// What is counted.
    pub metrics: metrics::Jobs,
}

/// How an attempt ended.
enum Ended {
    /// As the handler said.
    Said(Outcome),
    /// The handler panicked.
    Panicked,
    /// It took too long.
    Overran,
    /// The job is another's.
    Lost,
}

/// A pool at work.
struct Shift {
    pool: Arc<Pool>,
    tasks: JoinSet<()>,
    /// Whose task does what: a panic leaves nothing but the task's id.
    at_work: HashMap<task::Id, Job>,
    workers: usize,
    meter: Meter,
}

impl Pool {
    /// Works until `stop` says so or its sender is gone, and then until what it has is finished.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        self.metrics.begin(self.queue);
        let (workers, meter) = (self.workers.floor.max(1), Meter::start(self.clock.now()));
        let (pool, at_work) = (Arc::new(self), HashMap::new());
        let mut shift = Shift { pool: Arc::clone(&pool), tasks: JoinSet::new(), at_work, workers, meter };
        while !*stop.borrow_and_update() {
            shift.consider().await;
            let rest = shift.claim().await;
            let idle = shift.at_work.len() < shift.workers;
            tokio::select! {
                Some(ended) = shift.tasks.join_next_with_id() => shift.finish(ended).await,
                () = pool.jobs.ready(pool.queue), if idle => {}
                () = sleep(rest) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while let Some(ended) = shift.tasks.join_next_with_id().await {
            shift.finish(ended).await;
        }
    }

    /// Has a job done, and keeps its claim meanwhile.
    async fn attempt(&self, job: &Job) -> Ended {
        let begun = self.clock.now();
        let beat = Millis::from_millis((self.rules.visibility.as_millis() / JOB_BEATS).max(1));
        let mut work = pin!(self.handler.run(job));
        loop {
            tokio::select! {
                outcome = &mut work => return Ended::Said(outcome),
                () = sleep(beat) => {}
            }
            let now = self.clock.now();
            if now.since(begun) >= JOB_RUN {
                return Ended::Overran;
            }
            // No answer is no reason to stop: the claim holds for some beats more.
            if self.jobs.extend(job, now).await == Ok(Settled::Void) {
                return Ended::Lost;
            }
        }
    }

    /// Says what came of a job, and counts it.
    async fn settle(&self, job: &Job, ended: Ended) {
        let mut counted = match ended {
            Ended::Said(Outcome::Done) => Attempt::Done,
            Ended::Said(Outcome::Again | Outcome::AgainAfter(_)) => Attempt::Again,
            Ended::Said(Outcome::Dead(_)) => Attempt::Dead,
            Ended::Panicked => Attempt::Panicked,
            Ended::Overran => Attempt::Overran,
            Ended::Lost => Attempt::Lost,
        };
        for tries_left in (0..JOB_SETTLE).rev() {
            match self.tell(job, &ended).await {
                Ok(Settled::Yes) => break,
                Ok(Settled::Void) => {
                    counted = Attempt::Lost;
                    break;
                }
                Err(JobsError::Unavailable) if tries_left > 0 => sleep(CLOCK_CHECK).await,
                Err(JobsError::Unavailable) => counted = Attempt::Unsettled,
            }
        }
        self.metrics.attempt(self.queue, counted);
    }

    async fn tell(&self, job: &Job, ended: &Ended) -> Result<Settled, JobsError> {
        let now = self.clock.now();
        let no_sooner = match ended {
            Ended::Said(Outcome::Done) => return self.jobs.complete(job, now).await,
            Ended::Said(Outcome::Dead(reason)) => return self.jobs.bury(job, *reason, now).await,
            Ended::Lost => return Ok(Settled::Void),
            Ended::Said(Outcome::AgainAfter(pause)) => (*pause).min(JOB_AFTER_MAX),
            Ended::Said(Outcome::Again) | Ended::Panicked | Ended::Overran => Millis::default(),
        };
        match self.rules.retry.after(job.attempt, self.chance.as_ref()) {
            Retry::After(pause) => self.jobs.retry(job, now.plus(pause.max(no_sooner)), now).await,
            Retry::Exhausted => self.jobs.bury(job, DeadReason::Exhausted, now).await,
        }
    }
}

impl Shift {
    /// Sets to work whom there are jobs for; says how long there is nothing more to do, unless something happens.
    async fn claim(&mut self) -> Millis {
        let free = self.workers.saturating_sub(self.at_work.len());
        if free == 0 {
            return JOB_LOOK;
        }
        let now = self.pool.clock.now();
        let Ok(claimed) = self.pool.jobs.claim(self.pool.queue, free, now).await else {
            return CLOCK_CHECK;
        };
        for job in claimed.jobs {
            self.note();
            let (pool, own) = (Arc::clone(&self.pool), job.clone());
            let task = self.tasks.spawn(async move {
                let ended = pool.attempt(&own).await;
                pool.settle(&own, ended).await;
            });
            self.at_work.insert(task.id(), job);
        }
        let until = claimed.more_at.map_or(JOB_LOOK, |then| then.since(now));
        until.clamp(Millis::from_millis(1), JOB_LOOK)
    }

    /// A task has ended.
    async fn finish(&mut self, ended: Result<(task::Id, ()), task::JoinError>) {
        self.note();
        match ended {
            Ok((task, ())) => drop(self.at_work.remove(&task)),
            Err(error) => {
                let Some(job) = self.at_work.remove(&error.id()) else { return };
                tracing::error!(queue = self.pool.queue.name(), "a handler panicked");
                self.pool.settle(&job, Ended::Panicked).await;
            }
        }
    }

    /// Adds up the time that was spent at work until now.
    fn note(&mut self) {
        self.meter.note(self.at_work.len(), self.workers, self.pool.clock.now());
    }

    /// Considers, from time to time, how many workers there should be, and tells how the queue stands.
    async fn consider(&mut self) {
        self.note();
        if self.meter.span() < JOB_SCALE {
            return;
        }
        let (pool, now) = (Arc::clone(&self.pool), self.pool.clock.now());
        let busy = self.meter.busy();
        self.meter = Meter::start(now);
        if let Ok(status) = pool.jobs.status(pool.queue, now).await {
            pool.metrics.stands(pool.queue, &status, now);
            let oldest = status.oldest.map_or(Millis::default(), |since| now.since(since));
            self.workers = scale::workers(self.workers, Load { busy, oldest }, pool.workers);
        }
        pool.metrics.workers(pool.queue, self.workers, pool.workers.ceiling, busy);
    }
}

#[cfg(test)]
mod tests;
