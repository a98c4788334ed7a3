//! Under which name a client is counted.
//!
//! HMAC-SHA256(day key, /32 or /64) takes an address's place before anything else sees it. The key is random, of one
//! day, and forgotten after the next, so that what was counted can be traced to nobody.

use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    limits::ADMIT_WINDOW,
    time::{Millis, Timestamp},
};

/// Length of a day, in which one key serves.
pub const DAY: Millis = Millis::from_secs(24 * 60 * 60);

/// Octets of the HMAC that name a client: enough that no two meet by chance.
pub const NAME_OCTETS: usize = 16;

/// The key of one day.
pub type DayKey = [u8; 32];

/// What a client is counted under.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientName([u8; NAME_OCTETS]);

impl ClientName {
    /// Its octets, no two of them more alike than chance makes them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; NAME_OCTETS] {
        &self.0
    }
}

impl std::fmt::Debug for ClientName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientName(…)")
    }
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

/// Names the client at `address`: an IPv4 address stands for itself, an IPv6 one for its /64. Those without an address
/// share one name: they are limited, never let through.
#[must_use]
pub fn name(key: &DayKey, address: Option<IpAddr>) -> ClientName {
    let mut network = [0; 9];
    let network = match address.map(|address| address.to_canonical()) {
        None => &network[..1],
        Some(IpAddr::V4(address)) => {
            network[0] = 4;
            network[1..5].copy_from_slice(&address.octets());
            &network[..5]
        }
        Some(IpAddr::V6(address)) => {
            network[0] = 6;
            network[1..].copy_from_slice(&address.octets()[..8]);
            &network
        }
    };
    let mut name = [0; NAME_OCTETS];
    // HMAC (RFC 2104) takes keys of any length: there is no error, and an empty name would still be a name.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(network);
        name.copy_from_slice(&mac.finalize().into_bytes()[..NAME_OCTETS]);
    }
    ClientName(name)
}
