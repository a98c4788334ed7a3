//! The MIME structure of a message (RFC 2046 §5.1): which parts it has and where each lies, in one pass.
//!
//! Never recurses and never copies a body: work is linear in the message, memory in the number of
//! parts, and both the number and the nesting are bounded while they are counted. An attached message
//! is one part, as RFC 2046 §5.2.1 means it: what it holds is its own.

use std::ops::Range;

use protocol::message::TransferEncoding;

use super::{
    fields::{Field, fields, first, next_line, section, trim_break},
    names,
};
use crate::{
    limits::{BOUNDARY_OCTETS, HEADER_OCTETS, MIME_DEPTH, MIME_PARTS, PART_HEADER_OCTETS},
    verdict::Refusal,
};

/// Longest `Content-ID` that is kept: the longest line of a header (RFC 5322 §2.1.1).
const CID_OCTETS: usize = 998;

/// One part: a leaf, or what holds others.
#[derive(Debug)]
pub(super) struct Part {
    /// The multipart that holds it, by its place in the list; none for the message itself.
    pub(super) parent: Option<usize>,
    /// What it is.
    pub(super) form: Form,
    /// What its header says.
    pub(super) about: About,
    /// Its body, still encoded, within the raw message.
    pub(super) body: Range<usize>,
}

/// Whether a part holds others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// It holds octets.
    Leaf,
    /// It holds parts that belong together in this way.
    Multipart(Kind),
}

/// How the parts of a multipart belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One after the other; also every kind that we do not know (RFC 2046 §5.1.3).
    Mixed,
    /// The same in several forms (§5.1.4).
    Alternative,
    /// A root and what it names (RFC 2387).
    Related,
    /// Messages (RFC 2046 §5.1.5).
    Digest,
}

/// What a part wants to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Disposition {
    /// It does not say.
    #[default]
    Unsaid,
    /// Shown with the message (RFC 2183 §2.1).
    Inline,
    /// Shown when asked for (§2.2).
    Attachment,
}

/// What a part's header says of it.
#[derive(Debug)]
pub(super) struct About {
    /// `type/subtype` in lower case.
    pub(super) media: String,
    pub(super) charset: Option<String>,
    pub(super) disposition: Disposition,
    /// Decoded and cleaned; empty where there is none.
    pub(super) filename: String,
    /// Every name that it gives itself, decoded and as it is.
    pub(super) names: Vec<String>,
    /// Without angle brackets; empty where there is none.
    pub(super) cid: String,
    pub(super) encoding: TransferEncoding,
    boundary: Option<Vec<u8>>,
}

/// A multipart whose end has not come.
struct Open {
    boundary: Vec<u8>,
    part: usize,
    children: usize,
}

/// A line that delimits parts.
struct Delimiter {
    /// Whose, by its place among the open ones.
    level: usize,
    closes: bool,
    start: usize,
    next: usize,
}

/// The parts of the message whose header begins at `start`, parents before children.
///
/// # Errors
/// [`Refusal::TooManyParts`] and [`Refusal::TooDeep`], as soon as the limit is passed.
pub(super) fn split(raw: &[u8], start: usize) -> Result<Vec<Part>, Refusal> {
    let (mut parts, mut open) = (Vec::new(), Vec::<Open>::new());
    let mut at = start;
    loop {
        let parent = open.last().map(|open| open.part);
        let bounds = section(raw, at, |line| matching(line, &open).is_some());
        let about = About::read(&raw[bounds.header], parent.map(|parent| form(&parts, parent)));
        if parts.len() == MIME_PARTS {
            return Err(Refusal::TooManyParts { parts: MIME_PARTS + 1, limit: MIME_PARTS });
        }
        let mut part = Part { parent, form: Form::Leaf, about, body: bounds.body..bounds.body };
        if let Some((kind, boundary)) = part.about.multipart() {
            if open.len() == MIME_DEPTH {
                return Err(Refusal::TooDeep { depth: MIME_DEPTH + 1, limit: MIME_DEPTH });
            }
            part.form = Form::Multipart(kind);
            open.push(Open { boundary, part: parts.len(), children: 0 });
        }
        let is_leaf = part.form == Form::Leaf;
        parts.push(part);
        let Some(next) = next_part(raw, bounds.body, is_leaf, &mut parts, &mut open) else { return Ok(parts) };
        at = next;
    }
}

/// Ends the part whose body begins at `body` and every multipart that ends with it; returns where the
/// next part's header begins.
fn next_part(raw: &[u8], body: usize, is_leaf: bool, parts: &mut [Part], open: &mut Vec<Open>) -> Option<usize> {
    let mut at = body;
    let mut running = is_leaf;
    loop {
        let found = delimiter(raw, at, open);
        let (end, level) =
            found.as_ref().map_or((raw.len(), 0), |found| (before_break(raw, body, found.start), found.level + 1));
        if std::mem::take(&mut running)
            && let Some(part) = parts.last_mut()
        {
            part.body.end = end;
        }
        for unclosed in open.drain(level..) {
            end_multipart(&mut parts[unclosed.part], unclosed.children, end);
        }
        let found = found?;
        if let Some(owner) = open.last_mut().filter(|_| !found.closes) {
            owner.children += 1;
            return Some(found.next);
        }
        if let Some(closed) = open.pop() {
            end_multipart(&mut parts[closed.part], closed.children, end);
        }
        at = found.next;
    }
}

/// A multipart without a part is what its sender's mistake left: text.
fn end_multipart(part: &mut Part, children: usize, end: usize) {
    part.body.end = end.max(part.body.start);
    if children == 0 {
        part.form = Form::Leaf;
        "text/plain".clone_into(&mut part.about.media);
    }
}

fn form(parts: &[Part], at: usize) -> Form {
    parts.get(at).map_or(Form::Leaf, |part| part.form)
}

fn delimiter(raw: &[u8], from: usize, open: &[Open]) -> Option<Delimiter> {
    if open.is_empty() {
        return None;
    }
    let mut start = from;
    while start < raw.len() {
        let next = next_line(raw, start);
        if let Some((level, closes)) = matching(trim_break(&raw[start..next]), open) {
            return Some(Delimiter { level, closes, start, next });
        }
        start = next;
    }
    None
}

/// Whose delimiter the line is, innermost first, and whether it closes (RFC 2046 §5.1.1).
fn matching(line: &[u8], open: &[Open]) -> Option<(usize, bool)> {
    let line = line.strip_prefix(b"--")?;
    open.iter().enumerate().rev().find_map(|(level, open)| {
        let rest = line.strip_prefix(open.boundary.as_slice())?;
        // White space that transport added is allowed; anything else makes it a longer boundary.
        match rest {
            [b'-', b'-', ..] => Some((level, true)),
            _ if rest.trim_ascii().is_empty() => Some((level, false)),
            _ => None,
        }
    })
}

/// The line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
fn before_break(raw: &[u8], start: usize, end: usize) -> usize {
    start + trim_break(&raw[start..end.max(start)]).len()
}

impl About {
    fn read(header: &[u8], parent: Option<Form>) -> Self {
        // The message's own header is bounded as a whole; its `Content-Type` may stand below a long trace.
        let limit = if parent.is_some() { PART_HEADER_OCTETS } else { HEADER_OCTETS };
        let header = &header[..header.len().min(limit)];
        let content_type = first(header, "Content-Type").as_ref().and_then(Field::parameters);
        let disposition = first(header, "Content-Disposition").as_ref().and_then(Field::parameters);
        let default = match parent {
            Some(Form::Multipart(Kind::Digest)) => "message/rfc822",
            _ => "text/plain",
        };
        let parameter = |name: &str| content_type.as_ref().and_then(|parsed| parsed.attribute(name));
        let filename = disposition.as_ref().and_then(|parsed| parsed.attribute("filename"));
        let named = [("Content-Disposition", "filename"), ("Content-Type", "name")];
        let names = named.into_iter().flat_map(|(field, name)| claimed(header, field, name)).collect();
        let boundary = parameter("boundary").map(|text| text.trim_end().as_bytes());
        Self {
            media: content_type
                .as_ref()
                .map_or_else(|| default.to_owned(), |parsed| names::media(parsed.ctype(), parsed.subtype())),
            charset: parameter("charset").map(str::to_owned),
            disposition: match &disposition {
                Some(parsed) if parsed.is_attachment() => Disposition::Attachment,
                Some(parsed) if parsed.is_inline() => Disposition::Inline,
                _ => Disposition::Unsaid,
            },
            filename: names::clean(filename.or_else(|| parameter("name")).unwrap_or_default()),
            names,
            cid: content_id(header),
            encoding: encoding(header),
            boundary: boundary.filter(|text| (1..=BOUNDARY_OCTETS).contains(&text.len())).map(<[u8]>::to_vec),
        }
    }

    fn multipart(&mut self) -> Option<(Kind, Vec<u8>)> {
        let kind = match self.media.strip_prefix("multipart/")? {
            "alternative" => Kind::Alternative,
            "related" => Kind::Related,
            "digest" => Kind::Digest,
            _ => Kind::Mixed,
        };
        self.boundary.take().map(|boundary| (kind, boundary))
    }
}

/// Every name in every field of that name: programs differ in which they take.
fn claimed<'a>(header: &'a [u8], field: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let fields = fields(header).filter(move |found| found.name.eq_ignore_ascii_case(field));
    let attributes = fields.filter_map(|field| field.parameters()?.attributes).flatten();
    attributes.filter(move |found| found.name == name).map(|found| found.value.into_owned())
}

fn encoding(header: &[u8]) -> TransferEncoding {
    let Some(field) = first(header, "Content-Transfer-Encoding") else { return TransferEncoding::Identity };
    let value = field.value.trim_ascii();
    if value.eq_ignore_ascii_case(b"base64") {
        TransferEncoding::Base64
    } else if value.eq_ignore_ascii_case(b"quoted-printable") {
        TransferEncoding::QuotedPrintable
    } else {
        TransferEncoding::Identity
    }
}

fn content_id(header: &[u8]) -> String {
    let text = first(header, "Content-ID").map(|field| field.text()).unwrap_or_default();
    let text = names::cut(text.trim(), CID_OCTETS);
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text).trim().to_owned()
}

#[cfg(test)]
mod tests;
