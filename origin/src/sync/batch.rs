//! What goes into one batch.
//!
//! A record is true wherever it stands: it lists a message only in the batch that carries the message's blobs, or in a
//! later one. Where an inbox's blobs do not all fit, the batch carries the oldest that do and a record cut
//! back to right before the first that does not: a prefix of its history, confirmed as such; the rest
//! stays owed. So a batch needs no other batch, and a large message travels alone.
//!
//! All mail in it is as it lies in the store: wrapped. With an inbox's record go the keys that the edge reads it with.
//!
//! Pure. The octets of a head are counted from above before it is written, so a batch never passes the
//! bounds of `protocol::limits`.

use std::collections::HashMap;

use bytes::Bytes;
use protocol::{
    batch::{self, BatchError, BlobHead, Change, InboxRecord},
    cursor::Seq,
    id::{InboxId, MessageId},
    limits::{BATCH_BLOBS, BATCH_INBOXES, BATCH_OCTETS, BATCH_REMOVED, INBOX_EPOCHS},
    message::Part,
    time::Timestamp,
    wrap::{InboxKeys, KEY_OCTETS},
};

use crate::ports::Receipt;

/// Octets of JSON that an inbox takes beside what is counted by length.
const CHANGE: usize = 640;
/// The same for an index entry.
const ENTRY: usize = 256;
/// For a deletion.
const DELETION: usize = 96;
/// For a delivery record beside its sealed octets.
const DELIVERY: usize = 192;
/// For a removed message's id.
const REMOVED: usize = 32;
/// For a blob's head.
const BLOB: usize = 192;
/// For an inbox's keys.
const KEYS: usize = 64 + (INBOX_EPOCHS + 1) * (KEY_OCTETS + 12);
/// For what stands before the head and around its lists.
const FRAME: usize = 64;

/// A message's blobs as they were fetched.
#[derive(Clone, Debug)]
pub enum Fetched {
    /// Both parts.
    Blobs {
        /// Its content.
        content: Bytes,
        /// The message itself.
        raw: Bytes,
    },
    /// It went in the meantime.
    Went,
}

/// Whether an inbox found room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is in, as far as it fits.
    Taken,
    /// It must wait for another batch.
    Full,
}

/// A batch being put together.
#[derive(Debug)]
pub struct Draft {
    region: String,
    changes: Vec<Change>,
    receipts: Vec<Receipt>,
    blobs: Vec<(BlobHead, Bytes)>,
    keys: Vec<(InboxId, InboxKeys)>,
    octets: usize,
    removed: usize,
}

/// A batch ready to be sent.
#[derive(Clone, Debug)]
pub struct Sendable {
    /// Its body; wiped when the last holder drops it, for it carries keys.
    pub body: Bytes,
    /// What the edge confirms by taking it.
    pub receipts: Vec<Receipt>,
}

impl Draft {
    /// An empty batch of `region`.
    #[must_use]
    pub fn new(region: &str) -> Self {
        Self {
            region: region.to_owned(),
            changes: Vec::new(),
            receipts: Vec::new(),
            blobs: Vec::new(),
            keys: Vec::new(),
            octets: FRAME,
            removed: 0,
        }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Octets that are left for an inbox with this record, or none where not even the record fits.
    #[must_use]
    pub fn room_beside(&self, record: &InboxRecord) -> usize {
        BATCH_OCTETS.saturating_sub(self.octets.saturating_add(weight(record, &self.region)))
    }

    /// Adds an inbox: its record, the `keys` that read it, the blobs of `lacking` (oldest first) as far as they were
    /// fetched and fit, and the ids in `removed` as far as they fit. A batch with nothing else in it takes at least a part.
    pub fn update(
        &mut self,
        mut record: InboxRecord,
        keys: InboxKeys,
        lacking: &[MessageId],
        mut fetched: HashMap<MessageId, Fetched>,
        mut removed: Vec<MessageId>,
    ) -> Fit {
        removed.truncate(BATCH_REMOVED - self.removed);
        let mut octets = weight(&record, &self.region).saturating_add(removed.len() * REMOVED);
        let mut taken = Vec::new();
        for id in lacking {
            match fetched.remove(id) {
                Some(Fetched::Went) => record.entries.retain(|entry| entry.entry.id != *id),
                Some(Fetched::Blobs { content, raw }) if self.takes(octets, taken.len(), &content, &raw) => {
                    octets += content.len() + raw.len() + 2 * BLOB;
                    taken.push((*id, content, raw));
                }
                _ => {
                    cut_before(&mut record, *id);
                    break;
                }
            }
        }
        let says_nothing = taken.is_empty() && removed.is_empty() && !lacking.is_empty();
        let too_large = self.octets.saturating_add(octets) > BATCH_OCTETS;
        if !self.is_empty() && (too_large || says_nothing || self.changes.len() >= BATCH_INBOXES) {
            return Fit::Full;
        }
        self.octets += octets;
        self.removed += removed.len();
        self.receipts.push(Receipt::Updated {
            inbox: record.id,
            seq: record.seq,
            expires_at: record.expires_at,
            blobs: taken.iter().map(|(id, ..)| *id).collect(),
            removed: removed.clone(),
        });
        for (message, content, raw) in taken {
            for (part, blob) in [(Part::Content, content), (Part::Raw, raw)] {
                let len = u32::try_from(blob.len()).unwrap_or(u32::MAX);
                self.blobs.push((BlobHead { inbox: record.id, message, part, len }, blob));
            }
        }
        self.keys.push((record.id, keys));
        record.region.clone_from(&self.region);
        self.changes.push(Change::Update { record: Box::new(record), removed });
        Fit::Taken
    }

    /// Adds an end. Where more messages are to be removed than one batch may, this one removes the first and confirms
    /// them; the end itself is confirmed with the last.
    pub fn erase(&mut self, inbox: InboxId, mut removed: Vec<MessageId>, gone_until: Timestamp) -> Fit {
        let fits = removed.len() <= BATCH_REMOVED - self.removed;
        let octets = CHANGE + removed.len() * REMOVED;
        let too_large = self.octets.saturating_add(octets) > BATCH_OCTETS;
        if !self.is_empty() && (!fits || too_large || self.changes.len() >= BATCH_INBOXES) {
            return Fit::Full;
        }
        self.receipts.push(if fits {
            Receipt::Erased { inbox }
        } else {
            removed.truncate(BATCH_REMOVED);
            let removed = removed.clone();
            Receipt::Updated { inbox, seq: Seq::START, expires_at: gone_until, blobs: Vec::new(), removed }
        });
        self.octets += octets;
        self.removed += removed.len();
        self.changes.push(Change::Erase { inbox, removed, gone_until });
        Fit::Taken
    }

    /// Writes it.
    ///
    /// # Errors
    /// As [`protocol::batch::encode`].
    pub fn close(self) -> Result<Sendable, BatchError> {
        let blobs = self.blobs.iter().map(|(head, blob)| (*head, &blob[..])).collect::<Vec<_>>();
        let body = batch::encode_with_keys(self.changes, &blobs, &self.keys)?;
        Ok(Sendable { body: Bytes::from_owner(body), receipts: self.receipts })
    }

    /// The inboxes in it.
    #[must_use]
    pub fn inboxes(&self) -> Vec<InboxId> {
        self.receipts.iter().map(inbox_of).collect()
    }

    fn takes(&self, octets: usize, messages: usize, content: &Bytes, raw: &Bytes) -> bool {
        let octets =
            [octets, content.len(), raw.len(), 2 * BLOB].iter().fold(self.octets, |sum, n| sum.saturating_add(*n));
        octets <= BATCH_OCTETS && self.blobs.len() + 2 * (messages + 1) <= BATCH_BLOBS
    }
}

/// Whose receipt it is.
#[must_use]
pub fn inbox_of(receipt: &Receipt) -> InboxId {
    match receipt {
        Receipt::Updated { inbox, .. } | Receipt::Erased { inbox } => *inbox,
    }
}

/// Cuts a record back to what it was right before `message` came.
fn cut_before(record: &mut InboxRecord, message: MessageId) {
    let Some(first) = record.entries.iter().find(|entry| entry.entry.id == message).map(|entry| entry.seq) else {
        return;
    };
    record.entries.retain(|entry| entry.seq < first);
    record.deleted.retain(|gone| gone.seq < first);
    record.deliveries.retain(|delivery| delivery.seq < first);
    record.seq = Seq(first.0.saturating_sub(1));
}

/// Octets of a record in a head, from above.
fn weight(record: &InboxRecord, region: &str) -> usize {
    let base64 = |octets: usize| octets.div_ceil(3).saturating_mul(4);
    let entries = record.entries.iter().map(|entry| ENTRY + base64(entry.entry.sealed.summary.as_slice().len()));
    let texts = base64(record.sealed_address.as_slice().len()) + record.domain.len() + region.len();
    let deliveries = record.deliveries.iter().map(|delivery| DELIVERY + base64(delivery.entry.sealed.as_slice().len()));
    CHANGE + KEYS + texts + entries.sum::<usize>() + record.deleted.len() * DELETION + deliveries.sum::<usize>()
}

#[cfg(test)]
mod tests;
