//! Work that is owed and done later: the queues' port, its nouns, and what does the work.
//!
//! A job is done *at least once*: a worker that dies or stalls in the middle has its job given to another. So a
//! [`Handler`] is idempotent on [`Job::id`]. A job names what its work is about and never holds it ([`Payload`]):
//! erasing a message needs no look into a queue, and a handler that finds nothing under the names is done.

mod queue;
mod retry;

use core::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::time::{Millis, Timestamp};

pub use queue::{Priority, Queue};
pub use retry::{Retry, RetryPolicy};

use crate::limits;

/// What a job is known by, given by who enqueues it: the same work has the same id, and is then done once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct JobId(std::sync::Arc<str>);

/// A text that cannot be a job's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAJobId {
    /// It has no octet, or too many.
    #[error("a job's id has 1 to {limit} octets, not {octets}", limit = limits::JOB_ID)]
    Length {
        /// How many it has.
        octets: usize,
    },
    /// It has an octet other than letters, digits and `-_.:@/`.
    #[error("a job's id is made of letters, digits and -_.:@/")]
    Octet,
}

impl JobId {
    /// Takes `text` for an id: letters, digits and `-_.:@/`.
    ///
    /// # Errors
    /// [`NotAJobId`].
    pub fn new(text: &str) -> Result<Self, NotAJobId> {
        if text.is_empty() || text.len() > limits::JOB_ID {
            return Err(NotAJobId::Length { octets: text.len() });
        }
        if !text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.:@/".contains(&octet)) {
            return Err(NotAJobId::Octet);
        }
        Ok(Self(text.into()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a job is about: ids, in whatever form its queue's handler reads. At most [`limits::JOB_PAYLOAD`] octets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Payload(Bytes);

/// A payload that holds more than ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job's payload has at most {limit} octets, not {octets}", limit = limits::JOB_PAYLOAD)]
pub struct PayloadTooLong {
    /// How many it has.
    pub octets: usize,
}

impl Payload {
    /// Takes these octets.
    ///
    /// # Errors
    /// [`PayloadTooLong`].
    pub fn new(octets: impl Into<Bytes>) -> Result<Self, PayloadTooLong> {
        let octets = octets.into();
        if octets.len() > limits::JOB_PAYLOAD {
            return Err(PayloadTooLong { octets: octets.len() });
        }
        Ok(Self(octets))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} octets)", self.0.len())
    }
}

/// Until when a job is worth beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// However late.
    Never,
    /// Before this: one that is still in the line then is dropped, and counted.
    At(Timestamp),
}

/// Work to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// What it is known by.
    pub id: JobId,
    /// Its line.
    pub queue: Queue,
    /// Its place in the line.
    pub priority: Priority,
    /// What it is about.
    pub payload: Payload,
    /// Not begun before this; now or earlier: at once.
    pub not_before: Timestamp,
    /// Until when it is worth beginning.
    pub lapse: Lapse,
}

/// What an enqueued job met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It was new, and stands in the line.
    New,
    /// A job of this id is in the queue, or was done or died of late; nothing was changed.
    Known,
}

/// Why a job is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnqueueError {
    /// The line is as long as it may be: who brought the job waits, or says `451` or `503`.
    #[error("{depth} jobs of this priority are in the queue, which takes {limit}")]
    Full {
        /// Jobs of its priority: waiting, delayed and running.
        depth: u64,
        /// How many it takes.
        limit: u64,
    },
    /// The store of the jobs does not answer; the job may or may not have been taken. Enqueue it again.
    #[error("the job store does not answer")]
    Unavailable,
}

/// Why a queue cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobsError {
    /// The store of the jobs does not answer.
    #[error("the job store does not answer")]
    Unavailable,
}

/// One claim of one job: what settles it. A later claim of the same job makes it void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// A job in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What it is known by.
    pub id: JobId,
    /// Its line.
    pub queue: Queue,
    /// Its place in the line.
    pub priority: Priority,
    /// What it is about.
    pub payload: Payload,
    /// The how-manieth time it is begun since it was enqueued or redriven, from 1; stalled times count.
    pub attempt: u32,
    /// When it was enqueued.
    pub enqueued_at: Timestamp,
    /// This claim of it.
    pub ticket: Ticket,
}

/// What a claim brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// Jobs, in the order to begin them.
    pub jobs: Vec<Job>,
    /// When a delay ends, or the rate allows more, where that is known: there may be more then with nobody enqueueing any.
    pub more_at: Option<Timestamp>,
}

/// What became of settling a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is as the worker said.
    Yes,
    /// The claim is void: the job stalled and is somebody else's, or is settled. Nothing was changed.
    Void,
}

/// Why a job will not be tried again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeadReason {
    /// Its handler says that it can never succeed.
    Refused,
    /// Its handler cannot read its payload.
    Unreadable,
    /// It failed as often as its queue allows.
    Exhausted,
    /// Its worker died or stalled as often as its queue allows: it may be what kills them.
    Stalled,
}

impl DeadReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Refused, Self::Unreadable, Self::Exhausted, Self::Stalled];

    /// Its name in metrics and in stored records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
            Self::Exhausted => "exhausted",
            Self::Stalled => "stalled",
        }
    }
}

/// A job that will not be tried again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadJob {
    /// What it is known by.
    pub id: JobId,
    /// Its place in the line it left.
    pub priority: Priority,
    /// How often it was begun.
    pub attempts: u32,
    /// Why it died.
    pub reason: DeadReason,
    /// When.
    pub died_at: Timestamp,
}

/// Whether a queue hands out jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    #[default]
    Running,
    /// An operator holds it: jobs come in and none go out.
    Paused,
}

/// How a queue stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueStatus {
    /// Jobs that may be begun now, by [`Priority::index`].
    pub waiting: [u64; 4],
    /// Jobs whose time has not come.
    pub delayed: u64,
    /// Jobs in workers' hands.
    pub running: u64,
    /// Dead jobs kept.
    pub dead: u64,
    /// Since when the oldest job that may be begun waits.
    pub oldest: Option<Timestamp>,
    /// Times that a job was taken from a worker that had stalled, ever.
    pub stalled: u64,
    /// Jobs that lapsed in the line, ever.
    pub lapsed: u64,
    /// Jobs not taken because their line was full, ever.
    pub refused: u64,
    /// Dead jobs that gave way to later ones, ever.
    pub forgotten: u64,
    /// Whether it hands out jobs.
    pub flow: Flow,
}

impl QueueStatus {
    /// Jobs that are not settled.
    #[must_use]
    pub fn depth(&self) -> u64 {
        self.waiting.iter().sum::<u64>().saturating_add(self.delayed).saturating_add(self.running)
    }
}

/// The queues. One conformance suite (`jobs::conformance`) holds for every implementation.
///
/// What each queue allows (depth, visibility, rate, attempts) the implementation was made with. A claim ends by
/// itself after the queue's visibility: then the job is another's, unless it was settled or [extended](Self::extend).
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Takes a job. Idempotent by its id: what is in the queue, dead, or done of late is not taken again.
    ///
    /// # Errors
    /// [`EnqueueError`]: the caller holds back what brings the job.
    async fn enqueue(&self, job: NewJob, now: Timestamp) -> Result<Enqueued, EnqueueError>;

    /// Hands out up to `limit` jobs (at most [`limits::JOB_CLAIM`]), stalled ones among them; fewer where the
    /// queue's rate says so, none where it is paused.
    async fn claim(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<Claimed, JobsError>;

    /// Waits until the queue may have a job that [`Self::claim`] did not know of. May be early, and on a store that
    /// is shared may miss what another node brought: the caller sets a deadline ([`limits::JOB_LOOK`]).
    async fn ready(&self, queue: Queue);

    /// The job is still being worked at: its claim lasts for the queue's visibility from now.
    async fn extend(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError>;

    /// The job is done.
    async fn complete(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError>;

    /// The job failed; it may be begun again at `at`. The line is never too full for it.
    async fn retry(&self, job: &Job, at: Timestamp, now: Timestamp) -> Result<Settled, JobsError>;

    /// The job failed for good; the oldest dead gives way where there are as many as are kept.
    async fn bury(&self, job: &Job, reason: DeadReason, now: Timestamp) -> Result<Settled, JobsError>;

    /// The latest dead jobs, the latest first, up to `limit` (at most [`limits::JOB_DEAD_PAGE`]).
    async fn dead(&self, queue: Queue, limit: usize) -> Result<Vec<DeadJob>, JobsError>;

    /// Puts up to `limit` dead jobs (at most [`limits::JOB_DEAD_PAGE`]), the oldest first, back into the line as if
    /// enqueued now; says how many. Stops where the line is full.
    async fn redrive(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<usize, JobsError>;

    /// Pauses or resumes a queue, for all nodes that share it.
    async fn set_flow(&self, queue: Queue, flow: Flow) -> Result<(), JobsError>;

    /// How a queue stands.
    async fn status(&self, queue: Queue, now: Timestamp) -> Result<QueueStatus, JobsError>;
}

/// What a worker's attempt at a job came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, or there is nothing left to be done.
    Done,
    /// It failed and may succeed later: again, when the queue's [`RetryPolicy`] says.
    Again,
    /// The same, but no sooner than this: who was asked said so.
    AgainAfter(Millis),
    /// It can never succeed.
    Dead(DeadReason),
}

/// What does a queue's jobs. Called by a pool of workers, many at a time, and for one job more than once.
///
/// The future is dropped where the process stops and its time to drain is over; a panic counts as [`Outcome::Again`].
#[async_trait]
pub trait Handler: Send + Sync {
    /// Does one job.
    async fn run(&self, job: &Job) -> Outcome;
}

#[cfg(test)]
mod tests;
