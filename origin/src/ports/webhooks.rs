//! The way to an owner's webhook.

use core::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::webhook::WebhookUrl;

/// An event as it is sent: its headers and its body.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedEvent {
    /// `webhook-id`: the same over all attempts.
    pub id: String,
    /// `webhook-timestamp`: the attempt's, in seconds since 1970.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// What is signed, in JSON.
    pub body: Bytes,
}

impl fmt::Debug for SignedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedEvent(…)")
    }
}

/// What a webhook answered: its body is nobody's business here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, as written.
    pub retry_after: Option<String>,
}

/// Why there is no answer. Says nothing of where it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unanswered {
    /// The URL cannot be used, as lately as this was noticed.
    #[error("the URL cannot be used")]
    Unusable,
    /// The host's name has an address that is not public: no connection was made.
    #[error("the host has an address that is not public")]
    NotPublic,
    /// The host's name has no address, or nobody says which.
    #[error("the host's name leads nowhere")]
    NoAddress,
    /// No connection, or no TLS that is believed.
    #[error("no connection")]
    NoConnection,
    /// A connection, and no answer in time.
    #[error("no answer")]
    NoAnswer,
}

impl Unanswered {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Unusable, Self::NotPublic, Self::NoAddress, Self::NoConnection, Self::NoAnswer];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unusable => "unusable",
            Self::NotPublic => "not_public",
            Self::NoAddress => "no_address",
            Self::NoConnection => "no_connection",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// What brings an event to a webhook.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Sends `event` once. Looks the host up once, connects to nothing that is not public, follows no redirect, reads
    /// no answer's body, and ends within its own deadlines.
    ///
    /// # Errors
    /// [`Unanswered`].
    async fn post(&self, url: &WebhookUrl, event: SignedEvent) -> Result<WebhookAnswer, Unanswered>;
}
