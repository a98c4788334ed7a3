//! Telling owners of their mail: the parts of it, put together.

use std::sync::Arc;

use tokio::{sync::watch, task::JoinSet};

use super::{Parts, StartError};
use crate::{
    config::Config,
    pipeline::{Notices, Pipeline, Senders},
    ports::{Jobs, Queue},
    registrar::Webhooks,
    webhooks::{
        deliver::{self, Deliverer},
        https::Https,
    },
};

/// Whether owners are told of their mail.
#[derive(Clone)]
pub(super) enum Telling {
    /// No: nobody can be asked for addresses.
    Off,
    /// By this.
    By(Arc<Deliverer>),
}

impl Telling {
    /// Where nobody may be asked about senders, nobody is asked for addresses.
    pub(super) fn build(config: &Config, senders: &Senders, parts: &Parts) -> Result<Self, StartError> {
        let Senders::CheckedBy(resolver) = senders else { return Ok(Self::Off) };
        let courier = Https::new(Arc::clone(resolver), config.webhooks.allow.clone())?;
        Ok(Self::By(Arc::new(Deliverer::new(deliver::Parts {
            store: Arc::clone(&parts.store),
            courier: Arc::new(courier),
            clock: parts.clock(),
            wall: Arc::new(parts.clock.wall()),
            chance: Arc::clone(&parts.chance),
            metrics: parts.metrics.webhooks.clone(),
        }))))
    }

    /// What inboxes may be made with.
    pub(super) const fn served(&self) -> Webhooks {
        match self {
            Self::Off => Webhooks::Off,
            Self::By(_) => Webhooks::Served,
        }
    }

    /// What the pipeline does about stored mail.
    pub(super) fn notices(&self, jobs: &Arc<dyn Jobs>) -> Notices {
        match self {
            Self::Off => Notices::Off,
            Self::By(_) => Notices::Queued(Arc::clone(jobs)),
        }
    }

    /// Sets to work what takes `pipeline`'s notices to the queue, and who does the queue's jobs.
    pub(super) fn open(
        &self,
        background: &mut JoinSet<()>,
        parts: &Parts,
        pipeline: &Arc<Pipeline>,
        ending: &watch::Receiver<bool>,
    ) {
        let Self::By(deliverer) = self else { return };
        let (handler, stop) = (Arc::<Deliverer>::clone(deliverer), ending.clone());
        parts.queues.staff(background, parts, Queue::Webhooks, handler, stop);
        let (telling, ending) = (Arc::clone(pipeline), ending.clone());
        background.spawn(async move { telling.tell_owners(ending).await });
    }
}
