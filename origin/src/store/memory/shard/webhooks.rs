//! What a shard does for webhooks: an inbox's own stands with the inbox, and goes with it.

use std::sync::Arc;

use protocol::id::InboxId;

use super::Shard;
use crate::ports::{Inbox, ReadError, WebhookChange};

impl Shard {
    /// Sets or removes a living inbox's webhook; its room is a part of the inbox's.
    pub(in crate::store::memory) fn set_webhook(
        &mut self,
        id: InboxId,
        change: WebhookChange,
    ) -> Result<Inbox, ReadError> {
        let kept = Self::living_mut(&mut self.places, id)?;
        match change {
            WebhookChange::Set(webhook) => kept.webhook = Some(webhook),
            WebhookChange::Remove => kept.webhook = None,
            WebhookChange::RemoveThis(seen) => {
                kept.webhook = kept.webhook.take().filter(|webhook: &Arc<_>| *webhook != seen);
            }
        }
        Ok(kept.view())
    }
}
