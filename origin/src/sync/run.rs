//! The loop: asks the store what is owed, sends it, notes what the edge has confirmed.
//!
//! Knows store, keyring, link, clock and chance only as ports; the store is the one beneath the wrapping, so that what is
//! sent is wrapped. The decisions are [`schedule`](super::schedule)'s and
//! [`batch`](super::batch)'s. Nothing is forgotten by it: what it has not settled, the store still owes.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use protocol::{
    batch::InboxRecord,
    id::{InboxId, MessageId},
    limits::BATCH_INBOXES,
    message::Part,
    time::Timestamp,
    wrap::{self, InboxKeys},
};
use tokio::{
    sync::watch,
    task::{self, JoinSet},
};

use super::{
    batch::{Draft, Fetched, Fit, Sendable, inbox_of},
    clock::sleep,
    schedule::{Next, Schedule},
};
use crate::{
    limits::CLOCK_CHECK,
    ports::{Chance, Clock, EdgeLink, Keyring, Owed, PushError, ReadError, Receipt, Store},
};

/// What asking the store came to.
enum Loaded {
    /// A batch.
    Batch(Sendable),
    /// Nothing is owed that may go now.
    Nothing,
    /// What was owed changed while it was fetched.
    Again,
    /// These do not fit the form of a batch: a fault of ours.
    Unfit(Vec<InboxId>),
}

struct Courier {
    store: Arc<dyn Store>,
    keyring: Arc<dyn Keyring>,
    link: Arc<dyn EdgeLink>,
    region: String,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    schedule: Schedule,
    pushes: JoinSet<Result<(), PushError>>,
    /// What each push confirms by succeeding.
    receipts: HashMap<task::Id, Vec<Receipt>>,
}

/// How a push's task ended.
type Ended = Result<(task::Id, Result<(), PushError>), task::JoinError>;

/// What is sent, and what it is read with.
#[derive(Clone)]
pub struct Source {
    /// Where it lies, wrapped.
    pub store: Arc<dyn Store>,
    /// The keys of its hours.
    pub keyring: Arc<dyn Keyring>,
}

/// Pushes what is owed until `shutdown` says so (or its sender is gone); then what is owed still, once, unless
/// the link is down.
///
/// A quiet inbox's first change leaves at once. Metrics of pushes belong around `link`.
pub async fn run(
    Source { store, keyring }: Source,
    link: Arc<dyn EdgeLink>,
    region: String,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    mut shutdown: watch::Receiver<bool>,
) {
    let (schedule, pushes, receipts) = (Schedule::default(), JoinSet::new(), HashMap::new());
    let mut courier = Courier { store, keyring, link, region, clock, chance, schedule, pushes, receipts };
    while !*shutdown.borrow_and_update() {
        let quiet = courier.send_all().await;
        let now = courier.clock.now();
        let wake = courier.schedule.wake_at(now).map(|then| then.since(now).min(CLOCK_CHECK));
        let wake = if quiet == Quiet::StoreSilent { Some(CLOCK_CHECK) } else { wake };
        tokio::select! {
            Some(ended) = courier.pushes.join_next_with_id() => courier.finish(ended).await,
            () = courier.store.owing(), if quiet == Quiet::NothingOwed => {}
            () = sleep(wake.unwrap_or_default()), if wake.is_some() => {}
            changed = shutdown.changed() => if changed.is_err() { break },
        }
    }
    courier.drain().await;
}

/// Why nothing more is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quiet {
    /// The store owes nothing that may go.
    NothingOwed,
    /// The schedule forbids.
    NotNow,
    /// The store did not answer.
    StoreSilent,
}

impl Courier {
    /// Sends all that may be sent now.
    async fn send_all(&mut self) -> Quiet {
        loop {
            let now = self.clock.now();
            let loaded = match self.schedule.next(now) {
                Next::Batch => self.load(HashSet::new(), BATCH_INBOXES, now).await,
                Next::Probe => match self.load(self.schedule.at_fault(), 1, now).await {
                    Ok(Loaded::Nothing) => self.load(HashSet::new(), 1, now).await,
                    loaded => loaded,
                },
                Next::Nothing => return Quiet::NotNow,
            };
            match loaded {
                Ok(Loaded::Batch(batch)) => self.send(batch),
                Ok(Loaded::Again) => task::yield_now().await,
                Ok(Loaded::Nothing) => return Quiet::NothingOwed,
                Ok(Loaded::Unfit(inboxes)) => {
                    tracing::error!(inboxes = inboxes.len(), "a batch could not be written");
                    self.schedule.begun(&inboxes);
                    self.schedule.failed(&inboxes, PushError::Refused(0), now, self.draw());
                }
                Err(_) => return Quiet::StoreSilent,
            }
        }
    }

    fn send(&mut self, batch: Sendable) {
        let inboxes = batch.receipts.iter().map(inbox_of).collect::<Vec<_>>();
        self.schedule.begun(&inboxes);
        let link = Arc::clone(&self.link);
        let task = self.pushes.spawn(async move { link.push(batch.body).await });
        self.receipts.insert(task.id(), batch.receipts);
    }

    /// Puts the next batch together, of at most `limit` inboxes and without those in `but`.
    async fn load(&mut self, mut but: HashSet<InboxId>, limit: usize, now: Timestamp) -> Result<Loaded, ReadError> {
        but.extend(self.schedule.held(now));
        let owed = self.store.owed(&but, limit, now).await?;
        if owed.is_empty() {
            return Ok(Loaded::Nothing);
        }
        let mut draft = Draft::new(&self.region);
        for owed in owed {
            let alone = self.schedule.travels_alone(inbox_in(&owed));
            if alone && !draft.is_empty() {
                continue;
            }
            if self.take(&mut draft, owed, now).await? == Fit::Full || alone {
                break;
            }
        }
        if draft.is_empty() {
            return Ok(Loaded::Again);
        }
        let inboxes = draft.inboxes();
        Ok(draft.close().map_or(Loaded::Unfit(inboxes), Loaded::Batch))
    }

    /// Adds one inbox to the draft. One that has ended meanwhile is left out: its end is owed next.
    async fn take(&self, draft: &mut Draft, owed: Owed, now: Timestamp) -> Result<Fit, ReadError> {
        match owed {
            Owed::Erase { inbox, removed, gone_until, .. } => Ok(draft.erase(inbox, removed, gone_until)),
            Owed::Update { record, wrap_key, blobs, removed, .. } => {
                let room = draft.room_beside(&record);
                let epochs = self.keyring.find(&wrap::epochs_of(&record, now)).await?;
                let keys = InboxKeys::derive(&wrap_key, epochs.iter().map(|(epoch, key)| (*epoch, key)));
                match self.fetch(&record, &blobs, room, now).await {
                    Ok(fetched) => Ok(draft.update(*record, keys, &blobs, fetched, removed)),
                    Err(ReadError::Gone | ReadError::NotFound) => Ok(Fit::Taken),
                    Err(ReadError::Unavailable) => Err(ReadError::Unavailable),
                }
            }
        }
    }

    /// Fetches blobs, oldest first, until `room` is spent.
    async fn fetch(
        &self,
        record: &InboxRecord,
        wanted: &[MessageId],
        mut room: usize,
        now: Timestamp,
    ) -> Result<HashMap<MessageId, Fetched>, ReadError> {
        let mut fetched = HashMap::new();
        for message in wanted {
            let content = self.store.part(record.id, *message, Part::Content, now).await;
            let raw = self.store.part(record.id, *message, Part::Raw, now).await;
            match (content, raw) {
                (Ok(content), Ok(raw)) => {
                    let octets = content.len().saturating_add(raw.len());
                    fetched.insert(*message, Fetched::Blobs { content, raw });
                    if octets > room {
                        break;
                    }
                    room -= octets;
                }
                (Err(ReadError::NotFound), _) | (_, Err(ReadError::NotFound)) => {
                    fetched.insert(*message, Fetched::Went);
                }
                (Err(other), _) | (_, Err(other)) => return Err(other),
            }
        }
        Ok(fetched)
    }

    /// Notes how a push ended.
    async fn finish(&mut self, ended: Ended) {
        let (id, result) = match ended {
            Ok(pushed) => pushed,
            Err(lost) => (lost.id(), Err(PushError::Unavailable)),
        };
        let receipts = self.receipts.remove(&id).unwrap_or_default();
        let inboxes = receipts.iter().map(inbox_of).collect::<Vec<_>>();
        match result {
            Ok(()) => {
                // If the store does not answer, the same is pushed again: the edge ends in the same state.
                let settled = self.store.settle(receipts).await;
                self.schedule.confirmed(&inboxes, self.clock.now());
                if settled.is_err() {
                    tracing::warn!("the store did not take the edge's receipt");
                }
            }
            Err(why) => {
                tracing::warn!(inboxes = inboxes.len(), "push failed: {why}");
                self.schedule.failed(&inboxes, why, self.clock.now(), self.draw());
            }
        }
    }

    /// The last round: memory is about to be lost, so nothing rests.
    async fn drain(&mut self) {
        loop {
            while let Some(ended) = self.pushes.join_next_with_id().await {
                self.finish(ended).await;
            }
            self.schedule.hurry();
            self.send_all().await;
            if self.pushes.is_empty() {
                return;
            }
        }
    }

    fn draw(&self) -> u64 {
        let mut bytes = [0; 8];
        self.chance.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// Whose debt it is.
fn inbox_in(owed: &Owed) -> InboxId {
    match owed {
        Owed::Update { record, .. } => record.id,
        Owed::Erase { inbox, .. } => *inbox,
    }
}

#[cfg(test)]
mod tests;
