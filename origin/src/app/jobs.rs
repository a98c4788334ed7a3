//! Which engine keeps the queues: the one that keeps mail. And who works at them.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use redis::Value;
use tokio::{sync::watch, task::JoinSet};

use super::{
    Parts,
    store::{StoreError, space, topology},
};
use crate::{
    config::{self, Config, Engine},
    http::{QueueDesk, queue_router},
    jobs::{
        line::Malformed,
        memory::MemoryJobs,
        pool::Pool,
        redis::{RedisJobs, Reliance, Unanswered, Wire, texts},
    },
    ports::{Handler, Jobs, Queue},
    store::redis::{Guest, Reliance as OfGuest, Text},
};

/// The queues, and how they are worked at.
pub(super) struct Queues {
    pub(super) jobs: Arc<dyn Jobs>,
    pub(super) kept: Kept,
    config: config::Jobs,
}

/// What of the queues passes from process to process.
#[derive(Clone)]
pub(super) enum Kept {
    /// All of it.
    Here(Arc<MemoryJobs>),
    /// Nothing: it stands in Redis, where the next process finds it.
    Elsewhere,
}

/// What a job's piece begins with; no piece of the store's does.
const PIECE: u8 = b'J';

impl Kept {
    /// All that is kept. Nobody enqueues or works any more when it is asked for.
    pub(super) fn pieces(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Here(jobs) => jobs.pieces().into_iter().map(|piece| [&[PIECE][..], &piece[..]].concat()).collect(),
            Self::Elsewhere => Vec::new(),
        }
    }

    /// Takes in what is a job of another process's; none, where it is something else.
    pub(super) fn import(&self, piece: &[u8]) -> Option<Result<(), Malformed>> {
        let piece = piece.strip_prefix(&[PIECE])?;
        Some(match self {
            Self::Here(jobs) => jobs.import(piece),
            // Its process keeps them, and goes on.
            Self::Elsewhere => Err(Malformed),
        })
    }
}

impl Queues {
    /// Opens them where the mail is kept.
    pub(super) fn open(config: &Config) -> Result<Self, StoreError> {
        let rules = &config.jobs.rules;
        let (jobs, kept): (Arc<dyn Jobs>, _) = match &config.store.engine {
            Engine::Embedded => {
                let jobs = Arc::new(MemoryJobs::new(rules));
                (Arc::clone(&jobs) as Arc<dyn Jobs>, Kept::Here(jobs))
            }
            Engine::Redis { servers, replicas } => {
                let guest = Guest::start(&topology(servers)?, &space(config), *replicas);
                (Arc::new(RedisJobs::new(SharedWire::new(guest), rules.clone())), Kept::Elsewhere)
            }
        };
        Ok(Self { jobs, kept, config: config.jobs.clone() })
    }

    /// Sets workers to a queue until `stop` says so; they finish what they have, for as long as `staff` is waited for.
    pub(super) fn staff(
        &self,
        staff: &mut JoinSet<()>,
        parts: &Parts,
        queue: Queue,
        handler: Arc<dyn Handler>,
        stop: watch::Receiver<bool>,
    ) {
        let pool = Pool {
            jobs: Arc::clone(&self.jobs),
            queue,
            handler,
            rules: *self.config.rules.of(queue),
            workers: self.config.workers(queue),
            clock: parts.clock(),
            chance: Arc::clone(&parts.chance),
            metrics: parts.metrics.jobs.clone(),
        };
        staff.spawn(pool.run(stop));
    }

    /// What the operator may ask and say.
    pub(super) fn door(&self, parts: &Parts) -> Router {
        let (jobs, metrics) = (Arc::clone(&self.jobs), Arc::clone(&parts.metrics));
        queue_router(QueueDesk { jobs, clock: parts.clock(), metrics })
    }
}

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
            Reliance::Kept => OfGuest::Kept,
            Reliance::Loose => OfGuest::Loose,
        };
        self.guest.run(shard, script, &key, args, kept).await.map_err(|_| Unanswered)
    }
}
