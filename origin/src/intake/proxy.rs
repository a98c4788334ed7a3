//! Reads the header that a trusted proxy puts before a connection: the PROXY protocol, versions 1 and 2.
//!
//! Only whether it is all there, and whom it names: what else a header carries is skipped. Whether the
//! peer may say so is decided elsewhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::limits::PROXY_OCTETS;

/// Longest header of version 1, with its CRLF (specification §2.1).
const TEXT_OCTETS: usize = 107;

/// How a header of version 2 begins (§2.2). No mail client does.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// Signature, command, family and length.
const FIXED_OCTETS: usize = 16;

/// Whom a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Origin {
    /// A client at this address.
    Client(IpAddr),
    /// The proxy itself, or it cannot tell: then the peer's own address holds.
    Peer,
}

/// What the octets up to here are.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Header {
    /// The beginning of a header.
    Partial,
    /// A header, of this many octets.
    Whole(Origin, usize),
}

/// Why there is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// It begins like neither version.
    #[error("no PROXY header")]
    Missing,
    /// It is longer than the limit.
    #[error("the PROXY header has more than {limit} octets")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// It begins like a header, and is none.
    #[error("a malformed PROXY header")]
    Malformed,
    /// It names a protocol that is not TCP.
    #[error("not for TCP")]
    Protocol,
}

/// Reads a header at the beginning of `octets`.
///
/// # Errors
/// [`ProxyError`], as soon as it is certain.
pub fn read(octets: &[u8]) -> Result<Header, ProxyError> {
    if begins(octets, SIGNATURE) {
        binary(octets)
    } else if begins(octets, b"PROXY ") {
        text(octets)
    } else {
        Err(ProxyError::Missing)
    }
}

/// Whether one is the beginning of the other.
fn begins(octets: &[u8], prefix: &[u8]) -> bool {
    octets.iter().zip(prefix).all(|(one, other)| one == other)
}

/// Version 1: `PROXY TCP4 source destination port port`, or `PROXY UNKNOWN` and anything.
fn text(octets: &[u8]) -> Result<Header, ProxyError> {
    let line = &octets[..octets.len().min(TEXT_OCTETS)];
    let Some(end) = line.windows(2).position(|pair| pair == b"\r\n") else {
        return if line.len() < TEXT_OCTETS {
            Ok(Header::Partial)
        } else {
            Err(ProxyError::TooLong { limit: TEXT_OCTETS })
        };
    };
    let line = std::str::from_utf8(&line[..end]).map_err(|_| ProxyError::Malformed)?;
    let mut words = line.split(' ').skip(1);
    let origin = match words.next() {
        Some("UNKNOWN") => return Ok(Header::Whole(Origin::Peer, end + 2)),
        Some("TCP4") => addresses::<Ipv4Addr>(&mut words)?,
        Some("TCP6") => addresses::<Ipv6Addr>(&mut words)?,
        _ => return Err(ProxyError::Malformed),
    };
    if words.next().is_some() { Err(ProxyError::Malformed) } else { Ok(Header::Whole(origin, end + 2)) }
}

/// Both addresses and both ports; the first is the client's.
fn addresses<'a, A>(words: &mut impl Iterator<Item = &'a str>) -> Result<Origin, ProxyError>
where
    A: std::str::FromStr + Into<IpAddr>,
{
    let mut address = || words.next().and_then(|word| word.parse::<A>().ok()).ok_or(ProxyError::Malformed);
    let (source, _) = (address()?, address()?);
    let mut port = || words.next().and_then(|word| word.parse::<u16>().ok()).ok_or(ProxyError::Malformed);
    port()?;
    port()?;
    Ok(Origin::Client(source.into().to_canonical()))
}

/// Version 2.
fn binary(octets: &[u8]) -> Result<Header, ProxyError> {
    let Some((fixed, rest)) = octets.split_first_chunk::<FIXED_OCTETS>() else { return Ok(Header::Partial) };
    let [.., command, family, high, low] = *fixed;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if FIXED_OCTETS + length > PROXY_OCTETS {
        return Err(ProxyError::TooLong { limit: PROXY_OCTETS });
    }
    let Some(body) = rest.get(..length) else { return Ok(Header::Partial) };
    let origin = match (command, family) {
        (0x20, _) | (0x21, 0x00 | 0x31) => Origin::Peer,
        (0x21, 0x11) if body.len() >= 12 => Origin::Client(Ipv4Addr::from(leading(body)?).into()),
        (0x21, 0x21) if body.len() >= 36 => Origin::Client(IpAddr::from(leading::<16>(body)?).to_canonical()),
        (0x21, 0x12 | 0x22 | 0x32) => return Err(ProxyError::Protocol),
        _ => return Err(ProxyError::Malformed),
    };
    Ok(Header::Whole(origin, FIXED_OCTETS + length))
}

fn leading<const N: usize>(body: &[u8]) -> Result<[u8; N], ProxyError> {
    body.first_chunk().copied().ok_or(ProxyError::Malformed)
}

#[cfg(test)]
mod tests;
