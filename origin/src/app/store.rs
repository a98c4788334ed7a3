//! Which engine keeps mail, by the configuration, the key that its addresses are hashed under, and what of both a
//! process hands to the next.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use protocol::wrap::{Epoch, EpochKey};
use zeroize::Zeroizing;

use crate::{
    budget::{Budget, NoRoom},
    config::{Config, Engine, Servers, Sync},
    limits::REDIS_START,
    ports::Chance,
    seal::aws_lc::AwsLc,
    store::{
        keyring::MemoryKeyring,
        memory::{Edge, ImportError, MemoryStore, Piece, Weight},
        redis::{NotRedis, RedisKeyring, RedisStore, Settings, Topology, Unavailable},
        wrapped::Wrapped,
    },
    sync::Source,
};

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An address that cannot be used.
    #[error("store.redis or store.sentinels: {0}")]
    Address(#[from] NotRedis),
    /// It does not answer.
    #[error("store.redis: {0}, or may not do what the origin asks; see infra/redis for the rights that it needs")]
    Unavailable(#[from] Unavailable),
    /// There is no budget.
    #[error("store.octets: {0}")]
    NoRoom(#[from] NoRoom),
}

/// What passes from process to process.
#[derive(Clone)]
pub(super) struct Estate {
    pub(super) held: Held,
    pub(super) hasher: Zeroizing<[u8; 32]>,
}

/// What of the mail this process holds itself.
#[derive(Clone)]
pub(super) enum Held {
    /// All of it, and the keys without which it is worth nothing.
    Embedded(Arc<MemoryStore>, Arc<MemoryKeyring>),
    /// Nothing: it stands in Redis, where the next process finds it. Sockets and the operator's key pass nevertheless.
    Elsewhere,
}

impl Estate {
    /// Takes over the keys of the process before: what addresses are hashed under, and the hours'. Where Redis keeps the
    /// mail it keeps the keys.
    pub(super) fn inherit(&mut self, hasher: Zeroizing<[u8; 32]>, epochs: Vec<(Epoch, EpochKey)>) {
        match &self.held {
            Held::Embedded(_, keyring) => {
                self.hasher = hasher;
                keyring.take(epochs);
            }
            Held::Elsewhere => {}
        }
    }
}

impl Held {
    /// The keys of its hours.
    pub(super) fn epochs(&self) -> Vec<(Epoch, EpochKey)> {
        match self {
            Self::Embedded(_, keyring) => keyring.keys(),
            Self::Elsewhere => Vec::new(),
        }
    }

    /// What it may hold. A process that holds content hands it to none that could not keep it.
    pub(super) fn capacity(&self) -> Weight {
        match self {
            Self::Embedded(store, _) => store.capacity(),
            Self::Elsewhere => Weight { octets: 0, records: 0 },
        }
    }

    /// What it holds.
    pub(super) fn weight(&self) -> Weight {
        match self {
            Self::Embedded(store, _) => store.weight(),
            Self::Elsewhere => Weight { octets: 0, records: 0 },
        }
    }

    /// Changes nothing from now on.
    pub(super) fn freeze(&self) {
        match self {
            Self::Embedded(store, _) => store.freeze(),
            Self::Elsewhere => {}
        }
    }

    /// Goes on.
    pub(super) fn thaw(&self) {
        match self {
            Self::Embedded(store, _) => store.thaw(),
            Self::Elsewhere => {}
        }
    }

    /// All that it holds.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let pieces = match self {
            Self::Embedded(store, _) => Some(store.pieces()),
            Self::Elsewhere => None,
        };
        pieces.into_iter().flatten()
    }

    /// Whether a piece with a body of so many octets could be kept.
    pub(super) fn admits(&self, body: usize) -> Result<(), NoRoom> {
        match self {
            Self::Embedded(store, _) => store.admits(body),
            Self::Elsewhere => Err(NoRoom { wanted: body, used: 0, limit: 0 }),
        }
    }

    /// Takes one piece of another process's.
    pub(super) fn import(&self, head: &[u8], body: &Bytes) -> Result<(), ImportError> {
        match self {
            Self::Embedded(store, _) => store.import(head, body),
            Self::Elsewhere => Err(ImportError::Misplaced),
        }
    }
}

/// Opens the store, with the keys that its content is wrapped under; what lies in it is wrapped. The embedded one's key is this process's own; Redis' is what its nodes share.
pub(super) async fn open(config: &Config, chance: &Arc<dyn Chance>) -> Result<(Source, Estate), StoreError> {
    let mut key = Zeroizing::new([0; 32]);
    chance.fill(key.as_mut());
    // In percent of the octets, without overflow on small machines.
    let high_water = config.store.octets / 100 * config.store.high_water_percent;
    let budget = Budget::new(config.store.octets, high_water);
    let edge = match config.sync {
        Sync::Off => Edge::None,
        Sync::Edge { .. } => Edge::Pushed,
    };
    let (servers, replicas) = match &config.store.engine {
        Engine::Embedded => {
            let store = Arc::new(MemoryStore::for_edge(budget, edge));
            let keyring = Arc::new(MemoryKeyring::new(Arc::clone(chance)));
            let source = Source { store: store.clone(), keyring: keyring.clone() };
            return Ok((source, Estate { held: Held::Embedded(store, keyring), hasher: key }));
        }
        Engine::Redis { servers, replicas } => (servers, *replicas),
    };
    if replicas == 0 {
        tracing::warn!("store.replicas is 0: mail that was taken is lost with the Redis server that has it");
    }
    let topology = topology(servers)?;
    let keyring = RedisKeyring::start(&topology, &space(config), replicas, Arc::clone(chance));
    let settings = Settings {
        topology,
        space: space(config),
        replicas,
        budget,
        high_water_percent: config.store.high_water_percent,
        edge,
    };
    let store = RedisStore::start(settings, chance.as_ref())?;
    let hasher = shared_key(&store, key).await?;
    let source = Source { store: Arc::new(store), keyring: Arc::new(keyring) };
    Ok((source, Estate { held: Held::Elsewhere, hasher }))
}

/// The same for readers and for mail that comes in: behind its wrapping.
pub(super) fn wrapped(beneath: &Source) -> Arc<Wrapped> {
    let Source { store, keyring } = beneath.clone();
    Arc::new(Wrapped::new(store, keyring, Arc::new(AwsLc)))
}

/// Asks for the key until Redis is there; for so long, then whoever started us is told.
async fn shared_key(store: &RedisStore, drawn: Zeroizing<[u8; 32]>) -> Result<Zeroizing<[u8; 32]>, Unavailable> {
    let asked = async {
        loop {
            if let Ok(key) = store.shared_key(drawn.clone()).await {
                return key;
            }
            tracing::warn!("redis does not answer yet");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let patience = Duration::from_millis(REDIS_START.as_millis());
    tokio::time::timeout(patience, asked).await.map_err(|_| Unavailable)
}

/// What all keys of a region begin with.
pub(super) fn space(config: &Config) -> String {
    format!("mayfly-{}", config.region)
}

pub(super) fn topology(servers: &Servers) -> Result<Topology, NotRedis> {
    match servers {
        Servers::One(url) => Topology::one(url),
        Servers::Sentinel { sentinels, master, like } => Topology::sentinel(sentinels, master, like),
        Servers::Cluster(urls) => Topology::cluster(urls),
    }
}

#[cfg(test)]
mod tests;
