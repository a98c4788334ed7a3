//! A sixteenth of all inboxes, with the queues that belong to them: everything that changes together stands
//! under one lock, so a change and its debt to the edge are one step.
//!
//! The expiry queues are ordered by time and hold each thing once, so the front is exactly what expires next: the
//! order in which the last guard evicts, too. Each call that names a time catches up first; what has
//! expired is therefore never seen, purged or not.

mod records;
mod transfer;
mod webhooks;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
};

use protocol::{
    cursor::Seq,
    id::{InboxId, MessageId},
    limits::INBOX_MESSAGES,
    time::Timestamp,
};

use super::{
    glance::Snapshot,
    inbox::{Debt, Kept, Removed},
    shared::{Edge, Shared, tighten},
};
use crate::{
    budget::{NoRoom, Reservation},
    limits::{GONE_MEMORY, INBOX_OVERHEAD, TOMBSTONE_OVERHEAD},
    mail::{AddressKey, Destination, Notice, Sealed, Stored},
    ports::{CreateError, Inbox, NewInbox, PutError, ReadError, Receipt, Unreachable},
    store::waiters::Waiters,
};

/// What an id stands for.
enum Place {
    /// A living inbox.
    Living(Box<Kept>),
    /// One that has ended.
    Ended(Box<Ended>),
}

/// All that is left of an inbox that has ended.
struct Ended {
    key: AddressKey,
    until: Timestamp,
    farewell: Farewell,
    _room: Reservation,
}

/// Whether the edge knows of an end.
enum Farewell {
    /// Not yet.
    Owed { since: Timestamp, removed: Vec<Removed> },
    /// It has confirmed it.
    Told,
}

/// Whether a message would be kept.
pub(super) enum Admission {
    /// It would.
    New,
    /// It was kept before.
    Known(Stored),
}

/// What a shard holds, for the status.
#[derive(Default)]
pub(super) struct Census {
    pub(super) messages: usize,
    pub(super) owed: usize,
    pub(super) owed_since: Option<Timestamp>,
}

/// One shard.
pub(super) struct Shard {
    shared: Arc<Shared>,
    places: HashMap<InboxId, Place>,
    /// When each living inbox ends.
    ends: BTreeSet<(Timestamp, InboxId)>,
    /// When each ended inbox is forgotten.
    tombstones: BTreeSet<(Timestamp, InboxId)>,
    /// When each message expires.
    expiries: BTreeSet<(Timestamp, InboxId, Seq)>,
    /// When each delivery record lapses.
    lapses: BTreeSet<(Timestamp, InboxId, Seq)>,
    /// Which inboxes the edge is behind with, and since when.
    debts: BTreeSet<(Timestamp, InboxId)>,
    pub(super) waiters: Waiters,
}

impl Shard {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            places: HashMap::new(),
            ends: BTreeSet::new(),
            tombstones: BTreeSet::new(),
            expiries: BTreeSet::new(),
            lapses: BTreeSet::new(),
            debts: BTreeSet::new(),
            waiters: Waiters::default(),
        }
    }

    /// Drops all that has expired by `now`.
    pub(super) fn catch_up(&mut self, now: Timestamp) {
        while self.drop_next(now) {}
    }

    /// Drops the next thing that has expired by `now`, if there is one.
    pub(super) fn drop_next(&mut self, now: Timestamp) -> bool {
        if let Some(&(at, id)) = self.ends.first().filter(|(at, _)| *at <= now) {
            self.end(id, at);
        } else if let Some(&(_, id)) = self.tombstones.first().filter(|(at, _)| *at <= now) {
            self.forget(id);
        } else if let Some(&(at, id, seq)) = self.expiries.first().filter(|(at, ..)| *at <= now) {
            self.drop_message(id, seq, at);
        } else if let Some(&(at, id, seq)) = self.lapses.first().filter(|(at, ..)| *at <= now) {
            self.lapse(at, id, seq);
        } else {
            return false;
        }
        true
    }

    /// When the next thing expires.
    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        let ends = self.ends.first().into_iter().chain(self.tombstones.first()).map(|(at, _)| *at);
        let lapse = self.lapses.first().map(|(at, ..)| *at);
        ends.chain(self.next_message().map(|(at, ..)| at)).chain(lapse).min()
    }

    /// The message that expires next.
    pub(super) fn next_message(&self) -> Option<(Timestamp, InboxId, Seq)> {
        self.expiries.first().copied()
    }

    /// Gives back memory that a former crowd took.
    pub(super) fn tighten(&mut self) {
        tighten(&mut self.places);
    }

    pub(super) fn create(&mut self, new: NewInbox, room: Reservation) -> Result<Inbox, CreateError> {
        let id = new.id;
        if self.places.contains_key(&id) {
            return Err(CreateError::InboxExists);
        }
        self.shared.admit_inbox().map_err(|count| {
            let octets = |inboxes: usize| inboxes.saturating_mul(INBOX_OVERHEAD);
            NoRoom { wanted: INBOX_OVERHEAD, used: octets(count), limit: octets(self.shared.bounds.inboxes) }
        })?;
        if self.shared.addresses.claim(new.key, id).is_err() {
            self.shared.inboxes.fetch_sub(1, Ordering::AcqRel);
            return Err(CreateError::AddressTaken);
        }
        let kept = Kept::new(new, room);
        let view = kept.view();
        self.ends.insert((kept.expires_at, id));
        self.places.insert(id, Place::Living(Box::new(kept)));
        self.owe(id, view.created_at);
        Ok(view)
    }

    pub(super) fn living(&self, id: InboxId) -> Result<&Kept, ReadError> {
        match self.places.get(&id) {
            Some(Place::Living(kept)) => Ok(kept),
            Some(Place::Ended(_)) => Err(ReadError::Gone),
            None => Err(ReadError::NotFound),
        }
    }

    fn living_mut(places: &mut HashMap<InboxId, Place>, id: InboxId) -> Result<&mut Kept, ReadError> {
        match places.get_mut(&id) {
            Some(Place::Living(kept)) => Ok(kept),
            Some(Place::Ended(_)) => Err(ReadError::Gone),
            None => Err(ReadError::NotFound),
        }
    }

    pub(super) fn destination(&self, id: InboxId) -> Result<Destination, Unreachable> {
        match self.living(id) {
            Ok(kept) if kept.messages.len() >= INBOX_MESSAGES => Err(Unreachable::Full),
            Ok(_) | Err(_) => self.owner(id),
        }
    }

    /// Whether a message would be kept.
    pub(super) fn admits(&self, id: InboxId, message: MessageId) -> Result<Admission, PutError> {
        let kept = self.living(id).map_err(|_| PutError::Gone)?;
        match kept.stored(message) {
            Some(stored) => Ok(Admission::Known(stored)),
            None if kept.messages.len() >= INBOX_MESSAGES => Err(PutError::InboxFull),
            None => Ok(Admission::New),
        }
    }

    pub(super) fn put(&mut self, sealed: &Sealed, room: Reservation, now: Timestamp) -> Result<Stored, PutError> {
        let id = sealed.inbox();
        if let Admission::Known(stored) = self.admits(id, sealed.id())? {
            return Ok(stored);
        }
        let kept = Self::living_mut(&mut self.places, id).map_err(|_| PutError::Gone)?;
        let notice = Notice::by(kept.webhook.as_ref());
        let message = kept.keep(sealed, room, now);
        let stored = Stored { inbox: id, id: message.id, seq: message.seq, notice };
        self.expiries.insert((message.expires_at, id, message.seq));
        self.shared.evictable.fetch_add(message.evictable(), Ordering::AcqRel);
        self.owe(id, now);
        self.waiters.wake(id);
        Ok(stored)
    }

    pub(super) fn delete_message(&mut self, id: InboxId, message: MessageId, now: Timestamp) -> Result<Seq, ReadError> {
        let seq = self.living(id)?.find(message).ok_or(ReadError::NotFound)?.seq;
        self.drop_message(id, seq, now);
        self.living(id).map(|kept| kept.seq)
    }

    /// Drops a message of a living inbox: deleted, expired or evicted.
    pub(super) fn drop_message(&mut self, id: InboxId, seq: Seq, at: Timestamp) {
        let Ok(kept) = Self::living_mut(&mut self.places, id) else { return };
        let Some(index) = kept.messages.iter().position(|message| message.seq == seq) else { return };
        let evictable = kept.messages[index].evictable();
        let message = kept.remove(index, at);
        self.expiries.remove(&(message.expires_at, id, seq));
        self.shared.evictable.fetch_sub(evictable, Ordering::AcqRel);
        self.owe(id, at);
        self.waiters.wake(id);
    }

    /// Ends a living inbox: of it only id and key are left.
    pub(super) fn end(&mut self, id: InboxId, at: Timestamp) {
        let kept = match self.places.remove(&id) {
            Some(Place::Living(kept)) => kept,
            Some(ended) => {
                self.places.insert(id, ended);
                return;
            }
            None => return,
        };
        self.ends.remove(&(kept.expires_at, id));
        for message in &kept.messages {
            self.expiries.remove(&(message.expires_at, id, message.seq));
            self.shared.evictable.fetch_sub(message.evictable(), Ordering::AcqRel);
        }
        self.forget_lapses(&kept);
        if let Debt::Since(since) = kept.debt {
            self.debts.remove(&(since, id));
        }
        self.shared.inboxes.fetch_sub(1, Ordering::AcqRel);
        let (key, until) = (kept.key, at.plus(GONE_MEMORY));
        let (removed, mut room) = kept.into_removed();
        room.shrink(TOMBSTONE_OVERHEAD);
        let farewell = match self.shared.edge {
            Edge::Pushed => {
                self.debts.insert((at, id));
                self.shared.bell.ring();
                Farewell::Owed { since: at, removed }
            }
            Edge::None => Farewell::Told,
        };
        self.places.insert(id, Place::Ended(Box::new(Ended { key, until, farewell, _room: room })));
        self.tombstones.insert((until, id));
        self.waiters.wake(id);
        if self.tombstones.len() > self.shared.bounds.tombstones
            && let Some(&(_, oldest)) = self.tombstones.first()
        {
            self.forget(oldest);
        }
    }

    /// Forgets an ended inbox. A debt to the edge that is still open lapses: the edge's copies had an end of their own, no later than this.
    fn forget(&mut self, id: InboxId) {
        let Some(Place::Ended(ended)) = self.places.remove(&id) else { return };
        self.tombstones.remove(&(ended.until, id));
        if let Farewell::Owed { since, .. } = ended.farewell {
            self.debts.remove(&(since, id));
        }
        self.shared.addresses.release(&ended.key);
    }

    pub(super) fn extend(&mut self, id: InboxId, until: Timestamp, now: Timestamp) -> Result<Inbox, ReadError> {
        let kept = Self::living_mut(&mut self.places, id)?;
        let before = kept.expires_at;
        if until <= before {
            return Ok(kept.view());
        }
        let expiries = &mut self.expiries;
        kept.extend(until, now, |seq, old, new| {
            expiries.remove(&(old, id, seq));
            expiries.insert((new, id, seq));
        });
        let view = kept.view();
        self.ends.remove(&(before, id));
        self.ends.insert((until, id));
        self.owe(id, now);
        Ok(view)
    }

    /// Notes that the edge lacks a change of a living inbox; a debt that it has already is older.
    fn owe(&mut self, id: InboxId, since: Timestamp) {
        let Ok(kept) = Self::living_mut(&mut self.places, id) else { return };
        if self.shared.edge == Edge::Pushed && kept.debt == Debt::None {
            kept.debt = Debt::Since(since);
            self.debts.insert((since, id));
            self.shared.bell.ring();
        }
    }

    /// The oldest debts but those of `but`.
    pub(super) fn debts(&self, but: &HashSet<InboxId>, limit: usize) -> Vec<(Timestamp, InboxId)> {
        self.debts.iter().filter(|(_, id)| !but.contains(id)).take(limit).copied().collect()
    }

    /// What an inbox owes now.
    pub(super) fn snapshot(&self, id: InboxId) -> Option<Snapshot> {
        match self.places.get(&id)? {
            Place::Living(kept) => match kept.debt {
                Debt::Since(since) => Some(kept.snapshot(since)),
                Debt::None => None,
            },
            Place::Ended(ended) => match &ended.farewell {
                Farewell::Owed { since, removed } => Some(Snapshot::Erase {
                    inbox: id,
                    removed: removed.iter().map(|message| message.id).collect(),
                    gone_until: ended.until,
                    since: *since,
                }),
                Farewell::Told => None,
            },
        }
    }

    /// Notes what the edge has confirmed; a receipt of another life of its inbox changes nothing.
    pub(super) fn settle(&mut self, receipt: &Receipt) {
        match receipt {
            Receipt::Updated { inbox: id, seq, expires_at, blobs, removed } => match self.places.get_mut(id) {
                Some(Place::Living(kept)) => {
                    kept.confirm(*seq, *expires_at, blobs, removed);
                    let (before, after) = (kept.debt, kept.oldest_debt());
                    kept.debt = after;
                    if let Debt::Since(since) = before {
                        self.debts.remove(&(since, *id));
                    }
                    if let Debt::Since(since) = after {
                        self.debts.insert((since, *id));
                    }
                }
                Some(Place::Ended(ended)) => {
                    if let Farewell::Owed { removed: owed, .. } = &mut ended.farewell {
                        owed.retain(|message| !removed.contains(&message.id));
                    }
                }
                None => {}
            },
            Receipt::Erased { inbox: id } => {
                if let Some(Place::Ended(ended)) = self.places.get_mut(id)
                    && let Farewell::Owed { since, .. } = std::mem::replace(&mut ended.farewell, Farewell::Told)
                {
                    self.debts.remove(&(since, *id));
                }
            }
        }
    }

    pub(super) fn census(&self) -> Census {
        Census {
            messages: self.expiries.len(),
            owed: self.debts.len(),
            owed_since: self.debts.first().map(|(since, _)| *since),
        }
    }

    /// Ids known, and room for how many without growing.
    #[cfg(test)]
    pub(super) fn places(&self) -> (usize, usize) {
        (self.places.len(), self.places.capacity())
    }
}
