//! Who is counted together, where, and what the answer's headers say about it.
//!
//! A client's address is turned into HMAC-SHA256(day key, /32 or /64) before anything else sees it. The
//! key is random, of one day, and forgotten after the next, so that what was counted can be traced to nobody.

use std::net::IpAddr;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use protocol::{
    limiter::Admission,
    limits::{ADMIT_REQUESTS, ADMIT_WINDOW},
    problem::Kind,
    time::{Millis, Timestamp},
};
use sha2::Sha256;

use crate::refusal::Refusal;

/// Length of a day, in which one key serves.
pub const DAY: Millis = Millis::from_secs(24 * 60 * 60);

/// Objects that share the counting: about a thousand requests a second each.
const SHARDS: u16 = 1_024;

/// Octets of the HMAC that name a client: enough that no two meet by chance.
const CLIENT_OCTETS: usize = 16;

/// The key of one day.
pub type DayKey = [u8; 32];

/// A client as it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The object that counts it.
    pub shard: String,
    /// Its name there, in hexadecimal.
    pub name: String,
}

/// The number of the day that `now` lies in.
#[must_use]
pub const fn day(now: Timestamp) -> u64 {
    now.as_millis() / DAY.as_millis()
}

/// Whether the day's key is so young that requests counted under the one before still matter: then a request
/// must be admitted under both, which keeps the count exact across midnight.
#[must_use]
pub const fn is_young(now: Timestamp) -> bool {
    now.as_millis() % DAY.as_millis() < ADMIT_WINDOW.as_millis()
}

/// Names the client at `address`. One without an address, or with one that cannot be read, shares one name
/// with all such: it is limited, never let through.
#[must_use]
pub fn client(key: &DayKey, address: Option<&str>) -> Client {
    let digest = digest(key, &network(address));
    let number = digest.iter().take(2).fold(0_u16, |number, octet| number << 8 | u16::from(*octet)) % SHARDS;
    let name = HEXLOWER.encode(digest.get(..CLIENT_OCTETS).unwrap_or(&digest));
    Client { shard: format!("s{number}"), name }
}

/// HMAC-SHA256 (RFC 2104).
fn digest(key: &DayKey, message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length: the error cannot occur, and an empty name is still a name.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        },
    )
}

/// What stands for one subscriber: an IPv4 address, or the /64 of an IPv6 one.
fn network(address: Option<&str>) -> Vec<u8> {
    match address.and_then(|text| text.trim().parse::<IpAddr>().ok()).map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => [&[4], &address.octets()[..]].concat(),
        Some(IpAddr::V6(address)) => {
            let octets = address.octets();
            octets.iter().take(8).fold(vec![6], |mut network, octet| {
                network.push(*octet);
                network
            })
        }
        None => vec![0],
    }
}

/// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
#[must_use]
pub fn headers(admission: Admission) -> Vec<(&'static str, String)> {
    let (remaining, reset) = match admission {
        Admission::Admitted { remaining, reset } => (remaining, reset),
        Admission::Limited { retry_after } => (0, retry_after),
    };
    vec![
        ("ratelimit-policy", format!("\"default\";q={ADMIT_REQUESTS};w={}", ADMIT_WINDOW.as_secs_ceil())),
        ("ratelimit", format!("\"default\";r={remaining};t={}", reset.as_secs_ceil())),
    ]
}

/// What a client over its limit is told.
#[must_use]
pub fn refusal(retry_after: Millis) -> Refusal {
    let secs = retry_after.as_secs_ceil();
    let detail = format!(
        "At most {ADMIT_REQUESTS} requests in any {} seconds. Wait {secs} s; wait= and /events need fewer requests.",
        ADMIT_WINDOW.as_secs_ceil()
    );
    Refusal::new(Kind::TooManyRequests, &detail).with("retry-after", secs.to_string())
}

/// What is said when nobody can count: closed, not open.
#[must_use]
pub fn unavailable() -> Refusal {
    Refusal::new(Kind::Unavailable, "Requests cannot be counted just now, so none are let through. Try again shortly.")
        .with("retry-after", "1")
}

#[cfg(test)]
mod tests;
