//! Which addresses may be told of mail: public ones, and those that the operator allows by name of their network.
//!
//! Pure: looks nothing up. A name with one address that is not public is refused altogether, for which of them a
//! connection takes is not its owner's to choose.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{limits::WEBHOOK_ADDRESSES, networks::Networks};

/// Addresses of one name that may all be connected to; at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct Checked(Vec<IpAddr>);

/// Why a name's addresses are not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// There is none.
    #[error("the name has no address")]
    NoAddress,
    /// One of them is not public.
    #[error("the name has an address that is not public")]
    NotPublic,
}

impl Checked {
    /// Checks all of a name's addresses; of many, the first ones are kept.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn of(addresses: Vec<IpAddr>, allowed: &Networks) -> Result<Self, TargetError> {
        if addresses.is_empty() {
            return Err(TargetError::NoAddress);
        }
        let mut addresses: Vec<_> = addresses.into_iter().map(|address| address.to_canonical()).collect();
        if !addresses.iter().all(|address| allowed.contains(*address) || is_public(*address)) {
            return Err(TargetError::NotPublic);
        }
        addresses.truncate(WEBHOOK_ADDRESSES);
        Ok(Self(addresses))
    }

    /// The addresses.
    #[must_use]
    pub fn addresses(&self) -> &[IpAddr] {
        &self.0
    }
}

/// Networks that are not for everybody (IANA IPv4 Special-Purpose Address Registry, RFC 6890), as first address and
/// length of the prefix.
const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    // "This network" (RFC 791 §3.2).
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // Private use (RFC 1918).
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Shared address space of carriers (RFC 6598); one cloud has its metadata there.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback (RFC 1122 §3.2.1.3).
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local (RFC 3927): other clouds have their metadata there.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // IETF protocol assignments (RFC 6890 §2.1); another cloud has its metadata there.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation (RFC 5737).
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Relays of 6to4 (RFC 7526).
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Benchmarks (RFC 2544).
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast (RFC 5771), reserved (RFC 1112 §4), broadcast (RFC 8190).
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    // A public address by its number that answers Azure's own machines alone, and tells them their configuration.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// What the world is given addresses from (IANA IPv6 Address Space): all else is not public, ULA (RFC 4193),
/// link-local, multicast, loopback, unspecified and IPv4-compatible addresses (RFC 4291 §2.5.5.1) among it.
const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What of it is not for everybody (IANA IPv6 Special-Purpose Address Registry).
const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    // IETF protocol assignments (RFC 2928): Teredo (RFC 4380), benchmarks (RFC 5180), ORCHID (RFC 7343).
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849, RFC 9637).
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4 (RFC 3056): whatever IPv4 address it holds is reached by way of a stranger's relay, if at all.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
];

/// Where IPv4 is reached from a network that has IPv6 alone (RFC 6052 §2.1).
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether an address is the whole world's to reach.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) if within(v6, NAT64) => {
            let [.., a, b, c, d] = v6.octets();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(v6) => {
            within(v6, GLOBAL_UNICAST) && !NOT_PUBLIC_V6.iter().any(|network| within(v6, *network)) && !is_isatap(v6)
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside = |(first, length): &(Ipv4Addr, u32)| {
        let host_bits = 32_u32.saturating_sub(*length);
        address.to_bits() >> host_bits == first.to_bits() >> host_bits
    };
    !NOT_PUBLIC_V4.iter().any(inside)
}

/// Whether the last 64 bits hold an IPv4 address that a tunnel leads to (RFC 5214 §6.1).
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, high, low, _, _] = address.segments();
    matches!(high, 0 | 0x200) && low == 0x5efe
}

fn within(address: Ipv6Addr, (first, length): (Ipv6Addr, u32)) -> bool {
    let host_bits = 128_u32.saturating_sub(length);
    address.to_bits() >> host_bits == first.to_bits() >> host_bits
}

#[cfg(test)]
mod tests;
