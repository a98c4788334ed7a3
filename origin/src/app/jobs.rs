//! Which engine keeps the queues: the one that keeps mail.

use async_trait::async_trait;
use bytes::Bytes;
use redis::Value;

use crate::{
    jobs::redis::{Reliance, Unanswered, Wire, texts},
    ports::Queue,
    store::redis::{Guest, Reliance as Kept, Text},
};

/// The queues' scripts in the store's Redis.
pub(crate) struct SharedWire {
    guest: Guest,
    scripts: Vec<Text>,
}

impl SharedWire {
    pub(crate) fn new(guest: Guest) -> Self {
        Self { guest, scripts: texts().into_iter().map(Text::new).collect() }
    }
}

#[async_trait]
impl Wire for SharedWire {
    async fn run(&self, queue: Queue, script: usize, args: &[Bytes], reliance: Reliance) -> Result<Value, Unanswered> {
        let script = self.scripts.get(script).ok_or(Unanswered)?;
        // Each queue in another shard's slot, so in a cluster with another master if there are enough.
        let shard = queue.index();
        let key = [&self.guest.prefix(shard)[..], b":jobs:", queue.name().as_bytes()].concat();
        let kept = match reliance {
            Reliance::Kept => Kept::Kept,
            Reliance::Loose => Kept::Loose,
        };
        self.guest.run(shard, script, &key, args, kept).await.map_err(|_| Unanswered)
    }
}
