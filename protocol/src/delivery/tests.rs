use super::*;
use crate::{
    capability::Capability,
    limits::DELIVERY_OCTETS,
    message::Part,
    sealing::{Binding, OpenError, Payload, Sealer, tests::Seeded},
};

fn record() -> DeliveryRecord {
    DeliveryRecord {
        at: Timestamp::from_millis(1_795_467_240_125),
        sender_domain: Some("sender.example".to_owned()),
        size: Some(21_000_000),
        reason: "too_large".to_owned(),
        reply: "552 5.3.4 Message too large".to_owned(),
    }
}

#[test]
fn a_record_is_written_as_documented() {
    let json = r#"{"at":"2026-11-23T20:54:00.125Z","sender_domain":"sender.example","size":21000000,"reason":"too_large","reply":"552 5.3.4 Message too large"}"#;
    assert_eq!(serde_json::to_string(&record()).unwrap(), json);
    assert_eq!(serde_json::from_str::<DeliveryRecord>(json).unwrap(), record());
    let bounce = DeliveryRecord { sender_domain: None, size: None, ..record() };
    let json = r#"{"at":"2026-11-23T20:54:00.125Z","reason":"too_large","reply":"552 5.3.4 Message too large"}"#;
    assert_eq!(serde_json::to_string(&bounce).unwrap(), json);
    assert_eq!(serde_json::from_str::<DeliveryRecord>(json).unwrap(), bounce);
}

#[test]
fn a_record_is_never_printed() {
    let open = OpenDelivery { id: MessageId::from_bytes([3; 16]), record: record() };
    let printed = format!("{:?} {:?}", record(), OpenDeliveries { deliveries: vec![open], cursor: Cursor::default() });
    assert!(!printed.contains("sender.example") && !printed.contains("552"), "{printed}");
}

#[test]
fn a_sealed_record_opens_as_itself_alone() {
    let capability = Capability::from_bytes([9; 32]);
    let keys = capability.key_pair();
    let binding = Binding { inbox: capability.inbox_id(), message: MessageId::from_bytes([3; 16]) };
    let json = serde_json::to_vec(&record()).unwrap();
    let sealer = Sealer::new(&keys.public_key(), binding, &mut Seeded(5));
    let sealed = sealer.seal(Part::Delivery, Payload::Identity(&json));
    assert!(sealed.len() <= DELIVERY_OCTETS);
    let opened = keys.open(&binding, Part::Delivery, &sealed).unwrap().inflate(DELIVERY_OCTETS).unwrap();
    assert_eq!(serde_json::from_slice::<DeliveryRecord>(&opened).unwrap(), record());
    assert_eq!(keys.open(&binding, Part::Summary, &sealed).err(), Some(OpenError::Part(5)));
    let other = Binding { message: MessageId::from_bytes([4; 16]), ..binding };
    assert_eq!(keys.open(&other, Part::Delivery, &sealed).err(), Some(OpenError::Seal));
}
