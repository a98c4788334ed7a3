//! Keeps the operator's inbox: makes it at start, and sees to it that it neither ends nor stays away.

use std::sync::Arc;

use protocol::{capability::Capability, limits::INBOX_LIFE};
use tokio::{sync::watch, time::sleep};

use super::Parts;
use crate::{
    config::{Config, OperatorInbox},
    limits::{OPERATOR_CHECK, OPERATOR_RENEWAL},
    mail::AddressHasher,
    operator::{Holder, PublicKeys, StandingInbox},
    ports::{Chance, Clock, CreateError, Draw, ReadError, Store},
};

/// Who keeps it, and with what.
pub(super) struct Keeper {
    inbox: StandingInbox,
    store: Arc<dyn Store>,
    hasher: AddressHasher,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

/// How the inbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It takes mail.
    There,
    /// It ended, and can be made again once the store has forgotten that.
    Ended,
    /// The store has no room or does not answer.
    Missing,
}

/// The inbox that `config` names, or one whose capability is drawn here, or was by the process before.
pub(super) fn standing(config: &Config, before: Option<Capability>, chance: &dyn Chance) -> StandingInbox {
    let (keys, holder) = match &config.operator_inbox {
        OperatorInbox::Of(keys) => (keys.clone(), Holder::Operator),
        OperatorInbox::Drawn => {
            let capability = before.unwrap_or_else(|| Capability::generate(&mut Draw(chance)));
            (PublicKeys::of(&capability), Holder::Process(capability))
        }
    };
    StandingInbox::new(keys, holder, config.smtp.hostname.clone())
}

impl Keeper {
    pub(super) fn new(inbox: StandingInbox, parts: &Parts) -> Self {
        Self {
            inbox,
            store: Arc::clone(&parts.store),
            hasher: parts.hasher.clone(),
            clock: parts.clock(),
            chance: Arc::clone(&parts.chance),
        }
    }

    /// Looks after it until `shutdown`.
    pub(super) async fn keep(self, mut shutdown: watch::Receiver<bool>) {
        let mut before = Standing::There;
        while !*shutdown.borrow_and_update() {
            let standing = self.see_to_it().await;
            if standing != before {
                match standing {
                    Standing::There => tracing::info!("postmaster and abuse have an inbox again"),
                    Standing::Ended => tracing::warn!("the operator's inbox has ended: its mail is put off for a day"),
                    Standing::Missing => tracing::warn!("the operator's inbox cannot be made: its mail is put off"),
                }
            }
            before = standing;
            tokio::select! {
                () = sleep(OPERATOR_CHECK.as_duration()) => {}
                changed = shutdown.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Makes it, or makes it last.
    async fn see_to_it(&self) -> Standing {
        let (id, now) = (self.inbox.id(), self.clock.now());
        match self.store.inbox(id, now).await {
            Ok(inbox) if now.plus(INBOX_LIFE).since(inbox.expires_at) < OPERATOR_RENEWAL => Standing::There,
            Ok(_) => match self.store.extend(id, now.plus(INBOX_LIFE), now).await {
                // Where it is not extended now there are hours left to try again.
                Ok(_) | Err(ReadError::Unavailable) => Standing::There,
                Err(ReadError::Gone | ReadError::NotFound) => Standing::Ended,
            },
            Err(ReadError::NotFound) => {
                let made = self.inbox.made(&self.hasher, now, &mut Draw(self.chance.as_ref()));
                match self.store.create(made).await {
                    Ok(_) => Standing::There,
                    Err(CreateError::InboxExists | CreateError::AddressTaken) => Standing::Ended,
                    Err(CreateError::NoRoom(_) | CreateError::Unavailable) => Standing::Missing,
                }
            }
            Err(ReadError::Gone) => Standing::Ended,
            Err(ReadError::Unavailable) => Standing::Missing,
        }
    }

    /// Makes it for the first time.
    pub(super) async fn make(&self) {
        self.see_to_it().await;
    }
}

#[cfg(test)]
mod tests;
