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
