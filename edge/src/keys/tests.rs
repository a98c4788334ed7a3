use protocol::{
    batch::{Batch, Change, InboxRecord, encode_with_keys},
    bytes::Base64,
    cursor::Seq,
    limits::{EPOCH, INBOX_EPOCHS, INBOX_LIFE},
    wrap::{Epoch, EpochKey, WrapKey},
};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn inbox(n: u8) -> InboxId {
    InboxId::from_bytes([n; 16])
}

/// Keys of the hours that begin so many hours after now.
fn keys(hours: &[u64]) -> InboxKeys {
    let epoch = |hours: &u64| Epoch::of(NOW.plus(Millis::from_millis(hours * EPOCH.as_millis())));
    let epochs: Vec<_> = hours.iter().map(|n| (epoch(n), EpochKey::filled(|key| key.fill(1)))).collect();
    InboxKeys::derive(&WrapKey::filled(|key| key.fill(2)), epochs.iter().map(|(epoch, key)| (*epoch, key)))
}

fn hours(book: &Book, n: u8, now: Timestamp) -> Option<usize> {
    book.find(inbox(n), now).map(|keys| keys.epochs().len())
}

fn after(secs: u64) -> Timestamp {
    NOW.plus(Millis::from_secs(secs))
}

#[test]
fn keys_are_known_until_their_inbox_ends() {
    let mut book = Book::new(100);
    book.learn(inbox(1), keys(&[0]), after(10), NOW);
    assert_eq!(book.find(inbox(1), after(9)), Some(keys(&[0])));
    assert_eq!(book.find(inbox(1), after(10)), None, "at the very millisecond, swept or not");
    assert!(!book.is_empty());
    book.sweep(after(10));
    assert!(book.is_empty());
    book.learn(inbox(1), keys(&[0]), after(10), after(10));
    assert!(book.is_empty(), "what has ended is not taken");
}

#[test]
fn an_extension_keeps_keys_for_longer_and_new_hours_come_to_old_ones() {
    let mut book = Book::new(100);
    book.learn(inbox(1), keys(&[0]), after(10), NOW);
    book.learn(inbox(1), keys(&[1, 2]), after(20), NOW);
    book.sweep(after(10));
    assert_eq!(hours(&book, 1, after(19)), Some(3));
    assert_eq!(book.keys, 4);
    book.sweep(after(20));
    assert_eq!((book.keys, book.is_empty()), (0, true));
}

#[test]
fn an_hours_key_goes_with_its_hour() {
    let mut book = Book::new(100);
    let end = Epoch::of(NOW).end();
    book.learn(inbox(1), keys(&[0, 1]), end.plus(INBOX_LIFE), NOW);
    assert_eq!(hours(&book, 1, Timestamp::from_millis(end.as_millis() - 1)), Some(2));
    assert_eq!(hours(&book, 1, end), Some(1), "never handed out after its end");
    book.sweep_all(end);
    assert_eq!(book.keys, 2, "and gone with the next sweep");
}

#[test]
fn what_is_erased_is_gone_at_once_and_does_not_come_back() {
    let mut book = Book::new(100);
    book.learn(inbox(1), keys(&[0]), after(9_000), NOW);
    book.erase(inbox(1), NOW);
    assert_eq!(book.find(inbox(1), NOW), None);
    // What was on its way: a batch that the erasure overtook, an answer of the region.
    book.learn(inbox(1), keys(&[0]), after(9_000), after(599));
    assert_eq!(book.find(inbox(1), after(599)), None);
    book.sweep_all(after(600));
    assert!(book.is_empty());
}

#[test]
fn there_are_only_so_many_keys_and_the_first_to_end_go_first() {
    let mut book = Book::new(6);
    for n in 1..=3 {
        book.learn(inbox(n), keys(&[0]), after(1_000 - u64::from(n)), NOW);
    }
    assert_eq!(book.keys, 6);
    book.learn(inbox(4), keys(&[0]), after(2_000), NOW);
    assert_eq!((book.keys, hours(&book, 3, NOW)), (6, None));
    assert!([1, 2, 4].into_iter().all(|n| hours(&book, n, NOW) == Some(1)));
    // One with more keys than there may be is none.
    let mut small = Book::new(2);
    small.learn(inbox(1), keys(&[0, 1]), after(10), NOW);
    assert!(small.is_empty() && small.keys == 0);
}

#[test]
fn inboxes_are_spread_over_a_regions_objects() {
    let objects: std::collections::HashSet<_> = (0..=255).map(|n| object("fsn", inbox(n))).collect();
    assert_eq!(objects.len(), KEY_SHARDS);
    assert!(!objects.contains(&object("use", inbox(1))), "another region has its own");
}

#[test]
fn orders_read_as_they_were_written() {
    let most: Vec<_> = (0..INBOX_EPOCHS as u64).collect();
    let orders = [
        Order::Learn { inbox: inbox(1), until: NOW, keys: keys(&most) },
        Order::Erase { inbox: inbox(2) },
        Order::Learn { inbox: inbox(3), until: after(1), keys: keys(&[]) },
    ];
    let written = Order::write(&orders);
    assert_eq!(Order::read(&written).unwrap(), orders);
    assert_eq!(written.len(), written.capacity());
    assert_eq!(Order::read(&[]), Some(vec![]));
    let ends = [0, written.len(), 1 + 16 + 8 + 2 + keys(&most).pack().len(), written.len() - (1 + 16 + 8 + 2 + 33)];
    for end in (0..written.len()).filter(|end| !ends.contains(end)) {
        assert_eq!(Order::read(&written[..end]), None, "{end}");
    }
    assert_eq!(Order::read(&[9; 40]), None);
}

#[test]
fn a_batch_tells_each_object_its_inboxes() {
    let record = |n: u8| InboxRecord {
        id: inbox(n),
        region: "fsn".to_owned(),
        read_token_hash: Base64(vec![7; 32]),
        sealed_address: Base64(vec![8; 40]),
        domain: "mail.example".to_owned(),
        created_at: NOW,
        expires_at: after(u64::from(n)),
        seq: Seq(0),
        entries: Vec::new(),
        deleted: Vec::new(),
        deliveries: Vec::new(),
    };
    let update = |n: u8| Change::Update { record: Box::new(record(n)), removed: Vec::new() };
    let erase = Change::Erase { inbox: inbox(9), removed: Vec::new(), gone_until: NOW };
    let told = [(inbox(1), keys(&[0])), (inbox(2), keys(&[]))];
    let body = encode_with_keys(vec![update(1), update(2), erase], &[], &told).unwrap();
    let mut orders = orders(&Batch::parse(&body).unwrap(), "fsn");
    let learn = |n: u8, keys| Order::Learn { inbox: inbox(n), until: after(u64::from(n)), keys };
    // 1 and 9 share an object.
    assert_eq!(orders.remove("fsn.1").unwrap(), [Order::Erase { inbox: inbox(9) }, learn(1, keys(&[0]))]);
    assert_eq!(orders.remove("fsn.2").unwrap(), [learn(2, keys(&[]))]);
    assert!(orders.is_empty());
}
