//! What a message may not exceed, checked before anything of it is parsed.
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
/// [`Refusal::TooLarge`], [`Refusal::HeaderTooLarge`] and [`Refusal::Loop`].
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
    let hops = fields(&raw[section.header.clone()]).filter(|field| field.name.eq_ignore_ascii_case("Received")).count();
    if hops > HOPS {
        return Err(Refusal::Loop { hops, limit: HOPS });
    }
    Ok(section)
}
