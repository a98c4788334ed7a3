//! Work that is owed and done later: queues, and the workers that empty them.
//!
//! Two back ends of one port ([`crate::ports::Jobs`]) pass one suite (`conformance`). Neither knows what a job is
//! about: what does the work is a [`Handler`](crate::ports::Handler). What each message owes the edge is no job: the
//! store writes that debt with the message in one atomic step and tells it once an inbox ([`crate::ports::Store::owed`]),
//! and a line of jobs can do neither.
//!
//! * [`rules`] (pure): what each queue allows.
//! * [`picks`], [`rate`] (pure): whose turn it is, and how soon.
//! * [`line`] (pure): one queue, all of it; [`memory`] puts a lock and a bell around it.
//! * [`scale`] (pure): how many workers; [`pool`] keeps so many at work.
//! * [`repeat`]: jobs that come again and again.

pub mod line;
pub mod memory;
pub mod picks;
pub mod pool;
pub mod rate;
pub mod redis;
pub mod repeat;
pub mod rules;
pub mod scale;

mod clock;

#[cfg(test)]
mod conformance;
