//! Reports of abuse in the form of RFC 5965, as far as an operator acts on them (RFC 6650 §5).
//!
//! Strict where the RFC is: a report that breaks its rules is no report, and stays the ordinary mail that it is as
//! well. Never follows what a report says of anybody; that is for whoever reads it.

use std::net::IpAddr;

use mail_parser::{HeaderValue, parsers::MessageStream};
use protocol::{
    address::Domain,
    message::{FeedbackKind, FeedbackReport},
    time::Timestamp,
    transfer,
};

use super::{
    fields::{Field, fields, first},
    names::cut,
    parts::{Form, Part},
};
use crate::limits::{REPORT_DOMAINS, REPORT_OCTETS, REPORT_TEXT_OCTETS};

/// The last instant that RFC 3339 has a text for.
const LAST_SECOND: u64 = 253_402_300_799;

/// What `raw` reports, if it is a report: `header` is where its own fields are, below our trace.
pub(super) fn read(raw: &[u8], header: &[u8], parts: &[Part]) -> Option<FeedbackReport> {
    let root = parts.first().filter(|root| root.about.media == "multipart/report" && root.form != Form::Leaf)?;
    debug_assert!(root.parent.is_none(), "the first part is the message itself");
    let stated = first(header, "Content-Type")?.parameters()?;
    stated.attribute("report-type").filter(|kind| kind.eq_ignore_ascii_case("feedback-report"))?;
    let is_report = |part: &&Part| part.parent == Some(0) && part.about.media == "message/feedback-report";
    let part = parts.iter().find(is_report)?;
    let encoded = &raw[part.body.clone()];
    if transfer::decoded_len(part.about.encoding, encoded) > REPORT_OCTETS {
        return None;
    }
    report(&transfer::decode(part.about.encoding, encoded, REPORT_OCTETS))
}

/// Reads the fields of a report (RFC 5965 §3).
fn report(body: &[u8]) -> Option<FeedbackReport> {
    let kind = kind(&required(body, "Feedback-Type")?.text());
    let user_agent = bounded(&required(body, "User-Agent")?.text())?;
    let version = version(&required(body, "Version")?.text())?;
    let arrived = match (optional(body, "Arrival-Date")?, optional(body, "Received-Date")?) {
        (Some(_), Some(_)) => return None,
        (arrived, historic) => arrived.or(historic),
    };
    let incidents = match optional(body, "Incidents")? {
        None => 1,
        Some(field) => field.text().trim().parse().ok()?,
    };
    let mail_from = optional(body, "Original-Mail-From")?;
    let source = optional(body, "Source-IP")?;
    // Of no use to us, yet a report with two of it is none.
    optional(body, "Original-Envelope-Id")?;
    Some(FeedbackReport {
        kind,
        user_agent,
        version,
        reported_domains: domains(body),
        source_ip: source.and_then(|field| address(&field.text())),
        arrived_at: arrived.and_then(|field| date(&field)),
        original_mail_from: mail_from.and_then(|field| bounded(field.text().trim_matches(['<', '>', ' ']))),
        original_recipients: count(all(body, "Original-Rcpt-To").count()),
        incidents,
    })
}

fn all<'a>(body: &'a [u8], name: &str) -> impl Iterator<Item = Field<'a>> {
    fields(body).filter(move |field| field.name.eq_ignore_ascii_case(name))
}

/// A field that stands there exactly once (RFC 5965 §3.1).
fn required<'a>(body: &'a [u8], name: &str) -> Option<Field<'a>> {
    optional(body, name)?
}

/// A field that stands there at most once (RFC 5965 §3.2); nothing where it is there more often.
#[expect(clippy::option_option, reason = "the outer one is for `?`: a field too many ends it all")]
fn optional<'a>(body: &'a [u8], name: &str) -> Option<Option<Field<'a>>> {
    let mut found = all(body, name);
    let first = found.next();
    if found.next().is_some() { None } else { Some(first) }
}

/// RFC 5965 §7.3, RFC 6430, RFC 6591; a type that is registered later is some other.
fn kind(text: &str) -> FeedbackKind {
    match text.trim().to_ascii_lowercase().as_str() {
        "abuse" => FeedbackKind::Abuse,
        "fraud" => FeedbackKind::Fraud,
        "virus" => FeedbackKind::Virus,
        "not-spam" => FeedbackKind::NotSpam,
        "auth-failure" => FeedbackKind::AuthFailure,
        _ => FeedbackKind::Other,
    }
}

/// `1`; large senders still write `0.1`, of the drafts.
fn version(text: &str) -> Option<String> {
    let text = text.trim();
    let is_version = (1..=8).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    is_version.then(|| text.to_owned())
}

/// RFC 5321 §4.1.3, brackets or not; some write an IPv6 address without its tag.
fn address(text: &str) -> Option<String> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    let bare = bare.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:")).map_or(bare, |tag| &bare[tag.len()..]);
    bare.parse::<IpAddr>().ok().map(|address| address.to_string())
}

fn date(field: &Field<'_>) -> Option<Timestamp> {
    let value = [field.value, b"\r\n"].concat();
    let HeaderValue::DateTime(date) = MessageStream::new(&value).parse_date() else { return None };
    let seconds = u64::try_from(date.to_timestamp()).ok().filter(|seconds| date.is_valid() && *seconds <= LAST_SECOND);
    seconds.map(|seconds| Timestamp::from_millis(seconds * 1_000))
}

fn domains(body: &[u8]) -> Vec<String> {
    let named = all(body, "Reported-Domain").filter_map(|field| Domain::parse(field.text().trim()).ok());
    named.take(REPORT_DOMAINS).map(|domain| domain.to_string()).collect()
}

/// A text with something in it, cut to its bound.
fn bounded(text: &str) -> Option<String> {
    Some(cut(text.trim(), REPORT_TEXT_OCTETS).to_owned()).filter(|text| !text.is_empty())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
