//! A message's whole way to its owner: store, job, signature, request, answer, and what follows.

use std::sync::atomic::AtomicU64;

use protocol::{limits::INBOX_LIFE, time::Millis, webhook::Webhook};

use super::*;
use crate::{
    budget::Budget,
    metrics::Metrics,
    ports::{Chance, Clock, DeadReason, Handler, Job, NewInbox, Outcome, ReadError, Store, Ticket, WebhookChange},
    store::{
        conformance::{NOON, inbox_id, message_id, new_inbox, put},
        memory::MemoryStore,
    },
    webhooks::{
        deliver::{Deliverer, Parts},
        errand::Errand,
    },
};

/// A clock that somebody moves.
pub(super) struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Draws nothing: pauses are what they are at least.
struct Nought;

impl Chance for Nought {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
    }
}

pub(super) struct World {
    pub(super) store: Arc<MemoryStore>,
    pub(super) clock: Arc<Hand>,
    metrics: Arc<Metrics>,
    pub(super) deliverer: Arc<Deliverer>,
}

fn webhook(path: &str) -> Arc<Webhook> {
    Arc::new(Webhook::parse(&format!("{SECRET} https://{HOST}/{path}")).unwrap())
}

/// Inbox 1 with a webhook, and message 1 in it.
pub(super) async fn world(receiver: &Receiver, names: Arc<Names>) -> World {
    const ROOM: usize = 1024 * 1024;
    let (store, clock) = (Arc::new(MemoryStore::new(Budget::new(ROOM, ROOM))), Arc::new(Hand(NOON.as_millis().into())));
    store.create(NewInbox { webhook: Some(webhook("first")), ..new_inbox(1, NOON) }).await.unwrap();
    put(&*store, 1, 1, NOON).await.unwrap();
    let metrics = Arc::new(Metrics::new());
    let deliverer = Arc::new(Deliverer::new(Parts {
        store: store.clone(),
        courier: Arc::new(receiver.client(names, "")),
        clock: clock.clone(),
        wall: clock.clone(),
        chance: Arc::new(Nought),
        metrics: metrics.webhooks.clone(),
    }));
    World { store, clock, metrics, deliverer }
}

impl World {
    pub(super) fn advance(&self, length: Millis) {
        self.clock.0.fetch_add(length.as_millis(), Ordering::SeqCst);
    }

    /// The job of message `m` in inbox 1, as a worker gets it.
    fn job(m: u16) -> Job {
        let new = Errand { inbox: inbox_id(1), message: message_id(m) }.job(NOON).unwrap();
        let (attempt, enqueued_at, ticket) = (1, NOON, Ticket(1));
        Job { id: new.id, queue: new.queue, priority: new.priority, payload: new.payload, attempt, enqueued_at, ticket }
    }

    async fn run(&self, m: u16) -> Outcome {
        self.deliverer.run(&Self::job(m)).await
    }

    async fn webhook(&self) -> Option<Arc<Webhook>> {
        self.store.webhook(inbox_id(1), self.clock.now()).await.unwrap()
    }
}

pub(super) fn secs(secs: u64) -> Millis {
    Millis::from_secs(secs)
}

#[tokio::test]
async fn an_owner_is_told_what_a_listing_shows() {
    let receiver = Receiver::open(vec![]).await;
    let world = world(&receiver, Names::public()).await;
    assert_eq!(world.run(1).await, Outcome::Done);
    let heard = &receiver.heard()[0];
    let entry = world.store.entry(inbox_id(1), message_id(1), NOON).await.unwrap();
    let mut data = serde_json::to_value(&entry).unwrap();
    data["inbox"] = inbox_id(1).to_string().into();
    let expected = serde_json::json!({ "type": "message.received", "timestamp": NOON, "data": data });
    assert_eq!(heard.body, expected);
    assert!(heard.body["data"]["sealed"]["content"].is_null(), "the summary alone");
    assert_eq!((heard.id.clone(), heard.timestamp), (message_id(1).to_string(), NOON.as_secs()));
    let told = "mayfly_webhook_attempts_total{outcome=\"told\"} 1";
    assert!(world.metrics.render(&world.store.status(), NOON).unwrap().contains(told));
}

#[tokio::test]
async fn an_attempt_that_fails_is_made_again_under_the_same_id_with_its_own_time() {
    let receiver = Receiver::open(vec![Act::Say(500, ""), Act::Say(404, ""), Act::HangUp]).await;
    let world = world(&receiver, Names::public()).await;
    for pause in [5, 300, 1_800] {
        assert_eq!(world.run(1).await, Outcome::AgainAfter(secs(pause)));
        world.advance(secs(pause));
    }
    assert_eq!(world.run(1).await, Outcome::Done);
    let heard = receiver.heard();
    assert!(heard.iter().all(|heard| heard.id == message_id(1).to_string()));
    let times: Vec<u64> = heard.iter().map(|heard| heard.timestamp - NOON.as_secs()).collect();
    assert_eq!(times, [0, 5, 305, 2_105]);
}

#[tokio::test]
async fn who_is_gone_is_told_no_more() {
    let receiver = Receiver::open(vec![Act::Say(410, "")]).await;
    let world = world(&receiver, Names::public()).await;
    assert_eq!(world.run(1).await, Outcome::Done);
    assert!(world.webhook().await.is_none());
    assert_eq!(world.run(1).await, Outcome::Done);
    assert_eq!(receiver.heard().len(), 1);
}

#[tokio::test]
async fn a_webhook_that_was_set_meanwhile_stays() {
    let receiver = Receiver::open(vec![Act::Say(410, "")]).await;
    let world = world(&receiver, Names::public()).await;
    let (store, first) = (world.store.clone(), world.webhook().await.unwrap());
    store.set_webhook(inbox_id(1), WebhookChange::Set(webhook("second")), NOON).await.unwrap();
    store.set_webhook(inbox_id(1), WebhookChange::RemoveThis(first), NOON).await.unwrap();
    assert!(world.webhook().await.is_some(), "the answer was the first one's");
}

#[tokio::test]
async fn a_target_that_asks_for_patience_gets_it() {
    let acts =
        vec![Act::Say(429, "retry-after: 90\r\n"), Act::Say(503, "retry-after: 100000000\r\n"), Act::Say(429, "")];
    let receiver = Receiver::open(acts).await;
    let world = world(&receiver, Names::public()).await;
    assert_eq!(world.run(1).await, Outcome::AgainAfter(secs(90)));
    assert_eq!(world.run(1).await, Outcome::AgainAfter(secs(6 * 60 * 60)));
    assert_eq!(world.run(1).await, Outcome::AgainAfter(secs(5)));
}

#[tokio::test]
async fn nothing_is_tried_after_the_messages_end() {
    let acts = vec![Act::Say(500, ""), Act::Say(429, "retry-after: 21600\r\n"), Act::Say(500, "")];
    let receiver = Receiver::open(acts).await;
    let world = world(&receiver, Names::public()).await;
    world.advance(secs(8 * 60 * 60));
    assert_eq!(world.run(1).await, Outcome::AgainAfter(secs(34_505)), "half past five in the morning");
    world.advance(secs(10 * 60 * 60 + 60));
    assert_eq!(world.run(1).await, Outcome::Dead(DeadReason::Exhausted), "what it asks for is too late");
    assert_eq!(world.run(1).await, Outcome::Dead(DeadReason::Exhausted), "all that were due have failed");
    world.advance(INBOX_LIFE);
    assert_eq!(world.run(1).await, Outcome::Done);
    assert_eq!(receiver.heard().len(), 3);
}

#[tokio::test]
async fn what_is_gone_is_not_told() {
    let receiver = Receiver::open(vec![]).await;
    let world = world(&receiver, Names::public()).await;
    assert_eq!(world.run(9).await, Outcome::Done, "no such message");
    world.store.delete_message(inbox_id(1), message_id(1), NOON).await.unwrap();
    assert_eq!(world.run(1).await, Outcome::Done);
    put(&*world.store, 1, 2, NOON).await.unwrap();
    world.store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    assert_eq!(world.run(2).await, Outcome::Done);
    assert_eq!(world.store.webhook(inbox_id(1), NOON).await.err(), Some(ReadError::Gone));
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_target_that_is_not_public_is_given_up_at_once() {
    let receiver = Receiver::open(vec![Act::Say(500, "")]).await;
    let world = world(&receiver, Names::of(&[&["8.8.8.8"], &["127.0.0.1"]])).await;
    assert_eq!(world.run(1).await, Outcome::AgainAfter(secs(5)));
    assert_eq!(world.run(1).await, Outcome::Dead(DeadReason::Refused), "rebound to loopback");
    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_asked_again() {
    let receiver = Receiver::open(vec![]).await;
    let world = world(&receiver, Names::public()).await;
    world.store.freeze();
    assert_eq!(world.run(1).await, Outcome::Again);
    world.store.thaw();
    assert_eq!(world.run(1).await, Outcome::Done);
}

#[tokio::test]
async fn a_slow_target_holds_up_no_more_than_its_seats() {
    let receiver = Receiver::open(vec![Act::Wait; 4]).await;
    let world = Arc::new(world(&receiver, Names::public()).await);
    let mut slow = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let world = Arc::clone(&world);
        slow.spawn(async move { world.run(1).await });
    }
    while receiver.heard().len() < 4 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.run(1).await, Outcome::AgainAfter(secs(1)), "no seat, and no attempt");
    slow.shutdown().await;
    assert_eq!(world.run(1).await, Outcome::Done, "a visit that is broken off gives its seat back");
}

#[tokio::test]
async fn a_payload_that_is_none_of_ours_is_buried() {
    let receiver = Receiver::open(vec![]).await;
    let world = world(&receiver, Names::public()).await;
    let payload = crate::ports::Payload::new(&b"something else"[..]).unwrap();
    let job = Job { payload, ..World::job(1) };
    assert_eq!(world.deliverer.run(&job).await, Outcome::Dead(DeadReason::Unreadable));
}
