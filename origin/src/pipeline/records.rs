//! Who is told of mail that did not come: takes attempts that failed, seals a record of each to the inboxes that were
//! meant, and notes it in the store.
//!
//! A record never holds up a reply, never changes one, and is dropped rather than waited for. Nothing of it is kept
//! in the clear once it is sealed.

use std::sync::{Mutex, PoisonError};

use protocol::{
    delivery::DeliveryRecord,
    id::{ID_OCTETS, MessageId},
    time::Timestamp,
};
use tokio::sync::{mpsc, watch};

use super::{
    Pipeline,
    copies::{Told, fold},
    pace::Pace,
};
use crate::{
    intake::reply::Reply,
    limits::RECORDS_WAITING,
    mail::{Destination, Received, ReversePath},
    ports::{Attempt, Delivery, Draw},
    seal,
    verdict::Deferral,
};

/// What a message said of itself before it was judged.
pub(super) struct Said {
    recipients: Vec<Destination>,
    reverse_path: ReversePath,
    octets: usize,
}

impl Said {
    /// By this message.
    pub(super) fn of(message: &Received) -> Self {
        Self {
            recipients: message.recipients.clone(),
            reverse_path: message.reverse_path.clone(),
            octets: message.raw.len().saturating_sub(message.trace_len),
        }
    }

    /// The attempts that failed, one a reason: the recipients stand in the order of `outcomes`, and the sender was
    /// told as `told` says. An inbox that has ended is told nothing.
    pub(super) fn failed(self, outcomes: &[Delivery], told: Told) -> Vec<Attempt> {
        let Self { recipients, reverse_path, octets } = self;
        let mut attempts: Vec<(Delivery, Attempt)> = Vec::new();
        for (destination, outcome) in recipients.into_iter().zip(outcomes) {
            let reason = match outcome {
                Delivery::Stored | Delivery::Deferred(Deferral::InboxGone) => continue,
                Delivery::Refused(refusal) => refusal.name(),
                Delivery::Deferred(deferral) => deferral.name(),
            };
            if let Some((_, attempt)) = attempts.iter_mut().find(|(known, _)| known == outcome) {
                attempt.recipients.push(destination);
                continue;
            }
            let said = match told {
                Told::Together => fold(outcomes),
                Told::Each => *outcome,
            };
            let (recipients, reverse_path) = (vec![destination], reverse_path.clone());
            let reply = Reply::from(said).line();
            attempts.push((*outcome, Attempt { recipients, reverse_path, octets: Some(octets), reason, reply }));
        }
        attempts.into_iter().map(|(_, attempt)| attempt).collect()
    }
}

/// An attempt that waits to be recorded.
struct Failed {
    attempt: Attempt,
    at: Timestamp,
}

/// Where they wait.
pub(super) struct Recorder {
    pace: Mutex<Pace>,
    queue: mpsc::Sender<Failed>,
    waiting: tokio::sync::Mutex<mpsc::Receiver<Failed>>,
}

impl Default for Recorder {
    fn default() -> Self {
        let (queue, waiting) = mpsc::channel(RECORDS_WAITING);
        Self { pace: Mutex::default(), queue, waiting: tokio::sync::Mutex::new(waiting) }
    }
}

impl Recorder {
    /// Takes an attempt, for as many of its recipients as have not had too many; says for how many it is left out.
    pub(super) fn take(&self, mut attempt: Attempt, at: Timestamp) -> usize {
        let meant = attempt.recipients.len();
        {
            // Nothing done under this lock can panic half-way.
            let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
            attempt.recipients.retain(|destination| pace.admits(destination.inbox, at));
        }
        let taken = attempt.recipients.len();
        if taken > 0 && self.queue.try_send(Failed { attempt, at }).is_ok() { meant - taken } else { meant }
    }
}

impl Pipeline {
    /// Seals and notes what failed, as it fails, until `ended`; then what is waiting still. To be run once.
    pub async fn keep_records(&self, mut ended: watch::Receiver<bool>) {
        let mut waiting = self.recorder.waiting.lock().await;
        while !*ended.borrow_and_update() {
            tokio::select! {
                Some(failed) = waiting.recv() => self.record(failed).await,
                changed = ended.changed() => if changed.is_err() { break },
            }
        }
        while let Ok(failed) = waiting.try_recv() {
            self.record(failed).await;
        }
    }

    async fn record(&self, Failed { attempt, at }: Failed) {
        let record = DeliveryRecord {
            at,
            sender_domain: attempt.reverse_path.domain().map(str::to_owned),
            size: attempt.octets.and_then(|octets| u64::try_from(octets).ok()),
            reason: attempt.reason.to_owned(),
            reply: attempt.reply,
        };
        let (parts, chance) = (&self.parts, self.parts.chance.as_ref());
        for destination in &attempt.recipients {
            let mut id = [0; ID_OCTETS];
            chance.fill(&mut id);
            let (id, primitives) = (MessageId::from_bytes(id), self.parts.primitives.as_ref());
            let sealed = seal::seal_record(record.clone(), destination, id, primitives, &mut Draw(chance));
            match parts.store.note(sealed, parts.clock.now()).await {
                Ok(_) => parts.metrics.records.kept(),
                Err(_) => parts.metrics.records.dropped(1),
            }
            // Mail goes first.
            tokio::task::yield_now().await;
        }
    }
}

#[cfg(test)]
mod tests;
