//! The keyring that the nodes of a region share: one hash in Redis' memory, and what this node has seen of it in its own.
//!
//! The hash has no end, unlike all that holds mail: `volatile-ttl` would evict it before the mail that needs it. The hours
//! that are over are taken out by every node's purge. A new key is relied on only once as many replicas have it
//! as mail waits for: were it lost with a master, an hour's mail would be.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    limits::INBOX_LIFE,
    time::Timestamp,
    wrap::{Epoch, EpochKey},
};
use redis::Value;
use zeroize::Zeroizing;

use super::{
    answer::{array, octets, signed},
    guest::{Guest, Reliance, Text},
    topology::Topology,
};
use crate::{
    ports::{Chance, Keyring, KeyringError},
    store::memory::lock,
};

/// The shard whose slot the keys are in.
const SHARD: usize = 0;

/// Keys that nodes share.
pub struct RedisKeyring {
    guest: Guest,
    chance: Arc<dyn Chance>,
    key: Text,
    living: Text,
    /// As it was last seen.
    seen: Mutex<BTreeMap<Epoch, EpochKey>>,
}

impl RedisKeyring {
    /// In the same place as a store of these settings, on the runtime that this is called on.
    #[must_use]
    pub fn start(topology: &Topology, space: &str, replicas: u32, chance: Arc<dyn Chance>) -> Self {
        Self {
            guest: Guest::start(topology, space, replicas),
            chance,
            key: Text::new(include_str!("keyring/key.lua").to_owned()),
            living: Text::new(include_str!("keyring/living.lua").to_owned()),
            seen: Mutex::default(),
        }
    }

    fn name(&self) -> Vec<u8> {
        [self.guest.prefix(SHARD).as_slice(), b":epochs"].concat()
    }

    /// Looks at all keys from `first` on, and destroys those before.
    async fn look(&self, first: Epoch, reliance: Reliance) -> Result<Vec<(Epoch, EpochKey)>, KeyringError> {
        let args = [Bytes::from(first.number().to_string())];
        let told = self.guest.run(SHARD, &self.living, &self.name(), &args, reliance).await;
        let told = told.ok().and_then(|value| array(value).ok()).ok_or(KeyringError::Unavailable)?;
        let pairs = told.chunks_exact(2).map(|pair| Some((epoch(&pair[0])?, key(&pair[1])?)));
        let living = pairs.collect::<Option<Vec<_>>>().ok_or(KeyringError::Unavailable)?;
        // What Redis has lost, this node forgets too: all nodes go on with the same keys.
        *lock(&self.seen) = living.iter().cloned().collect();
        Ok(living)
    }
}

fn epoch(value: &Value) -> Option<Epoch> {
    u32::try_from(signed(value).ok()?).ok().map(Epoch::from_number)
}

fn key(value: &Value) -> Option<EpochKey> {
    EpochKey::from_octets(octets(value).ok()?)
}

#[async_trait]
impl Keyring for RedisKeyring {
    async fn key(&self, epoch: Epoch) -> Result<EpochKey, KeyringError> {
        if let Some(key) = lock(&self.seen).get(&epoch) {
            return Ok(key.clone());
        }
        let mut drawn = Zeroizing::new([0; 32]);
        self.chance.fill(drawn.as_mut());
        let args = [Bytes::from(epoch.number().to_string()), Bytes::from_owner(drawn)];
        let told = self.guest.run(SHARD, &self.key, &self.name(), &args, Reliance::Kept).await;
        let key = told.ok().as_ref().and_then(key).ok_or(KeyringError::Unavailable)?;
        lock(&self.seen).insert(epoch, key.clone());
        Ok(key)
    }

    async fn find(&self, epochs: &[Epoch]) -> Result<Vec<(Epoch, EpochKey)>, KeyringError> {
        let seen = |epoch: &Epoch| Some((*epoch, lock(&self.seen).get(epoch)?.clone()));
        let found = epochs.iter().filter_map(seen).collect::<Vec<_>>();
        if found.len() == epochs.len() {
            return Ok(found);
        }
        // Another node's hour, or one that nobody has.
        let living = self.look(Epoch::from_number(0), Reliance::Loose).await?;
        Ok(living.into_iter().filter(|(epoch, _)| epochs.contains(epoch)).collect())
    }

    async fn living(&self) -> Result<Vec<(Epoch, EpochKey)>, KeyringError> {
        self.look(Epoch::from_number(0), Reliance::Loose).await
    }

    async fn forget(&self, now: Timestamp) -> Result<Option<Timestamp>, KeyringError> {
        // An hour is over a message's life after its own end.
        let first = Epoch::of(Timestamp::from_millis(now.as_millis().saturating_sub(INBOX_LIFE.as_millis())));
        let living = self.look(first, Reliance::Loose).await?;
        Ok(living.iter().map(|(epoch, _)| epoch.end()).min())
    }
}

#[cfg(test)]
mod tests;
