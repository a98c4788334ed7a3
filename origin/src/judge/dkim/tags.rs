//! Tag lists (RFC 6376 §3.2): what signatures and key records are written in.
//!
//! Never guesses: a list with a tag twice or without a name is none.

/// A tag list, read.
pub(super) struct Tags<'a> {
    text: &'a [u8],
    tags: Vec<Tag<'a>>,
}

struct Tag<'a> {
    name: &'a str,
    /// Where everything between `=` and `;` begins and ends.
    start: usize,
    end: usize,
}

/// Tags of one list that are read; those that are defined are fewer than half as many.
const TAGS: usize = 32;

impl<'a> Tags<'a> {
    /// Reads a list. Empty places between semicolons are passed over: signers leave them at the end.
    pub(super) fn read(text: &'a [u8]) -> Option<Self> {
        let mut tags: Vec<Tag<'a>> = Vec::new();
        let mut start = 0;
        for piece in text.split(|byte| *byte == b';') {
            let end = start + piece.len();
            if !piece.trim_ascii().is_empty() {
                let equals = piece.iter().position(|byte| *byte == b'=')?;
                let name = std::str::from_utf8(piece[..equals].trim_ascii()).ok()?;
                let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                // Names that differ in case alone are different tags, which some readers take for the same.
                let is_new = !tags.iter().any(|tag| tag.name.eq_ignore_ascii_case(name));
                if !is_name || !is_new || tags.len() == TAGS {
                    return None;
                }
                tags.push(Tag { name, start: start + equals + 1, end });
            }
            start = end + 1;
        }
        Some(Self { text, tags })
    }

    /// The octets of a tag's value, without the white space around it.
    pub(super) fn octets(&self, name: &str) -> Option<&'a [u8]> {
        let tag = self.tags.iter().find(|tag| tag.name == name)?;
        Some(self.text[tag.start..tag.end].trim_ascii())
    }

    /// A tag's value.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        std::str::from_utf8(self.octets(name)?).ok()
    }

    /// The items of a tag that lists some, without the white space around each.
    pub(super) fn items(&self, name: &str) -> Option<impl Iterator<Item = &'a str>> {
        Some(self.text(name)?.split(':').map(str::trim_ascii))
    }

    /// A tag whose value is base64 with white space anywhere (RFC 6376 §3.2).
    pub(super) fn base64(&self, name: &str) -> Option<Vec<u8>> {
        let text: Vec<u8> = self.octets(name)?.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        data_encoding::BASE64.decode(&text).ok().filter(|octets| !octets.is_empty())
    }

    /// A tag whose value is a number in decimal (RFC 6376 §3.5: up to 76 digits, so what is larger than we can count
    /// is as large as we can).
    pub(super) fn number(&self, name: &str) -> Option<Option<u64>> {
        let Some(text) = self.text(name) else { return Some(None) };
        let is_number = (1..=76).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Some(text.parse().unwrap_or(u64::MAX)))
    }

    /// Whether `name` is the first tag.
    pub(super) fn begins_with(&self, name: &str) -> bool {
        self.tags.first().is_some_and(|tag| tag.name == name)
    }

    /// The list without the value of `b=` and without the line break at its end: what is signed (RFC 6376 §3.7).
    pub(super) fn unsigned(&self) -> Vec<u8> {
        let whole = (self.text.len(), self.text.len());
        let (start, end) = self.tags.iter().find(|tag| tag.name == "b").map_or(whole, |tag| (tag.start, tag.end));
        let mut unsigned = [&self.text[..start], &self.text[end..]].concat();
        if unsigned.ends_with(b"\r\n") {
            unsigned.truncate(unsigned.len() - 2);
        }
        unsigned
    }
}

#[cfg(test)]
mod tests;
