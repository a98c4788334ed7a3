//! The shared back end: queues in Redis Streams, for all nodes of a region.
//!
//! One stream a priority with one consumer group: what is claimed is pending, and a claim that has ended is taken with
//! `XAUTOCLAIM`. Each step is one script ([`scripts`]) in one slot. A job's record stands beside the streams, so that a
//! ticket, not a worker's name, tells whose a job is. No key has a TTL: `volatile-ttl` never evicts one, and where memory
//! is spent an enqueued job is refused while those that are there go on being done.
//!
//! Enqueueing is done once the replicas have it that mail waits for. What a failover may lose of the rest is a claim or
//! its settling: then the job is done once more. Time is the server's.

mod answer;
mod scripts;

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::time::{Millis, Timestamp};
use redis::Value;
use tokio::sync::Notify;

use self::{
    answer::{array, exactly, number, octets, signed},
    scripts::Script,
};
use super::{
    picks::Picks,
    rules::{AllRules, Rules},
};
use crate::{
    limits::{JOB_CLAIM, JOB_DEAD_PAGE},
    ports::{
        Claimed, DeadJob, DeadReason, EnqueueError, Enqueued, Flow, Job, JobId, Jobs, JobsError, Lapse, NewJob,
        Payload, Priority, Queue, QueueStatus, Settled, Ticket,
    },
};

/// Whether a step is to outlive the master that did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliance {
    /// It is said to be done once the replicas have it.
    Kept,
    /// What is lost of it is made good by itself.
    Loose,
}

/// A way to run scripts in Redis. `app` makes one of the store's own.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Runs the `script`th of [`texts`] on the keys of a queue, within a deadline.
    ///
    /// # Errors
    /// [`Unanswered`]: nobody knows whether it was done.
    async fn run(&self, queue: Queue, script: usize, args: &[Bytes], reliance: Reliance) -> Result<Value, Unanswered>;
}

/// Redis did not do it, or nobody knows whether.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("redis does not answer, or not as it should")]
pub struct Unanswered;

impl From<Unanswered> for JobsError {
    fn from(_: Unanswered) -> Self {
        Self::Unavailable
    }
}

impl From<Unanswered> for EnqueueError {
    fn from(_: Unanswered) -> Self {
        Self::Unavailable
    }
}

/// The texts of all scripts, for a [`Wire`] to load.
#[must_use]
pub fn texts() -> Vec<String> {
    Script::ALL.into_iter().map(Script::text).collect()
}

/// The shared queues.
pub struct RedisJobs<W> {
    wire: W,
    rules: AllRules,
    time: Time,
    /// This node's turns: each node picks by weight, so all of them together do.
    desks: [Desk; Queue::ALL.len()],
}

#[derive(Default)]
struct Desk {
    picks: Mutex<Picks>,
    bell: Notify,
}

/// Whose time counts.
#[derive(Clone, Copy)]
enum Time {
    /// The server's: one for all nodes, and never a machine's that was suspended.
    Servers,
    /// The caller's: a test's.
    #[cfg(test)]
    Callers,
}

impl Time {
    /// What a script is told of the time.
    fn told(self, _now: Timestamp) -> Bytes {
        match self {
            Self::Servers => Bytes::from_static(b"-1"),
            #[cfg(test)]
            Self::Callers => decimal(_now.as_millis()),
        }
    }
}

impl<W: Wire> RedisJobs<W> {
    /// Over this wire.
    #[must_use]
    pub fn new(wire: W, rules: AllRules) -> Self {
        Self { wire, rules, time: Time::Servers, desks: Default::default() }
    }

    /// The same, in the time of its caller.
    #[cfg(test)]
    fn in_callers_time(wire: W, rules: AllRules) -> Self {
        Self { time: Time::Callers, ..Self::new(wire, rules) }
    }

    async fn run(&self, script: Script, queue: Queue, now: Timestamp, rest: Vec<Bytes>) -> Result<Value, Unanswered> {
        let now = self.time.told(now);
        let Rules { depth, dead, visibility, rate, retry, remember, remembered } = *self.rules.of(queue);
        let rules =
            [depth, dead, visibility.as_millis(), retry.attempts.into(), remember.as_millis(), remembered, rate.drop()];
        let mut args = vec![now];
        args.extend(rules.map(decimal));
        args.extend(rest);
        self.wire.run(queue, script as usize, &args, script.reliance()).await
    }

    /// Settles a claim.
    async fn settle(
        &self,
        script: Script,
        job: &Job,
        now: Timestamp,
        rest: Option<Bytes>,
    ) -> Result<Settled, JobsError> {
        let mut args = vec![of(job.id.as_str()), decimal(job.ticket.0)];
        args.extend(rest);
        match number(&self.run(script, job.queue, now, args).await?)? {
            0 => Ok(Settled::Void),
            _ => Ok(Settled::Yes),
        }
    }

    fn desk(&self, queue: Queue) -> &Desk {
        &self.desks[queue.index()]
    }

    fn picks(&self, queue: Queue) -> std::sync::MutexGuard<'_, Picks> {
        // A turn that was counted or not is all that a panic could spoil.
        self.desk(queue).picks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn decimal(number: impl std::fmt::Display) -> Bytes {
    number.to_string().into()
}

fn of(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

/// From now until then; zero where it is past.
fn until(then: Timestamp, now: Timestamp) -> Bytes {
    decimal(then.since(now).as_millis())
}

/// The caller's time of what the server dates `then`, at its `servers`.
fn callers(then: u64, servers: u64, now: Timestamp) -> Timestamp {
    match then.checked_sub(servers) {
        Some(ahead) => now.plus(Millis::from_millis(ahead)),
        None => Timestamp::from_millis(now.as_millis().saturating_sub(servers.saturating_sub(then))),
    }
}

#[async_trait]
impl<W: Wire> Jobs for RedisJobs<W> {
    async fn enqueue(&self, job: NewJob, now: Timestamp) -> Result<Enqueued, EnqueueError> {
        let life = match job.lapse {
            Lapse::Never => decimal(-1),
            Lapse::At(then) => until(then, now),
        };
        let args = vec![
            of(job.id.as_str()),
            decimal(job.priority.index()),
            until(job.not_before, now),
            life,
            Bytes::copy_from_slice(job.payload.as_bytes()),
        ];
        let answer = array(self.run(Script::Enqueue, job.queue, now, args).await?)?;
        match (answer.first().map(octets).transpose()?, answer.get(1)) {
            (Some(b"new"), None) => {
                self.desk(job.queue).bell.notify_one();
                Ok(Enqueued::New)
            }
            (Some(b"known"), None) => Ok(Enqueued::Known),
            (Some(b"full"), Some(depth)) => {
                Err(EnqueueError::Full { depth: number(depth)?, limit: self.rules.of(job.queue).depth })
            }
            _ => Err(EnqueueError::Unavailable),
        }
    }

    async fn claim(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<Claimed, JobsError> {
        let limit = limit.min(JOB_CLAIM);
        let picks = *self.picks(queue);
        let turns: String = (0..limit).map(|ahead| picks.turn(ahead).index().to_string()).collect();
        let answer = self.run(Script::Claim, queue, now, vec![decimal(limit), turns.into()]).await?;
        let [servers, more, taken, jobs] = exactly(array(answer)?)?;
        let (servers, more) = (number(&servers)?, signed(&more)?);
        self.picks(queue).take(usize::try_from(number(&taken)?).unwrap_or(0));
        let jobs = array(jobs)?.into_iter().map(|job| job_of(queue, job, servers, now));
        let more_at = u64::try_from(more).ok().map(|more| callers(more, servers, now));
        Ok(Claimed { jobs: jobs.collect::<Result<_, _>>()?, more_at })
    }

    async fn ready(&self, queue: Queue) {
        self.desk(queue).bell.notified().await;
    }

    async fn extend(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError> {
        self.settle(Script::Extend, job, now, None).await
    }

    async fn complete(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError> {
        self.settle(Script::Complete, job, now, None).await
    }

    async fn retry(&self, job: &Job, at: Timestamp, now: Timestamp) -> Result<Settled, JobsError> {
        let settled = self.settle(Script::Retry, job, now, Some(until(at, now))).await;
        self.desk(job.queue).bell.notify_one();
        settled
    }

    async fn bury(&self, job: &Job, reason: DeadReason, now: Timestamp) -> Result<Settled, JobsError> {
        self.settle(Script::Bury, job, now, Some(of(reason.name()))).await
    }

    async fn dead(&self, queue: Queue, limit: usize) -> Result<Vec<DeadJob>, JobsError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let args = vec![decimal(limit.min(JOB_DEAD_PAGE))];
        let dead = array(self.run(Script::Dead, queue, Timestamp::default(), args).await?)?;
        Ok(dead.into_iter().map(dead_of).collect::<Result<_, _>>()?)
    }

    async fn redrive(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<usize, JobsError> {
        if limit == 0 {
            return Ok(0);
        }
        let moved = self.run(Script::Redrive, queue, now, vec![decimal(limit.min(JOB_DEAD_PAGE))]).await?;
        self.desk(queue).bell.notify_one();
        Ok(usize::try_from(number(&moved)?).unwrap_or(usize::MAX))
    }

    async fn set_flow(&self, queue: Queue, flow: Flow) -> Result<(), JobsError> {
        let flow = match flow {
            Flow::Running => "running",
            Flow::Paused => "paused",
        };
        self.run(Script::Flow, queue, Timestamp::default(), vec![of(flow)]).await?;
        self.desk(queue).bell.notify_one();
        Ok(())
    }

    async fn status(&self, queue: Queue, now: Timestamp) -> Result<QueueStatus, JobsError> {
        let answer = array(self.run(Script::Status, queue, now, vec![]).await?)?;
        let [urgent, high, normal, low, delayed, running, dead, age, stalled, lapsed, refused, forgotten, paused] =
            exactly(answer)?;
        let age = u64::try_from(signed(&age)?).ok();
        Ok(QueueStatus {
            waiting: [number(&urgent)?, number(&high)?, number(&normal)?, number(&low)?],
            delayed: number(&delayed)?,
            running: number(&running)?,
            dead: number(&dead)?,
            oldest: age.map(|age| callers(0, age, now)),
            stalled: number(&stalled)?,
            lapsed: number(&lapsed)?,
            refused: number(&refused)?,
            forgotten: number(&forgotten)?,
            flow: if number(&paused)? == 0 { Flow::Running } else { Flow::Paused },
        })
    }
}

fn job_of(queue: Queue, value: Value, servers: u64, now: Timestamp) -> Result<Job, Unanswered> {
    let [id, priority, payload, attempt, enqueued, ticket] = exactly(array(value)?)?;
    Ok(Job {
        id: id_of(&id)?,
        queue,
        priority: priority_of(&priority)?,
        payload: Payload::new(octets(&payload)?.to_vec()).map_err(|_| Unanswered)?,
        attempt: u32::try_from(number(&attempt)?).unwrap_or(u32::MAX),
        enqueued_at: callers(number(&enqueued)?, servers, now),
        ticket: Ticket(number(&ticket)?),
    })
}

fn dead_of(value: Value) -> Result<DeadJob, Unanswered> {
    let [id, priority, attempts, reason, died_at] = exactly(array(value)?)?;
    let reason = octets(&reason)?;
    Ok(DeadJob {
        id: id_of(&id)?,
        priority: priority_of(&priority)?,
        attempts: u32::try_from(number(&attempts)?).unwrap_or(u32::MAX),
        reason: DeadReason::ALL.into_iter().find(|known| known.name().as_bytes() == reason).ok_or(Unanswered)?,
        died_at: Timestamp::from_millis(number(&died_at)?),
    })
}

fn id_of(value: &Value) -> Result<JobId, Unanswered> {
    let text = std::str::from_utf8(octets(value)?).map_err(|_| Unanswered)?;
    JobId::new(text).map_err(|_| Unanswered)
}

fn priority_of(value: &Value) -> Result<Priority, Unanswered> {
    let index = usize::try_from(number(value)?).map_err(|_| Unanswered)?;
    Priority::ALL.get(index).copied().ok_or(Unanswered)
}

#[cfg(test)]
mod tests;
