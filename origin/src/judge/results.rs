//! What we say about a message in its own header: `Authentication-Results` (RFC 8601).
//!
//! Says nothing in a sender's words: what could be read as more than a name is left out. What a sender says in
//! our name is taken out, and so is a `Return-Path` of its own (RFC 5321 §4.4). Fields of ARC stay: they are signed.

mod forged;

use std::{borrow::Cow, ops::Range};

use protocol::message::Outcome;

use self::forged::is_forged;
use super::{
    Covers, Dkim, Dmarc, Evidence, Signature, Spf, Standing,
    fields::{section, spans},
    spf::{Finding, Identity},
};
use crate::{
    dns::Name,
    limits::{HEADER_OCTETS, RESULTS_OCTETS},
    mail::{Plaintext, Received},
};

/// Column up to which a line is filled (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// Puts our results before a message's other trace fields, after `Return-Path`, and takes out what is forged, moving
/// the body once. A message whose header is too long is left as it is: it is refused.
pub fn stamp(message: &mut Received, evidence: &Evidence, hostname: &str) {
    let raw = message.raw.as_slice();
    let trace_len = message.trace_len.min(raw.len());
    let header = section(raw, trace_len, |_| false).header;
    if header.len() > HEADER_OCTETS {
        return;
    }
    let ours = field(evidence, hostname);
    let place = after_return_path(&raw[..trace_len]);
    let forged: Vec<Range<usize>> = spans(&raw[header.clone()])
        .map(|span| header.start + span.start..header.start + span.end)
        .filter(|span| is_forged(&raw[span.clone()], hostname))
        .collect();
    let mut end = place;
    let octets = ours.len() + forged.last().map_or(place, |last| last.end);
    let mut head = Plaintext::with_capacity(octets);
    head.extend_from_slice(&raw[..place]);
    head.extend_from_slice(ours.as_bytes());
    for span in forged {
        head.extend_from_slice(&raw[end..span.start]);
        end = span.end;
    }
    replace(&mut message.raw, end, &head);
    message.trace_len = trace_len + ours.len();
}

/// Where the trace fields go on after `Return-Path`, which comes first (RFC 5321 §4.4).
fn after_return_path(trace: &[u8]) -> usize {
    let first = spans(trace).next().filter(|span| trace[span.clone()].starts_with(b"Return-Path:"));
    first.map_or(0, |span| span.end)
}

/// Puts `head` in the place of what is before `end`.
fn replace(raw: &mut Plaintext, end: usize, head: &[u8]) {
    let octets = head.len() + raw.len() - end;
    if octets > raw.capacity() {
        // `Vec::reserve` would leave the old copy behind unwiped.
        let mut larger = Plaintext::with_capacity(octets);
        larger.extend_from_slice(head);
        larger.extend_from_slice(&raw[end..]);
        *raw = larger;
        return;
    }
    let old = raw.len();
    if octets > old {
        raw.resize(octets, 0);
    }
    raw.copy_within(end..old, head.len());
    raw[..head.len()].copy_from_slice(head);
    raw[octets..].fill(0);
    raw.truncate(octets);
}

/// The field with its line break, at most [`RESULTS_OCTETS`] long.
#[must_use]
pub fn field(evidence: &Evidence, hostname: &str) -> String {
    let mut results = vec![];
    results.extend(spf(&evidence.spf));
    results.extend(dmarc(&evidence.dmarc));
    results.extend((evidence.arc.outcome() != Outcome::None).then(|| words("arc", name(evidence.arc.outcome()))));
    results.extend(dkim(&evidence.dkim));
    let mut lines = Lines::new(hostname);
    if results.is_empty() {
        // RFC 8601 §2.2, `no-result`.
        lines.add(vec!["none".to_owned()]);
    }
    results.into_iter().for_each(|words| lines.add(words));
    lines.text.push_str("\r\n");
    lines.text
}

/// A field that grows by results.
struct Lines {
    text: String,
    column: usize,
}

impl Lines {
    fn new(hostname: &str) -> Self {
        let id = value(hostname).unwrap_or_default();
        let text = format!("Authentication-Results: {id}");
        Self { column: text.len(), text }
    }

    /// Adds a result on lines of its own, where there is room for it.
    fn add(&mut self, words: Vec<String>) {
        let (text, column) = (self.text.len(), self.column);
        self.text.push(';');
        self.column = COLUMNS;
        for word in words {
            let space = if self.column + 1 + word.len() > COLUMNS { "\r\n\t" } else { " " };
            self.column = word.len() + if space == " " { self.column + 1 } else { 8 };
            self.text.push_str(space);
            self.text.push_str(&word);
        }
        if self.text.len() + 2 > RESULTS_OCTETS {
            self.text.truncate(text);
            self.column = column;
        }
    }
}

fn words(method: &str, result: &str) -> Vec<String> {
    vec![format!("{method}={result}")]
}

/// A property, where its value can be written.
fn property(name: &str, text: &str) -> Option<String> {
    value(text).filter(|value| !value.is_empty()).map(|value| format!("{name}={value}"))
}

/// The result that counts (RFC 8601 §2.7.2).
fn spf(spf: &Spf) -> Option<Vec<String>> {
    let (Spf::Helo(finding) | Spf::Both { mail_from: finding, .. }) = spf else { return None };
    let Finding { identity, domain, outcome, .. } = finding;
    let named = match identity {
        Identity::Helo => "smtp.helo",
        Identity::MailFrom => "smtp.mailfrom",
    };
    let mut words = words("spf", name(*outcome));
    words.extend(Name::parse(domain).and_then(|domain| property(named, domain.as_str())));
    Some(words)
}

/// RFC 9989 §9.1.
fn dmarc(dmarc: &Dmarc) -> Option<Vec<String>> {
    let author = match dmarc {
        Dmarc::Unchecked => return None,
        Dmarc::NoAuthor | Dmarc::Undeclared | Dmarc::Unknown => None,
        Dmarc::Vouched { author, .. } | Dmarc::Disowned { author, .. } => property("header.from", author),
    };
    let mut words = words("dmarc", name(dmarc.outcome()));
    words.extend(author);
    Some(words)
}

/// One result a signature (RFC 8601 §2.7.1, RFC 6008).
fn dkim(dkim: &Dkim) -> Vec<Vec<String>> {
    match dkim {
        Dkim::Unchecked => Vec::new(),
        Dkim::Checked(signatures) if signatures.is_empty() => vec![words("dkim", "none")],
        Dkim::Checked(signatures) => signatures.iter().map(signature).collect(),
    }
}

fn signature(Signature { domain, selector, outcome, covers, detail }: &Signature) -> Vec<String> {
    let (result, reason) = match (outcome, covers, detail.key) {
        (Outcome::Pass, Covers::Beginning, _) => ("policy", Some("reason=\"signed in part\"")),
        (outcome, _, Standing::InTrial) => (name(*outcome), Some("reason=\"key in trial\"")),
        (outcome, ..) => (name(*outcome), None),
    };
    let mut words = words("dkim", result);
    words.extend(reason.map(str::to_owned));
    words.extend(property("header.d", domain));
    words.extend(property("header.s", selector));
    words.extend(detail.algorithm.name().map(|algorithm| format!("header.a={algorithm}")));
    words.extend(property("header.b", &detail.begins));
    words
}

/// The result's name (RFC 8601 §2.7).
const fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::None => "none",
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Softfail => "softfail",
        Outcome::Neutral => "neutral",
        Outcome::Temperror => "temperror",
        Outcome::Permerror => "permerror",
    }
}

/// A text as a value (RFC 8601 §2.2): a token (RFC 2045 §5.1) as it is, else quoted; nothing where it has characters
/// that no value may have.
fn value(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let is_special = |byte: u8| byte == b' ' || b"()<>@,;:\\\"/[]?=".contains(&byte);
    if !text.bytes().any(is_special) {
        return Some(Cow::Borrowed(text));
    }
    Some(Cow::Owned(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))))
}

#[cfg(test)]
mod tests;
