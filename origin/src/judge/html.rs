//! What HTML says: its text as it reads, and its links with what they are called.
//!
//! Never builds a tree and never judges safety: one pass that follows the HTML standard's tokenizer
//! closely enough to read mail, linear in its input, which is cut at [`SEARCH_OCTETS`]. Nothing here
//! is ever shown as HTML.

use std::borrow::Cow;

use zeroize::Zeroize;

use super::{entities, names::cut};
use crate::limits::{LINK_CANDIDATES, LINK_OCTETS, SEARCH_OCTETS};

/// Longest name of a link that is kept, in octets.
const LABEL_OCTETS: usize = 256;

/// HTML as it reads.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The text: blocks begin lines, table cells are parted by tabs, white space is folded.
    pub(super) text: String,
    /// The links in order.
    pub(super) anchors: Vec<Anchor>,
}

/// A link.
#[derive(Debug)]
pub(super) struct Anchor {
    /// Where it leads: the attribute with its entities decoded, white space around it removed.
    pub(super) href: String,
    /// What it is called: the text within, or the `alt` of the image within.
    pub(super) label: String,
    /// Where in the page's text it begins and ends.
    pub(super) at: (usize, usize),
}

/// What parts two pieces of text; the greatest of several wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Cell,
    Line,
}

#[derive(Default)]
struct Reader {
    page: Page,
    gap: Gap,
    /// The link that is open, if one is: HTML links do not nest.
    anchor: Option<Anchor>,
}

/// Reads HTML.
pub(super) fn read(html: &str) -> Page {
    let html = cut(html, SEARCH_OCTETS);
    let mut reader = Reader::default();
    reader.page.text.reserve_exact(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        reader.text(&rest[..at]);
        rest = reader.markup(&rest[at..]);
    }
    reader.text(rest);
    reader.close_anchor();
    reader.page
}

impl Drop for Page {
    fn drop(&mut self) {
        self.text.zeroize();
        for anchor in &mut self.anchors {
            anchor.href.zeroize();
            anchor.label.zeroize();
        }
    }
}

impl Page {
    /// The text as a person reads it: digits that stand in table cells of their own (`4 | 7 | 1 | 1`) are one number.
    pub(super) fn as_read(&self) -> Cow<'_, str> {
        if self.text.contains('\t') { Cow::Owned(join_digit_cells(&self.text)) } else { Cow::Borrowed(&self.text) }
    }
}

impl Reader {
    /// Reads what begins with `<`; returns what follows it.
    fn markup<'a>(&mut self, from: &'a str) -> &'a str {
        if let Some(comment) = from.strip_prefix("<!--") {
            return after(comment, "-->");
        }
        let inner = &from[1..];
        match inner.bytes().next() {
            Some(b'!' | b'?') => after(inner, ">"),
            Some(b'/') => {
                let (tag, rest) = tag(&inner[1..]);
                self.end(&name(tag));
                rest
            }
            Some(first) if first.is_ascii_alphabetic() => {
                let (tag, rest) = tag(inner);
                let name = name(tag);
                self.start(&name, tag);
                match name.as_str() {
                    // Their content is no text: it ends at their own end tag alone.
                    "script" | "style" | "title" | "textarea" | "xmp" | "iframe" | "noframes" | "template" => {
                        skip_raw(rest, &name)
                    }
                    _ => rest,
                }
            }
            _ => {
                self.text("<");
                inner
            }
        }
    }

    fn start(&mut self, name: &str, tag: &str) {
        match name {
            "a" => {
                self.close_anchor();
                if self.page.anchors.len() < LINK_CANDIDATES
                    && let Some(href) = attribute(tag, "href")
                {
                    let href = entities::decode(cut(href, LINK_OCTETS * 6)).trim().to_owned();
                    let at = self.page.text.len();
                    self.anchor = Some(Anchor { href, label: String::new(), at: (at, at) });
                }
            }
            "img" => {
                if let (Some(anchor), Some(alt)) = (&mut self.anchor, attribute(tag, "alt"))
                    && anchor.label.len() < LABEL_OCTETS
                {
                    anchor.label.push_str(cut(&entities::decode(cut(alt, LABEL_OCTETS)), LABEL_OCTETS));
                    anchor.label.push(' ');
                }
            }
            _ => self.block(name),
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "a" => self.close_anchor(),
            _ => self.block(name),
        }
    }

    fn block(&mut self, name: &str) {
        let gap = match name {
            "td" | "th" => Gap::Cell,
            "br" | "p" | "div" | "tr" | "table" | "tbody" | "thead" | "li" | "ul" | "ol" | "dl" | "dt" | "dd"
            | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" | "pre" | "center" | "blockquote" | "section"
            | "article" | "header" | "footer" | "address" | "main" | "nav" | "form" | "figure" | "body" => Gap::Line,
            _ => return,
        };
        self.gap = self.gap.max(gap);
    }

    fn close_anchor(&mut self) {
        if let Some(mut anchor) = self.anchor.take() {
            anchor.at.1 = self.page.text.len();
            anchor.label.truncate(anchor.label.trim_end().len());
            self.page.anchors.push(anchor);
        }
    }

    fn text(&mut self, raw: &str) {
        entities::each(raw, |c| self.push(c));
    }

    fn push(&mut self, c: char) {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            self.gap = self.gap.max(Gap::Space);
            return;
        }
        let text = &mut self.page.text;
        let parting = match std::mem::take(&mut self.gap) {
            _ if text.is_empty() => None,
            Gap::None => None,
            Gap::Space => Some(' '),
            Gap::Cell => Some('\t'),
            Gap::Line => Some('\n'),
        };
        text.extend(parting);
        text.push(c);
        if let Some(anchor) = &mut self.anchor
            && anchor.label.len() < LABEL_OCTETS
        {
            let inner = parting.is_some() && !anchor.label.is_empty();
            anchor.label.extend(inner.then_some(' '));
            anchor.label.push(c);
        }
    }
}

/// What follows the first `end`; nothing where it never comes, as the HTML standard reads it.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.find(end).map_or("", |at| &text[at + end.len()..])
}

/// A tag up to its `>` outside quotes, and what follows it.
fn tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    let mut before = 0;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return (&text[..at], &text[at + 1..]),
            // A quotation mark opens a value only after `=`: elsewhere it is a letter of a name.
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    (text, "")
}

fn name(tag: &str) -> String {
    let end = tag.bytes().take(16).position(|b| !b.is_ascii_alphanumeric()).unwrap_or(tag.len().min(16));
    tag.get(..end).unwrap_or_default().to_ascii_lowercase()
}

fn skip_raw<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return after(rest, ">");
        }
    }
    ""
}

/// The value of an attribute, entities and all.
fn attribute<'a>(tag: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end.max(usize::from(rest.starts_with('='))));
        let tail = tail.trim_start();
        let Some(tail) = tail.strip_prefix('=') else {
            rest = tail;
            continue;
        };
        let tail = tail.trim_start();
        let (value, tail) = match tail.chars().next() {
            Some(quote @ ('"' | '\'')) => tail[1..].split_once(quote).unwrap_or((&tail[1..], "")),
            _ => tail.split_at(tail.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tail.len())),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = tail;
    }
}

fn join_digit_cells(text: &str) -> String {
    let is_digit = |cell: &str| cell.len() == 1 && cell.as_bytes()[0].is_ascii_digit();
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut cells = line.split('\t').peekable();
        while let Some(cell) = cells.next() {
            out.push_str(cell);
            if let Some(next) = cells.peek()
                && !(is_digit(cell) && is_digit(next.trim_end_matches('\n')))
            {
                out.push('\t');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
