//! A shard as the pieces that it is handed over in, and back.

use std::sync::atomic::Ordering;

use protocol::id::InboxId;

use super::{Ended, Farewell, Place, Shard};
use crate::{
    limits::{DELETION_OVERHEAD, INBOX_OVERHEAD, MESSAGE_OVERHEAD, RECORD_OVERHEAD, TOMBSTONE_OVERHEAD},
    store::memory::{
        inbox::{Debt, Kept, Removed},
        piece::{EndedItem, InboxItem, Item, MessageItem, RecordItem, RemovedItem},
        records::Room,
        shared::Edge,
        transfer::ImportError,
    },
};

impl Shard {
    /// Whatever is known here.
    pub(in crate::store::memory) fn ids(&self) -> Vec<InboxId> {
        self.places.keys().copied().collect()
    }

    /// All that is known of `id`.
    pub(in crate::store::memory) fn items(&self, id: InboxId) -> Vec<Item> {
        match self.places.get(&id) {
            None => Vec::new(),
            Some(Place::Living(kept)) => kept.items(),
            Some(Place::Ended(ended)) => {
                let (farewell, removed) = match &ended.farewell {
                    Farewell::Owed { since, removed } => (Debt::Since(*since), removed.as_slice()),
                    Farewell::Told => (Debt::None, [].as_slice()),
                };
                let end = Item::Ended(EndedItem { id, key: ended.key, until: ended.until, farewell });
                let removed = removed.iter().map(|gone| Item::Removed(RemovedItem { inbox: id, id: gone.id }));
                std::iter::once(end).chain(removed).collect()
            }
        }
    }

    /// Takes what came. Nothing is looked at by its time: what has expired on the way goes as anything that expires.
    pub(in crate::store::memory) fn take_in(&mut self, item: Item) -> Result<(), ImportError> {
        match item {
            Item::Inbox(inbox) => self.take_inbox(inbox),
            Item::Message(message) => self.take_message(message),
            Item::Deleted(gone) => {
                let room = self.shared.budget.readmit(DELETION_OVERHEAD)?;
                self.waiting(gone.inbox)?.receive_deleted(&gone, room);
                Ok(())
            }
            Item::Record(record) => self.take_record(record),
            Item::Ended(ended) => self.take_ended(&ended),
            Item::Removed(RemovedItem { inbox, id }) => {
                let room = self.shared.budget.readmit(DELETION_OVERHEAD)?;
                match self.places.get_mut(&inbox) {
                    Some(Place::Ended(ended)) => {
                        // Where there is no edge there is nobody to tell.
                        if let Farewell::Owed { removed, .. } = &mut ended.farewell {
                            removed.push(Removed::received(id, room));
                        }
                        Ok(())
                    }
                    Some(Place::Living(_)) | None => Err(ImportError::Misplaced),
                }
            }
        }
    }

    fn waiting(&mut self, id: InboxId) -> Result<&mut Kept, ImportError> {
        Self::living_mut(&mut self.places, id).map_err(|_| ImportError::Misplaced)
    }

    fn take_inbox(&mut self, item: InboxItem) -> Result<(), ImportError> {
        let room = self.shared.budget.readmit(INBOX_OVERHEAD)?;
        let (id, key) = (item.id, item.key);
        if self.places.contains_key(&id) {
            return Err(ImportError::Misplaced);
        }
        self.shared
            .admit_inbox()
            .map_err(|inboxes| ImportError::Inboxes { inboxes, limit: self.shared.bounds.inboxes })?;
        self.shared.addresses.claim(key, id).map_err(|_| ImportError::Misplaced)?;
        let mut kept = Kept::received(item, room);
        kept.debt = match (self.shared.edge, kept.debt) {
            (Edge::None, _) => Debt::None,
            (Edge::Pushed, Debt::None) => kept.oldest_debt(),
            (Edge::Pushed, since) => since,
        };
        if let Debt::Since(since) = kept.debt {
            self.debts.insert((since, id));
            self.shared.bell.ring();
        }
        self.ends.insert((kept.expires_at, id));
        self.places.insert(id, Place::Living(Box::new(kept)));
        Ok(())
    }

    fn take_message(&mut self, item: MessageItem) -> Result<(), ImportError> {
        let room = self.shared.budget.readmit(item.octets.saturating_add(MESSAGE_OVERHEAD))?;
        let id = item.inbox;
        let kept = self.waiting(id)?;
        let message = kept.receive(item, room).ok_or(ImportError::Misplaced)?;
        let (expiry, evictable) = ((message.expires_at, id, message.seq), message.evictable());
        self.expiries.insert(expiry);
        self.shared.evictable.fetch_add(evictable, Ordering::AcqRel);
        Ok(())
    }

    fn take_record(&mut self, item: RecordItem) -> Result<(), ImportError> {
        let octets = item.octets.saturating_add(RECORD_OVERHEAD);
        let of_share = self.shared.records.readmit(octets)?;
        let room = Room { _of_store: self.shared.budget.readmit(octets)?, _of_share: of_share };
        let (id, seq) = (item.inbox, item.seq);
        let lapses_at = self.waiting(id)?.receive_record(item, room);
        self.lapses.insert((lapses_at, id, seq));
        Ok(())
    }

    fn take_ended(&mut self, item: &EndedItem) -> Result<(), ImportError> {
        let room = self.shared.budget.readmit(TOMBSTONE_OVERHEAD)?;
        let EndedItem { id, key, until, farewell } = *item;
        if self.places.contains_key(&id) || self.shared.addresses.claim(key, id).is_err() {
            return Err(ImportError::Misplaced);
        }
        let farewell = match (self.shared.edge, farewell) {
            (Edge::Pushed, Debt::Since(since)) => {
                self.debts.insert((since, id));
                self.shared.bell.ring();
                Farewell::Owed { since, removed: Vec::new() }
            }
            (Edge::Pushed, Debt::None) | (Edge::None, _) => Farewell::Told,
        };
        self.places.insert(id, Place::Ended(Box::new(Ended { key, until, farewell, _room: room })));
        self.tombstones.insert((until, id));
        Ok(())
    }
}
