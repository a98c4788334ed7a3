//! Files that a text body carries in uuencode, as mail did before MIME.
//!
//! Never decodes one: its name and its first octets say enough.

use std::ops::Range;

use super::super::fields::{next_line, trim_break};

/// A file in a text.
pub(super) struct Encoded {
    pub(super) name: String,
    /// Its first line, decoded: 45 octets.
    pub(super) head: Vec<u8>,
    /// From its first line to its last.
    pub(super) range: Range<usize>,
}

/// The files in `text`, in their order.
pub(super) fn files(text: &[u8]) -> impl Iterator<Item = Encoded> {
    // Hardly any mail has the word at a line's beginning; to look for it in UTF-8 is many times as fast.
    let is_without =
        std::str::from_utf8(text).is_ok_and(|text| !text.starts_with("begin ") && !text.contains("\nbegin "));
    let mut at = if is_without { text.len() } else { 0 };
    std::iter::from_fn(move || {
        while at < text.len() {
            let (begin, body) = (at, next_line(text, at));
            at = body;
            let Some(name) = name(trim_break(&text[begin..body])) else { continue };
            let head = decoded(trim_break(&text[body..next_line(text, body)]));
            if head.is_empty() {
                continue;
            }
            while at < text.len() {
                let line = trim_break(&text[at..next_line(text, at)]);
                at = next_line(text, at);
                if line == b"end" {
                    break;
                }
            }
            return Some(Encoded { name, head, range: begin..at });
        }
        None
    })
}

/// `begin 644 name`.
fn name(line: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(line.strip_prefix(b"begin ")?);
    let (mode, name) = line.split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    is_mode.then(|| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// One line: how many octets, then four characters for three of them. Nothing where it is none.
fn decoded(line: &[u8]) -> Vec<u8> {
    let Some((length, rest)) = line.split_first() else { return Vec::new() };
    let value = |c: &u8| u32::from(c.wrapping_sub(32) & 63);
    let length = value(length) as usize;
    let is_line = line.iter().all(|c| (32..=96).contains(c)) && rest.len() >= (length * 4).div_ceil(3);
    if !is_line || length == 0 {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(48);
    for group in rest.chunks(4) {
        let bits = (0..4).fold(0, |bits, at| bits << 6 | group.get(at).map_or(0, value));
        out.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    out.truncate(length);
    out
}
