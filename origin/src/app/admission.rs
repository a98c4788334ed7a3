//! Whose requests are counted, and where: in Redis where the mail is there, so that all nodes count together.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use redis::Value;

use super::store::{StoreError, space, topology};
use crate::{
    admission::{
        Drawn,
        memory::OwnCount,
        redis::{Script, SharedCount, Wire},
    },
    config::{Config, Counted, Engine},
    http::Admit,
    ports::{Admissions, Chance, Uncountable},
    store::redis::{Guest, Reliance, Text},
};

/// As the configuration says.
pub(super) fn admit(config: &Config, chance: &Arc<dyn Chance>) -> Result<Admit, StoreError> {
    let Counted::Clients { uncounted, header } = &config.http.counted else { return Ok(Admit::Everybody) };
    let admissions: Arc<dyn Admissions> = match &config.store.engine {
        Engine::Embedded => Arc::new(OwnCount::new(Drawn::new(Arc::clone(chance)))),
        Engine::Redis { servers, .. } => {
            let guest = Guest::start(&topology(servers)?, &space(config), 0);
            Arc::new(SharedCount::new(Arc::new(SharedWire::new(guest)), Arc::clone(chance)))
        }
    };
    Ok(Admit::Counted { admissions, uncounted: uncounted.clone(), header: header.clone() })
}

/// The scripts that count, in the store's Redis.
pub(crate) struct SharedWire {
    guest: Guest,
    scripts: [Text; Script::ALL.len()],
}

impl SharedWire {
    pub(crate) fn new(guest: Guest) -> Self {
        Self { guest, scripts: Script::ALL.map(|script| Text::new(script.text())) }
    }
}

#[async_trait]
impl Wire for SharedWire {
    async fn run(&self, shard: usize, script: Script, key: &str, args: &[Bytes]) -> Result<Value, Uncountable> {
        let shard = shard % Guest::SHARDS;
        let key = [&self.guest.prefix(shard)[..], b":admission:", key.as_bytes()].concat();
        let answer = self.guest.run(shard, &self.scripts[script as usize], &key, args, Reliance::Loose).await;
        answer.map_err(|_| Uncountable::Unavailable)
    }
}
