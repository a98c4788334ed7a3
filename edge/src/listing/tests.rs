use proptest::prelude::*;
use protocol::{
    batch::{Deletion, IndexEntry},
    bytes::Base64,
    cursor::Seq,
    id::{InboxId, MessageId},
    limits::{INBOX_LIFE, LIST_LIMIT},
    message::SealedParts,
    time::Millis,
};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn entry(n: u64) -> SealedEntry {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    SealedEntry {
        id: MessageId::from_bytes(id),
        received_at: NOW.plus(Millis::from_secs(n)),
        size: 1,
        sealed: SealedParts { summary: Base64(Vec::new()), content: None },
    }
}

/// An inbox whose changes 1 to `count` each brought a message.
fn record(count: u64) -> InboxRecord {
    InboxRecord {
        id: InboxId::from_bytes([1; 16]),
        region: "fsn".to_owned(),
        read_token_hash: Base64(vec![7; 32]),
        sealed_address: Base64(Vec::new()),
        domain: "mail.example".to_owned(),
        created_at: NOW,
        expires_at: NOW.plus(INBOX_LIFE),
        seq: Seq(count),
        entries: (1..=count).map(|n| IndexEntry { seq: Seq(n), entry: entry(n) }).collect(),
        deleted: Vec::new(),
        deliveries: Vec::new(),
    }
}

fn query(since: Option<Since>, wait: u32, limit: usize) -> ListQuery {
    ListQuery { since, wait, limit }
}

fn cursor(n: u64) -> Option<Since> {
    Some(Since::Cursor(Cursor(Seq(n))))
}

fn list(numbers: impl IntoIterator<Item = u64>, at: u64) -> SealedList {
    SealedList { messages: numbers.into_iter().map(entry).collect(), cursor: Cursor(Seq(at)) }
}

#[test]
fn news_after_the_cursor_are_told_at_once() {
    assert_eq!(plan(&record(5), query(cursor(3), 20, LIST_LIMIT), NOW), Plan::Kv(list([4, 5], 5)));
}

#[test]
fn without_a_cursor_the_region_is_asked_for_what_came_since() {
    let expected = Plan::AskHome { known: list([1, 2], 2), ask: query(cursor(2), 0, LIST_LIMIT - 2) };
    assert_eq!(plan(&record(2), query(None, 20, LIST_LIMIT), NOW), expected, "there is something: nobody waits");
}

#[test]
fn without_news_the_region_is_asked_and_waited_for() {
    let expected = Plan::AskHome { known: list([], 2), ask: query(cursor(2), 20, 10) };
    assert_eq!(plan(&record(2), query(cursor(2), 20, 10), NOW), expected);
    assert_eq!(
        plan(&record(0), query(None, 20, 10), NOW),
        Plan::AskHome { known: list([], 0), ask: query(cursor(0), 20, 10) }
    );
}

#[test]
fn a_reader_ahead_of_kv_is_not_sent_back() {
    let expected = Plan::AskHome { known: list([], 9), ask: query(cursor(9), 0, 10) };
    assert_eq!(plan(&record(2), query(cursor(9), 0, 10), NOW), expected);
}

#[test]
fn a_limit_cuts_at_the_last_message_told() {
    assert_eq!(plan(&record(5), query(None, 0, 2), NOW), Plan::Kv(list([1, 2], 2)));
    assert_eq!(plan(&record(5), query(cursor(2), 0, 2), NOW), Plan::Kv(list([3, 4], 4)));
    assert_eq!(plan(&record(5), query(cursor(3), 0, 2), NOW), Plan::Kv(list([4, 5], 5)));
}

#[test]
fn a_time_counts_from_when_mail_came() {
    let since = Some(Since::Time(NOW.plus(Millis::from_secs(3))));
    assert_eq!(plan(&record(5), query(since, 0, 10), NOW), Plan::Kv(list([4, 5], 5)));
    let merged = merge(list([], 2), list([3, 4], 4), since);
    assert_eq!(merged, list([4], 4));
}

/// Changes 3 and 6 took messages away, 1, 2, 4, 5 and 7 brought some.
fn with_deletions() -> InboxRecord {
    let mut record = record(7);
    record.entries.retain(|entry| ![Seq(3), Seq(6)].contains(&entry.seq));
    record.deleted = [3, 6].map(|n| Deletion { seq: Seq(n), id: entry(100 + n).id }).into();
    record
}

#[test]
fn a_cursor_stands_right_before_what_was_left_out() {
    let plan = |since, limit| match plan(&with_deletions(), query(since, 0, limit), NOW) {
        Plan::Kv(list) => list,
        Plan::AskHome { known, .. } => known,
    };
    let after = |n| Some(Since::Time(NOW.plus(Millis::from_secs(n))));
    assert_eq!(plan(None, 1), list([1], 1));
    assert_eq!(plan(None, 2), list([1, 2], 3), "the deletion before the fourth change is told");
    assert_eq!(plan(cursor(3), 2), list([4, 5], 6));
    assert_eq!(plan(after(2), 1), list([4], 4));
    assert_eq!(plan(after(4), 1), list([5], 6));
    assert_eq!(plan(after(3), 9), list([4, 5, 7], 7));
    assert_eq!(plan(after(9), 9), list([], 7));
}

#[test]
fn without_the_region_an_empty_listing_is_not_told() {
    assert_eq!(alone(list([1], 4)), Some(list([1], 4)));
    assert_eq!(alone(list([], 4)), None);
}

#[test]
fn a_message_past_its_day_is_not_listed() {
    let later = NOW.plus(INBOX_LIFE).plus(Millis::from_secs(1));
    let Plan::AskHome { known, .. } = plan(&record(2), query(None, 0, 10), later) else {
        panic!("a region knows more")
    };
    assert_eq!(known, list([2], 2));
}

#[test]
fn what_the_region_adds_comes_behind_and_once() {
    assert_eq!(merge(list([1, 2], 2), list([2, 3], 3), None), list([1, 2, 3], 3));
    assert_eq!(merge(list([1], 4), list([], 2), None), list([1], 4), "a region that lost its memory sends nobody back");
}

proptest! {
    #[test]
    fn reading_on_from_each_cursor_tells_every_message_once(count in 0_u64..30, known in 0_u64..30, limit in 1_usize..7) {
        let (known, count) = (known.min(count), count);
        let mut since = None;
        let mut told = Vec::new();
        for _ in 0..=count + 2 {
            let answer = match plan(&record(known), query(since, 0, limit), NOW) {
                Plan::Kv(list) => list,
                Plan::AskHome { known, ask } => {
                    let Some(Since::Cursor(from)) = ask.since else { panic!("a cursor") };
                    let more: Vec<u64> = (from.0.0 + 1..=count).take(ask.limit).collect();
                    let at = more.last().copied().unwrap_or(from.0.0);
                    merge(known, list(more, at), since)
                }
            };
            prop_assert!(answer.messages.len() <= limit);
            told.extend(answer.messages.iter().map(|entry| entry.id));
            since = Some(Since::Cursor(answer.cursor));
        }
        prop_assert_eq!(told, (1..=count).map(|n| entry(n).id).collect::<Vec<_>>());
    }
}
