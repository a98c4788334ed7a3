//! At most a hundred requests of a client in any minute, exactly, for those who come to the origin itself.
//!
//! [`memory`] counts for one process, [`redis`] for all nodes of a region. Who is counted is named by the day's key
//! ([`days`]): no address is kept, and none leaves this process. Where no key or no count can be had, nobody is let
//! through.

#[cfg(test)]
pub(crate) mod conformance;
mod days;
pub mod memory;
pub mod redis;

pub use self::days::{DayKeys, Drawn, Keys};
