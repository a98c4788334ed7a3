//! What is owed to the edge: pushed at once, in batches, until the edge has confirmed it.
//!
//! The store keeps the debts ([`crate::ports::Store::owed`]); this stage empties them through an
//! [`EdgeLink`](crate::ports::EdgeLink). It keeps nothing that a restart would lose and never opens a seal.
//!
//! * [`batch`] (pure): what goes into one batch, so that each record at the edge is true.
//! * [`backoff`] (pure): how long to pause after a failure.
//! * [`schedule`] (pure): which inboxes may go now, which rest, and how the link fares.
//! * [`run`]: the loop, over ports alone; [`purge_loop`] drops what has expired, which is owed too.
//! * [`https`] (I/O): the link itself.

pub mod backoff;
pub mod batch;
pub mod https;
pub mod schedule;

mod clock;
mod purge;
mod run;

pub use self::{
    purge::purge_loop,
    run::{Source, run},
};
