//! The store's Redis for another stage: the same masters and deadlines, on connections of its own.
//!
//! Its own, because `WAIT` holds up all that follows it on a connection: mail never waits for a guest's replicas. What is
//! to be kept is sent and waited for together, on other connections than what is not.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use redis::{Cmd, Value};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    Unavailable,
    fault::Fault,
    keys::{SHARDS, Space},
    lane::{Lane, Replicas, refusal},
    topology::Topology,
};
use crate::limits::{REDIS_BATCH, REDIS_CALL, REDIS_QUEUE, REDIS_WATCH};

/// A way into the store's Redis.
pub struct Guest {
    space: Space,
    loose: Arc<[Lane]>,
    kept: Vec<mpsc::Sender<Order>>,
    /// Ends with the guest.
    _background: JoinSet<()>,
}

/// Something to be kept, and who waits for it.
struct Order {
    command: Cmd,
    answer: oneshot::Sender<Result<Value, Fault>>,
}

/// Whether what a script changes is to be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliance {
    /// It is done only once as many replicas have it as the store waits for.
    Kept,
    /// What a failover loses of it is made good by itself.
    Loose,
}

/// A script: its text, and the SHA-1 that Redis calls it by.
pub struct Text {
    text: String,
    hash: String,
}

impl Text {
    /// Of this text.
    #[must_use]
    pub fn new(text: String) -> Self {
        let hash = redis::Script::new(&text).get_hash().to_owned();
        Self { text, hash }
    }
}

impl Guest {
    /// To the same place as a store of these settings, on the runtime that this is called on. Connects when it is first
    /// asked something.
    #[must_use]
    pub fn start(topology: &Topology, space: &str, replicas: u32) -> Self {
        let waited = if replicas == 0 { Replicas::Ignored } else { Replicas::Awaited(replicas) };
        let lane = |shard| Lane::new(topology.clone(), shard);
        let mut background = JoinSet::new();
        let keeper = |shard| {
            let (sender, orders) = mpsc::channel(REDIS_QUEUE);
            background.spawn(keep(orders, lane(shard), waited));
            sender
        };
        let kept = (0..topology.lanes()).map(keeper).collect();
        let loose: Arc<[Lane]> = (0..topology.lanes()).map(lane).collect();
        background.spawn(follow(Arc::clone(&loose)));
        Self { space: Space::new(space), loose, kept, _background: background }
    }

    /// Into how many slots keys may be spread.
    pub const SHARDS: usize = SHARDS;

    /// What all keys in the slot of the `shard`th of sixteen shards begin with.
    #[must_use]
    pub fn prefix(&self, shard: usize) -> Vec<u8> {
        self.space.shard(shard)
    }

    /// Runs a script in that slot, on keys that begin with `key`.
    ///
    /// # Errors
    /// [`Unavailable`]: nobody knows whether it was done.
    pub async fn run(
        &self,
        shard: usize,
        script: &Text,
        key: &[u8],
        args: &[Bytes],
        reliance: Reliance,
    ) -> Result<Value, Unavailable> {
        let mut command = redis::cmd("EVALSHA");
        command.arg(&script.hash).arg(1).arg(key);
        for arg in args {
            command.arg(&arg[..]);
        }
        let whole = async {
            let answer = self.send(shard, command.clone(), reliance).await?;
            if refusal(&answer).is_none_or(|code| code != "NOSCRIPT") {
                return Ok(answer);
            }
            let mut load = redis::cmd("SCRIPT");
            load.arg("LOAD").arg(&script.text);
            self.send(shard, load, Reliance::Loose).await?;
            self.send(shard, command, reliance).await
        };
        let limit = Duration::from_millis(REDIS_CALL.as_millis());
        let answer = timeout(limit, whole).await.unwrap_or(Err(Fault::Deadline))?;
        match refusal(&answer) {
            Some(code) => Err(Fault::Refused(code).into()),
            None => Ok(answer),
        }
    }

    async fn send(&self, shard: usize, command: Cmd, reliance: Reliance) -> Result<Value, Fault> {
        let lane = shard % SHARDS % self.loose.len();
        match reliance {
            Reliance::Loose => {
                let sent = self.loose[lane].send(&[command], Replicas::Ignored).await?;
                sent.values.into_iter().next().ok_or(Fault::Broken)
            }
            Reliance::Kept => {
                let (answer, answered) = oneshot::channel();
                self.kept[lane].send(Order { command, answer }).await.map_err(|_| Fault::NoConnection)?;
                answered.await.unwrap_or(Err(Fault::NoConnection))
            }
        }
    }
}

/// Sees to it that a master which Sentinels have replaced, and which does not know, is asked no longer. Where replicas are
/// waited for it is noticed by their absence.
async fn follow(lanes: Arc<[Lane]>) {
    let mut pulse = interval(Duration::from_millis(REDIS_WATCH.as_millis()));
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pulse.tick().await;
        join_all(lanes.iter().map(Lane::follow)).await;
    }
}

/// Sends what has come, waits for its replicas once, and answers all.
async fn keep(mut orders: mpsc::Receiver<Order>, lane: Lane, waited: Replicas) {
    while let Some(first) = orders.recv().await {
        let mut batch = vec![first];
        while batch.len() < REDIS_BATCH
            && let Ok(next) = orders.try_recv()
        {
            batch.push(next);
        }
        batch.retain(|order| !order.answer.is_closed());
        if batch.is_empty() {
            continue;
        }
        let commands = batch.iter().map(|order| order.command.clone()).collect::<Vec<_>>();
        let sent = lane.send(&commands, waited).await;
        match sent {
            Ok(sent) => {
                for (order, value) in batch.into_iter().zip(sent.values) {
                    let _ = order.answer.send(sent.kept.clone().map(|()| value));
                }
            }
            Err(fault) => {
                for order in batch {
                    let _ = order.answer.send(Err(fault.clone()));
                }
            }
        }
    }
}
