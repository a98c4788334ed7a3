//! What is taken out of the store beneath, unwrapped for its reader.
//!
//! Where a wrapping does not hold, or the key of something living is not there, the store counts as one that does not
//! answer: never as one that holds nothing.

use std::sync::Arc;

use bytes::Bytes;
use protocol::{
    delivery::SealedDelivery,
    id::{InboxId, MessageId},
    message::{Part, SealedEntry},
    sealing::Binding,
    wrap::{Epoch, InboxKeys, WrapError, epoch_of},
};
use tokio::task::spawn_blocking;

use super::Wrapped;
use crate::{
    limits::INLINE_WORK_OCTETS,
    ports::{Inbox, ReadError},
};

impl Wrapped {
    /// The keys of `inbox` for these hours, as far as there are any.
    pub(super) async fn keys_for(&self, inbox: &Inbox, mut epochs: Vec<Epoch>) -> Result<InboxKeys, ReadError> {
        epochs.sort_unstable();
        epochs.dedup();
        let found = self.keyring.find(&epochs).await?;
        Ok(InboxKeys::derive(&inbox.wrap_key, found.iter().map(|(epoch, key)| (*epoch, key))))
    }

    /// `inbox` with its address as it was sealed.
    pub(super) fn with_address(&self, mut inbox: Inbox) -> Result<Inbox, ReadError> {
        let keys = InboxKeys::derive(&inbox.wrap_key, []);
        let mut address = inbox.sealed_address.to_vec();
        keys.unwrap(self.primitives.as_ref(), Binding::address(inbox.id), Part::Address, &mut address)
            .map_err(locked)?;
        inbox.sealed_address = address.into();
        Ok(inbox)
    }

    pub(super) fn unwrap_entry(
        &self,
        keys: &InboxKeys,
        inbox: InboxId,
        entry: &mut SealedEntry,
    ) -> Result<(), ReadError> {
        keys.unwrap_entry(self.primitives.as_ref(), inbox, entry).map_err(locked)
    }

    pub(super) fn unwrap_delivery(
        &self,
        keys: &InboxKeys,
        inbox: InboxId,
        delivery: &mut SealedDelivery,
    ) -> Result<(), ReadError> {
        let binding = Binding { inbox, message: delivery.id };
        keys.unwrap(self.primitives.as_ref(), binding, Part::Delivery, &mut delivery.sealed.0).map_err(locked)
    }

    /// Unwraps one part; a long one off the executor.
    pub(super) async fn unwrap_part(
        &self,
        inbox: &Inbox,
        message: MessageId,
        part: Part,
        wrapped: Bytes,
    ) -> Result<Bytes, ReadError> {
        let epochs = epoch_of(&wrapped).map_err(locked)?.into_iter().collect();
        let keys = self.keys_for(inbox, epochs).await?;
        let binding = Binding { inbox: inbox.id, message };
        let primitives = Arc::clone(&self.primitives);
        let long = wrapped.len() > INLINE_WORK_OCTETS;
        let work = move || {
            let mut octets = Vec::from(wrapped);
            keys.unwrap(primitives.as_ref(), binding, part, &mut octets).map(|()| Bytes::from(octets))
        };
        let unwrapped = if long { spawn_blocking(work).await.map_err(|_| ReadError::Unavailable)? } else { work() };
        unwrapped.map_err(locked)
    }
}

fn locked(error: WrapError) -> ReadError {
    tracing::error!("something that is stored stays wrapped: {error}");
    ReadError::Unavailable
}
