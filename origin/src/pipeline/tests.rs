use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::atomic::AtomicU64,
};

use protocol::{
    capability::Capability,
    id::InboxId,
    message::{Part, Summary},
    sealing::{Binding, primitives::Portable},
    time::{Millis, Timestamp},
};

use super::*;
use crate::{
    budget::Budget,
    dns::Name,
    mail::{Hop, ReversePath, Secret},
    ports::{Exchange, Lookup, NewInbox},
    store::memory::MemoryStore,
};

pub(super) struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

/// Foreseeable octets, never the same twice.
struct Counting(AtomicU64);

impl Chance for Counting {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let n = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&n.to_le_bytes()[..chunk.len()]);
        }
    }
}

pub(super) struct World {
    pub(super) pipeline: Pipeline,
    pub(super) clock: Arc<Hand>,
}

pub(super) fn world(octets: usize) -> World {
    world_with(octets, Notices::Off)
}

pub(super) fn world_with(octets: usize, notices: Notices) -> World {
    let clock = Arc::new(Hand(AtomicU64::new(1_000_000)));
    let pipeline = Pipeline::new(Parts {
        store: Arc::new(MemoryStore::new(Budget::new(octets, octets))),
        hasher: AddressHasher::new(&[7; 32]),
        domains: vec![Domain::parse("mayfly.test").unwrap()],
        hostname: "mx.mayfly.test".to_owned(),
        operator: Address::parse("postmaster@mx.mayfly.test").unwrap(),
        senders: Senders::Unchecked,
        policy: Policy::default(),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        chance: Arc::new(Counting(AtomicU64::new(1))),
        primitives: Arc::new(Portable),
        metrics: Arc::new(Metrics::new()),
        notices,
    });
    World { pipeline, clock }
}

impl World {
    pub(super) async fn inbox(&self, address: &str, owner: u8) -> Capability {
        let capability = Capability::from_bytes([owner; 32]);
        let now = self.clock.now();
        let inbox = NewInbox {
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            id: capability.inbox_id(),
            key: self.pipeline.parts.hasher.key(&Address::parse(address).unwrap()),
            public_key: Arc::new(capability.key_pair().public_key()),
            read_token_hash: capability.read_token().hash(),
            sealed_address: bytes::Bytes::new(),
            domain: Domain::parse("mayfly.test").unwrap(),
            created_at: now,
            expires_at: now.plus(Millis::from_secs(3600)),
            webhook: None,
        };
        self.pipeline.parts.store.create(inbox).await.unwrap();
        capability
    }

    pub(super) async fn received(&self, recipients: &[&str], message: &[u8]) -> Received {
        let mut found = Vec::new();
        for recipient in recipients {
            found.push(self.pipeline.destination(&Address::parse(recipient).unwrap()).await.unwrap());
        }
        Received {
            reverse_path: ReversePath::Null,
            recipients: found,
            raw: message.to_vec().into(),
            trace_len: 0,
            hop: Hop { client: Ipv4Addr::LOCALHOST.into(), helo: Secret("mta".to_owned()), tls: None },
            received_at: self.clock.now(),
        }
    }

    pub(super) async fn send(&self, recipients: &[&str], message: &[u8]) -> Delivery {
        let received = self.received(recipients, message).await;
        let room = self.pipeline.reserve(message.len() * (1 + recipients.len())).unwrap();
        self.pipeline.deliver(received, room).await
    }

    pub(super) async fn summaries(&self, owner: &Capability) -> Vec<Summary> {
        let (id, now) = (owner.inbox_id(), self.clock.now());
        let listing = self.pipeline.parts.store.list(id, None, protocol::limits::INBOX_MESSAGES, now).await.unwrap();
        listing.messages.iter().map(|entry| opened(owner, id, &entry.entry)).collect()
    }
}

fn opened(owner: &Capability, inbox: InboxId, entry: &protocol::message::SealedEntry) -> Summary {
    let binding = Binding { inbox, message: entry.id };
    let opened = owner.key_pair().open(&binding, Part::Summary, entry.sealed.summary.as_slice()).unwrap();
    serde_json::from_slice(&opened.inflate(1 << 20).unwrap()).unwrap()
}

#[tokio::test]
async fn every_recipient_gets_a_copy_that_the_others_cannot_open() {
    let world = world(1 << 24);
    let (anna, ben) = (world.inbox("anna@mayfly.test", 1).await, world.inbox("ben@mayfly.test", 2).await);
    let delivery = world.send(&["Anna+shop@mayfly.test", "ben@mayfly.test"], b"Subject: Both\r\n\r\nHello.\r\n").await;
    assert_eq!(delivery, Delivery::Stored);
    let (annas, bens) = (world.summaries(&anna).await, world.summaries(&ben).await);
    assert_eq!((annas[0].subject.as_str(), annas[0].tag.as_deref()), ("Both", Some("shop")));
    assert_eq!((bens.len(), bens[0].tag.as_deref()), (1, None));
    let listing = world.pipeline.parts.store.list(anna.inbox_id(), None, 1, world.clock.now()).await.unwrap();
    let entry = &listing.messages[0].entry;
    let binding = Binding { inbox: anna.inbox_id(), message: entry.id };
    assert!(ben.key_pair().open(&binding, Part::Summary, entry.sealed.summary.as_slice()).is_err());
}

#[tokio::test]
async fn what_judge_refuses_is_not_stored() {
    let world = world(1 << 24);
    let owner = world.inbox("anna@mayfly.test", 1).await;
    let mut looping = b"Received: by there; Mon, 23 Nov 2026 20:54:00 +0000\r\n".repeat(200);
    looping.extend_from_slice(b"\r\nHello.\r\n");
    let delivery = world.send(&["anna@mayfly.test"], &looping).await;
    assert!(matches!(delivery, Delivery::Refused(crate::verdict::Refusal::Loop { .. })), "{delivery:?}");
    assert!(world.summaries(&owner).await.is_empty());
}

#[tokio::test]
async fn an_inbox_that_ended_meanwhile_is_told_to_the_sender() {
    let world = world(1 << 24);
    let owner = world.inbox("anna@mayfly.test", 1).await;
    let destination = world.pipeline.destination(&Address::parse("anna@mayfly.test").unwrap()).await.unwrap();
    world.pipeline.parts.store.delete_inbox(owner.inbox_id(), world.clock.now()).await.unwrap();
    let received = Received {
        reverse_path: ReversePath::Null,
        recipients: vec![destination],
        raw: (b"Subject: Late\r\n\r\n".to_vec()).into(),
        trace_len: 0,
        hop: Hop { client: Ipv4Addr::LOCALHOST.into(), helo: Secret(String::new()), tls: None },
        received_at: world.clock.now(),
    };
    let room = world.pipeline.reserve(10_000).unwrap();
    assert_eq!(world.pipeline.deliver(received, room).await, Delivery::Deferred(Deferral::InboxGone));
}

#[tokio::test]
async fn a_long_message_takes_the_same_way_off_the_executor() {
    let world = world(1 << 26);
    let owner = world.inbox("anna@mayfly.test", 1).await;
    let mut message = b"Subject: Long\r\n\r\n".to_vec();
    message.resize(INLINE_WORK_OCTETS + 1, b'a');
    assert_eq!(world.send(&["anna@mayfly.test"], &message).await, Delivery::Stored);
    assert_eq!(world.summaries(&owner).await[0].subject, "Long");
}

#[tokio::test]
async fn an_unknown_recipient_and_a_strangers_domain_are_known_for_what_they_are() {
    let world = world(1 << 24);
    let unknown = world.pipeline.destination(&Address::parse("nobody@mayfly.test").unwrap()).await;
    assert_eq!(unknown.err(), Some(Unreachable::Unknown));
    assert!(world.pipeline.serves(&Domain::parse("mayfly.test").unwrap()));
    assert!(!world.pipeline.serves(&Domain::parse("elsewhere.example").unwrap()));
}

#[tokio::test]
async fn a_message_brought_again_is_not_stored_twice_and_sent_again_it_is() {
    let world = world(1 << 24);
    let (anna, ben) = (world.inbox("anna@mayfly.test", 1).await, world.inbox("ben@mayfly.test", 2).await);
    let both = ["anna+a@mayfly.test", "ben@mayfly.test"];
    let message = b"Subject: Both\r\n\r\nHello.\r\n";
    // One place is left in Ben's inbox when the recipients are named, and none at the end of the data.
    for _ in 1..protocol::limits::INBOX_MESSAGES {
        assert_eq!(world.send(&["ben@mayfly.test"], b"Subject: Filler\r\n\r\n").await, Delivery::Stored);
    }
    let received = world.received(&both, message).await;
    assert_eq!(world.send(&["ben@mayfly.test"], b"Subject: Last\r\n\r\n").await, Delivery::Stored);
    let room = world.pipeline.reserve(1 << 16).unwrap();
    assert_eq!(world.pipeline.deliver(received, room).await, Delivery::Deferred(Deferral::InboxFull));
    assert_eq!(world.summaries(&anna).await.len(), 1);

    let (id, now) = (ben.inbox_id(), world.clock.now());
    let oldest = world.pipeline.parts.store.list(id, None, 1, now).await.unwrap().messages[0].entry.id;
    world.pipeline.parts.store.delete_message(id, oldest, now).await.unwrap();
    assert_eq!(world.send(&both, message).await, Delivery::Stored);
    assert_eq!(world.summaries(&anna).await.len(), 1, "brought again");
    assert_eq!(world.summaries(&ben).await.last().unwrap().subject, "Both");

    assert_eq!(world.send(&both[..1], message).await, Delivery::Stored);
    assert_eq!(world.summaries(&anna).await.len(), 2, "sent again");
}

#[tokio::test]
async fn who_is_told_of_each_recipient_brings_nothing_again_but_what_failed() {
    let world = world(1 << 24);
    let (anna, ben) = (world.inbox("anna@mayfly.test", 1).await, world.inbox("ben@mayfly.test", 2).await);
    let cleo = world.inbox("cleo@mayfly.test", 3).await;
    for _ in 1..protocol::limits::INBOX_MESSAGES {
        assert_eq!(world.send(&["ben@mayfly.test"], b"Subject: Filler\r\n\r\n").await, Delivery::Stored);
    }
    let all = ["anna@mayfly.test", "ben@mayfly.test", "cleo@mayfly.test"];
    let message = b"Subject: All\r\n\r\nHello.\r\n";
    let received = world.received(&all, message).await;
    assert_eq!(world.send(&["ben@mayfly.test"], b"Subject: Last\r\n\r\n").await, Delivery::Stored);
    world.pipeline.parts.store.delete_inbox(cleo.inbox_id(), world.clock.now()).await.unwrap();
    let room = world.pipeline.reserve(1 << 16).unwrap();
    let outcomes = world.pipeline.deliver_each(received, room).await;
    let [full, gone] = [Deferral::InboxFull, Deferral::InboxGone].map(Delivery::Deferred);
    assert_eq!(outcomes, [Delivery::Stored, full, gone]);

    // The same octets to Anna are another message: nobody was told that hers did not come.
    let again = world.received(&all[..1], message).await;
    let room = world.pipeline.reserve(1 << 16).unwrap();
    assert_eq!(world.pipeline.deliver_each(again, room).await, [Delivery::Stored]);
    assert_eq!(
        (world.summaries(&anna).await.len(), world.summaries(&ben).await.len()),
        (2, protocol::limits::INBOX_MESSAGES)
    );
}

#[tokio::test]
async fn what_is_refused_is_told_for_each_recipient() {
    let world = world(1 << 24);
    world.inbox("anna@mayfly.test", 1).await;
    world.inbox("ben@mayfly.test", 2).await;
    let looping = b"Received: by there; Mon, 23 Nov 2026 20:54:00 +0000\r\n".repeat(200);
    let received = world.received(&["anna@mayfly.test", "ben@mayfly.test"], &looping).await;
    let room = world.pipeline.reserve(1 << 16).unwrap();
    let outcomes = world.pipeline.deliver_each(received, room).await;
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Delivery::Refused(_))));
}

#[tokio::test]
async fn an_inbox_that_ended_meanwhile_keeps_nothing_from_the_others() {
    let world = world(1 << 24);
    let (anna, ben) = (world.inbox("anna@mayfly.test", 1).await, world.inbox("ben@mayfly.test", 2).await);
    let received = world.received(&["anna@mayfly.test", "ben@mayfly.test"], b"Subject: Both\r\n\r\n").await;
    world.pipeline.parts.store.delete_inbox(anna.inbox_id(), world.clock.now()).await.unwrap();
    let room = world.pipeline.reserve(1 << 16).unwrap();
    assert_eq!(world.pipeline.deliver(received, room).await, Delivery::Stored);
    assert_eq!(world.summaries(&ben).await.len(), 1);
}

#[tokio::test]
async fn once_it_has_stopped_nothing_is_stored() {
    let world = world(1 << 24);
    let owner = world.inbox("anna@mayfly.test", 1).await;
    world.pipeline.stop().await;
    let delivery = world.send(&["anna@mayfly.test"], b"Subject: Late\r\n\r\n").await;
    assert_eq!(delivery, Delivery::Deferred(Deferral::StoreUnavailable));
    assert!(world.summaries(&owner).await.is_empty());
}

#[tokio::test]
async fn role_addresses_of_every_name_go_to_the_operator() {
    let world = world(1 << 24);
    let find = async |address: &str| world.pipeline.destination(&Address::parse(address).unwrap()).await;
    assert_eq!(find("postmaster@mayfly.test").await.err(), Some(Unreachable::Unavailable), "not made yet");
    let operator = world.inbox("postmaster@mx.mayfly.test", 9).await;
    for address in ["Postmaster@mayfly.test", "abuse@mayfly.test", "abuse+spam@mx.mayfly.test"] {
        let destination = find(address).await.unwrap();
        assert_eq!(destination.inbox, operator.inbox_id(), "{address}");
    }
    assert_eq!(find("abuse+spam@mayfly.test").await.unwrap().tag.as_deref(), Some("spam"));
    assert!(world.pipeline.serves(&Domain::parse("mx.mayfly.test").unwrap()));
    assert_eq!(find("anna@mx.mayfly.test").await.err(), Some(Unreachable::Unknown));
    world.pipeline.parts.store.delete_inbox(operator.inbox_id(), world.clock.now()).await.unwrap();
    assert_eq!(find("abuse@mayfly.test").await.err(), Some(Unreachable::Unavailable), "put off, not refused");
}

#[tokio::test]
async fn a_report_of_abuse_is_understood_and_counted_once_stored() {
    let world = world(1 << 24);
    let owner = world.inbox("postmaster@mx.mayfly.test", 9).await;
    let report = b"Subject: Report\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
        --b\r\n\r\nSpam.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n\
        Feedback-Type: fraud\r\nUser-Agent: a/1\r\nVersion: 1\r\n--b--\r\n";
    assert_eq!(world.send(&["abuse@mayfly.test"], report).await, Delivery::Stored);
    assert_eq!(world.send(&["abuse@mayfly.test"], b"Subject: None\r\n\r\n").await, Delivery::Stored);
    let metrics = world.pipeline.parts.metrics.render(&world.pipeline.parts.store.status(), world.clock.now()).unwrap();
    assert!(metrics.contains("mayfly_feedback_reports_total{kind=\"fraud\"} 1"), "{metrics}");
    let (id, now) = (owner.inbox_id(), world.clock.now());
    let entry = world.pipeline.parts.store.list(id, None, 1, now).await.unwrap().messages[0].entry.id;
    let sealed = world.pipeline.parts.store.part(id, entry, Part::Content, now).await.unwrap();
    let opened = owner.key_pair().open(&Binding { inbox: id, message: entry }, Part::Content, &sealed).unwrap();
    let content: protocol::message::Content = serde_json::from_slice(&opened.inflate(1 << 20).unwrap()).unwrap();
    assert_eq!(content.report.unwrap().kind, protocol::message::FeedbackKind::Fraud);
}

/// DNS that is down.
struct Down;

#[async_trait]
impl Resolver for Down {
    async fn txt(&self, _: &Name) -> Lookup<Vec<u8>> {
        Lookup::Failed
    }

    async fn a(&self, _: &Name) -> Lookup<Ipv4Addr> {
        Lookup::Failed
    }

    async fn aaaa(&self, _: &Name) -> Lookup<Ipv6Addr> {
        Lookup::Failed
    }

    async fn mx(&self, _: &Name) -> Lookup<Exchange> {
        Lookup::Failed
    }

    async fn ptr(&self, _: &Name) -> Lookup<Name> {
        Lookup::Failed
    }
}

#[tokio::test]
async fn a_stranger_waits_while_dns_is_down_and_our_own_does_not() {
    let mut world = world(1 << 24);
    let owner = world.inbox("anna@mayfly.test", 1).await;
    world.pipeline.parts.senders = Senders::CheckedBy(Arc::new(Down));
    let destination = world.pipeline.destination(&Address::parse("anna@mayfly.test").unwrap()).await.unwrap();
    let received = Received {
        reverse_path: ReversePath::Mailbox(Secret("b@shop.example".to_owned())),
        recipients: vec![destination],
        raw: (b"Subject: Hello\r\n\r\n".to_vec()).into(),
        trace_len: 0,
        hop: Hop { client: Ipv4Addr::new(192, 0, 2, 1).into(), helo: Secret("mta.example".to_owned()), tls: None },
        received_at: world.clock.now(),
    };
    let room = world.pipeline.reserve(10_000).unwrap();
    assert_eq!(world.pipeline.deliver(received, room).await, Delivery::Deferred(Deferral::DnsUnavailable));
    assert_eq!(world.send(&["anna@mayfly.test"], b"Subject: Hello\r\n\r\n").await, Delivery::Stored);
    assert_eq!(world.summaries(&owner).await.len(), 1);
}

#[tokio::test]
async fn our_results_stand_before_the_message_and_forged_ones_nowhere() {
    let world = world(1 << 24);
    let owner = world.inbox("anna@mayfly.test", 1).await;
    let forged = "Authentication-Results: mx.mayfly.test; dkim=pass header.d=bank.example\r\n";
    let message = format!("{forged}Subject: Hello\r\n\r\nHello.\r\n");
    assert_eq!(world.send(&["anna@mayfly.test"], message.as_bytes()).await, Delivery::Stored);

    let (id, now) = (owner.inbox_id(), world.clock.now());
    let listing = world.pipeline.parts.store.list(id, None, 1, now).await.unwrap();
    let message = listing.messages[0].entry.id;
    let raw = world.pipeline.parts.store.part(id, message, Part::Raw, now).await.unwrap();
    let opened = owner.key_pair().open(&Binding { inbox: id, message }, Part::Raw, &raw).unwrap();
    let raw = String::from_utf8(opened.inflate(1 << 20).unwrap().to_vec()).unwrap();
    assert_eq!(raw, "Authentication-Results: mx.mayfly.test;\r\n\tnone\r\nSubject: Hello\r\n\r\nHello.\r\n");
}
