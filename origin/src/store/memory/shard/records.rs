//! What a shard does for delivery records: kept under the same lock as all else of their inbox, so that a record and
//! its debt to the edge are one step.

use std::sync::Arc;

use protocol::{cursor::Seq, id::InboxId, time::Timestamp};

use super::Shard;
use crate::{
    mail::{Destination, SealedRecord},
    ports::{PutError, ReadError, Unreachable},
    store::memory::{inbox::Kept, records::Room},
};

impl Shard {
    /// An inbox that mail is or was for, be it full.
    pub(in crate::store::memory) fn owner(&self, id: InboxId) -> Result<Destination, Unreachable> {
        match self.living(id) {
            Ok(kept) => Ok(Destination {
                inbox: id,
                public_key: Arc::clone(&kept.public_key),
                wrap_key: kept.wrap_key.clone(),
                tag: None,
            }),
            Err(ReadError::Gone) => Err(Unreachable::Expired),
            Err(ReadError::NotFound | ReadError::Unavailable) => Err(Unreachable::Unknown),
        }
    }

    /// Keeps a delivery record.
    pub(in crate::store::memory) fn note(
        &mut self,
        record: &SealedRecord,
        room: Room,
        now: Timestamp,
    ) -> Result<Seq, PutError> {
        let id = record.inbox();
        let kept = Self::living_mut(&mut self.places, id).map_err(|_| PutError::Gone)?;
        if let Some(seq) = kept.records.seq_of(record.id()) {
            return Ok(seq);
        }
        let (seq, expires_at, oldest) = kept.note(record, room, now);
        self.lapses.insert((expires_at, id, seq));
        if let Some(oldest) = oldest {
            self.lapses.remove(&(oldest.expires_at(), id, oldest.seq));
        }
        self.owe(id, now);
        self.waiters.wake(id);
        Ok(seq)
    }

    /// Drops the record that lapses at `at`.
    pub(super) fn lapse(&mut self, at: Timestamp, id: InboxId, seq: Seq) {
        self.lapses.remove(&(at, id, seq));
        if let Ok(kept) = Self::living_mut(&mut self.places, id) {
            kept.records.lapse(seq);
        }
    }

    /// Forgets when the records of an inbox that ends would lapse.
    pub(super) fn forget_lapses(&mut self, kept: &Kept) {
        for record in kept.records.iter() {
            self.lapses.remove(&(record.expires_at(), kept.id, record.seq));
        }
    }
}
