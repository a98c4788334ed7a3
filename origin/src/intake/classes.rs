//! Counts sessions by where they come from: how many are open, and how fast new ones come, of one
//! address (/32, /64) and of its network (/24, /48).
//!
//! No address is kept: a class is found by an HMAC of its prefix under a key of this process. The
//! tables are bounded, and a class whose sessions are open is never forgotten.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
};

use hmac::{Hmac, KeyInit, Mac};
use protocol::time::Timestamp;
use sha2::Sha256;

use crate::networks::prefix_of;

/// A minute, in microseconds.
const MINUTE: u64 = 60_000_000;

/// What one class may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Sessions at one time.
    pub sessions: u32,
    /// New sessions a minute.
    pub rate: u32,
}

/// What an address and its network may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// An IPv4 address, or an IPv6 network of one customer (/64).
    pub address: Quota,
    /// Its neighbourhood: /24, or a site (/48).
    pub network: Quota,
}

/// The open and recent sessions of all classes.
pub struct Classes {
    mac: Hmac<Sha256>,
    quotas: Quotas,
    addresses: Table,
    networks: Table,
}

/// A session's place in its classes, to be given back.
#[must_use = "a seat is given back"]
pub struct Seat {
    address: Class,
    network: Class,
}

/// Why a session may not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Crowded {
    /// Too many sessions at one time.
    #[error("more than {limit} sessions of one origin")]
    Sessions {
        /// The limit.
        limit: u32,
    },
    /// Too many new ones.
    #[error("more than {limit} new sessions a minute of one origin")]
    Rate {
        /// The limit.
        limit: u32,
    },
    /// There are more classes with open sessions than can be told apart.
    #[error("more than {limit} origins")]
    Classes {
        /// The limit.
        limit: usize,
    },
}

/// What a class is found by.
type Class = [u8; 16];

struct Table {
    counts: HashMap<Class, Count>,
    capacity: usize,
}

#[derive(Clone, Copy, Default)]
struct Count {
    open: u32,
    /// When, in microseconds, its sessions so far would have come at exactly the rate.
    even: u64,
}

impl Classes {
    /// Of at most `capacity` addresses and as many networks, under `key`. More sessions than `capacity`
    /// cannot be told apart.
    #[must_use]
    pub fn new(key: &[u8; 32], quotas: Quotas, capacity: usize) -> Self {
        let mut block = [0; 64]; // HMAC pads a short key with zeros (RFC 2104 §2).
        block[..32].copy_from_slice(key);
        let table = || Table { counts: HashMap::new(), capacity };
        Self { mac: Hmac::new(&block.into()), quotas, addresses: table(), networks: table() }
    }

    /// A session from `client` begins.
    ///
    /// # Errors
    /// [`Crowded`]; then nothing was counted.
    pub fn enter(&mut self, client: IpAddr, now: Timestamp) -> Result<Seat, Crowded> {
        let address = self.class(b'a', prefix_of(client, 32, 64));
        let network = self.class(b'n', prefix_of(client, 24, 48));
        let now = now.as_millis().saturating_mul(1000);
        let of_address = self.addresses.next(&address, self.quotas.address, now)?;
        let of_network = self.networks.next(&network, self.quotas.network, now)?;
        self.addresses.counts.insert(address, of_address);
        self.networks.counts.insert(network, of_network);
        Ok(Seat { address, network })
    }

    /// It has ended.
    pub fn leave(&mut self, Seat { address, network }: &Seat) {
        self.addresses.leave(address);
        self.networks.leave(network);
    }

    fn class(&self, kind: u8, prefix: u128) -> Class {
        let mut mac = self.mac.clone();
        mac.update(&[kind]);
        mac.update(&prefix.to_be_bytes());
        let whole = mac.finalize().into_bytes();
        let mut class = [0; 16];
        class.iter_mut().zip(whole).for_each(|(octet, value)| *octet = value);
        class
    }
}

impl Table {
    /// The count of a class with one session more, if it may have it.
    fn next(&mut self, class: &Class, quota: Quota, now: u64) -> Result<Count, Crowded> {
        let count = match self.counts.get(class) {
            Some(count) => *count,
            None => {
                self.make_room(now)?;
                Count::default()
            }
        };
        if count.open >= quota.sessions {
            return Err(Crowded::Sessions { limit: quota.sessions });
        }
        // A whole minute's sessions may come at once; then they come evenly.
        let even = count.even.max(now).saturating_add(MINUTE / u64::from(quota.rate.max(1)));
        if even > now.saturating_add(MINUTE) {
            return Err(Crowded::Rate { limit: quota.rate });
        }
        Ok(Count { open: count.open + 1, even })
    }

    fn leave(&mut self, class: &Class) {
        if let Entry::Occupied(mut entry) = self.counts.entry(*class) {
            entry.get_mut().open = entry.get().open.saturating_sub(1);
        }
    }

    /// Forgets classes that count nothing any more, then those that are only recent: each such sweep
    /// makes room for many, so that it is rare.
    fn make_room(&mut self, now: u64) -> Result<(), Crowded> {
        if self.counts.len() < self.capacity {
            return Ok(());
        }
        self.counts.retain(|_, count| count.open > 0 || count.even > now);
        if self.counts.len() > self.capacity / 4 * 3 {
            self.counts.retain(|_, count| count.open > 0);
        }
        if self.counts.len() < self.capacity { Ok(()) } else { Err(Crowded::Classes { limit: self.capacity }) }
    }
}

#[cfg(test)]
mod tests;
