//! The embedded engine: sealed mail in this process's memory, and nowhere else.
//!
//! Sixteen shards by inbox, one address index, one budget. Each call locks one shard for a moment and
//! never across an `.await`; nothing but counters is global. It survives nothing but the process's own
//! life: what a graceful restart hands to the next process ([`MemoryStore::pieces`]) is frozen meanwhile.
//!
//! The last guard, volatile-ttl: a message whose reservation was admitted and that proves larger than it, with the budget
//! spent to the cap, pushes out messages of any shard, the soonest to expire first, until it fits; each is
//! counted. Where even that would not make room, nothing is pushed out and the message is refused.

mod frozen;
mod glance;
mod inbox;
mod piece;
mod records;
mod shard;
mod shared;
mod transfer;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, atomic::Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    cursor::{Seq, Since},
    id::{InboxId, MessageId},
    limits::BATCH_OCTETS,
    message::{Part, SealedEntry},
    time::Timestamp,
    webhook::Webhook,
};
use tokio::sync::futures::OwnedNotified;

pub(super) use self::shared::{lock, tighten};
use self::{
    frozen::Frozen,
    records::Room,
    shard::{Admission, Shard},
    shared::{Bounds, SHARDS, Shared},
};
pub use self::{
    piece::Piece,
    shared::Edge,
    transfer::{ImportError, Weight},
};
use crate::{
    budget::{Budget, NoRoom, Reservation},
    limits::{INBOX_OVERHEAD, INBOXES, MESSAGE_OVERHEAD, PURGE_STEP, RECORD_OVERHEAD, TOMBSTONES},
    mail::{AddressKey, Destination, Sealed, SealedRecord, Stored},
    ports::{
        CreateError, Deliveries, Inbox, Listing, NewInbox, Owed, PutError, ReadError, Receipt, Store, StoreStatus,
        Unreachable, WebhookChange,
    },
};

/// The embedded store.
pub struct MemoryStore {
    shared: Arc<Shared>,
    shards: [Mutex<Shard>; SHARDS],
}

/// A seat among those who wait for an inbox; dropping it gives it up.
struct Seat<'a> {
    shard: &'a Mutex<Shard>,
    id: InboxId,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        lock(self.shard).waiters.leave(self.id);
    }
}

impl MemoryStore {
    /// An empty store that counts what it holds against `budget`, and owes it to an edge.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self::for_edge(budget, Edge::Pushed)
    }

    /// The same, with or without an edge.
    #[must_use]
    pub fn for_edge(budget: Budget, edge: Edge) -> Self {
        Self::with_bounds(budget, Bounds { inboxes: INBOXES, tombstones: TOMBSTONES / SHARDS }, edge)
    }

    fn with_bounds(budget: Budget, bounds: Bounds, edge: Edge) -> Self {
        let shared = Arc::new(Shared::new(budget, bounds, edge));
        let shards = std::array::from_fn(|_| Mutex::new(Shard::new(Arc::clone(&shared))));
        Self { shared, shards }
    }

    fn home(&self, id: InboxId) -> &Mutex<Shard> {
        &self.shards[usize::from(id.as_bytes()[0]) % SHARDS]
    }

    /// A shard, locked, unless the store is frozen.
    fn open<'a>(&self, shard: &'a Mutex<Shard>) -> Result<MutexGuard<'a, Shard>, Frozen> {
        let locked = lock(shard);
        self.shared.holding.check()?;
        Ok(locked)
    }

    /// The inbox's shard, locked, as it is at `now`.
    fn at(&self, id: InboxId, now: Timestamp) -> Result<MutexGuard<'_, Shard>, Frozen> {
        let mut shard = self.open(self.home(id))?;
        shard.catch_up(now);
        Ok(shard)
    }

    /// Makes `room` exactly `needed`; pushes out other messages only as the last guard.
    fn fit(&self, room: &mut Reservation, needed: usize, now: Timestamp) -> Result<(), PutError> {
        let Some(extra) = needed.checked_sub(room.octets()).filter(|extra| *extra > 0) else {
            room.shrink(needed);
            return Ok(());
        };
        if room.grow(extra).is_ok() {
            return Ok(());
        }
        for shard in &self.shards {
            self.open(shard)?.catch_up(now);
        }
        loop {
            let Err(refused) = room.grow(extra) else { return Ok(()) };
            let free = refused.limit.saturating_sub(refused.used);
            if free.saturating_add(self.shared.evictable.load(Ordering::Acquire)) < extra || !self.evict_soonest(now)? {
                return Err(refused.into());
            }
        }
    }

    /// Drops the message that expires next, whatever its shard.
    fn evict_soonest(&self, now: Timestamp) -> Result<bool, Frozen> {
        let fronts = self.shards.iter().filter_map(|shard| lock(shard).next_message());
        let Some((_, id, seq)) = fronts.min() else { return Ok(false) };
        self.open(self.home(id))?.drop_message(id, seq, now);
        self.shared.evicted.fetch_add(1, Ordering::AcqRel);
        Ok(true)
    }

    /// Drops what has expired in one shard, a step at a time, so that nobody waits long for its lock.
    fn purge_shard(&self, shard: &Mutex<Shard>, now: Timestamp) -> Result<Option<Timestamp>, Frozen> {
        loop {
            let mut locked = self.open(shard)?;
            if (0..PURGE_STEP).any(|_| !locked.drop_next(now)) {
                locked.tighten();
                return Ok(locked.next_expiry());
            }
        }
    }

    /// `Ok` once there is nothing to wait for, or a seat and the first ring after this look.
    fn look(&self, id: InboxId, beyond: Seq) -> Result<Option<(Seat<'_>, OwnedNotified)>, ReadError> {
        let shard = self.home(id);
        let mut locked = lock(shard);
        if locked.living(id)?.seq > beyond {
            return Ok(None);
        }
        let ring = locked.waiters.join(id).notified_owned();
        drop(locked);
        Ok(Some((Seat { shard, id }, ring)))
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.shared.budget.reserve(octets)
    }

    async fn create(&self, inbox: NewInbox) -> Result<Inbox, CreateError> {
        let room = self.shared.budget.reserve(INBOX_OVERHEAD)?;
        // An address is free again the moment its last holder is forgotten.
        if let Some(holder) = self.shared.addresses.holder(&inbox.key) {
            self.open(self.home(holder))?.catch_up(inbox.created_at);
        }
        self.at(inbox.id, inbox.created_at)?.create(inbox, room)
    }

    async fn destination(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable> {
        let id = self.shared.addresses.holder(key).ok_or(Unreachable::Unknown)?;
        self.at(id, now)?.destination(id)
    }

    async fn owner(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable> {
        let id = self.shared.addresses.holder(key).ok_or(Unreachable::Unknown)?;
        self.at(id, now)?.owner(id)
    }

    async fn note(&self, record: SealedRecord, now: Timestamp) -> Result<Seq, PutError> {
        let octets = record.octets().saturating_add(RECORD_OVERHEAD);
        let of_share = self.shared.records.reserve(octets)?;
        let room = Room { _of_store: self.shared.budget.reserve(octets)?, _of_share: of_share };
        self.at(record.inbox(), now)?.note(&record, room, now)
    }

    async fn deliveries(&self, id: InboxId, since: Option<Since>, now: Timestamp) -> Result<Deliveries, ReadError> {
        let noted = self.at(id, now)?.living(id)?.noted(since);
        Ok(noted.deliveries())
    }

    async fn inbox(&self, id: InboxId, now: Timestamp) -> Result<Inbox, ReadError> {
        Ok(self.at(id, now)?.living(id)?.view())
    }

    async fn put(&self, message: Sealed, mut room: Reservation, now: Timestamp) -> Result<Stored, PutError> {
        let needed = message.octets().saturating_add(MESSAGE_OVERHEAD);
        if room.octets() < needed {
            // Nothing is pushed out for a message that would not be kept.
            match self.at(message.inbox(), now)?.admits(message.inbox(), message.id())? {
                Admission::Known(stored) => return Ok(stored),
                Admission::New => {}
            }
        }
        self.fit(&mut room, needed, now)?;
        self.at(message.inbox(), now)?.put(&message, room, now)
    }

    async fn list(
        &self,
        id: InboxId,
        since: Option<Since>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Listing, ReadError> {
        let changes = self.at(id, now)?.living(id)?.list(since, limit);
        Ok(changes.listing())
    }

    async fn entry(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<SealedEntry, ReadError> {
        let glance = self.at(id, now)?.living(id)?.find(message).ok_or(ReadError::NotFound)?.glance();
        Ok(glance.entry())
    }

    async fn part(&self, id: InboxId, message: MessageId, part: Part, now: Timestamp) -> Result<Bytes, ReadError> {
        let shard = self.at(id, now)?;
        shard.living(id)?.find(message).and_then(|message| message.part(part)).ok_or(ReadError::NotFound)
    }

    async fn delete_message(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<Seq, ReadError> {
        self.at(id, now)?.delete_message(id, message, now)
    }

    async fn delete_inbox(&self, id: InboxId, now: Timestamp) -> Result<(), ReadError> {
        let mut shard = self.at(id, now)?;
        shard.living(id)?;
        shard.end(id, now);
        Ok(())
    }

    async fn extend(&self, id: InboxId, until: Timestamp, now: Timestamp) -> Result<Inbox, ReadError> {
        self.at(id, now)?.extend(id, until, now)
    }

    async fn webhook(&self, id: InboxId, now: Timestamp) -> Result<Option<Arc<Webhook>>, ReadError> {
        Ok(self.at(id, now)?.living(id)?.webhook.clone())
    }

    async fn set_webhook(&self, id: InboxId, change: WebhookChange, now: Timestamp) -> Result<Inbox, ReadError> {
        self.at(id, now)?.set_webhook(id, change)
    }

    async fn changed(&self, id: InboxId, beyond: Seq) -> Result<(), ReadError> {
        while let Some((seat, ring)) = self.look(id, beyond)? {
            ring.await;
            drop(seat);
        }
        Ok(())
    }

    async fn purge(&self, now: Timestamp) -> Result<Option<Timestamp>, ReadError> {
        let nexts = self.shards.iter().map(|shard| self.purge_shard(shard, now)).collect::<Result<Vec<_>, _>>()?;
        self.shared.addresses.tighten();
        Ok(nexts.into_iter().flatten().min())
    }

    async fn owed(&self, but: &HashSet<InboxId>, limit: usize, now: Timestamp) -> Result<Vec<Owed>, ReadError> {
        self.shared.bell.hear();
        let mut debts = Vec::new();
        for shard in &self.shards {
            let mut shard = self.open(shard)?;
            shard.catch_up(now);
            debts.extend(shard.debts(but, limit));
        }
        debts.sort_unstable();
        debts.truncate(limit);
        let mut owed = Vec::with_capacity(debts.len());
        let mut octets = 0_usize;
        for (_, id) in debts {
            let Some(snapshot) = lock(self.home(id)).snapshot(id) else { continue };
            octets = octets.saturating_add(snapshot.octets());
            owed.push(snapshot.owed());
            // One batch takes no more than this; what is beyond is told by the next call.
            if octets > BATCH_OCTETS {
                break;
            }
        }
        Ok(owed)
    }

    async fn owing(&self) {
        self.shared.bell.listen().await;
    }

    async fn settle(&self, receipts: Vec<Receipt>) -> Result<(), ReadError> {
        for receipt in &receipts {
            let (Receipt::Updated { inbox, .. } | Receipt::Erased { inbox }) = receipt;
            self.open(self.home(*inbox))?.settle(receipt);
        }
        Ok(())
    }

    fn status(&self) -> StoreStatus {
        let census = self.shards.iter().map(|shard| lock(shard).census()).collect::<Vec<_>>();
        StoreStatus {
            used: self.shared.budget.used(),
            cap: self.shared.budget.cap(),
            past_high_water: self.shared.budget.is_past_high_water(),
            inboxes: self.shared.inboxes.load(Ordering::Acquire),
            messages: census.iter().map(|shard| shard.messages).sum(),
            owed: census.iter().map(|shard| shard.owed).sum(),
            owed_since: census.iter().filter_map(|shard| shard.owed_since).min(),
            evicted: self.shared.evicted.load(Ordering::Acquire),
        }
    }
}

#[cfg(test)]
mod tests;
