//! The embedded keyring: the keys of this process's hours, in its memory and nowhere else.
//!
//! A key is drawn where it will lie and wiped with its last holder. How many there are follows from time: an hour's is
//! drawn when its first message comes, and destroyed a day after the hour.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use protocol::{
    time::Timestamp,
    wrap::{Epoch, EpochKey},
};

use crate::ports::{Chance, Keyring, KeyringError};

/// The keys of a process that shares them with no other.
pub struct MemoryKeyring {
    keys: Mutex<BTreeMap<Epoch, EpochKey>>,
    chance: Arc<dyn Chance>,
}

impl MemoryKeyring {
    /// An empty one, that draws from `chance`.
    #[must_use]
    pub fn new(chance: Arc<dyn Chance>) -> Self {
        Self { keys: Mutex::default(), chance }
    }

    /// All keys, to be handed over.
    #[must_use]
    pub fn keys(&self) -> Vec<(Epoch, EpochKey)> {
        self.lock().iter().map(|(epoch, key)| (*epoch, key.clone())).collect()
    }

    /// Takes the keys of the process before.
    pub fn take(&self, keys: impl IntoIterator<Item = (Epoch, EpochKey)>) {
        self.lock().extend(keys);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Epoch, EpochKey>> {
        // Nothing done under this lock can panic half-way.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Keyring for MemoryKeyring {
    async fn key(&self, epoch: Epoch) -> Result<EpochKey, KeyringError> {
        let mut keys = self.lock();
        Ok(keys.entry(epoch).or_insert_with(|| EpochKey::filled(|key| self.chance.fill(key))).clone())
    }

    async fn find(&self, epochs: &[Epoch]) -> Result<Vec<(Epoch, EpochKey)>, KeyringError> {
        let keys = self.lock();
        Ok(epochs.iter().filter_map(|epoch| Some((*epoch, keys.get(epoch)?.clone()))).collect())
    }

    async fn living(&self) -> Result<Vec<(Epoch, EpochKey)>, KeyringError> {
        Ok(self.keys())
    }

    async fn forget(&self, now: Timestamp) -> Result<Option<Timestamp>, KeyringError> {
        let mut keys = self.lock();
        keys.retain(|epoch, _| epoch.end() > now);
        Ok(keys.first_key_value().map(|(epoch, _)| epoch.end()))
    }
}

#[cfg(test)]
mod tests;
