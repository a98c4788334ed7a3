//! gzip (RFC 1952): one file, in one or more members.
//!
//! Never believes the length at the end, and does not check the sum: what is wrong with the octets shows later.

use zeroize::Zeroizing;

use super::super::budget::{Budget, End, Inflated};

/// Bits of the flags (§2.3.1).
const HEADER_SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// What follows a member's octets: sum and length.
const TRAILER: usize = 8;

/// A member's header.
struct Header<'a> {
    name: &'a [u8],
    /// Where the deflated octets begin.
    length: usize,
}

/// The name that the first member keeps; empty where there is none.
pub(in super::super) fn name(octets: &[u8]) -> &[u8] {
    header(octets).map_or(&[], |header| header.name)
}

/// Inflates all members as one, to at most `wanted` octets. What follows them that is no member is passed over, as
/// gzip does.
pub(in super::super) fn inflate(octets: &[u8], wanted: usize, budget: &mut Budget) -> Inflated {
    let mut rest = octets;
    let (mut members, mut so_far) = (Vec::new(), 0);
    let end = loop {
        let Some(header) = header(rest) else {
            break if members.is_empty() { End::Broken } else { End::Finished(octets.len() - rest.len()) };
        };
        let packed = &rest[header.length..];
        let member = budget.inflate(packed, wanted - so_far);
        so_far += member.octets.len();
        members.push(member.octets);
        let End::Finished(consumed) = member.end else { break member.end };
        rest = packed.get(consumed.saturating_add(TRAILER)..).unwrap_or_default();
        if so_far == wanted {
            break End::Enough;
        }
        // Each member costs an entry: there may be a million empty ones.
        if !budget.take_entry() {
            break End::TooMuch;
        }
    };
    if let [_] = members.as_slice()
        && let Some(octets) = members.pop()
    {
        return Inflated { octets, end };
    }
    let mut octets = Zeroizing::new(Vec::with_capacity(so_far));
    members.iter().for_each(|member| octets.extend_from_slice(member));
    Inflated { octets, end }
}

/// §2.3.
fn header(octets: &[u8]) -> Option<Header<'_>> {
    if !octets.starts_with(b"\x1f\x8b\x08") {
        return None;
    }
    let flags = *octets.get(3)?;
    let mut at = 10;
    if flags & EXTRA != 0 {
        let length = octets.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    let text = |at: usize| -> Option<&[u8]> {
        let rest = octets.get(at..)?;
        rest.iter().position(|octet| *octet == 0).map(|end| &rest[..end])
    };
    let mut name: &[u8] = &[];
    if flags & NAME != 0 {
        name = text(at)?;
        at += name.len() + 1;
    }
    if flags & COMMENT != 0 {
        at += text(at)?.len() + 1;
    }
    if flags & HEADER_SUM != 0 {
        at += 2;
    }
    (at <= octets.len()).then_some(Header { name, length: at })
}
