use super::*;
use proptest::prelude::*;
use protocol::{
    batch::{Batch, Deletion, IndexEntry},
    limits::{INBOX_MESSAGES, SEALED_OCTETS, SUMMARY_OCTETS},
    message::{SealedEntry, SealedParts},
    wrap::{Epoch, EpochKey, WrapKey},
};

fn message(n: u16) -> MessageId {
    let mut bytes = [0xff; 16];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    MessageId::from_bytes(bytes)
}

fn inbox(n: u8) -> InboxId {
    InboxId::from_bytes([n; 16])
}

/// A record of `messages` messages with sealed summaries of `summary` octets, and as many deletions after them.
fn record(n: u8, messages: u16, summary: usize, deletions: u16) -> InboxRecord {
    let entry = |n: u16| IndexEntry {
        seq: Seq(u64::from(n) + 1),
        entry: SealedEntry {
            id: message(n),
            received_at: Timestamp::from_millis(1_790_000_000_000),
            size: u64::MAX,
            sealed: SealedParts { summary: vec![7; summary].into(), content: None },
        },
    };
    let deletion = |n: u16| Deletion { seq: Seq(u64::MAX / 2 + u64::from(n)), id: message(1_000 + n) };
    InboxRecord {
        id: inbox(n),
        region: String::new(),
        read_token_hash: vec![1; 32].into(),
        sealed_address: vec![2; 1_200].into(),
        domain: "mail.example".to_owned(),
        created_at: Timestamp::from_millis(1_790_000_000_000),
        expires_at: Timestamp::from_millis(1_790_086_400_000),
        seq: Seq(u64::MAX),
        entries: (0..messages).map(entry).collect(),
        deleted: (0..deletions).map(deletion).collect(),
        deliveries: Vec::new(),
    }
}

/// The keys of as many hours as there can be.
fn keys() -> InboxKeys {
    let epochs =
        (0..u32::try_from(INBOX_EPOCHS).unwrap()).map(|n| (Epoch::from_number(u32::MAX - n), EpochKey::filled(|_| {})));
    let epochs = epochs.collect::<Vec<_>>();
    InboxKeys::derive(&WrapKey::filled(|_| {}), epochs.iter().map(|(epoch, key)| (*epoch, key)))
}

fn blobs(of: &[u16], content: usize, raw: usize) -> HashMap<MessageId, Fetched> {
    let blobs = Fetched::Blobs { content: vec![3; content].into(), raw: vec![4; raw].into() };
    of.iter().map(|n| (message(*n), blobs.clone())).collect()
}

fn add(draft: &mut Draft, n: u8, lacking: &[u16], raw: usize) -> Fit {
    let count = u16::try_from(lacking.len()).unwrap();
    let ids = lacking.iter().map(|n| message(*n)).collect::<Vec<_>>();
    draft.update(record(n, count, 50, 0), keys(), &ids, blobs(lacking, 10, raw), vec![])
}

fn updated(batch: &Sendable) -> Vec<(InboxId, Seq, Vec<MessageId>)> {
    let of = |receipt: &Receipt| match receipt {
        Receipt::Updated { inbox, seq, blobs, .. } => (*inbox, *seq, blobs.clone()),
        Receipt::Erased { inbox } => (*inbox, Seq::START, Vec::new()),
    };
    batch.receipts.iter().map(of).collect()
}

#[test]
fn what_goes_in_comes_out_at_the_edge() {
    let mut draft = Draft::new("north");
    assert!(draft.is_empty());
    let fit = draft.update(record(1, 2, 50, 3), keys(), &[message(1)], blobs(&[1], 10, 20), vec![message(9)]);
    assert_eq!(fit, Fit::Taken);
    let until = Timestamp::from_millis(1_790_000_000_001);
    assert_eq!(draft.erase(inbox(2), vec![message(5)], until), Fit::Taken);
    assert_eq!(draft.inboxes(), [inbox(1), inbox(2)]);
    let batch = draft.close().unwrap();
    let parsed = Batch::parse(&batch.body).unwrap();
    let Change::Update { record: told, removed } = &parsed.changes[0] else { panic!("not an update") };
    assert_eq!((told.region.as_str(), told.entries.len(), told.deleted.len()), ("north", 2, 3));
    assert_eq!(removed, &[message(9)]);
    assert_eq!(parsed.changes[1], Change::Erase { inbox: inbox(2), removed: vec![message(5)], gone_until: until });
    let parts = parsed.blobs.iter().map(|(head, blob)| (head.message, head.part, blob.len())).collect::<Vec<_>>();
    assert_eq!(parts, [(message(1), Part::Content, 10), (message(1), Part::Raw, 20)]);
    assert_eq!(batch.receipts[1], Receipt::Erased { inbox: inbox(2) });
}

#[test]
fn a_record_is_cut_back_to_what_the_edge_has() {
    let mut draft = Draft::new("north");
    let large = 15 * 1024 * 1024;
    let mut told = record(1, 4, 50, 0);
    told.deleted = vec![Deletion { seq: Seq(9), id: message(70) }];
    told.seq = Seq(9);
    let lacking = [message(1), message(2), message(3)];
    draft.update(told, keys(), &lacking, blobs(&[1, 2, 3], 10, large), vec![message(70)]);
    let batch = draft.close().unwrap();
    assert_eq!(updated(&batch), [(inbox(1), Seq(3), vec![message(1), message(2)])]);
    let parsed = Batch::parse(&batch.body).unwrap();
    let Change::Update { record, removed } = &parsed.changes[0] else { panic!("not an update") };
    assert_eq!(record.entries.len(), 3, "what the edge had, and the two whose blobs came along");
    assert!(record.deleted.is_empty());
    assert_eq!((record.seq, removed), (Seq(3), &vec![message(70)]));
}

#[test]
fn what_was_not_fetched_is_not_told() {
    let mut draft = Draft::new("north");
    draft.update(record(1, 3, 50, 0), keys(), &[message(1), message(2)], blobs(&[1], 10, 10), vec![]);
    assert_eq!(updated(&draft.close().unwrap()), [(inbox(1), Seq(2), vec![message(1)])]);
}

#[test]
fn a_message_that_went_meanwhile_is_left_out() {
    let mut draft = Draft::new("north");
    let mut fetched = blobs(&[2], 10, 10);
    fetched.insert(message(1), Fetched::Went);
    draft.update(record(1, 3, 50, 0), keys(), &[message(1), message(2)], fetched, vec![]);
    let batch = draft.close().unwrap();
    let parsed = Batch::parse(&batch.body).unwrap();
    let Change::Update { record, .. } = &parsed.changes[0] else { panic!("not an update") };
    let listed = record.entries.iter().map(|entry| entry.entry.id).collect::<Vec<_>>();
    assert_eq!(listed, [message(0), message(2)]);
    assert_eq!(updated(&batch)[0].2, [message(2)]);
}

#[test]
fn a_large_message_waits_for_a_batch_of_its_own() {
    let mut draft = Draft::new("north");
    assert_eq!(add(&mut draft, 1, &[0], SEALED_OCTETS), Fit::Taken);
    assert_eq!(add(&mut draft, 2, &[0], SEALED_OCTETS), Fit::Full);
    assert_eq!(add(&mut draft, 3, &[0], 100), Fit::Taken, "a small one still fits");
    assert_eq!(updated(&draft.close().unwrap()).len(), 2);
}

#[test]
fn the_largest_message_in_the_fullest_inbox_fits() {
    let mut draft = Draft::new("north");
    let messages = u16::try_from(INBOX_MESSAGES).unwrap();
    let told = record(1, messages, SUMMARY_OCTETS, 1_000);
    let last = message(messages - 1);
    let room = draft.room_beside(&told);
    let fetched = blobs(&[messages - 1], 9 * 1024 * 1024, SEALED_OCTETS);
    assert!(room > 33 * 1024 * 1024);
    draft.update(told, keys(), &[last], fetched, vec![]);
    let batch = draft.close().unwrap();
    assert_eq!(updated(&batch)[0].2, [last]);
}

#[test]
fn a_batch_takes_so_many_inboxes_and_blobs() {
    let mut draft = Draft::new("north");
    for n in 0..64 {
        assert_eq!(add(&mut draft, n, &[], 0), Fit::Taken);
    }
    assert_eq!(add(&mut draft, 64, &[], 0), Fit::Full);
    assert_eq!(draft.erase(inbox(65), vec![], Timestamp::default()), Fit::Full);
    assert!(draft.close().is_ok());

    let mut draft = Draft::new("north");
    let all = (0..200).collect::<Vec<_>>();
    assert_eq!(add(&mut draft, 1, &all, 5), Fit::Taken);
    assert_eq!(add(&mut draft, 2, &[0], 5), Fit::Full);
    assert_eq!(add(&mut draft, 3, &[], 5), Fit::Taken);
    assert!(draft.close().is_ok());
}

#[test]
fn removals_go_in_parts() {
    let mut draft = Draft::new("north");
    let many = (0..500).map(message).collect::<Vec<_>>();
    assert_eq!(add(&mut draft, 1, &[], 0), Fit::Taken);
    assert_eq!(draft.erase(inbox(2), many.clone(), Timestamp::default()), Fit::Full);
    let mut draft = Draft::new("north");
    assert_eq!(draft.erase(inbox(2), many.clone(), Timestamp::default()), Fit::Taken);
    let batch = draft.close().unwrap();
    assert!(matches!(&batch.receipts[0], Receipt::Updated { removed, .. } if removed == &many[..BATCH_REMOVED]));
    let mut draft = Draft::new("north");
    draft.update(record(3, 0, 0, 0), keys(), &[], HashMap::new(), many.clone());
    let batch = draft.close().unwrap();
    assert!(matches!(&batch.receipts[0], Receipt::Updated { removed, .. } if removed == &many[..BATCH_REMOVED]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_batch_is_never_longer_than_it_was_counted(
        inboxes in prop::collection::vec((0u16..8, 0usize..2_000, 0u16..8, 0usize..500, 0usize..500), 1..12),
        erased in prop::collection::vec(0u16..20, 0..5),
    ) {
        let mut draft = Draft::new("a-region-of-a-long-name");
        for (n, (messages, summary, deletions, content, raw)) in (0..).zip(&inboxes) {
            let all = (0..*messages).collect::<Vec<_>>();
            let ids = all.iter().map(|n| message(*n)).collect::<Vec<_>>();
            let removed = (0..*deletions).map(|n| message(500 + n)).collect();
            draft.update(record(n, *messages, *summary, *deletions), keys(), &ids, blobs(&all, *content, *raw), removed);
        }
        for (n, removed) in (100..).zip(&erased) {
            draft.erase(inbox(n), (0..*removed).map(message).collect(), Timestamp::from_millis(u64::MAX));
        }
        let counted = draft.octets;
        let batch = draft.close().unwrap();
        prop_assert!(batch.body.len() <= counted, "{} octets, counted {}", batch.body.len(), counted);
        prop_assert_eq!(Batch::parse(&batch.body).unwrap().changes.len(), inboxes.len() + erased.len());
    }
}
