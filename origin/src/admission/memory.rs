//! Counts in this process: a window a client, so many clients at most.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use protocol::{
    limiter::{
        Admission, SlidingWindow,
        client::{ClientName, is_young, name},
    },
    time::Timestamp,
};

use super::DayKeys;
use crate::{
    limits::ADMIT_CLIENTS,
    ports::{Admissions, Uncountable},
};

/// Locks that clients are spread over, by their names.
const SHARDS: usize = 16;

/// Windows of this process's clients.
pub struct OwnCount<K> {
    keys: K,
    shards: [Mutex<HashMap<ClientName, SlidingWindow>>; SHARDS],
}

impl<K: DayKeys> OwnCount<K> {
    /// Nobody has come yet.
    pub fn new(keys: K) -> Self {
        Self { keys, shards: std::array::from_fn(|_| Mutex::default()) }
    }

    fn count(&self, client: ClientName, now: Timestamp) -> Result<Admission, Uncountable> {
        let shard = usize::from(client.as_bytes()[0]) % SHARDS;
        let mut windows = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= ADMIT_CLIENTS / SHARDS && !windows.contains_key(&client) {
            windows.retain(|_, window| !window.is_idle(now));
            if windows.len() >= ADMIT_CLIENTS / SHARDS {
                return Err(Uncountable::Full { limit: ADMIT_CLIENTS });
            }
        }
        let window = match windows.entry(client) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(SlidingWindow::of_a_client()),
        };
        Ok(window.admit(now))
    }
}

#[async_trait]
impl<K: DayKeys> Admissions for OwnCount<K> {
    async fn admit(&self, client: IpAddr, now: Timestamp) -> Result<Admission, Uncountable> {
        let keys = self.keys.keys(now).await?;
        let client = Some(client);
        let under_the_old = match keys.before.as_ref().filter(|_| is_young(now)) {
            Some(key) => Some(self.count(name(key, client), now)?),
            None => None,
        };
        if let Some(limited @ Admission::Limited { .. }) = under_the_old {
            return Ok(limited);
        }
        let under_the_new = self.count(name(&keys.today, client), now)?;
        Ok(under_the_old.unwrap_or(under_the_new))
    }
}

#[cfg(test)]
mod tests;
