//! Names that a sender chose, made harmless: file names, media types, display names.
//!
//! Never invents: what is left of a name stands in it as the sender wrote it.

use crate::limits::FILENAME_OCTETS;

/// Longest media type in octets: RFC 6838 §4.2 allows 127 for each half.
const MEDIA_OCTETS: usize = 255;

/// A file name without path, control characters and marks that turn the direction of writing
/// (`exe.fdp` read as `pdf.exe`), at most [`FILENAME_OCTETS`] long. Its extension survives a cut.
pub(super) fn clean(name: &str) -> String {
    let name: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.trim().trim_end_matches(['.', ' ']);
    if name.len() <= FILENAME_OCTETS {
        return name.to_owned();
    }
    let extension = name.rfind('.').map_or("", |dot| &name[dot..]);
    let extension = if extension.len() <= 16 { extension } else { "" };
    format!("{}{extension}", cut(name, FILENAME_OCTETS - extension.len()))
}

/// What an attachment without a name is called.
pub(super) fn fallback(media: &str) -> &'static str {
    match media {
        "message/rfc822" | "message/global" => "message.eml",
        "text/calendar" => "invite.ics",
        _ => "attachment",
    }
}

/// A media type in lower case; `application/octet-stream` where it is none (RFC 2045 §5.2).
pub(super) fn media(kind: &str, subtype: Option<&str>) -> String {
    let subtype = match subtype {
        Some(subtype) => subtype,
        None if kind.eq_ignore_ascii_case("text") => "plain",
        None => "",
    };
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !br#"()<>@,;:\"/[]?="#.contains(&b))
    };
    if is_token(kind) && is_token(subtype) && kind.len() + subtype.len() < MEDIA_OCTETS {
        format!("{kind}/{subtype}").to_ascii_lowercase()
    } else {
        "application/octet-stream".to_owned()
    }
}

/// A line of a header for people: no control characters, no marks that turn the direction of writing,
/// at most `limit` octets.
pub(super) fn line(text: &str, limit: usize) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return cut(text.trim(), limit).trim_end().to_owned();
    }
    let text: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    cut(text.trim(), limit).trim_end().to_owned()
}

/// The longest beginning of at most `limit` octets that ends between two characters.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// Controls, and the directional marks of UAX #9 that can disguise a name.
const fn is_hidden(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
