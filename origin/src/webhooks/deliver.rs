//! One attempt: finds webhook and message in the store, signs, sends, and says what follows.
//!
//! Idempotent on the job: what is sent twice has one id, by which the receiver knows it. Whatever is gone by now, inbox,
//! message or webhook, there is nothing left to be told of. Never logs: neither URL nor secret nor id.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    limits::INBOX_LIFE,
    message::SealedEntry,
    time::Timestamp,
    webhook::{Webhook, WebhookEvent, WebhookEventKind, WebhookMessage},
};

use super::{
    answer::{Meaning, meaning},
    errand::Errand,
    schedule::{self, Next},
    seats::{Seats, Taken, Visit},
    signature,
};
use crate::{
    metrics::Webhooks,
    ports::{
        Chance, Clock, Courier, DeadReason, Handler, Job, Outcome, ReadError, SignedEvent, Store, Unanswered,
        WebhookAnswer, WebhookChange,
    },
};

/// What an attempt works with.
pub struct Parts {
    /// Where webhooks and messages are.
    pub store: Arc<dyn Store>,
    /// The way to the webhooks.
    pub courier: Arc<dyn Courier>,
    /// Time, as the store counts it.
    pub clock: Arc<dyn Clock>,
    /// Time as receivers have it: what signatures are dated by.
    pub wall: Arc<dyn Clock>,
    /// Stretches pauses.
    pub chance: Arc<dyn Chance>,
    /// What is counted.
    pub metrics: Webhooks,
}

/// Does the jobs of the queue `webhooks`.
pub struct Deliverer {
    parts: Parts,
    seats: Mutex<Seats>,
}

/// A seat at a host, given back when this is dropped, whatever became of the visit.
struct Seat<'a> {
    of: &'a Deliverer,
    host: &'a str,
    visit: Visit,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.of.seats().leave(self.host, self.visit, self.of.parts.clock.now());
    }
}

/// What an errand is about, as it is now.
struct Found {
    webhook: Arc<Webhook>,
    entry: SealedEntry,
}

#[async_trait]
impl Handler for Deliverer {
    async fn run(&self, job: &Job) -> Outcome {
        let Some(errand) = Errand::read(&job.payload) else { return Outcome::Dead(DeadReason::Unreadable) };
        match self.attempt(errand, job).await {
            Ok(outcome) => outcome,
            Err(ReadError::NotFound | ReadError::Gone) => Outcome::Done,
            Err(ReadError::Unavailable) => Outcome::Again,
        }
    }
}

impl Deliverer {
    /// Of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts, seats: Mutex::default() }
    }

    /// Tries once.
    async fn attempt(&self, errand: Errand, job: &Job) -> Result<Outcome, ReadError> {
        let Some(found) = self.find(errand).await? else { return Ok(Outcome::Done) };
        let host = found.webhook.url.host();
        let Ok(mut seat) = self.seat(host) else {
            self.parts.metrics.crowded();
            let age = self.parts.clock.now().since(job.enqueued_at);
            return Ok(Outcome::AgainAfter(schedule::for_a_seat(age, &*self.parts.chance)));
        };
        let Some(event) = event(errand, &found, self.parts.wall.now()) else {
            return Ok(Outcome::Dead(DeadReason::Refused));
        };
        let result = self.parts.courier.post(&found.webhook.url, event).await;
        seat.visit = visit(&result);
        drop(seat);
        let meaning = meaning(&result, self.parts.wall.now());
        self.parts.metrics.attempted(meaning, result.err());
        match meaning {
            Meaning::Told => Ok(Outcome::Done),
            Meaning::Unwanted => {
                let now = self.parts.clock.now();
                let change = WebhookChange::RemoveThis(found.webhook);
                self.parts.store.set_webhook(errand.inbox, change, now).await?;
                Ok(Outcome::Done)
            }
            Meaning::Refused => Ok(Outcome::Dead(DeadReason::Refused)),
            Meaning::Failed => self.again(errand, &found.entry, job, None).await,
            Meaning::NotBefore(asked) => self.again(errand, &found.entry, job, Some(asked)).await,
        }
    }

    /// The webhook and the message, where both are there still.
    async fn find(&self, errand: Errand) -> Result<Option<Found>, ReadError> {
        let (store, now) = (&self.parts.store, self.parts.clock.now());
        let Some(webhook) = store.webhook(errand.inbox, now).await? else { return Ok(None) };
        let entry = store.entry(errand.inbox, errand.message, now).await?;
        Ok(Some(Found { webhook, entry }))
    }

    /// When to try again: never after the message's end.
    async fn again(
        &self,
        errand: Errand,
        entry: &SealedEntry,
        job: &Job,
        asked: Option<protocol::time::Millis>,
    ) -> Result<Outcome, ReadError> {
        let now = self.parts.clock.now();
        let pause = match schedule::after_failure(now.since(job.enqueued_at), asked, &*self.parts.chance) {
            Next::After(pause) => pause,
            Next::Exhausted => return Ok(Outcome::Dead(DeadReason::Exhausted)),
        };
        let inbox = self.parts.store.inbox(errand.inbox, now).await?;
        let end = entry.received_at.plus(INBOX_LIFE).min(inbox.expires_at);
        if now.plus(pause) >= end {
            return Ok(Outcome::Dead(DeadReason::Exhausted));
        }
        Ok(Outcome::AgainAfter(pause))
    }

    fn seat<'a>(&'a self, host: &'a str) -> Result<Seat<'a>, Taken> {
        self.seats().take(host, self.parts.clock.now())?;
        Ok(Seat { of: self, host, visit: Visit::BrokenOff })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        // Nothing done under this lock can panic half-way.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a visit says of the host. Whether it answers in time may be a matter of the one webhook.
const fn visit(result: &Result<WebhookAnswer, Unanswered>) -> Visit {
    match result {
        Ok(_) | Err(Unanswered::NoAnswer) => Visit::Reached,
        Err(Unanswered::NoConnection | Unanswered::NoAddress) => Visit::Unreached,
        Err(Unanswered::Unusable | Unanswered::NotPublic) => Visit::BrokenOff,
    }
}

/// The event of this message, signed at `now`.
fn event(errand: Errand, found: &Found, now: Timestamp) -> Option<SignedEvent> {
    let event = WebhookEvent {
        kind: WebhookEventKind::MessageReceived,
        timestamp: found.entry.received_at,
        data: WebhookMessage { inbox: errand.inbox, entry: found.entry.clone() },
    };
    let body = Bytes::from(serde_json::to_vec(&event).ok()?);
    signature::sign(&found.webhook.secret, errand.message.to_string(), now, body)
}
