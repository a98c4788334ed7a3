//! One attachment out of a raw message: its range, decoded, and a file name that is safe to send.
//!
//! Pure. It never guesses a type: an attachment is a download, whatever it calls itself.

use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
use protocol::message::{Attachment, TransferEncoding};
use zeroize::Zeroizing;

/// Octets that a parameter's extended value carries as they are (`attr-char`, RFC 8187 §3.2.1).
const ATTR_CHARS: &[u8] = b"!#$&+-.^_`|~";

/// Characters of a file name that are sent; the rest is cut.
const NAME_CHARS: usize = 150;

/// Cuts and decodes `attachment`; none where its range does not lie within `raw`.
pub(super) fn decode(raw: &[u8], attachment: &Attachment) -> Option<Zeroizing<Vec<u8>>> {
    let start = usize::try_from(attachment.offset).ok()?;
    let end = start.checked_add(usize::try_from(attachment.length).ok()?)?;
    let range = raw.get(start..end)?;
    Some(Zeroizing::new(match attachment.encoding {
        TransferEncoding::Identity => range.to_vec(),
        // What is no base64 or quoted-printable at all is handed over as it came: better than nothing.
        TransferEncoding::Base64 => base64_decode(range).unwrap_or_else(|| range.to_vec()),
        TransferEncoding::QuotedPrintable => quoted_printable_decode(range).unwrap_or_else(|| range.to_vec()),
    }))
}

/// `Content-Disposition` (RFC 6266 §4) for a file of this name: always a download, with an ASCII name
/// for old clients and the true one in UTF-8 (RFC 8187).
pub(super) fn disposition(filename: &str) -> String {
    let name: String =
        filename.chars().filter(|c| !c.is_control() && !is_direction(*c)).map(harmless).take(NAME_CHARS).collect();
    let name = name.trim_matches(['.', ' ']);
    let name = if name.is_empty() { "attachment" } else { name };
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' }).collect::<String>();
    let ascii = ascii.replace(['"', '\\', '%'], "_");
    let mut extended = String::with_capacity(name.len());
    for octet in name.bytes() {
        if octet.is_ascii_alphanumeric() || ATTR_CHARS.contains(&octet) {
            extended.push(char::from(octet));
        } else {
            extended.push_str(&format!("%{octet:02X}"));
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{extended}")
}

/// Path separators and what file systems reserve.
const fn harmless(c: char) -> char {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        other => other,
    }
}

/// Marks that turn the reading direction: they make `exe.pdf` look like `fdp.exe` and the other way round.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
