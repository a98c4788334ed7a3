//! What tests of making and serving inboxes stand on: a store of one map, a clock moved by hand, and
//! chance that counts. Never part of a build.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    batch::{Deletion, DeliveryEntry, IndexEntry},
    cursor::{Seq, Since},
    delivery::SealedDelivery,
    id::{InboxId, MessageId},
    message::{Part, SealedEntry, SealedParts},
    time::{Millis, Timestamp},
    webhook::Webhook,
    wrap::{Epoch, EpochKey, InboxKeys},
};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{
    budget::{Budget, NoRoom, Reservation},
    mail::{AddressKey, Destination, Notice, Sealed, SealedRecord, Stored},
    ports::{
        Chance, Clock, CreateError, Deliveries, Inbox, Listing, NewInbox, Owed, PutError, ReadError, ReadingKeys,
        Receipt, Store, StoreStatus, Unreachable, WebhookChange,
    },
};

/// The one hour that a fake store's mail is of.
pub(crate) const EPOCH: Epoch = Epoch::from_number(400_000);

#[async_trait]
impl ReadingKeys for FakeStore {
    async fn keys(&self, id: InboxId, now: Timestamp) -> Result<InboxKeys, ReadError> {
        let inbox = self.inbox(id, now).await?;
        Ok(InboxKeys::derive(&inbox.wrap_key, [(EPOCH, &EpochKey::filled(|key| key.fill(8)))]))
    }
}

/// A clock that somebody moves.
pub(crate) struct Hand(AtomicU64);

impl Hand {
    pub(crate) fn at(millis: u64) -> Self {
        Self(AtomicU64::new(millis))
    }
    pub(crate) fn advance(&self, by: Millis) {
        self.0.fetch_add(by.as_millis(), Ordering::SeqCst);
    }
    pub(crate) fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        self.time()
    }
}

/// Octets that nobody would guess and every run repeats.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Chance for Counting {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&Sha256::digest(count.to_be_bytes())[..chunk.len()]);
        }
    }
}

struct Kept {
    inbox: Inbox,
    key: AddressKey,
    entries: Vec<IndexEntry>,
    blobs: HashMap<(MessageId, Part), Bytes>,
    deleted: Vec<Deletion>,
    deliveries: Vec<DeliveryEntry>,
    webhook: Option<Arc<Webhook>>,
    erased: bool,
}

/// Keeps everything; says nothing at all while it is silent.
pub(crate) struct FakeStore {
    inboxes: Mutex<HashMap<InboxId, Kept>>,
    changes: watch::Sender<u64>,
    /// Answers every call with "unavailable".
    pub(crate) silent: AtomicBool,
    /// Says that every address is taken.
    pub(crate) crowded: AtomicBool,
    /// Panics at every listing.
    pub(crate) broken: AtomicBool,
    /// How often an inbox was asked for.
    pub(crate) creations: AtomicUsize,
}

impl Default for FakeStore {
    fn default() -> Self {
        let no = || AtomicBool::new(false);
        let (inboxes, changes) = (Mutex::default(), watch::Sender::new(0));
        Self { inboxes, changes, silent: no(), crowded: no(), broken: no(), creations: AtomicUsize::new(0) }
    }
}

impl FakeStore {
    fn with<T>(
        &self,
        id: InboxId,
        now: Timestamp,
        use_it: impl FnOnce(&mut Kept) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        if self.silent.load(Ordering::SeqCst) {
            return Err(ReadError::Unavailable);
        }
        let mut inboxes = self.inboxes.lock().unwrap();
        let kept = inboxes.get_mut(&id).ok_or(ReadError::NotFound)?;
        if kept.erased || kept.inbox.expires_at <= now {
            return Err(ReadError::Gone);
        }
        use_it(kept)
    }

    fn tell(&self) {
        self.changes.send_modify(|n| *n += 1);
    }
}

#[async_trait]
impl Store for FakeStore {
    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        Budget::new(octets, octets).reserve(octets)
    }

    async fn create(&self, new: NewInbox) -> Result<Inbox, CreateError> {
        self.creations.fetch_add(1, Ordering::SeqCst);
        if self.silent.load(Ordering::SeqCst) {
            return Err(CreateError::Unavailable);
        }
        let mut inboxes = self.inboxes.lock().unwrap();
        if inboxes.contains_key(&new.id) {
            return Err(CreateError::InboxExists);
        }
        if self.crowded.load(Ordering::SeqCst) || inboxes.values().any(|kept| kept.key == new.key) {
            return Err(CreateError::AddressTaken);
        }
        let NewInbox {
            id,
            key,
            read_token_hash,
            wrap_key,
            sealed_address,
            domain,
            created_at,
            expires_at,
            webhook,
            ..
        } = new;
        let inbox =
            Inbox { id, read_token_hash, wrap_key, sealed_address, domain, created_at, expires_at, seq: Seq::START };
        let (entries, blobs, deleted, deliveries) = Default::default();
        inboxes.insert(
            id,
            Kept { inbox: inbox.clone(), key, entries, blobs, deleted, deliveries, webhook, erased: false },
        );
        Ok(inbox)
    }

    async fn destination(&self, _: &AddressKey, _: Timestamp) -> Result<Destination, Unreachable> {
        Err(Unreachable::Unknown)
    }

    async fn owner(&self, _: &AddressKey, _: Timestamp) -> Result<Destination, Unreachable> {
        Err(Unreachable::Unknown)
    }

    async fn note(&self, record: SealedRecord, now: Timestamp) -> Result<Seq, PutError> {
        let noted = self.with(record.inbox(), now, |kept| {
            kept.inbox.seq = kept.inbox.seq.next();
            let sealed = record.sealed().to_vec().into();
            let entry = SealedDelivery { id: record.id(), at: record.at(), sealed };
            kept.deliveries.push(DeliveryEntry { seq: kept.inbox.seq, entry });
            Ok(kept.inbox.seq)
        });
        self.tell();
        noted.map_err(|_| PutError::Gone)
    }

    async fn deliveries(&self, id: InboxId, since: Option<Since>, now: Timestamp) -> Result<Deliveries, ReadError> {
        self.with(id, now, |kept| {
            let is_new = |noted: &&DeliveryEntry| match since {
                None => true,
                Some(Since::Cursor(cursor)) => noted.seq > cursor.0,
                Some(Since::Time(time)) => noted.entry.at > time,
            };
            let entries = kept.deliveries.iter().filter(is_new).cloned().collect();
            Ok(Deliveries { entries, cursor: kept.inbox.seq })
        })
    }

    async fn inbox(&self, id: InboxId, now: Timestamp) -> Result<Inbox, ReadError> {
        self.with(id, now, |kept| Ok(kept.inbox.clone()))
    }

    async fn put(&self, message: Sealed, _: Reservation, now: Timestamp) -> Result<Stored, PutError> {
        let id = message.id();
        let stored = self.with(message.inbox(), now, |kept| {
            kept.inbox.seq = kept.inbox.seq.next();
            let sealed = SealedParts { summary: message.summary().to_vec().into(), content: None };
            let size = message.raw().len() as u64;
            let entry = SealedEntry { id, received_at: message.received_at(), size, sealed };
            kept.entries.push(IndexEntry { seq: kept.inbox.seq, entry });
            kept.blobs.insert((id, Part::Content), message.content().clone());
            kept.blobs.insert((id, Part::Raw), message.raw().clone());
            let notice = Notice::by(kept.webhook.as_ref());
            Ok(Stored { inbox: message.inbox(), id, seq: kept.inbox.seq, notice })
        });
        self.tell();
        stored.map_err(|_| PutError::Gone)
    }

    async fn webhook(&self, id: InboxId, now: Timestamp) -> Result<Option<Arc<Webhook>>, ReadError> {
        self.with(id, now, |kept| Ok(kept.webhook.clone()))
    }

    async fn set_webhook(&self, id: InboxId, change: WebhookChange, now: Timestamp) -> Result<Inbox, ReadError> {
        self.with(id, now, |kept| {
            kept.webhook = match change {
                WebhookChange::Set(webhook) => Some(webhook),
                WebhookChange::Remove => None,
                WebhookChange::RemoveThis(seen) => kept.webhook.take().filter(|webhook| *webhook != seen),
            };
            Ok(kept.inbox.clone())
        })
    }

    async fn list(
        &self,
        id: InboxId,
        since: Option<Since>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Listing, ReadError> {
        assert!(!self.broken.load(Ordering::SeqCst), "canary in a panic");
        self.with(id, now, |kept| {
            let after = match since {
                Some(Since::Cursor(cursor)) => cursor.0,
                Some(Since::Time(_)) | None => Seq::START,
            };
            let from = match since {
                Some(Since::Time(time)) => Some(time),
                Some(Since::Cursor(_)) | None => None,
            };
            let is_new = |e: &&IndexEntry| e.seq > after && from.is_none_or(|from| e.entry.received_at > from);
            let messages: Vec<_> = kept.entries.iter().filter(is_new).take(limit).cloned().collect();
            let whole = messages.len() == kept.entries.iter().filter(is_new).count();
            let last = messages.last().map_or(after, |message| message.seq);
            let cursor = if whole { kept.inbox.seq.max(after) } else { last };
            let deleted = kept.deleted.iter().filter(|d| d.seq > after && d.seq <= cursor).copied().collect();
            Ok(Listing { messages, deleted, cursor })
        })
    }

    async fn entry(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<SealedEntry, ReadError> {
        self.with(id, now, |kept| {
            let found = kept.entries.iter().find(|entry| entry.entry.id == message);
            found.map(|entry| entry.entry.clone()).ok_or(ReadError::NotFound)
        })
    }

    async fn part(&self, id: InboxId, message: MessageId, part: Part, now: Timestamp) -> Result<Bytes, ReadError> {
        self.with(id, now, |kept| kept.blobs.get(&(message, part)).cloned().ok_or(ReadError::NotFound))
    }

    async fn delete_message(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<Seq, ReadError> {
        let seq = self.with(id, now, |kept| {
            let at = kept.entries.iter().position(|e| e.entry.id == message).ok_or(ReadError::NotFound)?;
            kept.entries.remove(at);
            kept.blobs.retain(|(id, _), _| *id != message);
            kept.inbox.seq = kept.inbox.seq.next();
            kept.deleted.push(Deletion { seq: kept.inbox.seq, id: message });
            Ok(kept.inbox.seq)
        });
        self.tell();
        seq
    }

    async fn delete_inbox(&self, id: InboxId, now: Timestamp) -> Result<(), ReadError> {
        let erased = self.with(id, now, |kept| {
            kept.erased = true;
            Ok(())
        });
        self.tell();
        erased
    }

    async fn extend(&self, id: InboxId, until: Timestamp, now: Timestamp) -> Result<Inbox, ReadError> {
        self.with(id, now, |kept| {
            kept.inbox.expires_at = kept.inbox.expires_at.max(until);
            Ok(kept.inbox.clone())
        })
    }

    async fn changed(&self, id: InboxId, beyond: Seq) -> Result<(), ReadError> {
        let mut changes = self.changes.subscribe();
        loop {
            let seq = self.with(id, Timestamp::default(), |kept| Ok(kept.inbox.seq))?;
            if seq > beyond {
                return Ok(());
            }
            changes.changed().await.map_err(|_| ReadError::Unavailable)?;
        }
    }

    async fn purge(&self, _: Timestamp) -> Result<Option<Timestamp>, ReadError> {
        self.tell();
        Ok(None)
    }

    async fn owed(&self, _: &HashSet<InboxId>, _: usize, _: Timestamp) -> Result<Vec<Owed>, ReadError> {
        Ok(Vec::new())
    }

    async fn owing(&self) {
        std::future::pending().await
    }

    async fn settle(&self, _: Vec<Receipt>) -> Result<(), ReadError> {
        Ok(())
    }

    fn status(&self) -> StoreStatus {
        let inboxes = self.inboxes.lock().unwrap().len();
        StoreStatus {
            inboxes,
            owed: 1,
            owed_since: Some(Timestamp::from_millis(1_699_999_999_000)),
            ..Default::default()
        }
    }
}
