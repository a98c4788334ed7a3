//! Header sections and their fields as octets (RFC 5322 §2.2), read with mail-parser's field parsers.
//!
//! Never fails: a line that is no field is passed over, since real mail has such lines.

use std::ops::Range;

use mail_parser::{Address, ContentType, HeaderValue, parsers::MessageStream};

use crate::octets::first_of;

/// One field: its name as written and everything after the colon.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a [u8],
}

/// Where a header section lies and where the body after it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) header: Range<usize>,
    pub(super) body: usize,
}

/// Where the line at `at` ends, its line break included.
pub(super) fn next_line(raw: &[u8], at: usize) -> usize {
    first_of(&raw[at..], [b'\n']).map_or(raw.len(), |length| at + length + 1)
}

/// A line without its line break.
pub(super) fn trim_break(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The header section that begins at `start`: up to the first empty line, or up to a line that `stops` it.
pub(super) fn section(raw: &[u8], start: usize, stops: impl Fn(&[u8]) -> bool) -> Section {
    let mut at = start;
    while at < raw.len() {
        let next = next_line(raw, at);
        let line = trim_break(&raw[at..next]);
        if line.is_empty() {
            return Section { header: start..at, body: next };
        }
        if stops(line) {
            break;
        }
        at = next;
    }
    Section { header: start..at, body: at }
}

/// The lines of each field of a header section, in order; those that are no field too.
pub(super) fn spans(header: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        if start == header.len() {
            return None;
        }
        at = next_line(header, at);
        // RFC 5322 §2.2.3: a line that begins with white space continues the one before it.
        while at < header.len() && matches!(header[at], b' ' | b'\t') {
            at = next_line(header, at);
        }
        Some(start..at)
    })
}

/// The fields of a header section, in order.
pub(super) fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    spans(header).filter_map(|span| field(&header[span]))
}

fn field(lines: &[u8]) -> Option<Field<'_>> {
    let colon = first_of(lines, [b':', b'\n'])?;
    let (name, value) = (lines[..colon].trim_ascii_end(), &lines[colon..]);
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    Some(Field { name, value: value.strip_prefix(b":")? })
}

/// The first field of that name.
pub(super) fn first<'a>(header: &'a [u8], name: &str) -> Option<Field<'a>> {
    fields(header).find(|field| field.name.eq_ignore_ascii_case(name))
}

impl Field<'_> {
    /// The value unfolded and decoded (RFC 2047).
    pub(super) fn text(&self) -> String {
        self.plain().map_or_else(|| self.decoded(), str::to_owned)
    }

    /// The value, where it stands on one line and nothing of it is encoded or to be folded: that of most fields.
    fn plain(&self) -> Option<&str> {
        let value = trim_break(self.value);
        let is_plain = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let text = std::str::from_utf8(value).ok().filter(|_| is_plain)?;
        (!text.contains("=?") && !text.contains("  ")).then(|| text.trim())
    }

    fn decoded(&self) -> String {
        // The parser gives nothing for a value without its line break.
        let value = self.closed();
        match MessageStream::new(&value).parse_unstructured() {
            HeaderValue::Text(text) => text.into_owned(),
            _ => String::new(),
        }
    }

    /// The first mailbox of the value: display name and address (RFC 5322 §3.4).
    pub(super) fn mailbox(&self) -> (String, String) {
        let value = self.closed();
        let HeaderValue::Address(addresses) = MessageStream::new(&value).parse_address() else {
            return Default::default();
        };
        let first = match &addresses {
            Address::List(list) => list.first(),
            Address::Group(groups) => groups.iter().find_map(|group| group.addresses.first()),
        };
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        first.map(|mailbox| (owned(mailbox.name()), owned(mailbox.address()))).unwrap_or_default()
    }

    /// The addresses of all mailboxes of the value, in order; an empty one where a mailbox has none (RFC 5322 §3.4).
    pub(super) fn addresses(&self) -> Vec<String> {
        let value = self.closed();
        match MessageStream::new(&value).parse_address() {
            HeaderValue::Address(mailboxes) => {
                mailboxes.iter().map(|mailbox| mailbox.address().unwrap_or_default().to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value as a content type or disposition with its parameters (RFC 2045 §5.1, RFC 2183, RFC 2231).
    pub(super) fn parameters(&self) -> Option<ContentType<'static>> {
        let value = self.closed();
        match MessageStream::new(&value).parse_content_type().into_owned() {
            HeaderValue::ContentType(parsed) => Some(parsed),
            _ => None,
        }
    }

    fn closed(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(self.value.len() + 2);
        value.extend_from_slice(self.value);
        if !value.ends_with(b"\n") {
            value.extend_from_slice(b"\r\n");
        }
        value
    }
}

#[cfg(test)]
mod tests;
