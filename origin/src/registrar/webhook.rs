//! A webhook as its owner wished for it: with the secret that was sent, or with one that is drawn and told once.

use std::sync::Arc;

use protocol::webhook::{Webhook, WebhookSecret, WebhookView, WebhookWish};
use zeroize::Zeroizing;

use crate::ports::Chance;

/// Whether owners may ask to be told of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Webhooks {
    /// They may not: nobody would tell them.
    Off,
    /// They may.
    Served,
}

/// A webhook that is about to be set, and what its owner alone is told of it.
#[derive(Clone)]
pub struct Hook {
    /// What the store keeps.
    pub webhook: Arc<Webhook>,
    /// What the answer says.
    pub view: WebhookView,
}

impl Hook {
    /// As `wish` asks for.
    #[must_use]
    pub fn new(wish: WebhookWish, chance: &dyn Chance) -> Self {
        let url = wish.url.as_str().to_owned();
        let (secret, told) = match wish.secret {
            Some(secret) => (secret, None),
            None => {
                let mut octets = Zeroizing::new([0; 32]);
                chance.fill(octets.as_mut());
                let secret = WebhookSecret::drawn(&octets);
                let text = secret.to_text().to_string();
                (secret, Some(text))
            }
        };
        let webhook = Arc::new(Webhook { url: wish.url, secret });
        Self { webhook, view: WebhookView { url, secret: told } }
    }
}
