//! Counts for all nodes of a region: a client's window is a list in Redis, used as a ring, and one script its step.
//!
//! Where Redis does not answer, each node counts for itself until it does: a client may then have its hundred at each,
//! and is never without a limit. Nothing here waits for replicas: what a failover forgets is a minute of counting.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use protocol::{
    limiter::{
        Admission,
        client::{ClientName, DAY, day, is_young, name},
    },
    limits::{ADMIT_REQUESTS, ADMIT_WINDOW},
    time::{Millis, Timestamp},
};
use redis::Value;
use zeroize::Zeroizing;

use super::{DayKeys, Drawn, Keys, memory::OwnCount};
use crate::ports::{Admissions, Chance, Uncountable};

/// The scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Judges a request.
    Admit,
    /// Gives the key of a day.
    Day,
}

impl Script {
    /// All, in the order of the enum.
    pub const ALL: [Self; 2] = [Self::Admit, Self::Day];

    /// Its text. Where memory is spent it is refused, and each node counts for itself: mail comes first.
    #[must_use]
    pub fn text(self) -> String {
        let body = match self {
            Self::Admit => include_str!("redis/admit.lua"),
            Self::Day => include_str!("redis/day.lua"),
        };
        format!("#!lua\n{body}")
    }
}

/// A way to run scripts in Redis. `app` makes one of the store's own.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Runs a script in the slot of a shard, on the key that is named so there; within a deadline.
    ///
    /// # Errors
    /// [`Uncountable::Unavailable`].
    async fn run(&self, shard: usize, script: Script, key: &str, args: &[Bytes]) -> Result<Value, Uncountable>;
}

/// Counts in Redis.
pub struct SharedCount {
    wire: Arc<dyn Wire>,
    chance: Arc<dyn Chance>,
    keys: Mutex<Option<Keys>>,
    own: OwnCount<Drawn>,
}

impl SharedCount {
    /// By this way.
    pub fn new(wire: Arc<dyn Wire>, chance: Arc<dyn Chance>) -> Self {
        let own = OwnCount::new(Drawn::new(Arc::clone(&chance)));
        Self { wire, chance, keys: Mutex::new(None), own }
    }

    async fn shared(&self, client: IpAddr, now: Timestamp) -> Result<Admission, Uncountable> {
        let keys = self.keys(now).await?;
        let client = Some(client);
        let under_the_old = match keys.before.as_ref().filter(|_| is_young(now)) {
            Some(key) => Some(self.count(name(key, client), now).await?),
            None => None,
        };
        if let Some(limited @ Admission::Limited { .. }) = under_the_old {
            return Ok(limited);
        }
        let under_the_new = self.count(name(&keys.today, client), now).await?;
        Ok(under_the_old.unwrap_or(under_the_new))
    }

    async fn count(&self, client: ClientName, now: Timestamp) -> Result<Admission, Uncountable> {
        let (key, number) = (HEXLOWER.encode(client.as_bytes()), |number: u64| Bytes::from(number.to_string()));
        let args = [number(now.as_millis()), number(ADMIT_WINDOW.as_millis()), number(ADMIT_REQUESTS as u64)];
        let shard = usize::from(client.as_bytes()[0]);
        let answer = self.wire.run(shard, Script::Admit, &format!("client:{key}"), &args).await?;
        admission(&answer).ok_or(Uncountable::Unavailable)
    }

    /// The key that all nodes have for a day; with a drawn one, which is theirs from now on if there was none.
    async fn key(&self, day: u64, drawn: &[u8]) -> Result<Option<Zeroizing<[u8; 32]>>, Uncountable> {
        let args = [Bytes::copy_from_slice(drawn), Bytes::from((2 * DAY.as_millis()).to_string())];
        match self.wire.run(0, Script::Day, &format!("day:{day}"), &args).await? {
            Value::BulkString(key) if key.is_empty() => Ok(None),
            Value::BulkString(key) => {
                let key = Zeroizing::new(key);
                let key = <[u8; 32]>::try_from(&key[..]).map_err(|_| Uncountable::Unavailable)?;
                Ok(Some(Zeroizing::new(key)))
            }
            _ => Err(Uncountable::Unavailable),
        }
    }
}

#[async_trait]
impl DayKeys for SharedCount {
    async fn keys(&self, now: Timestamp) -> Result<Keys, Uncountable> {
        let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(keys) = known.filter(|keys| keys.are_of(now)) {
            return Ok(keys);
        }
        let drawn = Drawn::draw(self.chance.as_ref());
        let today = self.key(day(now), &drawn[..]).await?.ok_or(Uncountable::Unavailable)?;
        let before = match day(now).checked_sub(1) {
            Some(before) => self.key(before, &[]).await?,
            None => None,
        };
        let keys = Keys::new(day(now), today, before);
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }
}

#[async_trait]
impl Admissions for SharedCount {
    async fn admit(&self, client: IpAddr, now: Timestamp) -> Result<Admission, Uncountable> {
        match self.shared(client, now).await {
            Ok(admission) => Ok(admission),
            Err(_) => self.own.admit(client, now).await,
        }
    }
}

/// What `admit.lua` answered.
fn admission(answer: &Value) -> Option<Admission> {
    let Value::Array(fields) = answer else { return None };
    let [Value::Int(verdict), Value::Int(remaining), Value::Int(until)] = fields[..] else { return None };
    let until = Millis::from_millis(u64::try_from(until).ok()?);
    match verdict {
        0 => Some(Admission::Limited { retry_after: until }),
        1 => Some(Admission::Admitted { remaining: u32::try_from(remaining).ok()?, reset: until }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
