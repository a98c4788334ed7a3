//! Networks, as configuration names them (RFC 4632, RFC 4291 §2.3). Knows nothing of who is in them.

use std::{
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

/// Some networks; maybe none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

/// One network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    /// IPv4 stands among the mapped addresses, so that one comparison serves both.
    first: u128,
    mask: u128,
}

/// A text that names no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not an address.
    #[error("not an address")]
    Address,
    /// No such prefix length.
    #[error("a prefix has at most {limit} bits")]
    Prefix {
        /// The most.
        limit: u32,
    },
    /// Bits are set behind the prefix: one of the two is a mistake.
    #[error("bits are set behind the prefix")]
    HostBits,
}

impl Networks {
    /// Whether `address` is in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = bits(address);
        self.0.iter().any(|network| address & network.mask == network.first)
    }
}

impl FromStr for Networks {
    type Err = NetworkError;

    /// Networks separated by commas; an address alone is a network of one; nothing is none.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Address)?;
        let limit = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => limit,
            Some(prefix) => prefix.parse().ok().filter(|bits| *bits <= limit).ok_or(NetworkError::Prefix { limit })?,
        };
        let mask = mask(limit, prefix);
        let first = bits(address);
        if first & mask == first { Ok(Self { first, mask }) } else { Err(NetworkError::HostBits) }
    }
}

/// The first bits of an address, `v4` of an IPv4 and `v6` of an IPv6 one; the others are zero. IPv4 stays distinct from IPv6.
#[must_use]
pub fn prefix_of(address: IpAddr, v4: u32, v6: u32) -> u128 {
    let address = address.to_canonical();
    let mask = if address.is_ipv4() { mask(32, v4) } else { mask(128, v6) };
    bits(address) & mask
}

fn mask(length: u32, prefix: u32) -> u128 {
    u128::MAX.checked_shl(length.saturating_sub(prefix)).unwrap_or(0)
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => Ipv6Addr::to_bits(v6),
    }
}

#[cfg(test)]
mod tests;
