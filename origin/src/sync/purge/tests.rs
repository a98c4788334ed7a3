use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use protocol::time::{Millis, Timestamp};

use super::*;
use crate::{
    budget::Budget,
    ports::NewInbox,
    store::{
        conformance::{NOON, at, new_inbox},
        memory::MemoryStore,
    },
};

/// A clock that a test sets.
struct Set(AtomicU64);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        NOON.plus(Millis::from_millis(self.0.load(Ordering::Relaxed)))
    }
}

#[tokio::test(start_paused = true)]
async fn what_expires_is_dropped_within_a_second_of_the_clocks_saying_so() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Budget::new(100_000, 100_000)));
    store.create(NewInbox { expires_at: at(3_600), ..new_inbox(1, NOON) }).await.unwrap();
    let clock = Arc::new(Set(AtomicU64::new(0)));
    let (shutdown, stop) = watch::channel(false);
    let purging = tokio::spawn(purge_loop(Arc::clone(&store), Arc::clone(&clock) as Arc<dyn Clock>, stop));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(store.status().inboxes, 1);
    clock.0.store(3_600_000, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(1_001)).await;
    assert_eq!(store.status().inboxes, 0);
    shutdown.send(true).unwrap();
    purging.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_its_owner() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Budget::new(1, 1)));
    let (shutdown, stop) = watch::channel(false);
    let purging = tokio::spawn(purge_loop(store, Arc::new(Set(AtomicU64::new(0))), stop));
    drop(shutdown);
    purging.await.unwrap();
}
