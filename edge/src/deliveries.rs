//! What is answered about mail that did not come: from KV alone, or from KV and the home region together.
//!
//! KV holds a prefix of an inbox's history, records of failed attempts included, so that one cursor means the same in
//! both.

use protocol::{
    batch::{DeliveryEntry, InboxRecord},
    cursor::{Cursor, Since},
    delivery::{SealedDeliveries, SealedDelivery},
    limits::{INBOX_DELIVERIES, INBOX_LIFE},
    time::Timestamp,
};

/// What KV has for a reader who stands at `since`.
#[must_use]
pub fn known(record: &InboxRecord, since: Option<Since>, now: Timestamp) -> SealedDeliveries {
    let is_news = |noted: &&DeliveryEntry| match since {
        None => true,
        Some(Since::Cursor(cursor)) => noted.seq > cursor.0,
        Some(Since::Time(time)) => noted.entry.at > time,
    };
    let lives = |noted: &&DeliveryEntry| noted.entry.at.plus(INBOX_LIFE) > now;
    let deliveries = record.deliveries.iter().filter(is_news).filter(lives).map(|noted| noted.entry.clone()).collect();
    // A reader may be ahead of KV, having heard from the home region: it is not sent back.
    let seen = match since {
        Some(Since::Cursor(cursor)) => cursor,
        Some(Since::Time(_)) | None => Cursor::default(),
    };
    SealedDeliveries { deliveries, cursor: Cursor(record.seq).max(seen) }
}

/// The query that asks a region for what KV may lack.
#[must_use]
pub fn behind(known: &SealedDeliveries) -> String {
    format!("since={}", known.cursor)
}

/// What KV knows, and what the home region added behind it; the latest, where there are more than an inbox keeps.
#[must_use]
pub fn merge(known: SealedDeliveries, added: SealedDeliveries, since: Option<Since>) -> SealedDeliveries {
    let mut deliveries = known.deliveries;
    let is_news = |record: &SealedDelivery| !matches!(since, Some(Since::Time(time)) if record.at <= time);
    for record in added.deliveries.into_iter().filter(is_news) {
        if deliveries.iter().all(|known| known.id != record.id) {
            deliveries.push(record);
        }
    }
    let surplus = deliveries.len().saturating_sub(INBOX_DELIVERIES);
    deliveries.drain(..surplus);
    SealedDeliveries { deliveries, cursor: known.cursor.max(added.cursor) }
}

/// What is told where the home region cannot be asked: what KV has. Where that is nothing, nobody here knows whether
/// something failed, and an empty list would say that nothing did.
#[must_use]
pub fn alone(known: SealedDeliveries) -> Option<SealedDeliveries> {
    (!known.deliveries.is_empty()).then_some(known)
}

#[cfg(test)]
mod tests;
