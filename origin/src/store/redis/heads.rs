//! What lies in an inbox, as the scripts pack it and as the port tells it.
//!
//! Pure but for the client's value type. Numbers are big-endian; the prelude of the scripts says what stands where.

use std::collections::HashMap;

use protocol::{
    address::Domain,
    batch::{Deletion, DeliveryEntry, InboxRecord, IndexEntry},
    capability::ReadTokenHash,
    cursor::{Seq, Since},
    delivery::SealedDelivery,
    id::{InboxId, MessageId},
    limits::INBOX_DELETIONS,
    message::{SealedEntry, SealedParts},
    time::Timestamp,
    wrap::WrapKey,
};
use redis::Value;

use super::answer::{NotAnAnswer, array, exactly, number, octets, owned, time};
use crate::ports::{Deliveries, Inbox, Listing, Owed};

/// A message's head.
pub(super) struct Head {
    pub(super) seq: Seq,
    received_at: Timestamp,
    raw: u64,
    behind: bool,
}

/// A message that went.
struct Gone {
    deletion: Deletion,
    behind: bool,
}

/// Reads from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<u64, NotAnAnswer> {
        let (front, rest) = self.0.split_at_checked(N).ok_or(NotAnAnswer)?;
        self.0 = rest;
        Ok(front.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
    }
}

impl Head {
    pub(super) fn parse(octets: &[u8]) -> Result<Self, NotAnAnswer> {
        let mut reader = Reader(octets);
        let (seq, received_at) = (reader.take::<6>()?, reader.take::<6>()?);
        let (_kept, _expires) = (reader.take::<6>()?, reader.take::<6>()?);
        let (_summary, _content, raw) = (reader.take::<4>()?, reader.take::<4>()?, reader.take::<4>()?);
        let behind = reader.take::<1>()? == 0;
        Ok(Self { seq: Seq(seq), received_at: Timestamp::from_millis(received_at), raw, behind })
    }

    /// As an index has it.
    pub(super) fn entry(&self, id: MessageId, summary: Vec<u8>) -> SealedEntry {
        let sealed = SealedParts { summary: summary.into(), content: None };
        SealedEntry { id, received_at: self.received_at, size: self.raw, sealed }
    }
}

fn message_id(value: &Value) -> Result<MessageId, NotAnAnswer> {
    octets(value)?.try_into().map(MessageId::from_bytes).map_err(|_| NotAnAnswer)
}

/// A hash's fields and values.
fn pairs(value: Value) -> Result<Vec<(Value, Value)>, NotAnAnswer> {
    let mut flat = array(value)?.into_iter();
    let mut pairs = Vec::with_capacity(flat.len() / 2);
    while let Some(field) = flat.next() {
        pairs.push((field, flat.next().ok_or(NotAnAnswer)?));
    }
    Ok(pairs)
}

/// Messages with their summaries, oldest first. One whose octets Redis has evicted is not told.
fn messages(value: Value) -> Result<Vec<(Head, IndexEntry)>, NotAnAnswer> {
    let mut messages = Vec::new();
    for message in array(value)? {
        let [id, head, summary] = exactly(array(message)?)?;
        let (id, head, summary) = (message_id(&id)?, Head::parse(octets(&head)?)?, owned(summary)?);
        if !summary.is_empty() {
            let entry = IndexEntry { seq: head.seq, entry: head.entry(id, summary) };
            messages.push((head, entry));
        }
    }
    messages.sort_unstable_by_key(|(head, _)| head.seq);
    Ok(messages)
}

/// Deletions, oldest first.
fn deletions(value: Value) -> Result<Vec<Gone>, NotAnAnswer> {
    let mut deletions = Vec::new();
    for (id, text) in pairs(value)? {
        let mut reader = Reader(octets(&text)?);
        let (seq, _at, told) = (reader.take::<6>()?, reader.take::<6>()?, reader.take::<1>()?);
        deletions.push(Gone { deletion: Deletion { seq: Seq(seq), id: message_id(&id)? }, behind: told == 0 });
    }
    deletions.sort_unstable_by_key(|gone| gone.deletion.seq);
    Ok(deletions)
}

/// Those that readers are told: the latest.
fn told(deletions: &[Gone]) -> impl Iterator<Item = Deletion> + '_ {
    deletions.iter().skip(deletions.len().saturating_sub(INBOX_DELETIONS)).map(|gone| gone.deletion)
}

/// Delivery records, oldest first.
fn records(heads: Value, sealed: Value) -> Result<Vec<DeliveryEntry>, NotAnAnswer> {
    let mut octets_of = HashMap::new();
    for (id, octets) in pairs(sealed)? {
        octets_of.insert(message_id(&id)?, owned(octets)?);
    }
    let mut records = Vec::new();
    for (id, text) in pairs(heads)? {
        let (id, mut reader) = (message_id(&id)?, Reader(octets(&text)?));
        let (seq, at) = (Seq(reader.take::<6>()?), Timestamp::from_millis(reader.take::<6>()?));
        if let Some(sealed) = octets_of.remove(&id) {
            records.push(DeliveryEntry { seq, entry: SealedDelivery { id, at, sealed: sealed.into() } });
        }
    }
    records.sort_unstable_by_key(|record| record.seq);
    Ok(records)
}

/// An inbox, from what `inbox.lua` and `extend.lua` tell of it first.
pub(super) fn inbox(id: InboxId, values: &[Value]) -> Result<Inbox, NotAnAnswer> {
    let [hash, address, domain, created, expires, seq, wrap_key, ..] = values else { return Err(NotAnAnswer) };
    let domain = std::str::from_utf8(octets(domain)?).map_err(|_| NotAnAnswer)?;
    Ok(Inbox {
        id,
        read_token_hash: ReadTokenHash::from_bytes(octets(hash)?.try_into().map_err(|_| NotAnAnswer)?),
        wrap_key: WrapKey::from_octets(octets(wrap_key)?).ok_or(NotAnAnswer)?,
        sealed_address: octets(address)?.to_vec().into(),
        domain: Domain::parse(domain).map_err(|_| NotAnAnswer)?,
        created_at: time(created)?,
        expires_at: time(expires)?,
        seq: Seq(number(seq)?),
    })
}

/// A listing, from what `list.lua` tells.
pub(super) fn listing(payload: Vec<Value>) -> Result<Listing, NotAnAnswer> {
    let [last, after, horizon, shown, gone] = exactly(payload)?;
    let after = Seq(number(&after)?);
    let left_out = (horizon != Value::Int(-1)).then(|| number(&horizon).map(Seq)).transpose()?;
    let messages = messages(shown)?.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>();
    let gone = deletions(gone)?;
    let is_told = |gone: &Deletion| gone.seq > after && left_out.is_none_or(|first| gone.seq < first);
    let deleted = told(&gone).filter(is_told).collect::<Vec<_>>();
    let furthest = messages.last().map(|message| message.seq).max(deleted.last().map(|gone| gone.seq));
    let cursor = if left_out.is_some() { furthest.unwrap_or(after) } else { Seq(number(&last)?) };
    Ok(Listing { messages, deleted, cursor })
}

/// Delivery records after `since`, from what `deliveries.lua` tells.
pub(super) fn deliveries(payload: Vec<Value>, since: Option<Since>) -> Result<Deliveries, NotAnAnswer> {
    let [last, heads, sealed] = exactly(payload)?;
    let mut entries = records(heads, sealed)?;
    entries.retain(|record| match since {
        None => true,
        Some(Since::Cursor(cursor)) => record.seq > cursor.0,
        Some(Since::Time(time)) => record.entry.at > time,
    });
    Ok(Deliveries { entries, cursor: Seq(number(&last)?) })
}

/// What a living inbox owes, from what `owed.lua` tells.
pub(super) fn update(id: InboxId, payload: Vec<Value>) -> Result<Owed, NotAnAnswer> {
    let [since, view, shown, gone, heads, sealed] = exactly(payload)?;
    let inbox = inbox(id, &array(view)?)?;
    let (messages, gone) = (messages(shown)?, deletions(gone)?);
    let blobs = messages.iter().filter(|(head, _)| head.behind).map(|(_, entry)| entry.entry.id).collect();
    let record = InboxRecord {
        id,
        region: String::new(),
        read_token_hash: inbox.read_token_hash.as_bytes().to_vec().into(),
        sealed_address: inbox.sealed_address.to_vec().into(),
        domain: inbox.domain.as_str().to_owned(),
        created_at: inbox.created_at,
        expires_at: inbox.expires_at,
        seq: inbox.seq,
        entries: messages.into_iter().map(|(_, entry)| entry).collect(),
        deleted: told(&gone).collect(),
        deliveries: records(heads, sealed)?,
    };
    let removed = gone.iter().filter(|gone| gone.behind).map(|gone| gone.deletion.id).collect();
    Ok(Owed::Update { record: Box::new(record), wrap_key: inbox.wrap_key, blobs, removed, since: time(&since)? })
}

/// What an ended inbox owes, from what `owed.lua` tells.
pub(super) fn erasure(id: InboxId, payload: Vec<Value>) -> Result<Owed, NotAnAnswer> {
    let [since, until, removed] = exactly(payload)?;
    let removed = array(removed)?.iter().map(message_id).collect::<Result<_, _>>()?;
    Ok(Owed::Erase { inbox: id, removed, gone_until: time(&until)?, since: time(&since)? })
}

#[cfg(test)]
mod tests;
