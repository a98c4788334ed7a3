//! Where sealed mail is kept, in memory alone: nothing of it ever touches a disk, and nothing here can open it.
//!
//! [`memory`] is the embedded engine, [`redis`] the one that several nodes share; [`wrapped`] goes over either, so that
//! what it holds is worth nothing once the keys in [`keyring`] are gone. What every engine promises is
//! [`crate::ports::Store`]; the suite in
//! `conformance` says it in tests, and every engine must pass it:
//!
//! * **Time.** A message lives for 24 hours from when it was received, or until its inbox ends, whichever is sooner;
//!   an extension of the inbox never carries a message past its 24 hours. At the very millisecond of its
//!   end a thing is gone, whether or not anything was purged. A message that expires within a living
//!   inbox is a deletion like any other: it has a number, readers and the edge learn of it.
//! * **Room.** What is kept is counted to the octet against one budget, reserved before mail is taken. New mail is
//!   refused past the high-water mark. Only a message whose reservation was admitted and proved too small
//!   may push out others: the soonest to expire first (volatile-ttl), counted, an alarm.
//! * **Ends.** Of an ended inbox only its id and its address's key are remembered, for 24 hours: it is
//!   [`Gone`](crate::ports::ReadError::Gone), its address [`Expired`](crate::ports::Unreachable::Expired) and nobody
//!   else's, so that no stranger reads what is still sent to it.
//! * **Debts.** Each change and the note that the edge lacks it are one atomic step. `owed` tells an inbox as it is now,
//!   however many changes that sums up; `settle` clears what the edge has confirmed and nothing that
//!   came meanwhile; an end supersedes every update.

mod bell;
pub mod keyring;
pub mod memory;
pub mod redis;
mod waiters;
pub mod wrapped;

#[cfg(test)]
pub(crate) mod conformance;
