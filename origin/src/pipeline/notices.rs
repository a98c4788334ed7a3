//! Whose owners are told of mail: takes messages that were stored, and has it done by the job queue.
//!
//! Mail never waits for this and never fails of it: where there is no room for another notice, or the queue takes
//! none, the owner is not told, which is counted, and finds the message by looking.

use std::sync::Arc;

use protocol::time::Timestamp;
use tokio::sync::{mpsc, watch};

use super::Pipeline;
use crate::{
    limits::NOTICES_WAITING,
    mail::{Notice, Stored},
    ports::{Jobs, PutError},
    webhooks::errand::Errand,
};

/// Who tells owners of their mail.
#[derive(Clone)]
pub enum Notices {
    /// Nobody.
    Off,
    /// Who does the jobs of this queue.
    Queued(Arc<dyn Jobs>),
}

/// A stored message whose owner waits to be told.
struct News {
    errand: Errand,
    at: Timestamp,
}

/// Where they wait.
pub(super) struct Herald {
    queue: mpsc::Sender<News>,
    waiting: tokio::sync::Mutex<mpsc::Receiver<News>>,
}

impl Default for Herald {
    fn default() -> Self {
        let (queue, waiting) = mpsc::channel(NOTICES_WAITING);
        Self { queue, waiting: tokio::sync::Mutex::new(waiting) }
    }
}

impl Pipeline {
    /// Takes note of a message that was stored, if its owner wants to be told. Takes no time worth naming.
    pub(super) fn announce(&self, put: &Result<Stored, PutError>) {
        let (Ok(Stored { inbox, id, notice: Notice::Webhook, .. }), Notices::Queued(_)) = (put, &self.parts.notices)
        else {
            return;
        };
        let errand = Errand { inbox: *inbox, message: *id };
        if self.herald.queue.try_send(News { errand, at: self.parts.clock.now() }).is_err() {
            self.parts.metrics.webhooks.untold();
        }
    }

    /// Enqueues what was taken note of, as it comes, until `ended`; then what is waiting still. To be run once.
    pub async fn tell_owners(&self, mut ended: watch::Receiver<bool>) {
        let Notices::Queued(jobs) = &self.parts.notices else { return };
        let mut waiting = self.herald.waiting.lock().await;
        while !*ended.borrow_and_update() {
            tokio::select! {
                Some(news) = waiting.recv() => self.enqueue(jobs.as_ref(), news).await,
                changed = ended.changed() => if changed.is_err() { break },
            }
        }
        while let Ok(news) = waiting.try_recv() {
            self.enqueue(jobs.as_ref(), news).await;
        }
    }

    async fn enqueue(&self, jobs: &dyn Jobs, News { errand, at }: News) {
        let taken = match errand.job(at) {
            Some(job) => jobs.enqueue(job, self.parts.clock.now()).await.is_ok(),
            None => false,
        };
        if !taken {
            self.parts.metrics.webhooks.untold();
        }
    }
}

#[cfg(test)]
mod tests;
