//! Bounds of the job queues.

use protocol::time::Millis;

/// Octets of a job's payload: it names what the work is about (a few ids), and never holds it, so that erasing
/// a message needs no look into the queues.
pub const JOB_PAYLOAD: usize = 256;

/// Octets of a job's id: two ids, a word and a time.
pub const JOB_ID: usize = 128;

/// Jobs that one claim hands out at most: bounds one step of the store, and what a worker that dies leaves stalled.
pub const JOB_CLAIM: usize = 64;

/// Dead jobs that are shown, or redriven, by one call: bounds one step of the store.
pub const JOB_DEAD_PAGE: usize = 256;

/// Delayed and stalled jobs that one claim moves back into the line: bounds one step of the store.
pub const JOB_MOVES: usize = 128;

/// Longest rest before a worker looks at its queue again, whatever it was told: what another node put there, and
/// a clock that was set forward, are noticed within it.
pub const JOB_LOOK: Millis = Millis::from_millis(250);

/// Jobs of one priority in one queue, unless configured: a burst of minutes. Each takes some 500 octets.
pub const JOB_DEPTH: u64 = 10_000;

/// Most that may be configured: what 2 GB hold in all lines together.
pub const JOB_DEPTH_MAX: u64 = 200_000;

/// Dead jobs kept in one queue, unless configured: enough to see what they have in common.
pub const JOB_DEAD: u64 = 1_000;

/// Most that may be configured.
pub const JOB_DEAD_MAX: u64 = 100_000;

/// Most jobs a second that a queue may be kept to; beyond, a rate is none.
pub const JOB_RATE_MAX: u64 = 100_000;

/// How long a claim lasts unless its worker says that it is still at it: a worker that died costs no more than this.
pub const JOB_VISIBILITY: Millis = Millis::from_secs(30);

/// How often in a claim's time a worker says that it is still at it: two may be lost.
pub const JOB_BEATS: u64 = 3;

/// How long one attempt may take: a handler has deadlines of its own, and this one is for what they forgot.
pub const JOB_RUN: Millis = Millis::from_secs(5 * 60);

/// How long the id of a job that is done is remembered: who enqueues the same work again does so within this.
pub const JOB_REMEMBERED_FOR: Millis = Millis::from_secs(60 * 60);

/// How many such ids of one queue are; beyond, the oldest are forgotten.
pub const JOB_REMEMBERED: u64 = 50_000;

/// How often a pool considers how many workers it needs.
pub const JOB_SCALE: Millis = Millis::from_secs(1);

/// From this age of the oldest waiting job on, a pool whose workers are busy doubles them.
pub const JOB_AGE: Millis = Millis::from_secs(2);

/// Thousandths of its workers' time from which on a pool takes on more.
pub const JOB_BUSY: u64 = 800;

/// Thousandths of its workers' time below which a pool lets one go.
pub const JOB_IDLE: u64 = 300;

/// Workers of one queue, unless configured: at least, and at most. A worker mostly waits for somebody else's answer.
pub const JOB_WORKERS: (usize, usize) = (1, 32);

/// Most workers of one queue that may be configured.
pub const JOB_WORKERS_MAX: usize = 1_024;

/// Longest period of a job that comes again and again: its ids are remembered no longer than
/// [`JOB_REMEMBERED_FOR`], and within a period the same one is to be enqueued once.
pub const JOB_PERIOD_MAX: Millis = JOB_REMEMBERED_FOR;

/// Longest that a handler may put its job off for another's sake: who was asked to wait longer asks again.
pub const JOB_AFTER_MAX: Millis = Millis::from_secs(6 * 60 * 60);

/// How often a worker tries to say what came of its job, a second apart; then the job stalls, and is done once more.
pub const JOB_SETTLE: u32 = 3;
