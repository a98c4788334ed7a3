//! Mail in: the SMTP or LMTP session as a value, driven by tokio.
//!
//! In the order of an octet's way: [`tcp`] accepts and reads (as [`unix`] does for LMTP), [`line`](mod@line) cuts command lines, [`command`]
//! and [`path`] read them, [`session`] decides and answers with a [`reply`], [`data`] or [`chunk`] takes
//! the message into a [`buffer`] behind the [`trace`] fields, [`tls`] closes the channel to others.
//!
//! Before all that, [`proxy`] reads for whom a trusted proxy speaks, and [`classes`] count who comes how often;
//! [`stress`] tells how patient we are.
//!
//! Only [`tcp`], [`unix`] and [`tls`] do I/O. Intake never judges a message, never seals and never stores: it
//! asks the `Reception` port.

pub mod buffer;
pub mod chunk;
pub mod classes;
pub mod command;
pub mod data;
pub mod line;
pub mod path;
pub mod proxy;
pub mod reply;
mod scan;
pub mod session;
pub mod stress;
pub mod tcp;
pub mod tls;
pub mod trace;
pub mod unix;

pub use tcp::{Bounds, Config, Sharing, listen, serve};

#[cfg(test)]
mod tests;
