use std::sync::Arc;

use protocol::{capability::Capability, limits::DELIVERY_OCTETS};

use super::*;
use crate::ports::{Chance, Draw};

struct Same;

impl Chance for Same {
    fn fill(&self, out: &mut [u8]) {
        out.fill(4);
    }
}

fn record(domain: &str, reply: &str) -> DeliveryRecord {
    DeliveryRecord {
        at: Timestamp::from_millis(1_795_467_240_125),
        sender_domain: Some(domain.to_owned()),
        size: Some(u64::MAX),
        reason: "header_too_large".to_owned(),
        reply: reply.to_owned(),
    }
}

fn sealed_and_opened(record: DeliveryRecord) -> (SealedRecord, DeliveryRecord) {
    let owner = Capability::from_bytes([6; 32]);
    let public_key = Arc::new(owner.key_pair().public_key());
    let destination = Destination {
        inbox: owner.inbox_id(),
        public_key,
        wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
        tag: None,
    };
    let sealed = seal_record(
        record,
        &destination,
        MessageId::from_bytes([7; 16]),
        &protocol::sealing::primitives::Portable,
        &mut Draw(&Same),
    );
    let binding = Binding { inbox: owner.inbox_id(), message: sealed.id() };
    let opened = owner.key_pair().open(&binding, Part::Delivery, sealed.sealed()).unwrap();
    let opened = serde_json::from_slice(&opened.inflate(DELIVERY_OCTETS).unwrap()).unwrap();
    (sealed, opened)
}

#[test]
fn its_owner_reads_what_was_written() {
    let record = record("sender.example", "552 5.3.4 Message too large");
    let (sealed, opened) = sealed_and_opened(record.clone());
    assert!(opened == record);
    assert_eq!((sealed.at(), sealed.id()), (record.at, MessageId::from_bytes([7; 16])));
    assert!(!sealed.sealed().windows(7).any(|window| window == b"sender."));
}

#[test]
fn whatever_is_told_it_stays_within_its_bound() {
    let long = ["\\\"".repeat(4_000), "\u{1}".repeat(4_000), "\u{fc}".repeat(4_000)];
    for text in long {
        let (sealed, opened) = sealed_and_opened(record(&text, &text));
        assert!(sealed.sealed().len() <= DELIVERY_OCTETS, "{}", sealed.sealed().len());
        assert!(opened.sender_domain.is_some_and(|domain| domain.len() <= RECORD_DOMAIN_OCTETS));
        assert!(opened.reply.len() <= RECORD_REPLY_OCTETS);
    }
}
