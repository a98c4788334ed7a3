//! A store whose content is worth nothing without keys that end: over any [`Store`].
//!
//! What comes in is wrapped (see [`protocol::wrap`]) before the store beneath sees it, what a reader asks for is
//! unwrapped. What the edge is owed stays as it lies: replication asks the store beneath, and never sees a part
//! that is not wrapped. Keys are looked up at each call and never kept here, so that an inbox's end and an hour's end bite
//! at once. Never opens a seal.

mod reading;

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    cursor::{Seq, Since},
    id::{InboxId, MessageId},
    message::{Part, SealedEntry},
    sealing::{Binding, primitives::Primitives},
    time::Timestamp,
    webhook::Webhook,
    wrap::{Epoch, InboxKeys},
};
use tokio::task::spawn_blocking;

use crate::{
    budget::{NoRoom, Reservation},
    limits::INLINE_WORK_OCTETS,
    mail::{AddressKey, Destination, Sealed, SealedRecord, Stored},
    ports::{
        CreateError, Deliveries, Inbox, Keyring, Listing, NewInbox, Owed, PutError, ReadError, ReadingKeys, Receipt,
        Store, StoreStatus, Unreachable, WebhookChange,
    },
};

/// The decorator.
pub struct Wrapped {
    beneath: Arc<dyn Store>,
    keyring: Arc<dyn Keyring>,
    primitives: Arc<dyn Primitives>,
}

impl Wrapped {
    /// Over the store `beneath`, under the keys of `keyring`.
    #[must_use]
    pub fn new(beneath: Arc<dyn Store>, keyring: Arc<dyn Keyring>, primitives: Arc<dyn Primitives>) -> Self {
        Self { beneath, keyring, primitives }
    }

    /// Wraps a message; a long one off the executor, so that others do not wait for it.
    async fn wrap(&self, message: Sealed) -> Result<Sealed, PutError> {
        let key = self.keyring.key(Epoch::of(message.received_at())).await?;
        if message.octets() <= INLINE_WORK_OCTETS {
            return Ok(message.wrap(&key, self.primitives.as_ref()));
        }
        let primitives = Arc::clone(&self.primitives);
        spawn_blocking(move || message.wrap(&key, primitives.as_ref())).await.map_err(|_| PutError::Unavailable)
    }
}

#[async_trait]
impl Store for Wrapped {
    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.beneath.reserve(octets)
    }

    async fn create(&self, mut inbox: NewInbox) -> Result<Inbox, CreateError> {
        let sealed = inbox.sealed_address;
        let mut address = Vec::from(sealed.clone());
        inbox.wrap_key.wrap_address(self.primitives.as_ref(), Binding::address(inbox.id), &mut address);
        inbox.sealed_address = address.into();
        let made = self.beneath.create(inbox).await?;
        Ok(Inbox { sealed_address: sealed, ..made })
    }

    async fn destination(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable> {
        self.beneath.destination(key, now).await
    }

    async fn owner(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable> {
        self.beneath.owner(key, now).await
    }

    async fn inbox(&self, id: InboxId, now: Timestamp) -> Result<Inbox, ReadError> {
        self.with_address(self.beneath.inbox(id, now).await?)
    }

    async fn put(&self, message: Sealed, room: Reservation, now: Timestamp) -> Result<Stored, PutError> {
        let wrapped = self.wrap(message).await?;
        self.beneath.put(wrapped, room, now).await
    }

    async fn note(&self, record: SealedRecord, now: Timestamp) -> Result<Seq, PutError> {
        let key = self.keyring.key(Epoch::of(record.at())).await?;
        self.beneath.note(record.wrap(&key, self.primitives.as_ref()), now).await
    }

    async fn list(
        &self,
        id: InboxId,
        since: Option<Since>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Listing, ReadError> {
        let inbox = self.beneath.inbox(id, now).await?;
        let mut listing = self.beneath.list(id, since, limit, now).await?;
        let came = listing.messages.iter().map(|entry| Epoch::of(entry.entry.received_at));
        let keys = self.keys_for(&inbox, came.collect()).await?;
        for entry in &mut listing.messages {
            self.unwrap_entry(&keys, id, &mut entry.entry)?;
        }
        Ok(listing)
    }

    async fn entry(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<SealedEntry, ReadError> {
        let inbox = self.beneath.inbox(id, now).await?;
        let mut entry = self.beneath.entry(id, message, now).await?;
        let keys = self.keys_for(&inbox, vec![Epoch::of(entry.received_at)]).await?;
        self.unwrap_entry(&keys, id, &mut entry)?;
        Ok(entry)
    }

    async fn part(&self, id: InboxId, message: MessageId, part: Part, now: Timestamp) -> Result<Bytes, ReadError> {
        let inbox = self.beneath.inbox(id, now).await?;
        let wrapped = self.beneath.part(id, message, part, now).await?;
        self.unwrap_part(&inbox, message, part, wrapped).await
    }

    async fn deliveries(&self, id: InboxId, since: Option<Since>, now: Timestamp) -> Result<Deliveries, ReadError> {
        let inbox = self.beneath.inbox(id, now).await?;
        let mut deliveries = self.beneath.deliveries(id, since, now).await?;
        let made = deliveries.entries.iter().map(|entry| Epoch::of(entry.entry.at));
        let keys = self.keys_for(&inbox, made.collect()).await?;
        for entry in &mut deliveries.entries {
            self.unwrap_delivery(&keys, id, &mut entry.entry)?;
        }
        Ok(deliveries)
    }

    async fn delete_message(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<Seq, ReadError> {
        self.beneath.delete_message(id, message, now).await
    }

    async fn delete_inbox(&self, id: InboxId, now: Timestamp) -> Result<(), ReadError> {
        self.beneath.delete_inbox(id, now).await
    }

    async fn extend(&self, id: InboxId, until: Timestamp, now: Timestamp) -> Result<Inbox, ReadError> {
        self.with_address(self.beneath.extend(id, until, now).await?)
    }

    async fn webhook(&self, id: InboxId, now: Timestamp) -> Result<Option<Arc<Webhook>>, ReadError> {
        self.beneath.webhook(id, now).await
    }

    async fn set_webhook(&self, id: InboxId, change: WebhookChange, now: Timestamp) -> Result<Inbox, ReadError> {
        self.with_address(self.beneath.set_webhook(id, change, now).await?)
    }

    async fn changed(&self, id: InboxId, beyond: Seq) -> Result<(), ReadError> {
        self.beneath.changed(id, beyond).await
    }

    async fn purge(&self, now: Timestamp) -> Result<Option<Timestamp>, ReadError> {
        // Keys first: they are what has to go on time, whether the rest can be purged or not.
        let keys = self.keyring.forget(now).await;
        let next = self.beneath.purge(now).await?;
        Ok([next, keys?].into_iter().flatten().min())
    }

    /// As it lies, wrapped.
    async fn owed(&self, but: &HashSet<InboxId>, limit: usize, now: Timestamp) -> Result<Vec<Owed>, ReadError> {
        self.beneath.owed(but, limit, now).await
    }

    async fn owing(&self) {
        self.beneath.owing().await;
    }

    async fn settle(&self, receipts: Vec<Receipt>) -> Result<(), ReadError> {
        self.beneath.settle(receipts).await
    }

    fn status(&self) -> StoreStatus {
        self.beneath.status()
    }
}

#[async_trait]
impl ReadingKeys for Wrapped {
    async fn keys(&self, id: InboxId, now: Timestamp) -> Result<InboxKeys, ReadError> {
        let inbox = self.beneath.inbox(id, now).await?;
        let living = self.keyring.living().await?;
        let living = living.iter().filter(|(epoch, _)| epoch.end() > now).map(|(epoch, key)| (*epoch, key));
        Ok(InboxKeys::derive(&inbox.wrap_key, living))
    }
}

#[cfg(test)]
mod tests;
