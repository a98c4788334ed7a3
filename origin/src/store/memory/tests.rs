use std::sync::Arc;

use super::*;
use crate::{
    limits::{DELETION_OVERHEAD, GONE_MEMORY, INBOX_DELETIONS, TOMBSTONE_OVERHEAD},
    ports::Store,
    store::conformance::{
        self, NONE, NOON, PLENTY, TICK, address_key, at, before, inbox_id, make_inbox, message_id, new_inbox, put,
        sealed, settle_all,
    },
};

fn make(budget: Budget) -> Arc<dyn Store> {
    Arc::new(MemoryStore::new(budget))
}

conformance::suite!(make);

fn plenty() -> Budget {
    Budget::new(PLENTY, PLENTY)
}

/// An inbox that all share a shard with, and an address key of its own.
fn crowd(n: u16) -> NewInbox {
    let [high, low] = n.to_be_bytes();
    let mut id = [0; 16];
    (id[14], id[15]) = (high, low);
    let mut inbox = new_inbox(0, NOON);
    inbox.id = InboxId::from_bytes(id);
    inbox.key = {
        use protocol::address::{Address, Domain, Local};
        let address = Address::new(Local::parse(&format!("name{n}")).unwrap(), Domain::parse("mail.example").unwrap());
        crate::mail::AddressHasher::new(&[2; 32]).key(&address)
    };
    inbox
}

#[tokio::test]
async fn memory_is_given_back_after_a_crowd() {
    let store = MemoryStore::new(plenty());
    for n in 0..2_000 {
        store.create(crowd(n)).await.unwrap();
    }
    assert!(lock(&store.shards[0]).places().1 >= 2_000);
    assert_eq!(store.shared.addresses.len(), 2_000);
    let end = new_inbox(0, NOON).expires_at;
    store.purge(end.plus(GONE_MEMORY)).await.unwrap();
    assert_eq!(lock(&store.shards[0]).places().0, 0);
    assert!(lock(&store.shards[0]).places().1 <= 64);
    assert_eq!(store.shared.addresses.len(), 0);
    assert_eq!((store.status().used, store.status().owed), (0, 0));
}

#[tokio::test]
async fn ends_are_remembered_up_to_a_bound_the_oldest_forgotten_first() {
    let store = MemoryStore::with_bounds(plenty(), Bounds { inboxes: 100, tombstones: 3 }, Edge::Pushed);
    for n in 0..5 {
        store.create(crowd(n)).await.unwrap();
        store.delete_inbox(crowd(n).id, at(n.into())).await.unwrap();
    }
    for (n, expected) in
        [(0, ReadError::NotFound), (1, ReadError::NotFound), (2, ReadError::Gone), (4, ReadError::Gone)]
    {
        assert_eq!(store.inbox(crowd(n).id, at(9)).await.err(), Some(expected), "inbox {n}");
    }
    settle_all(&store, at(9)).await;
    assert_eq!(store.status().used, 3 * TOMBSTONE_OVERHEAD);
}

#[tokio::test]
async fn so_many_inboxes_and_no_more() {
    let store = MemoryStore::with_bounds(plenty(), Bounds { inboxes: 2, tombstones: 9 }, Edge::Pushed);
    make_inbox(&store, 1, NOON).await;
    make_inbox(&store, 2, NOON).await;
    let refused = store.create(new_inbox(3, NOON)).await.err();
    let octets = 2 * INBOX_OVERHEAD;
    let why = NoRoom { wanted: INBOX_OVERHEAD, used: octets, limit: octets };
    assert_eq!(refused, Some(CreateError::NoRoom(why)));
    assert_eq!(store.destination(&address_key(3), NOON).await.err(), Some(Unreachable::Unknown));
    store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    make_inbox(&store, 3, NOON).await;
}

#[tokio::test]
async fn deletions_are_remembered_up_to_a_bound_once_the_edge_knows() {
    let store = MemoryStore::new(plenty());
    make_inbox(&store, 1, NOON).await;
    let churn = u16::try_from(INBOX_DELETIONS).unwrap() + 50;
    for message in 0..churn {
        put(&store, 1, message, at(1)).await.unwrap();
        store.delete_message(inbox_id(1), message_id(message), at(1)).await.unwrap();
    }
    let used = |deletions: usize| INBOX_OVERHEAD + deletions * DELETION_OVERHEAD;
    assert_eq!(store.status().used, used(churn.into()), "what the edge was not told is not forgotten");
    let Some(Owed::Update { record, removed, .. }) = store.owed(&NONE, 1, at(1)).await.unwrap().pop() else {
        panic!("an update is owed");
    };
    assert_eq!((record.deleted.len(), removed.len()), (INBOX_DELETIONS, churn.into()));
    settle_all(&store, at(1)).await;
    put(&store, 1, churn, at(2)).await.unwrap();
    store.delete_message(inbox_id(1), message_id(churn), at(2)).await.unwrap();
    assert_eq!(store.status().used, used(INBOX_DELETIONS));
    let listing = store.list(inbox_id(1), None, 1, at(2)).await.unwrap();
    assert_eq!((listing.deleted.len(), listing.cursor), (INBOX_DELETIONS, Seq(2 * u64::from(churn) + 2)));
}

#[tokio::test]
async fn without_an_edge_nothing_is_owed() {
    let store = MemoryStore::for_edge(plenty(), Edge::None);
    make_inbox(&store, 1, NOON).await;
    make_inbox(&store, 2, NOON).await;
    put(&store, 1, 1, at(1)).await.unwrap();
    store.delete_message(inbox_id(1), message_id(1), at(2)).await.unwrap();
    store.delete_inbox(inbox_id(2), at(2)).await.unwrap();
    assert_eq!((store.status().owed, store.status().owed_since), (0, None));
    assert!(store.owed(&NONE, 9, at(3)).await.unwrap().is_empty());
    assert_eq!(store.list(inbox_id(1), None, 9, at(3)).await.unwrap().deleted.len(), 1);
}

#[tokio::test]
async fn nobody_waits_once_all_have_left() {
    let store = MemoryStore::new(plenty());
    make_inbox(&store, 1, NOON).await;
    let seats = || lock(store.home(inbox_id(1))).waiters.len();
    let mut waits = (0..3).map(|_| store.changed(inbox_id(1), Seq(0))).collect::<Vec<_>>();
    for wait in &mut waits {
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(wait.as_mut().poll(context))).await;
        assert!(polled.is_pending());
    }
    assert_eq!(seats(), 1);
    waits.pop();
    assert_eq!(seats(), 1);
    drop(waits);
    assert_eq!(seats(), 0);
}

#[tokio::test]
async fn what_has_expired_makes_room_before_anything_is_pushed_out() {
    let cap = 3_000;
    let store = MemoryStore::new(Budget::new(INBOX_OVERHEAD + cap, INBOX_OVERHEAD + cap));
    make_inbox(&store, 1, NOON).await;
    put(&store, 1, 1, NOON).await.unwrap();
    store.extend(inbox_id(1), at(200_000), NOON).await.unwrap();
    // What has expired makes room before anything is pushed out.
    let end = NOON.plus(protocol::limits::INBOX_LIFE);
    let room = store.reserve(10).unwrap();
    store.put(sealed(1, 2, end, 2_300), room, end).await.unwrap();
    assert_eq!((store.status().evicted, store.status().messages), (0, 1));
    assert!(store.entry(inbox_id(1), message_id(2), before(end).plus(TICK)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_lose_nothing() {
    let store = Arc::new(MemoryStore::new(plenty()));
    for n in 0..8 {
        make_inbox(&*store, n, NOON).await;
    }
    let tasks = (0..8_u16).map(|task| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for round in 0..100 {
                let (inbox, message) = (u8::try_from((task + round) % 8).unwrap(), task * 100 + round);
                put(&*store, inbox, message, NOON).await.unwrap();
                if round % 4 == 0 {
                    store.delete_message(inbox_id(inbox), message_id(message), NOON).await.unwrap();
                }
                if round % 10 == 0 {
                    settle_all(&*store, NOON).await;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    settle_all(&*store, NOON).await;
    let status = store.status();
    assert_eq!((status.messages, status.owed, status.evicted), (600, 0, 0));
    let messages = 600 * (100 + MESSAGE_OVERHEAD);
    assert_eq!(status.used, 8 * INBOX_OVERHEAD + messages + 200 * DELETION_OVERHEAD);
}
