use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    batch::{Batch, Change},
    limits::INBOX_LIFE,
    time::Millis,
};
use tokio::time::Instant;

use super::*;
use crate::{
    budget::Budget,
    limits::{PUSH_BACKOFF_MAX, PUSH_INTERVAL},
    store::{
        conformance::{NONE, NOON, inbox_id, make_inbox, message_id, put, sealed},
        keyring::MemoryKeyring,
        memory::MemoryStore,
    },
};

/// Tokio's virtual time as a clock.
struct Virtual(Instant);

impl Virtual {
    fn start() -> Arc<Self> {
        #[expect(clippy::disallowed_methods, reason = "the paused clock of a test")]
        Arc::new(Self(Instant::now()))
    }
}

impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        NOON.plus(Millis::from_millis(u64::try_from(self.0.elapsed().as_millis()).unwrap()))
    }
}

/// Draws that differ and are the same in each run.
#[derive(Default)]
struct Weyl(AtomicU64);

impl Chance for Weyl {
    fn fill(&self, out: &mut [u8]) {
        let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        out.iter_mut().zip(next.to_le_bytes().iter().cycle()).for_each(|(out, byte)| *out = *byte);
    }
}

/// What the edge makes of a push.
type Verdict = Arc<dyn Fn(&Batch<'_>, Timestamp) -> Result<(), PushError> + Send + Sync>;

/// An edge that keeps what it is given, as long as its verdict is to take it.
struct Edge {
    clock: Arc<Virtual>,
    verdict: Mutex<Verdict>,
    takes: Duration,
    held: Mutex<HashMap<InboxId, InboxRecord>>,
    blobs: Mutex<HashSet<MessageId>>,
    erased: Mutex<Vec<InboxId>>,
    pushes: Mutex<Vec<(Timestamp, Vec<InboxId>)>>,
    under_way: Mutex<HashSet<InboxId>>,
    attempts: AtomicUsize,
}

#[async_trait]
impl EdgeLink for Edge {
    async fn push(&self, body: Bytes) -> Result<(), PushError> {
        self.attempts.fetch_add(1, Ordering::Relaxed);
        let batch = Batch::parse(&body).unwrap();
        let inboxes = batch.changes.iter().map(changed).collect::<Vec<_>>();
        let now = self.clock.now();
        self.pushes.lock().unwrap().push((now, inboxes.clone()));
        for id in &inboxes {
            assert!(self.under_way.lock().unwrap().insert(*id), "two pushes of one inbox at once");
        }
        tokio::time::sleep(self.takes).await;
        for id in &inboxes {
            self.under_way.lock().unwrap().remove(id);
        }
        let verdict = Arc::clone(&self.verdict.lock().unwrap());
        verdict(&batch, now)?;
        self.blobs.lock().unwrap().extend(batch.blobs.iter().map(|(head, _)| head.message));
        for change in batch.changes {
            self.apply(change);
        }
        Ok(())
    }
}

fn changed(change: &Change) -> InboxId {
    match change {
        Change::Update { record, .. } => record.id,
        Change::Erase { inbox, .. } => *inbox,
    }
}

impl Edge {
    fn apply(&self, change: Change) {
        match change {
            Change::Update { record, removed } => {
                let mut blobs = self.blobs.lock().unwrap();
                blobs.retain(|blob| !removed.contains(blob));
                assert_eq!(record.region, "north");
                let all_there = record.entries.iter().all(|entry| blobs.contains(&entry.entry.id));
                assert!(all_there, "a record lists a message whose blobs the edge lacks");
                let mut held = self.held.lock().unwrap();
                let before = held.insert(record.id, *record.clone());
                assert!(before.is_none_or(|before| before.seq <= record.seq), "an older record came later");
            }
            Change::Erase { inbox, removed, .. } => {
                let mut blobs = self.blobs.lock().unwrap();
                blobs.retain(|blob| !removed.contains(blob));
                self.held.lock().unwrap().remove(&inbox);
                self.erased.lock().unwrap().push(inbox);
            }
        }
    }

    fn pushes_of(&self, id: InboxId) -> Vec<u64> {
        let pushes = self.pushes.lock().unwrap();
        let of = pushes.iter().filter(|(_, inboxes)| inboxes.contains(&id));
        of.map(|(at, _)| at.since(NOON).as_millis()).collect()
    }

    fn judge(&self, verdict: impl Fn(&Batch<'_>, Timestamp) -> Result<(), PushError> + Send + Sync + 'static) {
        *self.verdict.lock().unwrap() = Arc::new(verdict);
    }
}

struct World {
    store: Arc<dyn Store>,
    edge: Arc<Edge>,
    clock: Arc<Virtual>,
    shutdown: watch::Sender<bool>,
    courier: task::JoinHandle<()>,
}

/// A store and an edge that takes each push after `takes`, with the loop between them.
fn world(takes: Duration) -> World {
    let clock = Virtual::start();
    let room = 256 * 1024 * 1024;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Budget::new(room, room)));
    let edge = Arc::new(Edge {
        clock: Arc::clone(&clock),
        verdict: Mutex::new(Arc::new(|_, _| Ok(()))),
        takes,
        held: Mutex::default(),
        blobs: Mutex::default(),
        erased: Mutex::default(),
        pushes: Mutex::default(),
        under_way: Mutex::default(),
        attempts: AtomicUsize::new(0),
    });
    let (shutdown, stop) = watch::channel(false);
    let (link, time) = (Arc::clone(&edge) as Arc<dyn EdgeLink>, Arc::clone(&clock) as Arc<dyn Clock>);
    let chance = Arc::new(Weyl::default());
    let source = Source { store: Arc::clone(&store), keyring: Arc::new(MemoryKeyring::new(chance.clone())) };
    let courier = run(source, link, "north".to_owned(), time, chance, stop);
    let courier = tokio::spawn(courier);
    World { store, edge, clock, shutdown, courier }
}

const QUICK: Duration = Duration::from_millis(1);

impl World {
    /// Lets virtual time pass.
    async fn pass(&self, secs: u64) {
        tokio::time::sleep(Duration::from_secs(secs)).await;
    }

    async fn put(&self, n: u8, m: u16) {
        put(&*self.store, n, m, self.clock.now()).await.unwrap();
    }

    /// Waits until nothing is owed; virtual time runs on by itself.
    async fn settled(&self) {
        while self.store.status().owed > 0 {
            tokio::time::sleep(QUICK).await;
        }
    }

    /// That the edge has what the store has.
    async fn assert_equal(&self, inboxes: &[u8]) {
        for n in inboxes {
            let listing = self.store.list(inbox_id(*n), None, 500, self.clock.now()).await.unwrap();
            let held = self.edge.held.lock().unwrap();
            let record = &held[&inbox_id(*n)];
            assert_eq!((&record.entries, &record.deleted), (&listing.messages, &listing.deleted));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_inboxs_change_leaves_at_once() {
    let world = world(QUICK);
    make_inbox(&*world.store, 1, NOON).await;
    world.settled().await;
    world.pass(10).await;
    let now = world.clock.now().since(NOON).as_millis();
    world.put(1, 1).await;
    world.settled().await;
    assert_eq!(world.edge.pushes_of(inbox_id(1)), [0, now]);
    world.assert_equal(&[1]).await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_inbox_is_pushed_once_an_interval_with_all_that_came() {
    let world = world(QUICK);
    make_inbox(&*world.store, 1, NOON).await;
    for message in 0..100 {
        world.put(1, message).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.settled().await;
    let pushes = world.edge.pushes_of(inbox_id(1));
    let interval = PUSH_INTERVAL.as_millis();
    assert!(pushes.windows(2).all(|two| two[1] - two[0] >= interval), "{pushes:?}");
    assert!((5..=7).contains(&pushes.len()), "{pushes:?}");
    world.assert_equal(&[1]).await;
}

#[tokio::test(start_paused = true)]
async fn a_resting_inbox_holds_up_nobody() {
    let world = world(QUICK);
    make_inbox(&*world.store, 1, NOON).await;
    world.settled().await;
    world.put(1, 1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    make_inbox(&*world.store, 2, world.clock.now()).await;
    let now = world.clock.now().since(NOON).as_millis();
    world.settled().await;
    assert_eq!(world.edge.pushes_of(inbox_id(2)), [now]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_while_the_edge_is_down() {
    let world = world(QUICK);
    world.edge.judge(|_, _| Err(PushError::Unavailable));
    for n in 0..100 {
        make_inbox(&*world.store, n, NOON).await;
        world.put(n, n.into()).await;
    }
    world.pass(600).await;
    let attempts = world.edge.attempts.load(Ordering::Relaxed);
    assert!((20..80).contains(&attempts), "{attempts} attempts in ten minutes");
    let gaps = world.edge.pushes.lock().unwrap().windows(2).map(|two| two[1].0.since(two[0].0)).max();
    assert!(gaps.unwrap() <= PUSH_BACKOFF_MAX.max(Millis::from_secs(31)));
    for n in 0..50 {
        world.put(n, 1_000).await;
    }
    world.store.delete_inbox(inbox_id(7), world.clock.now()).await.unwrap();
    world.edge.judge(|_, _| Ok(()));
    let back = world.clock.now();
    world.settled().await;
    let took = world.clock.now().since(back);
    assert!(took <= Millis::from_secs(32), "it took {took:?} to catch up");
    let living = (0..100).filter(|n| *n != 7).collect::<Vec<u8>>();
    world.assert_equal(&living).await;
    assert_eq!(*world.edge.erased.lock().unwrap(), [inbox_id(7)]);
}

#[tokio::test(start_paused = true)]
async fn a_busy_edge_is_left_alone_as_long_as_it_asks() {
    let world = world(QUICK);
    let until = NOON.plus(Millis::from_secs(20));
    world.edge.judge(move |_, now| if now < until { Err(PushError::Busy(Millis::from_secs(20))) } else { Ok(()) });
    make_inbox(&*world.store, 1, NOON).await;
    world.settled().await;
    let pushes = world.edge.pushes_of(inbox_id(1));
    assert!(matches!(pushes[..], [0, again] if (20_000..20_100).contains(&again)), "{pushes:?}");
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_is_refused_holds_up_nobody() {
    let world = world(QUICK);
    let poison = inbox_id(3);
    world.edge.judge(move |batch, _| {
        let poisoned = batch.changes.iter().any(|change| changed(change) == poison);
        if poisoned { Err(PushError::Refused(413)) } else { Ok(()) }
    });
    for n in 0..20 {
        make_inbox(&*world.store, n, NOON).await;
    }
    world.pass(120).await;
    let others = (0..20).filter(|n| *n != 3).collect::<Vec<u8>>();
    world.assert_equal(&others).await;
    assert_eq!(world.store.status().owed, 1);
    let tries = world.edge.pushes_of(poison).len();
    assert!((3..60).contains(&tries), "{tries} tries in two minutes");
    let now = world.clock.now().since(NOON).as_millis();
    world.put(5, 1).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(world.edge.pushes_of(inbox_id(5)).last().unwrap() - now <= 1, "the link is not held against it");
    world.edge.judge(|_, _| Ok(()));
    world.settled().await;
    world.assert_equal(&[3]).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_push_holds_up_no_other_inbox() {
    let world = world(Duration::from_secs(10));
    make_inbox(&*world.store, 1, NOON).await;
    tokio::time::sleep(QUICK).await;
    make_inbox(&*world.store, 2, world.clock.now()).await;
    world.put(1, 1).await;
    world.settled().await;
    assert_eq!(world.edge.pushes_of(inbox_id(2)), [1]);
    assert_eq!(world.edge.pushes_of(inbox_id(1)), [0, 11_000], "its own second push waits for the first");
    world.assert_equal(&[1, 2]).await;
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_large_messages_arrives_in_order() {
    let world = world(QUICK);
    make_inbox(&*world.store, 1, NOON).await;
    world.edge.judge(|_, _| Err(PushError::Unavailable));
    for message in 0..4 {
        let octets = 15 * 1024 * 1024;
        let room = world.store.reserve(octets + 1_000).unwrap();
        world.store.put(sealed(1, message, NOON, octets), room, NOON).await.unwrap();
    }
    world.pass(5).await;
    world.edge.judge(|_, _| Ok(()));
    world.settled().await;
    world.assert_equal(&[1]).await;
    assert_eq!(world.edge.blobs.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn deletions_and_ends_arrive() {
    let world = world(QUICK);
    make_inbox(&*world.store, 1, NOON).await;
    make_inbox(&*world.store, 2, NOON).await;
    world.put(1, 1).await;
    world.put(1, 2).await;
    world.put(2, 3).await;
    world.settled().await;
    world.store.delete_message(inbox_id(1), message_id(1), world.clock.now()).await.unwrap();
    world.settled().await;
    assert_eq!(*world.edge.blobs.lock().unwrap(), HashSet::from([message_id(2), message_id(3)]));
    world.assert_equal(&[1]).await;
    world.store.purge(NOON.plus(INBOX_LIFE)).await.unwrap();
    world.settled().await;
    assert!(world.edge.held.lock().unwrap().is_empty() && world.edge.blobs.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_push_that_comes_to_grief_is_made_again() {
    let world = world(QUICK);
    let pushes = AtomicUsize::new(0);
    world.edge.judge(move |_, _| match pushes.fetch_add(1, Ordering::Relaxed) {
        0 => std::panic::resume_unwind(Box::new(())),
        1 => Err(PushError::Unavailable),
        _ => Ok(()),
    });
    make_inbox(&*world.store, 1, NOON).await;
    world.settled().await;
    assert_eq!(world.edge.pushes_of(inbox_id(1)).len(), 3);
    world.assert_equal(&[1]).await;
}

#[tokio::test(start_paused = true)]
async fn at_the_end_what_rests_is_sent() {
    let world = world(Duration::from_millis(200));
    make_inbox(&*world.store, 1, NOON).await;
    world.settled().await;
    world.put(1, 1).await;
    tokio::time::sleep(QUICK).await;
    assert_eq!(world.store.status().owed, 1, "it rests");
    world.shutdown.send(true).unwrap();
    world.courier.await.unwrap();
    assert_eq!(world.store.status().owed, 0);
    assert_eq!(world.edge.pushes_of(inbox_id(1)).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_end_comes_though_the_edge_is_down() {
    let world = world(QUICK);
    world.edge.judge(|_, _| Err(PushError::Unavailable));
    make_inbox(&*world.store, 1, NOON).await;
    world.pass(60).await;
    drop(world.shutdown);
    world.courier.await.unwrap();
    assert_eq!(world.store.owed(&NONE, 9, NOON).await.unwrap().len(), 1);
}
