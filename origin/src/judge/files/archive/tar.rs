//! tar: POSIX's ustar and pax, GNU's long names.
//!
//! Never follows a link, and keeps no name longer than one header's.

use std::ops::ControlFlow;

use protocol::message::Danger;

use super::{super::content::Content, Entry, Visitor, length};

/// A header's length, and what all lengths are rounded up to.
const BLOCK: usize = 512;

/// Tells of each file.
pub(in super::super) fn read(octets: &[u8], visitor: &mut dyn Visitor) {
    let mut at = 0;
    // A name that the header before gave for this one.
    let mut given: &[u8] = &[];
    while let Some(header) = octets.get(at..at + BLOCK) {
        if header.iter().all(|octet| *octet == 0) {
            return;
        }
        let size = number(&header[124..136]);
        let (Some(size), true) = (size, sum_holds(header)) else {
            visitor.flaw(Danger::Unreadable, "a broken tar archive");
            return;
        };
        let begin = at + BLOCK;
        let Some(body) = begin.checked_add(size).and_then(|end| octets.get(begin..end)) else {
            visitor.flaw(Danger::Unreadable, "a tar archive that is cut off");
            // What there is of it may still be what it should not.
            let _last = visitor.entry(&entry(header, given, &octets[begin..]));
            return;
        };
        match header[156] {
            b'L' => given = until_nul(body),
            b'x' => given = pax_path(body).unwrap_or(given),
            b'g' | b'K' => {}
            b'0' | b'7' | 0 | b'S' => {
                if visitor.entry(&entry(header, given, body)) == ControlFlow::Break(()) {
                    return;
                }
                given = &[];
            }
            // Folders, links, devices.
            _ => given = &[],
        }
        at = size.checked_next_multiple_of(BLOCK).and_then(|size| begin.checked_add(size)).unwrap_or(usize::MAX);
        if at > octets.len() {
            return;
        }
    }
}

fn entry<'a>(header: &'a [u8], given: &'a [u8], body: &'a [u8]) -> Entry<'a> {
    Entry { names: [until_nul(&header[..100]), given], content: Content::Plain(body) }
}

fn until_nul(text: &[u8]) -> &[u8] {
    text.split(|octet| *octet == 0).next().unwrap_or_default()
}

/// Octal digits, or GNU's big-endian number where the first bit is set.
fn number(field: &[u8]) -> Option<usize> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_last_chunk()?;
        // A field of eight octets has no room for the mark beside a number.
        let is_small = matches!(high, [0x80, rest @ ..] if rest.iter().all(|octet| *octet == 0));
        return is_small.then(|| length(u64::from_be_bytes(*low)));
    }
    let digits = until_nul(field).trim_ascii();
    digits.iter().try_fold(0usize, |sum, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 8)?;
        sum.checked_mul(8)?.checked_add(usize::from(digit))
    })
}

/// The sum of the header's octets, its own field taken for blanks.
fn sum_holds(header: &[u8]) -> bool {
    let own = 148..156;
    let octets = header.iter().enumerate();
    let sum: usize = octets.map(|(at, octet)| if own.contains(&at) { 32 } else { usize::from(*octet) }).sum();
    number(&header[own]) == Some(sum)
}

/// The `path` of pax's records: `27 path=some/where/else.txt\n`, each with its own length before it.
fn pax_path(records: &[u8]) -> Option<&[u8]> {
    let mut found = None;
    let mut rest = records;
    while let Some(blank) = rest.iter().take(20).position(|octet| *octet == b' ') {
        let digits = std::str::from_utf8(&rest[..blank]).ok()?;
        let length = digits.parse::<usize>().ok().filter(|length| *length > blank)?;
        let record = rest.get(blank + 1..length)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            found = Some(path.strip_suffix(b"\n").unwrap_or(path));
        }
        rest = &rest[length..];
    }
    found
}
