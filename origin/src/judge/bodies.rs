//! What of a message is read, shown with the HTML, or attached.
//!
//! Never decides by content what a part is (`files` has looked at it by then), only by what the parts say of themselves and of each other (RFC 2046
//! §5.1, RFC 2183, RFC 2387, RFC 2392).

use std::{borrow::Cow, collections::HashSet};

use protocol::{
    bytes::Base64,
    limits::CONTENT_OCTETS,
    message::{Attachment, AttachmentSummary, InlinePart},
    transfer,
};
use zeroize::Zeroizing;

use super::{
    charset,
    files::{Fate, Files},
    names,
    parts::{Disposition, Form, Kind, Part},
};
use crate::{limits::INLINE_OCTETS, mail::Plaintext};

/// How much of a body is decoded. Twice what content may hold: whatever charset it is in, a body that
/// is cut here is too large for `seal` too, which cuts it visibly.
const BODY_OCTETS: usize = 2 * CONTENT_OCTETS + 4;

/// The parts by what becomes of them.
#[derive(Default)]
pub(super) struct Bodies {
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) inline: Vec<InlinePart>,
    pub(super) attachments: Vec<Attachment>,
}

/// Sorts the parts of `raw`.
pub(super) fn sort(raw: &[u8], parts: &[Part], files: &Files) -> Bodies {
    let mut bodies = Bodies::default();
    let mut rest = Vec::new();
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.form == Form::Leaf) {
        let fate = files.fate(at);
        if let Some(Fate::Withheld { .. }) = fate {
            rest.push((part, fate));
            continue;
        }
        match role(parts, at, &bodies) {
            Role::Text => append(&mut bodies.text, decode(raw, part), "\r\n"),
            Role::Html => append(&mut bodies.html, decode(raw, part), "\n"),
            Role::Other => rest.push((part, fate)),
        }
    }
    // Many senders put an empty text beside their HTML.
    if bodies.html.is_some() && bodies.text.as_deref().is_some_and(|text| text.trim().is_empty()) {
        bodies.text = None;
    }
    let named = bodies.html.as_deref().map(named_parts).unwrap_or_default();
    let mut room = INLINE_OCTETS;
    for (part, fate) in rest {
        let encoded = &raw[part.body.clone()];
        let size = transfer::decoded_len(part.about.encoding, encoded);
        let is_named = !part.about.cid.is_empty() && named.contains(part.about.cid.as_str());
        // A second part of the same name would never be shown.
        let is_new = || !bodies.inline.iter().any(|known| known.cid == part.about.cid);
        if is_named && fate.is_none() && size <= room && part.about.disposition != Disposition::Attachment && is_new() {
            room -= size;
            let mut data = transfer::decode(part.about.encoding, encoded, size);
            bodies.inline.push(InlinePart {
                cid: part.about.cid.clone(),
                content_type: part.about.media.clone(),
                data: Base64(std::mem::take(&mut *data)),
            });
        } else {
            bodies.attachments.push(attachment(part, bodies.attachments.len(), size, fate));
        }
    }
    bodies
}

enum Role {
    Text,
    Html,
    Other,
}

fn role(parts: &[Part], at: usize, so_far: &Bodies) -> Role {
    let part = &parts[at];
    let about = &part.about;
    let kind = part.parent.and_then(|parent| match parts[parent].form {
        Form::Multipart(kind) => Some(kind),
        Form::Leaf => None,
    });
    // A named text beside another is a file; alone it is the message, whatever it is called.
    let is_file = about.disposition == Disposition::Attachment
        || (!about.filename.is_empty() && kind.is_some_and(|kind| kind != Kind::Alternative));
    if is_file {
        return Role::Other;
    }
    let is_first_of = |body: &Option<String>| kind != Some(Kind::Alternative) || body.is_none();
    match about.media.as_str() {
        "text/html" | "application/xhtml+xml" if is_first_of(&so_far.html) => Role::Html,
        "text/plain" if is_first_of(&so_far.text) => Role::Text,
        // A text of another kind that is the whole message is better read than saved.
        media if kind.is_none() && media.starts_with("text/") => Role::Text,
        _ => Role::Other,
    }
}

fn decode(raw: &[u8], part: &Part) -> Zeroizing<String> {
    let octets = transfer::decode(part.about.encoding, &raw[part.body.clone()], BODY_OCTETS);
    let charset = match (&part.about.charset, part.about.media.as_str()) {
        (Some(charset), _) => Some(Cow::Borrowed(charset.as_str())),
        (None, "text/html") => charset::of_html(&octets).map(Cow::Owned),
        (None, _) => None,
    };
    let text = charset::text(&octets, charset.as_deref());
    drop(Plaintext::from(octets));
    Zeroizing::new(text)
}

fn append(body: &mut Option<String>, mut text: Zeroizing<String>, between: &str) {
    match body {
        None => *body = Some(std::mem::take(&mut *text)),
        Some(body) if body.len() < BODY_OCTETS => {
            body.push_str(between);
            body.push_str(&text);
        }
        Some(_) => {}
    }
}

fn attachment(part: &Part, n: usize, size: usize, fate: Option<Fate>) -> Attachment {
    let about = &part.about;
    let filename = if about.filename.is_empty() { names::fallback(&about.media) } else { &about.filename };
    let (size, danger, withheld) = match fate {
        None => (size, None, None),
        Some(Fate::Marked(danger)) => (size, Some(danger), None),
        Some(Fate::Withheld { danger, size }) => (size, None, Some(danger)),
    };
    Attachment {
        summary: AttachmentSummary {
            n: u32::try_from(n).unwrap_or(u32::MAX),
            filename: filename.to_owned(),
            content_type: about.media.clone(),
            size: size as u64,
            danger,
            withheld,
        },
        offset: part.body.start as u64,
        length: part.body.len() as u64,
        encoding: about.encoding,
    }
}

/// The parts that HTML names: what follows each `cid:` (RFC 2392), percent-decoded.
fn named_parts(html: &str) -> HashSet<String> {
    let mut named = HashSet::new();
    let mut rest = html;
    while let Some(colon) = rest.find(':') {
        let (before, after) = rest.split_at(colon);
        rest = &after[1..];
        if !before.get(before.len().saturating_sub(3)..).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid")) {
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || "\"'<>)&".contains(c)).unwrap_or(rest.len());
        named.insert(percent_decoded(&rest[..end]));
        rest = &rest[end..];
    }
    named
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let pair = (byte == b'%').then(|| tail.get(..2)).flatten();
        let value =
            pair.and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match value {
            Some(value) => {
                out.push(value);
                rest = &tail[2..];
            }
            None => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
