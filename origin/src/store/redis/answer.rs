//! What scripts answer, taken apart.
//!
//! Pure but for the client's value type. An answer of another form is [`NotAnAnswer`], never a panic.

use protocol::{id::InboxId, time::Timestamp};
use redis::Value;

/// Redis answered what no script of ours says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an answer of another form")]
pub(super) struct NotAnAnswer;

/// What a script of a shard answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) what: What,
    pub(super) payload: Vec<Value>,
    pub(super) census: Option<Census>,
    pub(super) news: News,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Ok,
    /// There is more that has expired: ask again.
    Again,
    Gone,
    Absent,
    Full,
    Exists,
    New,
    Nothing,
    Update,
    Erase,
}

/// Who is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    /// An inbox that owed nothing came to owe something.
    pub(super) rang: bool,
    /// Inboxes that changed.
    pub(super) woken: Vec<InboxId>,
}

/// How a shard stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    /// Grows with each change.
    pub(super) version: u64,
    pub(super) used: usize,
    pub(super) records: usize,
    pub(super) inboxes: usize,
    pub(super) evictable: usize,
    pub(super) evicted: u64,
    pub(super) messages: usize,
    pub(super) owed: usize,
    pub(super) owed_since: Option<Timestamp>,
}

impl Answer {
    pub(super) fn parse(value: Value) -> Result<Self, NotAnAnswer> {
        let [what, payload, census, rang, woken] = exactly(array(value)?)?;
        let what = match octets(&what)? {
            b"ok" => What::Ok,
            b"again" => What::Again,
            b"gone" => What::Gone,
            b"absent" => What::Absent,
            b"full" => What::Full,
            b"exists" => What::Exists,
            b"new" => What::New,
            b"nothing" => What::Nothing,
            b"update" => What::Update,
            b"erase" => What::Erase,
            _ => return Err(NotAnAnswer),
        };
        let payload = if payload == Value::Nil { Vec::new() } else { array(payload)? };
        let census = if census == Value::Nil { None } else { Some(Census::parse(&array(census)?)?) };
        let news = News { rang: number(&rang)? == 1, woken: ids(octets(&woken)?) };
        Ok(Self { what, payload, census, news })
    }
}

impl Census {
    pub(super) fn parse(values: &[Value]) -> Result<Self, NotAnAnswer> {
        let [version, used, records, inboxes, evictable, evicted, messages, owed, since] = values else {
            return Err(NotAnAnswer);
        };
        let since = signed(since)?;
        Ok(Self {
            version: number(version)?,
            used: size(used)?,
            records: size(records)?,
            inboxes: size(inboxes)?,
            evictable: size(evictable)?,
            evicted: number(evicted)?,
            messages: size(messages)?,
            owed: size(owed)?,
            owed_since: u64::try_from(since).ok().map(Timestamp::from_millis),
        })
    }
}

/// Ids in a row.
pub(super) fn ids(octets: &[u8]) -> Vec<InboxId> {
    octets.chunks_exact(16).filter_map(|id| <[u8; 16]>::try_from(id).ok()).map(InboxId::from_bytes).collect()
}

pub(super) fn array(value: Value) -> Result<Vec<Value>, NotAnAnswer> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err(NotAnAnswer),
    }
}

pub(super) fn octets(value: &Value) -> Result<&[u8], NotAnAnswer> {
    match value {
        Value::BulkString(octets) => Ok(octets),
        _ => Err(NotAnAnswer),
    }
}

pub(super) fn owned(value: Value) -> Result<Vec<u8>, NotAnAnswer> {
    match value {
        Value::BulkString(octets) => Ok(octets),
        _ => Err(NotAnAnswer),
    }
}

/// A number, as one or as a text.
pub(super) fn signed(value: &Value) -> Result<i64, NotAnAnswer> {
    match value {
        Value::Int(number) => Ok(*number),
        Value::BulkString(text) => std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(NotAnAnswer),
        _ => Err(NotAnAnswer),
    }
}

/// A count; one that evictions by Redis brought below zero is none.
pub(super) fn number(value: &Value) -> Result<u64, NotAnAnswer> {
    signed(value).map(|number| u64::try_from(number).unwrap_or(0))
}

pub(super) fn size(value: &Value) -> Result<usize, NotAnAnswer> {
    number(value).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

pub(super) fn time(value: &Value) -> Result<Timestamp, NotAnAnswer> {
    number(value).map(Timestamp::from_millis)
}

/// So many values and no others.
pub(super) fn exactly<const N: usize>(values: Vec<Value>) -> Result<[Value; N], NotAnAnswer> {
    values.try_into().map_err(|_| NotAnAnswer)
}

#[cfg(test)]
mod tests;
