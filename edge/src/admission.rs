//! Who is counted together, where, and what the answer's headers say about it.
//!
//! A client's address is turned into its name of the day (`protocol::limiter::client`) before anything else sees it.

use std::net::IpAddr;

use data_encoding::HEXLOWER;
pub use protocol::limiter::client::{DAY, DayKey, day, is_young};
use protocol::{
    limiter::{self, Admission, client::name},
    problem::Kind,
    time::Millis,
};

use crate::refusal::Refusal;

/// Objects that share the counting: about a thousand requests a second each.
const SHARDS: u16 = 1_024;

/// A client as it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The object that counts it.
    pub shard: String,
    /// Its name there, in hexadecimal.
    pub name: String,
}

/// Names the client at `address`. One without an address, or with one that cannot be read, shares one name
/// with all such: it is limited, never let through.
#[must_use]
pub fn client(key: &DayKey, address: Option<&str>) -> Client {
    let name = name(key, address.and_then(|text| text.trim().parse::<IpAddr>().ok()));
    let [first, second, ..] = *name.as_bytes();
    let number = u16::from_be_bytes([first, second]) % SHARDS;
    Client { shard: format!("s{number}"), name: HEXLOWER.encode(name.as_bytes()) }
}

/// `RateLimit-Policy` and `RateLimit`.
#[must_use]
pub fn headers(admission: Admission) -> Vec<(&'static str, String)> {
    admission.headers().into()
}

/// What a client over its limit is told.
#[must_use]
pub fn refusal(retry_after: Millis) -> Refusal {
    Refusal::new(Kind::TooManyRequests, &limiter::refusal(retry_after))
        .with("retry-after", retry_after.as_secs_ceil().to_string())
}

/// What is said when nobody can count: closed, not open.
#[must_use]
pub fn unavailable() -> Refusal {
    Refusal::new(Kind::Unavailable, limiter::UNCOUNTABLE).with("retry-after", "1")
}

#[cfg(test)]
mod tests;
