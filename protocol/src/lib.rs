//! What edge, origin, browser and command line say to each other.
//!
//! Everything here is pure: no I/O, no clock, no randomness of its own. Time comes in as a
//! [`time::Timestamp`], chance as a `rand_core::CryptoRng`. The crate builds for `wasm32` as it is.
//!
//! In the order of a message's way: an [`address`] is drawn ([`name`]) and bound to a
//! [`capability`]; mail for it is described by [`message`], closed by [`sealing`], stored under a [`wrap`], carried to the
//! edge by a signed [`batch`], admitted by the [`limiter`], routed by [`region`] and listed by
//! [`cursor`] through the [`api`], whose refusals are [`problem`]s. Mail that did not come leaves a [`delivery`] record; who asked for it
//! is told of mail by a [`webhook`]. An attachment is cut from the opened message by
//! [`transfer`] and named by [`disposition`].

pub mod address;
pub mod api;
pub mod batch;
pub mod bytes;
pub mod capability;
pub mod cursor;
pub mod delivery;
pub mod disposition;
mod hidden;
pub mod id;
pub mod limiter;
pub mod limits;
pub mod message;
pub mod name;
pub mod problem;
pub mod region;
pub mod sealing;
pub mod security;
pub mod text;
pub mod time;
pub mod transfer;
pub mod webhook;
pub mod wrap;
