//! A living inbox as the pieces that it is handed over in, and back.

use protocol::{batch::Deletion, limits::INBOX_MESSAGES, time::Timestamp};

use super::{Deleted, Kept, Message, Removed, life};
use crate::{
    budget::Reservation,
    limits::MESSAGE_OVERHEAD,
    store::memory::{
        piece::{DeletedItem, InboxItem, Item, MessageItem, RecordItem},
        records::{Record, Room},
    },
};

impl Kept {
    /// All of it: itself first, the rest oldest first.
    pub(in crate::store::memory) fn items(&self) -> Vec<Item> {
        let mut items = Vec::with_capacity(1 + self.messages.len() + self.deleted.len());
        items.push(Item::Inbox(InboxItem {
            id: self.id,
            key: self.key,
            public_key: self.public_key.clone(),
            wrap_key: self.wrap_key.clone(),
            read_token_hash: self.read_token_hash,
            sealed_address: self.sealed_address.clone(),
            domain: self.domain.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            extended_at: self.extended_at,
            seq: self.seq,
            told: self.told,
            debt: self.debt,
            webhook: self.webhook.clone(),
        }));
        let inbox = self.id;
        items.extend(self.messages.iter().map(|message| {
            Item::Message(MessageItem {
                inbox,
                id: message.id,
                seq: message.seq,
                received_at: message.received_at,
                kept_at: message.kept_at,
                blobs: message.blobs,
                octets: message.room.octets().saturating_sub(MESSAGE_OVERHEAD),
                parts: [message.summary.clone(), message.content.clone(), message.raw.clone()],
            })
        }));
        items.extend(self.deleted.iter().map(|gone| {
            let Deletion { seq, id } = gone.deletion;
            Item::Deleted(DeletedItem { inbox, id, seq, at: gone.at, blobs: gone.blobs })
        }));
        items.extend(self.records.iter().map(|record| {
            Item::Record(RecordItem {
                inbox,
                id: record.id,
                seq: record.seq,
                at: record.at,
                kept_at: record.kept_at,
                octets: record.octets,
                sealed: record.sealed.clone(),
            })
        }));
        items
    }

    /// An inbox that came, with nothing in it yet.
    pub(in crate::store::memory) fn received(item: InboxItem, room: Reservation) -> Self {
        Self {
            id: item.id,
            key: item.key,
            public_key: item.public_key,
            wrap_key: item.wrap_key,
            read_token_hash: item.read_token_hash,
            sealed_address: item.sealed_address,
            domain: item.domain,
            created_at: item.created_at,
            expires_at: item.expires_at,
            extended_at: item.extended_at,
            seq: item.seq,
            messages: Vec::new(),
            deleted: std::collections::VecDeque::new(),
            records: crate::store::memory::records::Records::default(),
            told: item.told,
            debt: item.debt,
            webhook: item.webhook,
            room,
        }
    }

    /// Puts a message that came behind those that are there; gives it back where it can be none of this inbox.
    pub(in crate::store::memory) fn receive(&mut self, item: MessageItem, room: Reservation) -> Option<&Message> {
        let behind = self.messages.last().is_none_or(|last| last.seq < item.seq) && item.seq <= self.seq;
        if !behind || self.messages.len() >= INBOX_MESSAGES {
            return None;
        }
        let [summary, content, raw] = item.parts;
        self.messages.push(Message {
            seq: item.seq,
            id: item.id,
            received_at: item.received_at,
            kept_at: item.kept_at,
            expires_at: life(item.received_at, self.expires_at),
            summary,
            content,
            raw,
            blobs: item.blobs,
            room,
        });
        self.messages.last()
    }

    /// Puts a deletion that came behind those that are there.
    pub(in crate::store::memory) fn receive_deleted(&mut self, item: &DeletedItem, room: Reservation) {
        let deletion = Deletion { seq: item.seq, id: item.id };
        self.deleted.push_back(Deleted { deletion, at: item.at, blobs: item.blobs, room });
    }

    /// Puts a record that came behind those that are there; returns when it lapses.
    pub(in crate::store::memory) fn receive_record(&mut self, item: RecordItem, room: Room) -> Timestamp {
        let RecordItem { id, seq, at, kept_at, octets, sealed, .. } = item;
        let record = Record { seq, id, at, kept_at, octets, sealed, _room: room };
        let lapses_at = record.expires_at();
        self.records.keep(record);
        lapses_at
    }
}

impl Removed {
    /// One that came.
    pub(in crate::store::memory) fn received(id: protocol::id::MessageId, room: Reservation) -> Self {
        Self { id, _room: room }
    }
}
