//! Makes inboxes: derives who owns one, draws or takes its name, seals its address to its owner.
//!
//! The registrar never keeps a capability, a read token or an address in the clear: what it draws it
//! hands to the one who asked, and the store gets a hash, a key and sealed octets.

mod webhook;

use std::sync::Arc;

use bytes::Bytes;
use protocol::{
    address::{Address, Domain, Local},
    api::{CreateInbox, InboxView, Owner, Privacy, Provider},
    capability::{Capability, ReadTokenHash},
    message::Part,
    name,
    sealing::{Binding, Payload, PublicKey, Sealer},
    webhook::{WebhookView, WebhookWish},
    wrap::WrapKey,
};
use rand_core::Rng;
use zeroize::Zeroizing;

pub use self::webhook::{Hook, Webhooks};
use crate::{
    limits::NAME_DRAWS,
    mail::AddressHasher,
    ports::{Chance, Clock, CreateError, Draw, Inbox, NewInbox, Store},
};

/// Makes inboxes on a store.
pub struct Registrar {
    /// Where they are kept.
    pub store: Arc<dyn Store>,
    /// Turns their addresses into what they are found by.
    pub hasher: AddressHasher,
    /// The domains that anyone may take an address at.
    pub domains: Vec<Domain>,
    /// Draws names, capabilities and encapsulations.
    pub chance: Arc<dyn Chance>,
    /// Says when an inbox begins.
    pub clock: Arc<dyn Clock>,
    /// Whether owners may ask to be told of mail.
    pub webhooks: Webhooks,
}

/// An inbox that was just made, and what its maker alone is told.
pub enum Created {
    /// The client keeps the capability.
    Sealed {
        /// The inbox.
        inbox: Box<Inbox>,
        /// Its address: known here until the answer is written.
        address: Zeroizing<String>,
        /// Its webhook, with the secret if it was drawn here.
        webhook: Option<WebhookView>,
    },
    /// The capability was drawn here, and goes with the answer.
    Assisted {
        /// The inbox.
        inbox: Box<Inbox>,
        /// Its address: known here until the answer is written.
        address: Zeroizing<String>,
        /// Its webhook, with the secret if it was drawn here.
        webhook: Option<WebhookView>,
        /// What opens it; wiped with this value.
        capability: Capability,
    },
}

/// Why no inbox is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefusal {
    /// The name is a role's, or one that readers would take for the service's own.
    #[error("this name is reserved")]
    NameReserved,
    /// The name is somebody's at this domain.
    #[error("this name is taken")]
    NameTaken,
    /// Every name that was drawn is taken.
    #[error("no free name among {draws} drawn")]
    NamesExhausted {
        /// How many were drawn.
        draws: usize,
    },
    /// Not one of the public domains.
    #[error("this domain is not served here")]
    DomainUnknown,
    /// There is no public domain at all.
    #[error("no domain is open for new addresses")]
    NoDomain,
    /// The same keys made an inbox before.
    #[error("an inbox with these keys exists")]
    InboxExists,
    /// Nobody is told of mail here.
    #[error("there are no webhooks here")]
    NoWebhooks,
    /// No room for another.
    #[error("no room for another inbox")]
    NoRoom,
    /// The store does not answer.
    #[error("the store does not answer")]
    Unavailable,
}

/// Whose the new inbox is, and with which keys.
struct Keys {
    public_key: Arc<PublicKey>,
    read_token_hash: ReadTokenHash,
    drawn: Option<Capability>,
}

impl Registrar {
    /// Makes an inbox as `wish` asks for.
    ///
    /// # Errors
    /// [`CreateRefusal`], one variant a reason.
    pub async fn create(&self, wish: CreateInbox) -> Result<Created, CreateRefusal> {
        let CreateInbox { owner, name, domain, life, webhook, purpose: _ } = wish;
        let hook = webhook.map(|wish| self.hook(wish)).transpose()?;
        let domain = self.domain(domain)?;
        let keys = self.keys(owner);
        let created_at = self.clock.now();
        let expires_at = created_at.plus(life);
        let attempt = |local: Local| {
            let address = Address::new(local, domain.clone());
            let text = Zeroizing::new(address.canonical());
            let new = NewInbox {
                id: keys.read_token_hash.inbox_id(),
                key: self.hasher.key(&address),
                public_key: Arc::clone(&keys.public_key),
                read_token_hash: keys.read_token_hash,
                wrap_key: WrapKey::filled(|key| self.chance.fill(key)),
                sealed_address: self.seal(&keys, &text),
                domain: domain.clone(),
                created_at,
                expires_at,
                webhook: hook.as_ref().map(|hook| Arc::clone(&hook.webhook)),
            };
            (new, text)
        };
        let (inbox, address) = match name {
            Some(local) if name::is_reserved(&local) => return Err(CreateRefusal::NameReserved),
            Some(local) => {
                let (new, text) = attempt(local);
                (self.store.create(new).await?, text)
            }
            None => self.draw(attempt).await?,
        };
        let (inbox, webhook) = (Box::new(inbox), hook.map(|hook| hook.view));
        Ok(match keys.drawn {
            None => Created::Sealed { inbox, address, webhook },
            Some(capability) => Created::Assisted { inbox, address, webhook, capability },
        })
    }

    /// Draws readable names until one is free. They number more than 10^9: one draw is enough
    /// unless the domain is crowded beyond use.
    async fn draw(
        &self,
        attempt: impl Fn(Local) -> (NewInbox, Zeroizing<String>) + Sync,
    ) -> Result<(Inbox, Zeroizing<String>), CreateRefusal> {
        for _ in 0..NAME_DRAWS {
            let local = name::readable(&mut Draw(&*self.chance));
            if name::is_reserved(&local) {
                continue;
            }
            let (new, text) = attempt(local);
            match self.store.create(new).await {
                Ok(inbox) => return Ok((inbox, text)),
                Err(CreateError::AddressTaken) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(CreateRefusal::NamesExhausted { draws: NAME_DRAWS })
    }

    /// The domain asked for, if it is public; else any public one, so that the pool wears evenly.
    fn domain(&self, asked: Option<Domain>) -> Result<Domain, CreateRefusal> {
        match asked {
            Some(domain) => Some(domain).filter(|d| self.domains.contains(d)).ok_or(CreateRefusal::DomainUnknown),
            None => {
                let count = u64::try_from(self.domains.len()).unwrap_or(u64::MAX);
                let drawn = Draw(&*self.chance).next_u64().checked_rem(count).ok_or(CreateRefusal::NoDomain)?;
                let index = usize::try_from(drawn).unwrap_or_default();
                self.domains.get(index).cloned().ok_or(CreateRefusal::NoDomain)
            }
        }
    }

    /// A webhook as `wish` asks for, with its secret drawn unless it is given.
    ///
    /// # Errors
    /// [`CreateRefusal::NoWebhooks`].
    pub fn hook(&self, wish: WebhookWish) -> Result<Hook, CreateRefusal> {
        match self.webhooks {
            Webhooks::Off => Err(CreateRefusal::NoWebhooks),
            Webhooks::Served => Ok(Hook::new(wish, &*self.chance)),
        }
    }

    fn keys(&self, owner: Owner) -> Keys {
        match owner {
            Owner::Sealed { public_key, read_token_hash } => {
                Keys { public_key: Arc::from(public_key), read_token_hash, drawn: None }
            }
            Owner::Assisted => {
                let capability = Capability::generate(&mut Draw(&*self.chance));
                Keys {
                    public_key: Arc::new(capability.key_pair().public_key()),
                    read_token_hash: capability.read_token().hash(),
                    drawn: Some(capability),
                }
            }
        }
    }

    fn seal(&self, keys: &Keys, address: &str) -> Bytes {
        let binding = Binding::address(keys.read_token_hash.inbox_id());
        let sealer = Sealer::new(&keys.public_key, binding, &mut Draw(&*self.chance));
        sealer.seal(Part::Address, Payload::Identity(address.as_bytes())).into()
    }
}

impl Created {
    /// What its maker is told: the address, and the capability if it was drawn here. The one
    /// answer that carries either in the clear.
    #[must_use]
    pub fn view(&self) -> InboxView {
        let (inbox, address, webhook, capability) = match self {
            Self::Sealed { inbox, address, webhook } => (inbox, address, webhook, None),
            Self::Assisted { inbox, address, webhook, capability } => {
                (inbox, address, webhook, Some(capability.to_text()))
            }
        };
        InboxView {
            id: inbox.id,
            address: Some(address.to_string()),
            sealed: None,
            domain: inbox.domain.to_string(),
            created_at: inbox.created_at,
            expires_at: inbox.expires_at,
            provider: Provider::Mayfly,
            privacy: Privacy::Sealed,
            capability,
            webhook: webhook.clone(),
        }
    }
}

impl From<CreateError> for CreateRefusal {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::AddressTaken => Self::NameTaken,
            CreateError::InboxExists => Self::InboxExists,
            CreateError::NoRoom(_) => Self::NoRoom,
            CreateError::Unavailable => Self::Unavailable,
        }
    }
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
