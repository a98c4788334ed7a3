//! Writes that must be kept: those that have come are sent together, waited for together, and answered.
//!
//! The connection is the committer's own. `WAIT` speaks for the writes of its own connection, and holds up whoever
//! shares it. What too few replicas have is answered as not kept, and is harmless to be sent again: steps that keep
//! something are known by the id of what they keep.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{
    fault::Fault,
    lane::{Lane, Replicas},
    scripts::Call,
    view::{Done, View},
};
use crate::limits::{REDIS_BATCH, REDIS_BATCH_OCTETS, REDIS_QUEUE};

/// The way to a committer.
pub(super) struct Committer(mpsc::Sender<Job>);

struct Job {
    call: Call,
    answer: oneshot::Sender<Result<Done, Fault>>,
}

impl Committer {
    /// A committer, and what it does for as long as somebody may ask it.
    pub(super) fn new(lane: Lane, replicas: Replicas, view: Arc<View>) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, jobs) = mpsc::channel(REDIS_QUEUE);
        (Self(sender), run(jobs, lane, replicas, view))
    }

    /// Has a step done and kept. The caller sets the deadline; a step given up before its turn is not done.
    pub(super) async fn commit(&self, call: Call) -> Result<Done, Fault> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Job { call, answer }).await.map_err(|_| Fault::NoConnection)?;
        answered.await.unwrap_or(Err(Fault::NoConnection))
    }
}

async fn run(mut jobs: mpsc::Receiver<Job>, lane: Lane, replicas: Replicas, view: Arc<View>) {
    while let Some(first) = jobs.recv().await {
        let mut octets = first.call.octets();
        let mut batch = vec![first];
        while batch.len() < REDIS_BATCH && octets < REDIS_BATCH_OCTETS {
            let Ok(next) = jobs.try_recv() else { break };
            octets = octets.saturating_add(next.call.octets());
            batch.push(next);
        }
        batch.retain(|job| !job.answer.is_closed());
        commit(batch, &lane, replicas, &view).await;
    }
}

async fn commit(batch: Vec<Job>, lane: &Lane, replicas: Replicas, view: &View) {
    if batch.is_empty() {
        return;
    }
    let commands = batch.iter().map(|job| job.call.command()).collect::<Vec<_>>();
    let sent = lane.send(&commands, replicas).await;
    drop(commands);
    match sent {
        Err(fault) => {
            for job in batch {
                let _ = job.answer.send(Err(fault.clone()));
            }
        }
        Ok(sent) => {
            if let Err(fault) = &sent.kept {
                tracing::warn!(writes = batch.len(), %fault, "writes are not kept");
            }
            for (job, value) in batch.into_iter().zip(sent.values) {
                // It is done, kept or not: waiters and counts are told all the same.
                let done = view.take(&job.call, value);
                let _ = job.answer.send(sent.kept.clone().and(done));
            }
        }
    }
}
