//! What a message may not exceed, and the form of its header's lines, checked before anything of it is parsed.
//!
//! Never reads further than the header section.

use protocol::limits::MESSAGE_OCTETS;

use super::fields::{Section, fields, section};
use crate::{
    limits::{HEADER_OCTETS, HOPS},
    verdict::Refusal,
};

/// The header section of the message that begins at `trace_len`, after our own trace fields.
///
/// # Errors
/// [`Refusal::TooLarge`], [`Refusal::HeaderTooLarge`], [`Refusal::BareLineEnding`] and [`Refusal::Loop`].
pub(super) fn check(raw: &[u8], trace_len: usize) -> Result<Section, Refusal> {
    let octets = raw.len() - trace_len;
    if octets > MESSAGE_OCTETS {
        return Err(Refusal::TooLarge { octets, limit: MESSAGE_OCTETS });
    }
    let section = section(raw, trace_len, |_| false);
    let octets = section.header.len();
    if octets > HEADER_OCTETS {
        return Err(Refusal::HeaderTooLarge { octets, limit: HEADER_OCTETS });
    }
    // A binary message (RFC 3030 §3) may hold any octets, yet its header is lines: a reader who took a bare CR for the
    // end of one would see fields that nobody here has looked at.
    if !is_lines(&raw[trace_len..section.body]) {
        return Err(Refusal::BareLineEnding);
    }
    let hops = fields(&raw[section.header.clone()]).filter(|field| field.name.eq_ignore_ascii_case("Received")).count();
    if hops > HOPS {
        return Err(Refusal::Loop { hops, limit: HOPS });
    }
    Ok(section)
}

/// Whether lines end with CRLF alone (RFC 5322 §2.2), without a NUL among them.
fn is_lines(header: &[u8]) -> bool {
    let behind = |at: usize| at.checked_sub(1).and_then(|before| header.get(before));
    header.iter().enumerate().all(|(at, octet)| match octet {
        b'\0' => false,
        b'\r' => header.get(at + 1) == Some(&b'\n'),
        b'\n' => behind(at) == Some(&b'\r'),
        _ => true,
    })
}
