//! Telling an inbox's owner that mail came, where he asked for it: one signed request a message (Standard Webhooks),
//! tried again until it is taken or the message has ended.
//!
//! Whose URL it is, nobody has proved: so a target is looked up once, refused unless all its addresses are public
//! ([`target`]), and reached at exactly those, with no redirect followed and no answer read. What is sent is what the
//! holder of the read token may list anyway. Neither URL nor secret leaves the store but for the attempt itself.

pub mod answer;
pub mod deliver;
pub mod errand;
pub mod https;
pub mod schedule;
pub mod seats;
pub mod signature;
pub mod target;

#[cfg(test)]
mod tests;
