//! The port of the keys that stored mail is wrapped under: one an hour, for all inboxes of a region.
//!
//! A keyring is memory alone, this process's or one that a region's nodes share. It forgets on time, whoever asks.

use async_trait::async_trait;
use protocol::{
    id::InboxId,
    time::Timestamp,
    wrap::{Epoch, EpochKey, InboxKeys},
};

use super::{PutError, ReadError};

/// The keys of a region's hours.
#[async_trait]
pub trait Keyring: Send + Sync {
    /// The key of `epoch`, drawn now if there is none: all nodes of a region get the same one.
    ///
    /// # Errors
    /// [`KeyringError`].
    async fn key(&self, epoch: Epoch) -> Result<EpochKey, KeyringError>;

    /// The keys of these hours, as far as there are any; draws none.
    ///
    /// # Errors
    /// [`KeyringError`].
    async fn find(&self, epochs: &[Epoch]) -> Result<Vec<(Epoch, EpochKey)>, KeyringError>;

    /// All keys that there are.
    ///
    /// # Errors
    /// [`KeyringError`].
    async fn living(&self) -> Result<Vec<(Epoch, EpochKey)>, KeyringError>;

    /// Destroys the keys of the hours that are over at `now` ([`Epoch::end`]); returns when the next one will be.
    ///
    /// # Errors
    /// [`KeyringError`].
    async fn forget(&self, now: Timestamp) -> Result<Option<Timestamp>, KeyringError>;
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// The keyring does not answer: what needs it is put off.
    #[error("the keyring does not answer")]
    Unavailable,
}

impl From<KeyringError> for PutError {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<KeyringError> for ReadError {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::Unavailable => Self::Unavailable,
        }
    }
}

/// What the edge may be told of one inbox's keys, to read what it has of it.
#[async_trait]
pub trait ReadingKeys: Send + Sync {
    /// Of inbox `id`, for all hours that mail may be left of at `now`.
    ///
    /// # Errors
    /// [`ReadError`]: an ended inbox has none any more.
    async fn keys(&self, id: InboxId, now: Timestamp) -> Result<InboxKeys, ReadError>;
}
