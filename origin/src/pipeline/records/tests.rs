use std::sync::Arc;

use protocol::{
    capability::Capability,
    id::InboxId,
    limits::{DELIVERY_OCTETS, INBOX_MESSAGES},
    message::Part,
    sealing::Binding,
};

use super::*;
use crate::{
    limits::RECORDS_A_MINUTE,
    mail::Secret,
    pipeline::tests::{World, world},
    ports::{Clock, Reception},
};

impl World {
    /// Records what has failed until now.
    async fn recorded(&self) {
        let (_end, ended) = watch::channel(true);
        self.pipeline.keep_records(ended).await;
    }

    async fn deliveries(&self, owner: &Capability) -> Vec<DeliveryRecord> {
        self.recorded().await;
        let (id, now) = (owner.inbox_id(), self.clock.now());
        let noted = self.pipeline.parts.store.deliveries(id, None, now).await.unwrap();
        let open = |noted: &protocol::batch::DeliveryEntry| {
            let binding = Binding { inbox: id, message: noted.entry.id };
            let opened = owner.key_pair().open(&binding, Part::Delivery, noted.entry.sealed.as_slice()).unwrap();
            serde_json::from_slice(&opened.inflate(DELIVERY_OCTETS).unwrap()).unwrap()
        };
        noted.entries.iter().map(open).collect()
    }

    fn counted(&self) -> String {
        self.pipeline.parts.metrics.render(&Default::default(), self.clock.now()).unwrap()
    }
}

fn interrupted(recipients: Vec<Destination>) -> Attempt {
    Attempt {
        recipients,
        reverse_path: ReversePath::Mailbox(Secret("shop@Sender.example".to_owned())),
        octets: None,
        reason: "interrupted",
        reply: String::new(),
    }
}

fn looping() -> Vec<u8> {
    let mut message = b"Received: by there; Mon, 23 Nov 2026 20:54:00 +0000\r\n".repeat(200);
    message.extend_from_slice(b"\r\nHello.\r\n");
    message
}

#[tokio::test]
async fn whom_a_refused_message_was_for_is_told_why() {
    let world = world(1 << 24);
    let (anna, ben) = (world.inbox("anna@mayfly.test", 1).await, world.inbox("ben@mayfly.test", 2).await);
    let message = looping();
    let mut received = world.received(&["anna@mayfly.test", "ben@mayfly.test"], &message).await;
    received.reverse_path = ReversePath::Mailbox(Secret("\"a@b\"@sender.example".to_owned()));
    let room = world.pipeline.reserve(4 * message.len()).unwrap();
    assert!(matches!(world.pipeline.deliver(received, room).await, Delivery::Refused(_)));
    for owner in [&anna, &ben] {
        let told = world.deliveries(owner).await;
        let [told] = &told[..] else { panic!("one record") };
        assert_eq!((told.at, told.size), (world.clock.now(), Some(message.len() as u64)));
        assert_eq!((told.sender_domain.as_deref(), told.reason.as_str()), (Some("sender.example"), "loop"));
        assert_eq!(told.reply, "554 5.4.6 200 hops, at most 100: the message goes in a circle");
    }
    assert!(world.counted().contains("mayfly_delivery_records_total 2"));
    assert!(world.summaries(&anna).await.is_empty());
}

#[tokio::test]
async fn a_message_that_came_leaves_no_record() {
    let world = world(1 << 24);
    let anna = world.inbox("anna@mayfly.test", 1).await;
    assert_eq!(world.send(&["anna@mayfly.test"], b"Subject: Hi\r\n\r\nHello.\r\n").await, Delivery::Stored);
    assert!(world.deliveries(&anna).await.is_empty());
}

#[tokio::test]
async fn only_who_could_not_take_it_is_told() {
    let world = world(1 << 26);
    let (anna, ben) = (world.inbox("anna@mayfly.test", 1).await, world.inbox("ben@mayfly.test", 2).await);
    let both = world.received(&["anna@mayfly.test", "ben@mayfly.test"], b"Subject: Hi\r\n\r\nHello.\r\n").await;
    for n in 0..INBOX_MESSAGES {
        let message = format!("Subject: {n}\r\n\r\nHello.\r\n");
        assert_eq!(world.send(&["ben@mayfly.test"], message.as_bytes()).await, Delivery::Stored);
    }
    let room = world.pipeline.reserve(1 << 12).unwrap();
    assert!(matches!(world.pipeline.deliver(both, room).await, Delivery::Deferred(_)));
    assert!(world.deliveries(&anna).await.is_empty(), "she has it");
    let told = world.deliveries(&ben).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].reason.as_str(), told[0].sender_domain.as_deref()), ("inbox_full", None));
    assert!(told[0].reply.starts_with("452 4.2.2 "), "{}", told[0].reply);
    let full = world.pipeline.full(&protocol::address::Address::parse("ben@mayfly.test").unwrap()).await;
    assert!(full.is_some_and(|destination| destination.inbox == ben.inbox_id()));
}

#[tokio::test]
async fn the_operator_is_told_at_whatever_name_mail_was_for() {
    let world = world(1 << 24);
    let operator = world.inbox("postmaster@mx.mayfly.test", 9).await;
    for address in ["postmaster@mx.mayfly.test", "Abuse@mayfly.test"] {
        let full = world.pipeline.full(&protocol::address::Address::parse(address).unwrap()).await;
        assert!(full.is_some_and(|destination| destination.inbox == operator.inbox_id()), "{address}");
    }
}

#[tokio::test]
async fn what_failed_on_the_way_is_told_as_it_was() {
    let world = world(1 << 24);
    let anna = world.inbox("anna@mayfly.test", 1).await;
    let meant = world.received(&["anna@mayfly.test"], b"").await.recipients;
    world.pipeline.failed(interrupted(meant));
    let told = world.deliveries(&anna).await;
    assert_eq!((told[0].sender_domain.as_deref(), told[0].size), (Some("Sender.example"), None));
    assert_eq!((told[0].reason.as_str(), told[0].reply.as_str()), ("interrupted", ""));
}

#[tokio::test]
async fn who_is_refused_too_often_leaves_no_more_records() {
    let world = world(1 << 24);
    let (anna, ben) = (world.inbox("anna@mayfly.test", 1).await, world.inbox("ben@mayfly.test", 2).await);
    let both = world.received(&["anna@mayfly.test", "ben@mayfly.test"], b"").await.recipients;
    for _ in 0..RECORDS_A_MINUTE + 5 {
        world.pipeline.failed(interrupted(both[..1].to_vec()));
    }
    world.pipeline.failed(interrupted(both));
    assert_eq!(world.deliveries(&anna).await.len(), RECORDS_A_MINUTE as usize);
    assert_eq!(world.deliveries(&ben).await.len(), 1, "another inbox is told");
    assert!(world.counted().contains("mayfly_delivery_records_dropped_total 6"));
}

#[tokio::test]
async fn what_finds_no_place_to_wait_is_left_out() {
    let recorder = Recorder::default();
    let key = Arc::new(Capability::from_bytes([1; 32]).key_pair().public_key());
    let at = Timestamp::from_millis(1_000_000);
    let meant = |n: usize| {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        vec![Destination {
            inbox: InboxId::from_bytes(id),
            public_key: Arc::clone(&key),
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            tag: None,
        }]
    };
    let left_out = (0..RECORDS_WAITING + 3).map(|n| recorder.take(interrupted(meant(n)), at));
    assert_eq!(left_out.sum::<usize>(), 3);
}
