//! Which fields of a sender speak in our name: `Authentication-Results` with our own id (RFC 8601 §5), and `Return-Path`,
//! which the last hop alone writes (RFC 5321 §4.4).
//!
//! Reads ids as generously as any reader might, and takes what cannot be read for forged.

use crate::judge::spf::in_ascii;

/// Whether a field is forged, by its lines.
pub(super) fn is_forged(lines: &[u8], hostname: &str) -> bool {
    let Some(colon) = lines.iter().position(|byte| *byte == b':') else { return false };
    let name = lines[..colon].trim_ascii();
    if name.eq_ignore_ascii_case(b"Return-Path") {
        return true;
    }
    name.eq_ignore_ascii_case(b"Authentication-Results") && is_ours(&lines[colon + 1..], hostname)
}

/// Whether a field's value begins with our id, or with what is none; or may do so for a reader who decodes encoded words
/// (RFC 2047), which have no place in ids and could hide the end of a comment.
fn is_ours(value: &[u8], hostname: &str) -> bool {
    if value.windows(2).any(|pair| pair == b"=?") {
        return true;
    }
    let Some(id) = id(value) else { return true };
    plain(&id).eq_ignore_ascii_case(&plain(hostname))
}

fn plain(id: &str) -> String {
    in_ascii(id.trim().trim_end_matches('.'))
}

/// The id that a value begins with, whatever comments and white space are before it.
fn id(value: &[u8]) -> Option<String> {
    let value = after_comments(value)?;
    let id = match value.strip_prefix(b"\"") {
        Some(quoted) => unquoted(quoted)?,
        None => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b'(');
            value.iter().copied().take_while(|byte| !ends(byte)).collect()
        }
    };
    let id = String::from_utf8(id).ok()?;
    (!id.is_empty()).then_some(id)
}

/// What follows white space and comments, which may be nested (RFC 5322 §3.2.2); nothing where a comment has no end.
fn after_comments(value: &[u8]) -> Option<&[u8]> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = value.get(at) {
        match (byte, depth) {
            (b'\\', 1..) => at += 1,
            (b'(', _) => depth += 1,
            (b')', 1..) => depth -= 1,
            (_, 1..) => {}
            (byte, 0) if byte.is_ascii_whitespace() => {}
            (_, 0) => return value.get(at..),
        }
        at += 1;
    }
    None
}

/// What a quoted string says (RFC 5322 §3.2.4), without line breaks; nothing where it has no end.
fn unquoted(quoted: &[u8]) -> Option<Vec<u8>> {
    let mut said = Vec::new();
    let mut octets = quoted.iter();
    loop {
        match octets.next()? {
            b'"' => return Some(said),
            b'\\' => said.push(*octets.next()?),
            b'\r' | b'\n' => {}
            byte => said.push(*byte),
        }
    }
}
