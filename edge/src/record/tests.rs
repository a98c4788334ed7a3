use protocol::{
    bytes::Base64,
    cursor::Seq,
    message::{SealedEntry, SealedParts},
};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn inbox() -> InboxId {
    InboxId::from_bytes([1; 16])
}

fn message(n: u8) -> MessageId {
    MessageId::from_bytes([n; 16])
}

fn record(seq: u64, expires_at: Timestamp) -> InboxRecord {
    let entry = |n: u8| IndexEntry {
        seq: Seq(n.into()),
        entry: SealedEntry {
            id: message(n),
            received_at: NOW,
            size: 9,
            sealed: SealedParts { summary: Base64(vec![n]), content: None },
        },
    };
    InboxRecord {
        id: inbox(),
        region: "fsn".to_owned(),
        read_token_hash: Base64(vec![7; 32]),
        sealed_address: Base64(vec![8]),
        domain: "mail.example".to_owned(),
        created_at: NOW,
        expires_at,
        seq: Seq(seq),
        entries: vec![entry(1), entry(2)],
        deleted: Vec::new(),
        deliveries: Vec::new(),
    }
}

fn later(secs: u64) -> Timestamp {
    NOW.plus(Millis::from_secs(secs))
}

fn text(kept: &Kept) -> String {
    serde_json::to_string(kept).unwrap()
}

#[test]
fn what_kv_holds_means_something_at_a_time() {
    let living = text(&Kept::Living(Box::new(record(2, later(10)))));
    assert!(matches!(Standing::read(Some(&living), NOW), Standing::Living(_)));
    assert!(matches!(Standing::read(Some(&living), later(9)), Standing::Living(_)));
    assert!(matches!(Standing::read(Some(&living), later(10)), Standing::Expired(_)), "gone, though KV has it still");
    let gone = text(&Kept::Gone { gone_until: later(10) });
    assert_eq!(Standing::read(Some(&gone), later(9)), Standing::Gone);
    assert_eq!(Standing::read(Some(&gone), later(10)), Standing::Unknown);
    assert_eq!(Standing::read(None, NOW), Standing::Unknown);
}

#[test]
fn what_cannot_be_read_is_not_taken_for_nothing() {
    for value in ["", "{}", "null", "[]", "{\"gone_until\":1}", "garbage"] {
        assert_eq!(Standing::read(Some(value), NOW), Standing::Unreadable, "{value}");
    }
}

#[test]
fn keys_name_inbox_message_and_part() {
    assert_eq!(inbox_key(inbox()), format!("inbox/{}", inbox()));
    let expected = format!("part/{}/{}/raw", inbox(), message(2));
    assert_eq!(part_key(inbox(), message(2), Part::Raw), Some(expected));
    assert_eq!(part_key(inbox(), message(2), Part::Summary), None);
    assert_eq!(part_key(inbox(), message(2), Part::Address), None);
    assert_eq!(part_key(inbox(), message(2), Part::Delivery), None);
}

#[test]
fn kv_is_never_asked_for_an_end_that_it_refuses() {
    assert_eq!(kv_expiration(later(3_600), NOW), later(3_600).as_secs());
    assert!(kv_expiration(later(1), NOW) > NOW.as_secs() + 60);
    assert!(kv_expiration(Timestamp::default(), NOW) > NOW.as_secs() + 60);
    let never = Timestamp::from_millis(u64::MAX);
    assert_eq!(kv_expiration(never, NOW), later(48 * 60 * 60).as_secs(), "no region keeps anything for ever");
}

#[test]
fn a_late_record_does_not_replace_a_newer_one() {
    let old = record(5, later(100));
    assert!(replaces(&record(6, later(100)), &old));
    assert!(replaces(&record(5, later(100)), &old), "the same again is the same");
    assert!(replaces(&record(5, later(101)), &old), "an extension is news");
    assert!(!replaces(&record(5, later(99)), &old), "an extension is not taken back");
    assert!(!replaces(&record(4, later(101)), &old), "an extension hides no mail");
    assert!(!replaces(&record(4, later(100)), &old));
    assert!(!replaces(&record(4, later(99)), &old));
}

#[test]
fn an_inbox_made_anew_counts_from_the_start() {
    let old = record(5, later(100));
    let new = InboxRecord { created_at: later(50), ..record(0, later(90)) };
    assert!(replaces(&new, &old));
    assert!(!replaces(&old, &new), "what comes late from the life before");
}

#[test]
fn a_blob_ends_a_day_after_its_message_came() {
    let blob = |n| BlobHead { inbox: inbox(), message: message(n), part: Part::Raw, len: 1 };
    let record = record(2, later(60));
    assert_eq!(blob_end(&record, &blob(1)), NOW.plus(INBOX_LIFE));
    assert_eq!(blob_end(&record, &blob(9)), later(60));
}

#[test]
fn the_view_is_sealed_and_names_nobody() {
    let view = view(&record(2, later(10)));
    assert_eq!((view.address, view.capability), (None, None));
    assert_eq!(view.sealed.map(|sealed| sealed.address), Some(Base64(vec![8])));
    assert_eq!(view.expires_at, later(10));
}
