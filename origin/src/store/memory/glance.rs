//! What is taken out of a shard under its lock, cheaply, to be written out at length once the lock is free.
//!
//! Pure. Sealed octets are shared, never copied, until they are written into a record.

use bytes::Bytes;
use protocol::{
    batch::{Deletion, DeliveryEntry, InboxRecord, IndexEntry},
    cursor::Seq,
    delivery::SealedDelivery,
    id::{InboxId, MessageId},
    message::{SealedEntry, SealedParts},
    time::Timestamp,
};

use crate::ports::{Deliveries, Inbox, Listing, Owed};

/// What a listing shows of one message.
pub(super) struct Glance {
    pub(super) seq: Seq,
    pub(super) id: MessageId,
    pub(super) received_at: Timestamp,
    pub(super) size: usize,
    pub(super) summary: Bytes,
}

/// One delivery record.
pub(super) struct Noted {
    pub(super) seq: Seq,
    pub(super) id: MessageId,
    pub(super) at: Timestamp,
    pub(super) sealed: Bytes,
}

/// Delivery records.
pub(super) struct NotedSince {
    pub(super) records: Vec<Noted>,
    pub(super) cursor: Seq,
}

/// A listing.
pub(super) struct Changes {
    pub(super) messages: Vec<Glance>,
    pub(super) deleted: Vec<Deletion>,
    pub(super) cursor: Seq,
}

/// What one inbox owes.
pub(super) enum Snapshot {
    /// It lives.
    Update {
        inbox: Box<Inbox>,
        messages: Vec<Glance>,
        deleted: Vec<Deletion>,
        records: Vec<Noted>,
        blobs: Vec<MessageId>,
        removed: Vec<MessageId>,
        since: Timestamp,
    },
    /// It has ended.
    Erase { inbox: InboxId, removed: Vec<MessageId>, gone_until: Timestamp, since: Timestamp },
}

impl Glance {
    /// As the index has it.
    pub(super) fn entry(&self) -> SealedEntry {
        SealedEntry {
            id: self.id,
            received_at: self.received_at,
            size: u64::try_from(self.size).unwrap_or(u64::MAX),
            sealed: SealedParts { summary: self.summary.to_vec().into(), content: None },
        }
    }
}

impl Changes {
    /// At length.
    pub(super) fn listing(&self) -> Listing {
        Listing { messages: index(&self.messages), deleted: self.deleted.clone(), cursor: self.cursor }
    }
}

impl NotedSince {
    /// At length.
    pub(super) fn deliveries(&self) -> Deliveries {
        Deliveries { entries: noted(&self.records), cursor: self.cursor }
    }
}

impl Snapshot {
    /// Octets of sealed summaries and records that [`Self::owed`] copies.
    pub(super) fn octets(&self) -> usize {
        match self {
            Self::Update { messages, records, .. } => {
                let summaries = messages.iter().map(|message| message.summary.len());
                summaries.chain(records.iter().map(|record| record.sealed.len())).sum()
            }
            Self::Erase { .. } => 0,
        }
    }

    /// At length.
    pub(super) fn owed(self) -> Owed {
        match self {
            Self::Update { inbox, messages, deleted, records, blobs, removed, since } => {
                let record = InboxRecord {
                    id: inbox.id,
                    region: String::new(),
                    read_token_hash: inbox.read_token_hash.as_bytes().to_vec().into(),
                    sealed_address: inbox.sealed_address.to_vec().into(),
                    domain: inbox.domain.as_str().to_owned(),
                    created_at: inbox.created_at,
                    expires_at: inbox.expires_at,
                    seq: inbox.seq,
                    entries: index(&messages),
                    deleted,
                    deliveries: noted(&records),
                };
                Owed::Update { record: Box::new(record), wrap_key: inbox.wrap_key, blobs, removed, since }
            }
            Self::Erase { inbox, removed, gone_until, since } => Owed::Erase { inbox, removed, gone_until, since },
        }
    }
}

fn index(messages: &[Glance]) -> Vec<IndexEntry> {
    messages.iter().map(|message| IndexEntry { seq: message.seq, entry: message.entry() }).collect()
}

fn noted(records: &[Noted]) -> Vec<DeliveryEntry> {
    let entry = |record: &Noted| DeliveryEntry {
        seq: record.seq,
        entry: SealedDelivery { id: record.id, at: record.at, sealed: record.sealed.to_vec().into() },
    };
    records.iter().map(entry).collect()
}
