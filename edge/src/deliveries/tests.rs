use protocol::{
    bytes::Base64,
    cursor::Seq,
    id::{InboxId, MessageId},
    time::Millis,
};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn later(secs: u64) -> Timestamp {
    NOW.plus(Millis::from_secs(secs))
}

fn sealed(n: u8) -> SealedDelivery {
    SealedDelivery { id: MessageId::from_bytes([n; 16]), at: later(n.into()), sealed: Base64(vec![n; 3]) }
}

/// Records with the changes 2, 4, 6, …, of an inbox whose last change is `seq`.
fn record(count: u8, seq: u64) -> InboxRecord {
    InboxRecord {
        id: InboxId::from_bytes([1; 16]),
        region: "fsn".to_owned(),
        read_token_hash: Base64(vec![7; 32]),
        sealed_address: Base64(vec![8; 40]),
        domain: "mail.example".to_owned(),
        created_at: NOW,
        expires_at: later(90_000),
        seq: Seq(seq),
        entries: Vec::new(),
        deleted: Vec::new(),
        deliveries: (1..=count).map(|n| DeliveryEntry { seq: Seq(2 * u64::from(n)), entry: sealed(n) }).collect(),
    }
}

fn at(seq: u64) -> Cursor {
    Cursor(Seq(seq))
}

fn list(of: impl IntoIterator<Item = u8>, seq: u64) -> SealedDeliveries {
    SealedDeliveries { deliveries: of.into_iter().map(sealed).collect(), cursor: at(seq) }
}

#[test]
fn kv_tells_what_failed_after_the_reader_s_place() {
    let record = record(3, 9);
    assert_eq!(known(&record, None, NOW), list([1, 2, 3], 9));
    assert_eq!(known(&record, Some(Since::Cursor(at(4))), NOW), list([3], 9));
    assert_eq!(known(&record, Some(Since::Time(later(1))), NOW), list([2, 3], 9));
    assert_eq!(known(&record, Some(Since::Cursor(at(12))), NOW), list([], 12), "nobody is sent back");
    assert_eq!(behind(&known(&record, None, NOW)), "since=c9");
}

#[test]
fn what_has_lapsed_is_not_told() {
    let end = later(2).plus(INBOX_LIFE);
    assert_eq!(known(&record(3, 9), None, end), list([3], 9));
}

#[test]
fn the_home_region_adds_what_kv_lacks_and_nothing_twice() {
    assert_eq!(merge(list([1, 2], 4), list([2, 3], 6), None), list([1, 2, 3], 6));
    assert_eq!(merge(list([], 4), list([1, 3], 6), Some(Since::Time(later(2)))), list([3], 6));
    let most = u8::try_from(INBOX_DELIVERIES).unwrap();
    assert_eq!(merge(list(1..=most, 100), list([most + 1], 102), None), list(2..=most + 1, 102));
}

#[test]
fn kv_alone_never_says_that_nothing_failed() {
    assert_eq!(alone(list([], 4)), None);
    assert_eq!(alone(list([1], 4)), Some(list([1], 4)));
}
