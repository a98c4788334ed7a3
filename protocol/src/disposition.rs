//! `Content-Disposition` of a download (RFC 6266, RFC 8187), with a file name that is safe to send.
//!
//! Never lets a sender's file name leave its header, name a path or turn the reading direction.

/// Octets that a parameter's extended value carries as they are (`attr-char`, RFC 8187 §3.2.1).
const ATTR_CHARS: &[u8] = b"!#$&+-.^_`|~";

/// Characters of a file name that are sent; the rest is cut. Written three octets an octet, they stay below 2 KiB.
const NAME_CHARS: usize = 150;

/// `Content-Disposition` (RFC 6266 §4) for a file of this name: always a download, with an ASCII name
/// for old clients and the true one in UTF-8 (RFC 8187).
#[must_use]
pub fn attachment(filename: &str) -> String {
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
