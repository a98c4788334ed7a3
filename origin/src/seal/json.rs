//! Summary and content as JSON, within their bounds.
//!
//! Never drops silently: where a body does not fit it is cut and ends with a note. The raw message, which is
//! sealed beside it, is always whole.

use std::{borrow::Cow, fmt::Write as _, io};

use protocol::{
    limits::{CONTENT_OCTETS, SUMMARY_OCTETS},
    message::{Attachment, Content, FeedbackReport, Header, InlinePart, Summary},
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::mail::Plaintext;

/// A summary's JSON: what the envelope, the longest tag and the padding leave of a sealed summary.
pub(super) const SUMMARY_JSON: usize = SUMMARY_OCTETS - 3 * 1024;

/// Subject, name and address are cut to this where a summary is too long.
const TEXT_OCTETS: usize = 512;

/// So many attachments are listed before links are dropped for them.
const ATTACHMENTS: usize = 16;

/// Room for the note at the end of a body that is cut.
const NOTE_OCTETS: usize = 256;

/// What is read, borrowed: the same JSON as [`Content`].
#[derive(Serialize)]
struct View<'a> {
    text: Option<&'a str>,
    html: Option<&'a str>,
    inline: &'a [InlinePart],
    attachments: &'a [Attachment],
    headers: &'a [Header],
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a FeedbackReport>,
}

/// A summary's JSON without a tag, in at most [`SUMMARY_JSON`] octets.
///
/// Where it is longer, in this order and only as far as needed: texts are cut to 512 octets, attachments
/// beyond the sixteenth go, then links from the least likely, then more attachments. All of it is in the content.
pub(super) fn summary(summary: &Summary) -> Result<Plaintext, serde_json::Error> {
    let fits = |summary: &Summary| length(summary).map(|length| length <= SUMMARY_JSON);
    let mut short = Cow::Borrowed(summary);
    if short.tag.is_some() {
        short.to_mut().tag = None;
    }
    if let Some(json) = within(SUMMARY_JSON, short.as_ref()) {
        return Ok(json);
    }
    if !fits(&short)? {
        let own = short.to_mut();
        for text in [&mut own.subject, &mut own.from.name, &mut own.from.address] {
            text.truncate(text.floor_char_boundary(TEXT_OCTETS));
        }
        own.attachments.truncate(ATTACHMENTS);
        while !fits(own)? {
            if own.links.len() > 1 || own.attachments.is_empty() {
                if own.links.pop().is_none() {
                    break;
                }
            } else {
                own.attachments.pop();
            }
        }
    }
    write(short.as_ref())
}

/// A summary's JSON with a tag: the same object with one more member.
pub(super) fn with_tag(json: &[u8], tag: &str) -> Result<Plaintext, serde_json::Error> {
    let tag = write(&tag)?;
    let inner = json.strip_suffix(b"}").unwrap_or(json);
    let mut out = Plaintext::with_capacity(json.len() + tag.len() + 8);
    for piece in [inner, b",\"tag\":", &tag, b"}"] {
        out.extend_from_slice(piece);
    }
    Ok(out)
}

/// A content's JSON in at most [`CONTENT_OCTETS`] octets. Where it is longer, HTML and text share what the
/// rest leaves, neither giving way below half of it, and what is cut ends with a note.
pub(super) fn content(content: &Content) -> Result<Plaintext, serde_json::Error> {
    let view = |text, html| View {
        text,
        html,
        inline: &content.inline,
        attachments: &content.attachments,
        headers: &content.headers,
        report: content.report.as_ref(),
    };
    let (text, html) = (content.text.as_deref(), content.html.as_deref());
    if let Some(json) = within(usual(content), &view(text, html)) {
        return Ok(json);
    }
    if length(&view(text, html))? <= CONTENT_OCTETS {
        return write(&view(text, html));
    }
    let room = CONTENT_OCTETS.saturating_sub(length(&view(Some(""), Some("")))?);
    let (text_cost, html_cost) = (text.map_or(0, cost), html.map_or(0, cost));
    let text_room = room - html_cost.min(room / 2);
    let html_room = room - text_cost.min(room / 2);
    let text = text.map(|text| shorten(text, text_room, &Note::Text));
    let html = html.map(|html| shorten(html, html_room, &Note::Html));
    write(&view(text.as_deref().map(String::as_str), html.as_deref().map(String::as_str)))
}

enum Note {
    Text,
    Html,
}

/// The beginning of a body whose JSON takes at most `room` octets, with a note of what is missing.
fn shorten(body: &str, room: usize, note: &Note) -> Zeroizing<String> {
    let whole = cost(body) <= room;
    let end = if whole { body.len() } else { fitting(body, room.saturating_sub(NOTE_OCTETS)) };
    // A tag cut in two would swallow the note.
    let end = match note {
        Note::Html if !whole => body[..end].rfind('<').filter(|open| !body[*open..end].contains('>')).unwrap_or(end),
        Note::Html | Note::Text => end,
    };
    let mut out = Zeroizing::new(String::with_capacity(end + NOTE_OCTETS));
    out.push_str(&body[..end]);
    if !whole {
        let (open, close) = match note {
            Note::Text => ("\n\n", "\n"),
            Note::Html => ("<hr><p>", "</p>"),
        };
        // Writing into a string does not fail.
        let _ = write!(out, "{open}[… {end} / {} octets. The raw message is complete.]{close}", body.len());
    }
    out
}

/// Where the longest beginning ends whose JSON takes at most `room` octets.
fn fitting(body: &str, room: usize) -> usize {
    let mut used = 0;
    body.char_indices()
        .find(|(_, c)| {
            used += cost_of(*c);
            used > room
        })
        .map_or(body.len(), |(at, _)| at)
}

fn cost(text: &str) -> usize {
    text.chars().map(cost_of).sum()
}

/// Octets of a character within a string of JSON (RFC 8259 §7).
const fn cost_of(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\x1f' => 6,
        _ => c.len_utf8(),
    }
}

/// How long the JSON is, without writing it.
fn length(value: &impl Serialize) -> Result<usize, serde_json::Error> {
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, value)?;
    Ok(counter.0)
}

/// What a content's JSON takes at most where few of its characters are escaped.
fn usual(content: &Content) -> usize {
    let bodies = [&content.text, &content.html].into_iter().flatten().map(|body| body.len() + body.len() / 8);
    let headers = content.headers.iter().map(|header| 64 + header.value.len() + header.value.len() / 8);
    let inline = content.inline.iter().map(|part| 128 + part.data.0.len() / 2 * 3);
    let octets = bodies.chain(headers).chain(inline).sum::<usize>() + 1024 + 512 * content.attachments.len();
    octets.min(CONTENT_OCTETS)
}

/// The JSON, if it is no longer than that: in one pass, where its length is not known and a bound is near.
fn within(limit: usize, value: &impl Serialize) -> Option<Plaintext> {
    let mut out = Bounded { out: Plaintext::with_capacity(limit), limit };
    serde_json::to_writer(&mut out, value).is_ok().then_some(out.out)
}

/// The JSON in one buffer of its exact size, so that growth leaves no copy behind.
fn write(value: &impl Serialize) -> Result<Plaintext, serde_json::Error> {
    let mut out = Plaintext::with_capacity(length(value)?);
    serde_json::to_writer(&mut *out, value)?;
    Ok(out)
}

/// A buffer that does not grow.
struct Bounded {
    out: Plaintext,
    limit: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.out.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
