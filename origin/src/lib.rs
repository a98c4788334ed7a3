//! The regional origin: takes mail in, judges it, seals it, keeps it in memory, and owes it to the edge.
//!
//! The way of a message is the order of these folders, and the alphabet: [`intake`], [`judge`],
//! [`seal`], [`store`], [`sync`]. No stage imports another. They share the nouns ([`mail`],
//! [`verdict`]) and the [`ports`]; [`pipeline`] alone writes the order down and [`app`] alone names
//! concrete adapters. `cargo xtask tidy` enforces it.

pub mod intake;
pub mod judge;
pub mod seal;
pub mod store;
pub mod sync;

pub mod admission;
pub mod webhooks;

pub mod http;
pub mod jobs;

pub mod mail;
pub mod operator;
pub mod policy;
pub mod verdict;

mod atomic;
pub mod budget;
pub mod limits;
pub mod networks;
mod octets;
pub mod ports;

pub mod opinion;
pub mod pipeline;
pub mod registrar;

pub mod handover;

pub mod certificates;
pub mod chance;
pub mod clock;
pub mod config;
pub mod dns;
pub mod metrics;

pub mod app;
pub mod cli;
