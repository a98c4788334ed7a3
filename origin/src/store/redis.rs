//! Sealed mail in Redis: one server, Sentinel's master or a cluster, in memory alone, shared by the nodes of a region.
//!
//! Sixteen shards by inbox, each with a hash tag and so in one slot. Each step is one script in one shard: message,
//! index, counts and the debt to the edge change together or not at all. Time is an argument of every step; Redis' own
//! clock is the last guard against what nobody purges.
//!
//! Writes go through a [`committer`] on a connection of its own and are said to be done once as many replicas have them
//! as was asked for. Reads, and the expiry that they notice, go beside them. Every call ends by its deadline with
//! [`Unavailable`](ReadError::Unavailable); every connection is made anew by itself. Nothing here can open what it keeps.

mod answer;
mod bulletin;
mod committer;
mod fault;
mod guest;
mod heads;
mod keyring;
mod keys;
mod lane;
mod owed;
mod port;
mod scripts;
mod topology;
mod view;
mod watch;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::join_all;
use protocol::{id::InboxId, time::Timestamp};
use redis::Value;
use tokio::{task::JoinSet, time::timeout};
use zeroize::Zeroizing;

use self::{
    answer::{Answer, Census, NotAnAnswer, What, octets},
    committer::Committer,
    fault::Fault,
    keys::{SHARDS, Space, shard_of, shard_of_address},
    lane::{Lane, Replicas, refusal},
    scripts::{Call, Script},
    view::{Done, View},
};
pub use self::{
    guest::{Guest, Reliance, Text},
    keyring::RedisKeyring,
    topology::{NotRedis, Topology},
};
use crate::{
    budget::{Budget, NoRoom, Reservation},
    limits::{GONE_MEMORY, REDIS_CALL, REDIS_MARGIN},
    mail::AddressKey,
    ports::{Chance, CreateError, PutError, ReadError, Unreachable},
    store::memory::Edge,
};

/// What tells this node's news from others'.
type NodeId = [u8; 8];

/// The engine.
pub struct RedisStore {
    inner: Arc<Inner>,
    /// Ends with the store.
    _background: JoinSet<()>,
}

/// What the engine is run with.
pub struct Settings {
    /// Where Redis is.
    pub topology: Topology,
    /// What all keys begin with.
    pub space: String,
    /// How many replicas must have a message before `250`.
    pub replicas: u32,
    /// What all nodes together may keep.
    pub budget: Budget,
    /// Hundredths of Redis' own memory that new mail may fill.
    pub high_water_percent: usize,
    /// Whether there is an edge.
    pub edge: Edge,
}

struct Inner {
    space: Space,
    edge: Edge,
    node: NodeId,
    readers: Vec<Lane>,
    writers: Vec<Committer>,
    /// All connections of both.
    followers: Vec<Lane>,
    view: Arc<View>,
    /// What addresses are hashed under, once it is known.
    hasher: OnceLock<Zeroizing<[u8; 32]>>,
}

/// The longest that a call takes.
const CALL: Duration = Duration::from_millis(REDIS_CALL.as_millis());

/// The store does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store does not answer")]
pub struct Unavailable;

impl From<Unavailable> for ReadError {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<Unavailable> for PutError {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<Unavailable> for CreateError {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<Unavailable> for Unreachable {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<Fault> for Unavailable {
    fn from(fault: Fault) -> Self {
        tracing::debug!(%fault, "redis did not do it");
        Self
    }
}

impl From<NotAnAnswer> for Unavailable {
    fn from(fault: NotAnAnswer) -> Self {
        Fault::from(fault).into()
    }
}

/// What a living inbox answers; all else is an error.
fn living(answer: Answer) -> Result<Vec<Value>, ReadError> {
    match answer.what {
        What::Ok => Ok(answer.payload),
        What::Gone => Err(ReadError::Gone),
        What::Absent => Err(ReadError::NotFound),
        _ => Err(ReadError::Unavailable),
    }
}

fn decimal(number: impl std::fmt::Display) -> Bytes {
    number.to_string().into()
}

fn of(octets: &[u8]) -> Bytes {
    Bytes::copy_from_slice(octets)
}

impl RedisStore {
    /// Starts the engine on the runtime that this is called on. It connects when it is first asked something.
    ///
    /// # Errors
    /// [`NoRoom`] for a budget without any.
    pub fn start(settings: Settings, chance: &dyn Chance) -> Result<Self, NoRoom> {
        let Settings { topology, space, replicas, budget, high_water_percent, edge } = settings;
        let mut node = NodeId::default();
        chance.fill(&mut node);
        let view = Arc::new(View::new(budget, high_water_percent)?);
        let mut background = JoinSet::new();
        let waited = if replicas == 0 { Replicas::Ignored } else { Replicas::Awaited(replicas) };
        let lane = |shard| Lane::new(topology.clone(), shard);
        let readers = (0..topology.lanes()).map(lane).collect::<Vec<_>>();
        let (mut writers, mut followers) = (Vec::new(), Vec::new());
        for shard in 0..topology.lanes() {
            let lane = lane(shard);
            followers.push(lane.clone());
            let (committer, work) = Committer::new(lane, waited, Arc::clone(&view));
            background.spawn(work);
            writers.push(committer);
        }
        let space = Space::new(&space);
        background.spawn(bulletin::listen(topology.clone(), space.changes(), node, Arc::clone(&view)));
        followers.extend(readers.iter().cloned());
        let inner = Arc::new(Inner { followers, space, edge, node, readers, writers, view, hasher: OnceLock::new() });
        background.spawn(watch::watch(Arc::downgrade(&inner)));
        Ok(Self { inner, _background: background })
    }

    /// The key that all nodes hash addresses under: theirs if there is one, else `drawn`.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn shared_key(&self, drawn: Zeroizing<[u8; 32]>) -> Result<Zeroizing<[u8; 32]>, Unavailable> {
        let inner = &self.inner;
        let octets = match inner.written_hasher().await? {
            // A master that takes no writes just now tells it, too.
            Some(octets) => octets,
            None => {
                // Without an end: were it lost, all addresses were.
                let call = Call::new(Script::Share, 0, inner.space.hasher(), vec![of(drawn.as_ref())]);
                match inner.commit(call).await? {
                    Done::Key(Value::BulkString(octets)) => Zeroizing::new(octets),
                    Done::Key(_) | Done::Shard(_) => return Err(Unavailable),
                }
            }
        };
        let key = <[u8; 32]>::try_from(octets.as_slice()).map(Zeroizing::new).map_err(|_| Unavailable)?;
        Ok(inner.hasher.get_or_init(|| key).clone())
    }

    /// Asks all shards how they stand.
    async fn recount(inner: &Inner) {
        let ask = |shard| async move {
            let asked = inner.view.version(shard);
            let call = inner.call(Script::Census, shard, Timestamp::default(), vec![]);
            if let Ok(answer) = inner.ask(call).await
                && let Ok(census) = Census::parse(&answer.payload)
            {
                inner.view.recount(shard, census, asked);
            }
        };
        join_all((0..SHARDS).map(ask)).await;
    }
}

impl Inner {
    /// A step of a shard at `now`.
    fn call(&self, script: Script, shard: usize, now: Timestamp, rest: Vec<Bytes>) -> Call {
        let edge = match self.edge {
            Edge::Pushed => &b"1"[..],
            Edge::None => b"0",
        };
        let mut args = vec![decimal(now.as_millis()), Bytes::from_static(edge), of(&self.node)];
        args.extend(rest);
        Call::new(script, shard, self.space.shard(shard), args)
    }

    /// A step of an inbox at `now`.
    fn inbox_call(&self, script: Script, id: InboxId, now: Timestamp, rest: Vec<Bytes>) -> Call {
        let mut args = vec![of(id.as_bytes())];
        args.extend(rest);
        self.call(script, shard_of(id), now, args)
    }

    /// Has a step done that nobody must be able to rely on: a read, an expiry that it notices, a receipt.
    async fn ask(&self, call: Call) -> Result<Answer, Unavailable> {
        let whole = async {
            loop {
                match self.ask_once(&call).await? {
                    Done::Shard(answer) if answer.what == What::Again => {}
                    Done::Shard(answer) => return Ok(answer),
                    Done::Key(_) => return Err(Unavailable),
                }
            }
        };
        timeout(CALL, whole).await.unwrap_or_else(|_| Err(Fault::Deadline.into()))
    }

    async fn ask_once(&self, call: &Call) -> Result<Done, Fault> {
        let lane = &self.readers[call.shard % self.readers.len()];
        let mut value = lane.ask(call.command()).await?;
        if refusal(&value).is_some_and(|code| code == "NOREPLICAS")
            && let Some(look) = call.look()
        {
            value = lane.ask(look).await?;
        }
        self.view.take(call, value)
    }

    /// The key that addresses are hashed under, if Redis has it.
    async fn written_hasher(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        let mut get = redis::cmd("GET");
        get.arg(self.space.hasher());
        match self.readers[0].ask(get).await? {
            Value::Nil => Ok(None),
            Value::BulkString(octets) => Ok(Some(Zeroizing::new(octets))),
            other => Err(refusal(&other).map_or(Fault::Answer(NotAnAnswer), Fault::Refused)),
        }
    }

    /// Sees to it that the key which addresses are hashed under is there for nodes that are yet to start. A server that
    /// came back empty has lost it, and a node that drew another would know nobody whom this one knows.
    async fn hold_hasher(&self) {
        let Some(hasher) = self.hasher.get() else { return };
        match self.written_hasher().await {
            Ok(Some(found)) if found.as_slice() != hasher.as_ref() => {
                tracing::error!("another node hashes addresses under another key: restart this one");
            }
            Ok(None) => {
                let call = Call::new(Script::Share, 0, self.space.hasher(), vec![of(hasher.as_ref())]);
                let _ = self.ask_once(&call).await;
            }
            Ok(Some(_)) | Err(_) => {}
        }
    }

    /// Has a step done and kept.
    async fn commit(&self, call: Call) -> Result<Done, Unavailable> {
        let writer = &self.writers[call.shard % self.writers.len()];
        let whole = async {
            loop {
                match writer.commit(call.clone()).await? {
                    Done::Shard(answer) if answer.what == What::Again => {}
                    done => return Ok(done),
                }
            }
        };
        timeout(CALL, whole).await.unwrap_or(Err(Fault::Deadline)).map_err(Unavailable::from)
    }

    /// The same, of a shard.
    async fn keep(&self, call: Call) -> Result<Answer, Unavailable> {
        match self.commit(call).await? {
            Done::Shard(answer) => Ok(answer),
            Done::Key(_) => Err(Unavailable),
        }
    }

    /// Asks all shards at once.
    async fn ask_all(
        &self,
        script: Script,
        now: Timestamp,
        rest: &[Bytes],
    ) -> Result<Vec<(usize, Answer)>, Unavailable> {
        let ask = |shard| async move { Ok((shard, self.ask(self.call(script, shard, now, rest.to_vec())).await?)) };
        join_all((0..SHARDS).map(ask)).await.into_iter().collect()
    }

    /// Which inbox an address is written to, if any, and how that is written.
    async fn holder(&self, key: &AddressKey) -> Result<Option<(InboxId, Vec<u8>)>, Unavailable> {
        let lane = &self.readers[shard_of_address(key) % self.readers.len()];
        let mut get = redis::cmd("GET");
        get.arg(self.space.address(key));
        match lane.ask(get).await? {
            Value::Nil => Ok(None),
            Value::BulkString(held) => {
                let id = held.first_chunk::<16>().copied().map(InboxId::from_bytes).ok_or(Unavailable)?;
                Ok(Some((id, held)))
            }
            _ => Err(Unavailable),
        }
    }

    /// Keeps an address for as long as its inbox is to live.
    async fn hold_address(&self, key: &[u8], id: InboxId, until: Timestamp, now: Timestamp) -> Result<(), Unavailable> {
        let key = AddressKey::from_bytes(key.try_into().map_err(|_| Unavailable)?);
        let life = until.plus(GONE_MEMORY).plus(REDIS_MARGIN).since(now);
        let args = vec![of(id.as_bytes()), decimal(life.as_millis())];
        self.commit(Call::new(Script::Hold, shard_of_address(&key), self.space.address(&key), args)).await.map(drop)
    }

    /// Makes room exactly `needed`; pushes out other messages only as the last guard.
    async fn fit(&self, room: &mut Reservation, needed: usize, now: Timestamp) -> Result<(), PutError> {
        let Some(extra) = needed.checked_sub(room.octets()).filter(|extra| *extra > 0) else {
            room.shrink(needed);
            return Ok(());
        };
        if room.grow(extra).is_ok() {
            return Ok(());
        }
        self.ask_all(Script::Purge, now, &[]).await?;
        loop {
            let Err(refused) = room.grow(extra) else { return Ok(()) };
            let free = refused.limit.saturating_sub(refused.used);
            if free.saturating_add(self.view.evictable()) < extra || !self.evict_soonest(now).await? {
                return Err(refused.into());
            }
        }
    }

    /// Drops the message that expires next, whatever its shard.
    async fn evict_soonest(&self, now: Timestamp) -> Result<bool, Unavailable> {
        let mut soonest: Option<(u64, Vec<u8>, usize)> = None;
        for (shard, answer) in self.ask_all(Script::Front, now, &[]).await? {
            let [member, at] = &answer.payload[..] else { continue };
            let front = (answer::number(at)?, octets(member)?.to_vec(), shard);
            soonest = Some(soonest.map_or(front.clone(), |first| first.min(front)));
        }
        let Some((_, member, shard)) = soonest else { return Ok(false) };
        self.ask(self.call(Script::Evict, shard, now, vec![member.into()])).await?;
        Ok(true)
    }
}

#[cfg(test)]
pub(crate) mod tests;
