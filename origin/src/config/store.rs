//! Where sealed mail is kept: in this process, or in Redis.

use super::{ConfigError, keys::Key, layers::Settings};
use crate::limits::REDIS_ADDRESSES;

/// The store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The byte budget; with Redis, of all nodes together.
    pub octets: usize,
    /// Hundredths of it that new mail may fill; and of Redis' own memory.
    pub high_water_percent: usize,
    /// What keeps it.
    pub engine: Engine,
}

/// What keeps mail.
#[derive(Clone, PartialEq, Eq)]
pub enum Engine {
    /// This process.
    Embedded,
    /// Redis.
    Redis {
        /// Where it is.
        servers: Servers,
        /// How many replicas must have a message before `250`.
        replicas: u32,
    },
}

/// Where Redis is. URLs may hold a password and are never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Servers {
    /// One server.
    One(String),
    /// A master that Sentinels name.
    Sentinel {
        /// Their URLs; at least one.
        sentinels: Vec<String>,
        /// What they call it.
        master: String,
        /// A URL with the servers' user, password and TLS.
        like: String,
    },
    /// A cluster that these are of; at least two.
    Cluster(Vec<String>),
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded => f.write_str("Embedded"),
            Self::Redis { replicas, .. } => f.debug_struct("Redis").field("replicas", replicas).finish_non_exhaustive(),
        }
    }
}

pub(super) fn store(settings: &Settings) -> Result<Store, ConfigError> {
    Ok(Store {
        octets: settings.parse(Key::StoreOctets, "must be a number of octets, at least 1048576", |text| {
            text.parse().ok().filter(|n| *n >= 1024 * 1024)
        })?,
        high_water_percent: settings.parse(Key::StoreHighWater, "must be a number from 1 to 100", |text| {
            text.parse().ok().filter(|n| (1..=100).contains(n))
        })?,
        engine: engine(settings)?,
    })
}

fn engine(settings: &Settings) -> Result<Engine, ConfigError> {
    const URLS: &str = "must be 1 to 32 URLs of Redis servers, such as rediss://user:password@10.0.0.1:6379";
    let urls = |key| match settings.optional(key) {
        None => Ok(Vec::new()),
        Some(_) => settings.parse(key, URLS, urls),
    };
    let (mut servers, sentinels) = (urls(Key::StoreRedis)?, urls(Key::StoreSentinels)?);
    let replicas = settings.parse(Key::StoreReplicas, "must be a number from 0 to 5", |text| {
        text.parse().ok().filter(|n| (0..=5).contains(n))
    })?;
    let servers = match (servers.pop(), sentinels.is_empty()) {
        (None, true) => return Ok(Engine::Embedded),
        (None, false) => {
            return Err(ConfigError::Together(
                "store.sentinels needs store.redis: a URL with the servers' user and TLS",
            ));
        }
        (Some(one), true) if servers.is_empty() => Servers::One(one),
        (Some(last), true) => {
            servers.push(last);
            Servers::Cluster(servers)
        }
        (Some(like), false) if servers.is_empty() => {
            let master = settings.parse(Key::StoreMaster, "must be the name of a master", |text| {
                (!text.is_empty()).then(|| text.to_owned())
            })?;
            Servers::Sentinel { sentinels, master, like }
        }
        (Some(_), false) => {
            return Err(ConfigError::Together("store.sentinels goes with one URL in store.redis, not with several"));
        }
    };
    Ok(Engine::Redis { servers, replicas })
}

fn urls(text: &str) -> Option<Vec<String>> {
    const SCHEMES: &[&str] = &["redis://", "rediss://", "unix://"];
    let url = |text: &str| SCHEMES.iter().any(|scheme| text.starts_with(scheme)).then(|| text.to_owned());
    let urls: Option<Vec<_>> = text.split(',').take(REDIS_ADDRESSES + 1).map(|text| url(text.trim())).collect();
    urls.filter(|urls| urls.len() <= REDIS_ADDRESSES)
}

#[cfg(test)]
mod tests;
