//! What an answer means for the next attempt. Pure: `Retry-After` may be a date, so the time is an argument.

use mail_parser::DateTime;
use protocol::time::{Millis, Timestamp};

use crate::{
    limits::WEBHOOK_RETRY_AFTER_OCTETS,
    ports::{Unanswered, WebhookAnswer},
};

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The owner knows.
    Told,
    /// The owner wants to be told no more: 410 (Standard Webhooks, "Delivery success and failure").
    Unwanted,
    /// Not this time.
    Failed,
    /// Not this time, and not before this pause is over.
    NotBefore(Millis),
    /// Never, as long as this is where it leads.
    Refused,
}

/// What an attempt that ended at `now` means.
#[must_use]
pub fn meaning(result: &Result<WebhookAnswer, Unanswered>, now: Timestamp) -> Meaning {
    match result {
        Ok(answer) => match answer.status {
            200..=299 => Meaning::Told,
            410 => Meaning::Unwanted,
            429 | 503 => answer
                .retry_after
                .as_deref()
                .and_then(|text| retry_after(text, now))
                .map_or(Meaning::Failed, Meaning::NotBefore),
            // A redirect among them: it is the owner who knows where his webhook is, not the host it was at.
            _ => Meaning::Failed,
        },
        Err(Unanswered::Unusable | Unanswered::NotPublic) => Meaning::Refused,
        Err(Unanswered::NoAddress | Unanswered::NoConnection | Unanswered::NoAnswer) => Meaning::Failed,
    }
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date of which what is left is taken.
fn retry_after(text: &str, now: Timestamp) -> Option<Millis> {
    let text = Some(text.trim()).filter(|text| text.len() <= WEBHOOK_RETRY_AFTER_OCTETS)?;
    if !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Some(Millis::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = DateTime::parse_rfc822(text).filter(DateTime::is_valid)?;
    let secs = u64::try_from(date.to_timestamp()).ok()?;
    Some(Timestamp::from_millis(secs.saturating_mul(1_000)).since(now))
}

#[cfg(test)]
mod tests;
