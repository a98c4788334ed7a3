//! Room: reserved before mail is taken, counted to the octet, given back, and the last guard.

use protocol::{limits::INBOX_LIFE, time::Millis};

use super::*;
use crate::{
    budget::NoRoom,
    limits::{DELETION_OVERHEAD, GONE_MEMORY, INBOX_OVERHEAD, TOMBSTONE_OVERHEAD},
    ports::CreateError,
};

pub(crate) async fn new_mail_stops_at_the_high_water_mark(make: Make<'_>) {
    let store = make(Budget::new(20_000, 10_000));
    make_inbox(&*store, 1, NOON).await;
    let held = store.reserve(10_000 - INBOX_OVERHEAD).unwrap();
    assert_eq!(store.reserve(1).unwrap_err(), NoRoom { wanted: 1, used: 10_000, limit: 10_000 });
    assert!(store.status().past_high_water);
    drop(held);
    assert!(!store.status().past_high_water);
    assert!(store.reserve(1).is_ok());
}

pub(crate) async fn what_is_kept_is_counted_to_the_octet(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    assert_eq!(store.status().used, INBOX_OVERHEAD);
    let generous = store.reserve(50_000).unwrap();
    store.put(sealed(1, 1, NOON, 1_000), generous, NOON).await.unwrap();
    let one = INBOX_OVERHEAD + 1_000 + MESSAGE_OVERHEAD;
    assert_eq!(store.status().used, one);
    let scarce = store.reserve(10).unwrap();
    store.put(sealed(1, 2, NOON, 3_000), scarce, NOON).await.unwrap();
    assert_eq!(store.status().used, one + 3_000 + MESSAGE_OVERHEAD);
    store.delete_message(inbox_id(1), message_id(2), NOON).await.unwrap();
    assert_eq!(store.status().used, one + DELETION_OVERHEAD);
    assert_eq!(store.status().evicted, 0);
}

pub(crate) async fn everything_comes_back(make: Make<'_>) {
    let store = fresh(make);
    for inbox in 0..40 {
        make_inbox(&*store, inbox, NOON).await;
        for message in 0..5 {
            put(&*store, inbox, message, NOON).await.unwrap();
        }
    }
    settle_all(&*store, at(1)).await;
    assert_eq!(store.status().messages, 200);
    store.purge(NOON.plus(INBOX_LIFE)).await.unwrap();
    let status = store.status();
    assert_eq!((status.inboxes, status.messages, status.owed), (0, 0, 40));
    settle_all(&*store, NOON.plus(INBOX_LIFE)).await;
    assert_eq!((store.status().owed, store.status().used), (0, 40 * TOMBSTONE_OVERHEAD));
    let next = store.purge(NOON.plus(INBOX_LIFE).plus(GONE_MEMORY)).await.unwrap();
    assert_eq!((next, store.status().used), (None, 0));
}

pub(crate) async fn the_last_guard_drops_the_soonest_to_expire(make: Make<'_>) {
    let octets = 10_000;
    let cap = 4 * INBOX_OVERHEAD + 3 * (octets + MESSAGE_OVERHEAD) + 1_000;
    let store = make(Budget::new(cap, cap));
    for (inbox, life) in [(1, 300), (2, 100), (3, 200), (4, 900)] {
        store.create(NewInbox { expires_at: at(life), ..new_inbox(inbox, NOON) }).await.unwrap();
    }
    for inbox in 1..=3 {
        let room = store.reserve(octets + MESSAGE_OVERHEAD).unwrap();
        store.put(sealed(inbox, 1, NOON, octets), room, NOON).await.unwrap();
    }
    let room = store.reserve(1_000).unwrap();
    store.put(sealed(4, 1, NOON, octets + 5_000), room, NOON).await.unwrap();
    for (inbox, there) in [(1, true), (2, false), (3, false), (4, true)] {
        assert_eq!(store.entry(inbox_id(inbox), message_id(1), NOON).await.is_ok(), there, "inbox {inbox}");
    }
    assert_eq!(store.status().evicted, 2);
    assert!(store.status().used <= cap);
    let told = store.list(inbox_id(2), None, 10, NOON).await.unwrap();
    assert_eq!(told.deleted.len(), 1, "an evicted message is a deletion that readers learn of");
}

pub(crate) async fn the_last_guard_drops_nothing_in_vain(make: Make<'_>) {
    let cap = INBOX_OVERHEAD + 10_000;
    let store = make(Budget::new(cap, cap));
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, NOON).await.unwrap();
    let room = store.reserve(100).unwrap();
    let refused = store.put(sealed(1, 2, NOON, 20_000), room, NOON).await;
    assert!(matches!(refused, Err(PutError::NoRoom(NoRoom { limit, .. })) if limit == cap));
    let room = store.reserve(100).unwrap();
    assert_eq!(store.put(sealed(9, 2, NOON, 9_400), room, NOON).await, Err(PutError::Gone));
    assert_eq!((store.status().evicted, store.status().messages), (0, 1));
    assert_eq!(store.status().used, INBOX_OVERHEAD + 100 + MESSAGE_OVERHEAD);
}

pub(crate) async fn an_inbox_needs_room(make: Make<'_>) {
    let store = make(Budget::new(2 * INBOX_OVERHEAD, 2 * INBOX_OVERHEAD - 1));
    make_inbox(&*store, 1, NOON).await;
    let refused = store.create(new_inbox(2, NOON)).await.err();
    assert!(matches!(refused, Some(CreateError::NoRoom(NoRoom { wanted: INBOX_OVERHEAD, .. }))));
    let later = NOON.plus(INBOX_LIFE).plus(Millis::from_secs(1));
    store.purge(later).await.unwrap();
    store.create(new_inbox(2, later)).await.unwrap();
}
