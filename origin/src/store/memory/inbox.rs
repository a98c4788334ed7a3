//! One living inbox: its messages, the numbers of its changes, and what of it the edge has confirmed.
//!
//! Pure: knows neither its shard nor any lock. Never holds an address, nor anything it could open.

mod transfer;

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use protocol::{
    batch::Deletion,
    capability::ReadTokenHash,
    cursor::{Seq, Since},
    id::{InboxId, MessageId},
    limits::INBOX_LIFE,
    message::Part,
    sealing::PublicKey,
    time::Timestamp,
    webhook::Webhook,
    wrap::WrapKey,
};

use super::{
    glance::{Changes, Glance, NotedSince, Snapshot},
    records::{Record, Records, Room},
};
use crate::{
    budget::Reservation,
    limits::{DELETION_OVERHEAD, GONE_MEMORY, INBOX_DELETIONS},
    mail::{AddressKey, Notice, Sealed, SealedRecord, Stored},
    ports::{Inbox, NewInbox},
};

/// Whether the edge has confirmed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtEdge {
    /// Not yet: it may have it or not.
    Behind,
    /// Yes.
    Confirmed,
}

/// The record that the edge has confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// None yet.
    Nothing,
    /// One as of this change and with this end.
    Record { seq: Seq, expires_at: Timestamp },
}

/// Since when an inbox stands in its shard's queue of debts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Debt {
    /// It does not.
    None,
    /// Since its oldest change that the edge lacks.
    Since(Timestamp),
}

/// A message as it is kept.
pub(super) struct Message {
    pub(super) seq: Seq,
    pub(super) id: MessageId,
    received_at: Timestamp,
    kept_at: Timestamp,
    pub(super) expires_at: Timestamp,
    summary: Bytes,
    content: Bytes,
    raw: Bytes,
    blobs: AtEdge,
    pub(super) room: Reservation,
}

/// A message that went.
struct Deleted {
    deletion: Deletion,
    at: Timestamp,
    blobs: AtEdge,
    room: Reservation,
}

/// A message whose blobs the edge may have, of an inbox that has ended.
pub(super) struct Removed {
    pub(super) id: MessageId,
    _room: Reservation,
}

/// A living inbox.
pub(super) struct Kept {
    pub(super) id: InboxId,
    pub(super) key: AddressKey,
    pub(super) public_key: Arc<PublicKey>,
    pub(super) wrap_key: WrapKey,
    read_token_hash: ReadTokenHash,
    sealed_address: Bytes,
    domain: protocol::address::Domain,
    created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    extended_at: Timestamp,
    pub(super) seq: Seq,
    /// Oldest first; never more than `protocol::limits::INBOX_MESSAGES`.
    pub(super) messages: Vec<Message>,
    /// Oldest first.
    deleted: VecDeque<Deleted>,
    pub(super) records: Records,
    told: Told,
    pub(super) debt: Debt,
    pub(super) webhook: Option<Arc<Webhook>>,
    pub(super) room: Reservation,
}

impl Message {
    /// Octets that dropping it gives back.
    pub(super) fn evictable(&self) -> usize {
        self.room.octets().saturating_sub(DELETION_OVERHEAD)
    }

    /// A part; an inbox's address is no part of a message, nor is a delivery record.
    pub(super) fn part(&self, part: Part) -> Option<Bytes> {
        match part {
            Part::Summary => Some(self.summary.clone()),
            Part::Content => Some(self.content.clone()),
            Part::Raw => Some(self.raw.clone()),
            Part::Address | Part::Delivery => None,
        }
    }

    /// What a listing shows of it.
    pub(super) fn glance(&self) -> Glance {
        Glance {
            seq: self.seq,
            id: self.id,
            received_at: self.received_at,
            size: self.raw.len(),
            summary: self.summary.clone(),
        }
    }
}

impl Kept {
    pub(super) fn new(new: NewInbox, room: Reservation) -> Self {
        Self {
            id: new.id,
            key: new.key,
            public_key: new.public_key,
            wrap_key: new.wrap_key,
            read_token_hash: new.read_token_hash,
            sealed_address: new.sealed_address,
            domain: new.domain,
            created_at: new.created_at,
            expires_at: new.expires_at,
            extended_at: new.created_at,
            seq: Seq::START,
            messages: Vec::new(),
            deleted: VecDeque::new(),
            records: Records::default(),
            told: Told::Nothing,
            debt: Debt::None,
            webhook: new.webhook,
            room,
        }
    }

    pub(super) fn view(&self) -> Inbox {
        Inbox {
            id: self.id,
            read_token_hash: self.read_token_hash,
            wrap_key: self.wrap_key.clone(),
            sealed_address: self.sealed_address.clone(),
            domain: self.domain.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            seq: self.seq,
        }
    }

    pub(super) fn find(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// The change that `id` is, if it was ever put: a message that went does not come back by being sent twice.
    pub(super) fn stored(&self, id: MessageId) -> Option<Stored> {
        let went = || self.deleted.iter().find(|gone| gone.deletion.id == id).map(|gone| gone.deletion.seq);
        let seq = self.find(id).map(|message| message.seq).or_else(went)?;
        Some(Stored { inbox: self.id, id, seq, notice: Notice::by(self.webhook.as_ref()) })
    }

    /// Keeps a message; it must be new and there must be room in the inbox.
    pub(super) fn keep(&mut self, sealed: &Sealed, room: Reservation, now: Timestamp) -> &Message {
        self.seq = self.seq.next();
        self.messages.push(Message {
            seq: self.seq,
            id: sealed.id(),
            received_at: sealed.received_at(),
            kept_at: now,
            expires_at: life(sealed.received_at(), self.expires_at),
            summary: sealed.summary().clone(),
            content: sealed.content().clone(),
            raw: sealed.raw().clone(),
            blobs: AtEdge::Behind,
            room,
        });
        &self.messages[self.messages.len() - 1]
    }

    /// Keeps a delivery record; returns its number, its end, and the record that it takes the place of.
    pub(super) fn note(
        &mut self,
        record: &SealedRecord,
        room: Room,
        now: Timestamp,
    ) -> (Seq, Timestamp, Option<Record>) {
        self.seq = self.seq.next();
        let record = Record::new(record, self.seq, room, now);
        (self.seq, record.expires_at(), self.records.keep(record))
    }

    /// The delivery records after `since`.
    pub(super) fn noted(&self, since: Option<Since>) -> NotedSince {
        NotedSince { records: self.records.after(since), cursor: self.seq }
    }

    /// Drops the message at `index` of the list: a change, which is remembered within the message's own room.
    pub(super) fn remove(&mut self, index: usize, at: Timestamp) -> Message {
        let mut message = self.messages.remove(index);
        self.seq = self.seq.next();
        self.deleted.push_back(Deleted {
            deletion: Deletion { seq: self.seq, id: message.id },
            at,
            blobs: AtEdge::Behind,
            room: message.room.split(DELETION_OVERHEAD),
        });
        self.forget_deletions(at);
        if self.messages.capacity() / 4 > self.messages.len() {
            self.messages.shrink_to(self.messages.len() * 2);
        }
        message
    }

    /// Forgets the oldest deletions beyond those that readers are told, once the edge has confirmed them or its copies have lapsed.
    fn forget_deletions(&mut self, now: Timestamp) {
        while self.deleted.len() > INBOX_DELETIONS
            && self
                .deleted
                .front()
                .is_some_and(|gone| gone.blobs == AtEdge::Confirmed || gone.at.plus(GONE_MEMORY) <= now)
        {
            self.deleted.pop_front();
        }
    }

    /// Sets a later end and the messages' with it; calls `moved` with each message whose expiry changes: its number, the old one, the new one.
    pub(super) fn extend(
        &mut self,
        until: Timestamp,
        now: Timestamp,
        mut moved: impl FnMut(Seq, Timestamp, Timestamp),
    ) {
        self.expires_at = until;
        self.extended_at = now;
        for message in &mut self.messages {
            let later = life(message.received_at, until);
            if later != message.expires_at {
                moved(message.seq, message.expires_at, later);
                message.expires_at = later;
            }
        }
    }

    /// Changes after `since`, at most `limit` messages. A listing that stops short stops right before the first message
    /// that it leaves out: deletions before that one are in it, later ones are not.
    ///
    /// After an instant: messages received after it, and deletions after the last message received until then.
    pub(super) fn list(&self, since: Option<Since>, limit: usize) -> Changes {
        let after = match since {
            None => Seq::START,
            Some(Since::Cursor(cursor)) => cursor.0,
            Some(Since::Time(time)) => {
                let until_then = self.messages.iter().filter(|message| message.received_at <= time);
                until_then.map(|message| message.seq).max().unwrap_or_default()
            }
        };
        let mut matching = self.messages.iter().filter(|message| match since {
            Some(Since::Time(time)) => message.received_at > time,
            Some(Since::Cursor(_)) | None => message.seq > after,
        });
        let messages = matching.by_ref().take(limit).map(Message::glance).collect::<Vec<_>>();
        let left_out = matching.next().map(|message| message.seq);
        let told = |seq: Seq| seq > after && left_out.is_none_or(|first| seq < first);
        let deleted = self.deletions().filter(|gone| told(gone.seq)).collect::<Vec<_>>();
        let last = messages.last().map(|message| message.seq).max(deleted.last().map(|gone| gone.seq));
        let cursor = if left_out.is_some() { last.unwrap_or(after) } else { self.seq };
        Changes { messages, deleted, cursor }
    }

    /// The deletions that readers are told, oldest first.
    fn deletions(&self) -> impl Iterator<Item = Deletion> + '_ {
        let forgotten = self.deleted.len().saturating_sub(INBOX_DELETIONS);
        self.deleted.iter().skip(forgotten).map(|gone| gone.deletion)
    }

    /// Everything that the edge needs to be up to date.
    pub(super) fn snapshot(&self, since: Timestamp) -> Snapshot {
        let behind = self.messages.iter().filter(|message| message.blobs == AtEdge::Behind);
        let removed = self.deleted.iter().filter(|gone| gone.blobs == AtEdge::Behind);
        Snapshot::Update {
            inbox: Box::new(self.view()),
            messages: self.messages.iter().map(Message::glance).collect(),
            deleted: self.deletions().collect(),
            records: self.records.after(None),
            blobs: behind.map(|message| message.id).collect(),
            removed: removed.map(|gone| gone.deletion.id).collect(),
            since,
        }
    }

    /// Notes what the edge has confirmed.
    pub(super) fn confirm(&mut self, seq: Seq, expires_at: Timestamp, blobs: &[MessageId], removed: &[MessageId]) {
        if seq > self.seq {
            return; // Of an inbox that had this id in another life.
        }
        self.told = match self.told {
            Told::Nothing => Told::Record { seq, expires_at },
            Told::Record { seq: before, expires_at: end } => {
                Told::Record { seq: seq.max(before), expires_at: expires_at.max(end) }
            }
        };
        for message in self.messages.iter_mut().filter(|message| blobs.contains(&message.id)) {
            message.blobs = AtEdge::Confirmed;
        }
        for gone in self.deleted.iter_mut().filter(|gone| removed.contains(&gone.deletion.id)) {
            gone.blobs = AtEdge::Confirmed;
        }
    }

    /// When the oldest change happened that the edge lacks.
    pub(super) fn oldest_debt(&self) -> Debt {
        let Told::Record { seq, expires_at } = self.told else {
            return Debt::Since(self.created_at);
        };
        let behind = |change: Seq, blobs: AtEdge| change > seq || blobs == AtEdge::Behind;
        let came = self.messages.iter().filter(|message| behind(message.seq, message.blobs));
        let went = self.deleted.iter().filter(|gone| behind(gone.deletion.seq, gone.blobs));
        let extended = (expires_at != self.expires_at).then_some(self.extended_at);
        let noted = self.records.iter().filter(|record| record.seq > seq).map(|record| record.kept_at);
        let times = came.map(|message| message.kept_at).chain(went.map(|gone| gone.at)).chain(extended);
        let oldest = times.chain(noted).min();
        // A change whose deletion was forgotten, or whose record has lapsed, has no time of its own any more.
        let forgotten = (self.seq > seq).then_some(self.created_at);
        oldest.or(forgotten).map_or(Debt::None, Debt::Since)
    }

    /// The messages whose blobs the edge may have, and the inbox's room.
    pub(super) fn into_removed(self) -> (Vec<Removed>, Reservation) {
        let behind = self.deleted.into_iter().filter(|gone| gone.blobs == AtEdge::Behind);
        let went = behind.map(|gone| Removed { id: gone.deletion.id, _room: gone.room });
        let there = self
            .messages
            .into_iter()
            .map(|mut message| Removed { id: message.id, _room: message.room.split(DELETION_OVERHEAD) });
        (went.chain(there).collect(), self.room)
    }
}

/// When a message ends.
fn life(received_at: Timestamp, inbox_end: Timestamp) -> Timestamp {
    received_at.plus(INBOX_LIFE).min(inbox_end)
}
