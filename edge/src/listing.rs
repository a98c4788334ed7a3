//! What a listing answers: from KV alone, or from KV and the home region together.
//!
//! KV holds a prefix of an inbox's history, so that one cursor means the same in both, and what the
//! home region adds begins where KV ends.

use protocol::{
    api::SealedList,
    batch::InboxRecord,
    cursor::{Cursor, Seq, Since},
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
///
/// A cursor means what it means in the region's store: a listing that stops short stops right before the first message
/// that it leaves out, and after an instant come the messages received after it, and the deletions after the last living
/// message received until then.
#[must_use]
pub fn plan(record: &InboxRecord, query: ListQuery, now: Timestamp) -> Plan {
    let living = || record.entries.iter().filter(|entry| message_end(entry) > now);
    let after = match query.since {
        None => Seq::START,
        Some(Since::Cursor(cursor)) => cursor.0,
        Some(Since::Time(time)) => {
            let until_then = living().filter(|entry| entry.entry.received_at <= time);
            until_then.map(|entry| entry.seq).max().unwrap_or_default()
        }
    };
    let mut news = living().filter(|entry| match query.since {
        Some(Since::Time(time)) => entry.entry.received_at > time,
        Some(Since::Cursor(_)) | None => entry.seq > after,
    });
    let told: Vec<_> = news.by_ref().take(query.limit).collect();
    let cursor = match news.next() {
        Some(left_out) => {
            let deletions = record.deleted.iter().map(|gone| gone.seq);
            let before = deletions.filter(|seq| *seq > after && *seq < left_out.seq).max();
            Cursor(told.last().map(|last| last.seq).max(before).unwrap_or(after))
        }
        // A reader may be ahead of KV, having heard from the home region: it is not sent back.
        None => Cursor(seen(query.since).map_or(record.seq, |seen| seen.0.max(record.seq))),
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

/// What is told where the home region cannot be asked: what KV has. Where that is nothing, nobody here knows whether
/// there is news, and a listing without any would say that there is none.
#[must_use]
pub fn alone(known: SealedList) -> Option<SealedList> {
    (!known.messages.is_empty()).then_some(known)
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
