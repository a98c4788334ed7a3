//! What a listing answers: from KV alone, or from KV and the home region together.
//!
//! KV holds a prefix of an inbox's history, so that one cursor means the same in both, and what the
//! home region adds begins where KV ends.

use protocol::{
    api::SealedList,
    batch::InboxRecord,
    cursor::{Cursor, Since},
    message::SealedEntry,
    time::Timestamp,
};

use crate::{query::ListQuery, record::message_end};

/// How a listing is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// KV has news for this reader: they are told at once.
    Kv(SealedList),
    /// The home region is asked for what KV may lack.
    AskHome {
        /// What KV has, and what is answered where the region cannot be reached.
        known: SealedList,
        /// What to ask.
        ask: ListQuery,
    },
}

/// Decides how `query` is answered from `record`.
#[must_use]
pub fn plan(record: &InboxRecord, query: ListQuery, now: Timestamp) -> Plan {
    let after = |entry: &&protocol::batch::IndexEntry| match query.since {
        None => true,
        Some(Since::Cursor(cursor)) => entry.seq > cursor.0,
        Some(Since::Time(time)) => entry.entry.received_at > time,
    };
    let living = |entry: &&protocol::batch::IndexEntry| message_end(entry) > now;
    let news: Vec<_> = record.entries.iter().filter(after).filter(living).collect();
    let is_cut = news.len() > query.limit;
    let told: Vec<_> = news.into_iter().take(query.limit).collect();
    let cursor = match told.last() {
        Some(last) if is_cut => Cursor(last.seq),
        // A reader may be ahead of KV, having heard from the home region: it is not sent back.
        Some(_) | None => Cursor(seen(query.since).map_or(record.seq, |seen| seen.0.max(record.seq))),
    };
    let messages: Vec<SealedEntry> = told.into_iter().map(|entry| entry.entry.clone()).collect();
    let (count, known) = (messages.len(), SealedList { messages, cursor });
    if count >= query.limit || count > 0 && query.since.is_some() {
        return Plan::Kv(known);
    }
    let mut ask = query.from(cursor, query.limit.saturating_sub(count));
    if count > 0 {
        ask.wait = 0;
    }
    Plan::AskHome { known, ask }
}

/// What KV knows, and what the home region added behind it.
#[must_use]
pub fn merge(known: SealedList, added: SealedList, since: Option<Since>) -> SealedList {
    let mut messages = known.messages;
    for entry in added.messages {
        let is_news = !matches!(since, Some(Since::Time(time)) if entry.received_at <= time);
        if is_news && messages.iter().all(|known| known.id != entry.id) {
            messages.push(entry);
        }
    }
    SealedList { messages, cursor: known.cursor.max(added.cursor) }
}

/// The cursor that `since` names, if it names one.
fn seen(since: Option<Since>) -> Option<Cursor> {
    match since {
        Some(Since::Cursor(cursor)) => Some(cursor),
        Some(Since::Time(_)) | None => None,
    }
}

#[cfg(test)]
mod tests;
