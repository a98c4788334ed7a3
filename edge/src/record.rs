//! What KV keeps of an inbox, and what it means at a given time.
//!
//! Sealed bytes and times only. What has expired is gone, whether KV has dropped it or not.

use std::cmp::Ordering;

use protocol::{
    api::{InboxView, Privacy, Provider, SealedInbox},
    batch::{BlobHead, InboxRecord, IndexEntry},
    id::{InboxId, MessageId},
    limits::INBOX_LIFE,
    message::Part,
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};

/// KV expires nothing sooner than this; a little more, because its clock is not ours.
const KV_LIFE_MIN: Millis = Millis::from_secs(65);

/// KV keeps nothing longer than this, whatever a region says: an inbox's day, and the day in which `410` is said.
const KV_LIFE_MAX: Millis = Millis::from_millis(2 * INBOX_LIFE.as_millis());

/// A value under an inbox's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Kept {
    /// It has ended.
    Gone {
        /// Until when `410` is said.
        gone_until: Timestamp,
    },
    /// It is as the record says.
    Living(Box<InboxRecord>),
}

/// What KV says of an inbox at a given time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// KV could not be read, or holds what we did not write: it says nothing.
    Unreadable,
    /// KV does not know it: it may be new, or never have been.
    Unknown,
    /// It was erased, or its region said that it ended.
    Gone,
    /// Its time is over, as far as KV knows.
    Expired(Box<InboxRecord>),
    /// It lives.
    Living(Box<InboxRecord>),
}

impl Standing {
    /// What `value`, as KV returned it, says at `now`.
    #[must_use]
    pub fn read(value: Option<&str>, now: Timestamp) -> Self {
        match value.map(serde_json::from_str::<Kept>) {
            None => Self::Unknown,
            Some(Err(_)) => Self::Unreadable,
            Some(Ok(Kept::Gone { gone_until })) if gone_until > now => Self::Gone,
            Some(Ok(Kept::Gone { .. })) => Self::Unknown,
            Some(Ok(Kept::Living(record))) if record.expires_at > now => Self::Living(record),
            Some(Ok(Kept::Living(record))) => Self::Expired(record),
        }
    }
}

/// Where an inbox's record is kept.
#[must_use]
pub fn inbox_key(id: InboxId) -> String {
    format!("inbox/{id}")
}

/// Where a sealed part is kept; none for parts that the record carries itself.
#[must_use]
pub fn part_key(inbox: InboxId, message: MessageId, part: Part) -> Option<String> {
    let name = match part {
        Part::Content => "content",
        Part::Raw => "raw",
        Part::Summary | Part::Address | Part::Delivery => return None,
    };
    Some(format!("part/{inbox}/{message}/{name}"))
}

/// When KV is to drop what ends at `end`, in seconds since the Unix epoch.
#[must_use]
pub fn kv_expiration(end: Timestamp, now: Timestamp) -> u64 {
    end.max(now.plus(KV_LIFE_MIN)).min(now.plus(KV_LIFE_MAX)).as_secs()
}

/// When a message's parts end: a day after it came. Its inbox may be extended without its parts being pushed anew;
/// where the inbox ends sooner, the home region says so and they are deleted then.
#[must_use]
pub fn message_end(entry: &IndexEntry) -> Timestamp {
    entry.entry.received_at.plus(INBOX_LIFE)
}

/// The end of the message that `blob` belongs to.
#[must_use]
pub fn blob_end(record: &InboxRecord, blob: &BlobHead) -> Timestamp {
    let entry = record.entries.iter().find(|entry| entry.entry.id == blob.message);
    entry.map_or(record.expires_at, message_end)
}

/// Whether `new` may replace `old`. Within one life changes are counted upward and the end only moves away, so whatever
/// knows fewer changes or an earlier end is late, though it may know more of the other. A record that is cut back to what
/// its batch carries can be so too: the region still owes the rest, and says it all with that. An inbox that was made anew
/// counts from the start.
#[must_use]
pub fn replaces(new: &InboxRecord, old: &InboxRecord) -> bool {
    match new.created_at.cmp(&old.created_at) {
        Ordering::Greater => true,
        Ordering::Equal => new.seq >= old.seq && new.expires_at >= old.expires_at,
        Ordering::Less => false,
    }
}

/// The inbox as whoever shows the read token sees it.
#[must_use]
pub fn view(record: &InboxRecord) -> InboxView {
    InboxView {
        id: record.id,
        address: None,
        sealed: Some(SealedInbox { address: record.sealed_address.clone() }),
        domain: record.domain.clone(),
        created_at: record.created_at,
        expires_at: record.expires_at,
        provider: Provider::Mayfly,
        privacy: Privacy::Sealed,
        capability: None,
        webhook: None,
    }
}

#[cfg(test)]
mod tests;
