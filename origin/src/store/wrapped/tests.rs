use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use protocol::{
    capability::Capability,
    limits::{EPOCH, INBOX_LIFE},
    sealing::{Payload, Sealer, primitives::Portable},
    wrap::{EpochKey, WRAP_OCTETS, epochs_of},
};

use super::*;
use crate::{
    budget::Budget,
    limits::MESSAGE_OVERHEAD,
    ports::{Chance, Draw, KeyringError},
    store::{
        conformance::{
            self, NONE, NOON, PLENTY, at, before, inbox_id, make_inbox, message_id, new_inbox, put, sealed, wrap_key,
        },
        keyring::MemoryKeyring,
        memory::MemoryStore,
    },
};

mod canary;

/// Draws that differ.
#[derive(Default)]
struct Weyl(AtomicU64);

impl Chance for Weyl {
    fn fill(&self, out: &mut [u8]) {
        let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        out.iter_mut().zip(next.to_le_bytes().iter().cycle()).for_each(|(out, byte)| *out = *byte);
    }
}

/// A store behind its wrapping, and what it is made of.
struct World {
    beneath: Arc<dyn Store>,
    keyring: Arc<Switched>,
    store: Wrapped,
}

/// A keyring that can be switched off.
struct Switched {
    keyring: MemoryKeyring,
    off: AtomicBool,
}

impl Switched {
    fn check(&self) -> Result<&MemoryKeyring, KeyringError> {
        if self.off.load(Ordering::Relaxed) { Err(KeyringError::Unavailable) } else { Ok(&self.keyring) }
    }
}

#[async_trait]
impl Keyring for Switched {
    async fn key(&self, epoch: Epoch) -> Result<EpochKey, KeyringError> {
        self.check()?.key(epoch).await
    }
    async fn find(&self, epochs: &[Epoch]) -> Result<Vec<(Epoch, EpochKey)>, KeyringError> {
        self.check()?.find(epochs).await
    }
    async fn living(&self) -> Result<Vec<(Epoch, EpochKey)>, KeyringError> {
        self.check()?.living().await
    }
    async fn forget(&self, now: Timestamp) -> Result<Option<Timestamp>, KeyringError> {
        self.check()?.forget(now).await
    }
}

fn world(budget: Budget) -> World {
    let beneath: Arc<dyn Store> = Arc::new(MemoryStore::new(budget));
    let keyring = MemoryKeyring::new(Arc::new(Weyl::default()));
    let keyring = Arc::new(Switched { keyring, off: AtomicBool::new(false) });
    let store = Wrapped::new(Arc::clone(&beneath), Arc::clone(&keyring) as Arc<dyn Keyring>, Arc::new(Portable));
    World { beneath, keyring, store }
}

fn plenty() -> World {
    world(Budget::new(PLENTY, PLENTY))
}

fn make(budget: Budget) -> Arc<dyn Store> {
    Arc::new(world(budget).store)
}

conformance::suite!(make);

fn record(n: u16, at: Timestamp) -> SealedRecord {
    SealedRecord::of_octets(inbox_id(1), message_id(n), at, Bytes::from_static(b"a sealed record")).under(wrap_key(1))
}

/// Everything that the store beneath would tell of inbox 1 with message 1 and record 9.
async fn lying(world: &World, now: Timestamp) -> Vec<Vec<u8>> {
    let (beneath, id) = (&world.beneath, inbox_id(1));
    let mut octets = Vec::new();
    for part in [Part::Summary, Part::Content, Part::Raw] {
        octets.push(beneath.part(id, message_id(1), part, now).await.unwrap().to_vec());
    }
    octets.push(beneath.entry(id, message_id(1), now).await.unwrap().sealed.summary.0);
    octets.push(beneath.deliveries(id, None, now).await.unwrap().entries.remove(0).entry.sealed.0);
    octets.push(beneath.inbox(id, now).await.unwrap().sealed_address.to_vec());
    octets
}

#[tokio::test]
async fn what_lies_beneath_is_wrapped_all_of_it() {
    let world = plenty();
    make_inbox(&world.store, 1, NOON).await;
    put(&world.store, 1, 1, at(1)).await.unwrap();
    world.store.note(record(9, at(1)), at(1)).await.unwrap();
    let sealed = sealed(1, 1, at(1), 100);
    let lying = lying(&world, at(2)).await;
    let bare: [&[u8]; 6] = [
        sealed.summary(),
        sealed.content(),
        sealed.raw(),
        sealed.summary(),
        b"a sealed record",
        &new_inbox(1, NOON).sealed_address,
    ];
    for (wrapped, bare) in lying.iter().zip(bare) {
        assert_eq!(wrapped.len(), bare.len() + WRAP_OCTETS);
        assert_ne!(&wrapped[..bare.len()], bare);
    }
    // What the edge is owed is what lies there.
    let owed = world.store.owed(&NONE, 9, at(2)).await.unwrap();
    let [Owed::Update { record, .. }] = &owed[..] else { panic!("one update") };
    assert_eq!(record.entries[0].entry.sealed.summary.as_slice(), lying[0]);
    assert_eq!(record.deliveries[0].entry.sealed.as_slice(), lying[4]);
    assert_eq!(record.sealed_address.as_slice(), lying[5]);
    // And its size is a reader's again once it is read.
    assert_eq!(world.store.entry(inbox_id(1), message_id(1), at(2)).await.unwrap().size, sealed.raw().len() as u64);
}

#[tokio::test]
async fn a_copy_without_the_keyring_opens_to_nobody() {
    let world = plenty();
    make_inbox(&world.store, 1, NOON).await;
    put(&world.store, 1, 1, at(1)).await.unwrap();
    // Whoever has all that the store holds, the inbox's own key included, and another keyring.
    let copy = Wrapped::new(Arc::clone(&world.beneath), plenty().keyring, Arc::new(Portable));
    assert_eq!(copy.part(inbox_id(1), message_id(1), Part::Raw, at(2)).await, Err(ReadError::Unavailable));
    assert_eq!(copy.list(inbox_id(1), None, 9, at(2)).await, Err(ReadError::Unavailable), "never an empty inbox");
}

#[tokio::test]
async fn a_copy_taken_before_an_end_opens_to_nobody_after_it() {
    let world = plenty();
    // A reader's inbox and mail, really sealed.
    let capability = Capability::from_bytes([7; 32]);
    let mut inbox = new_inbox(1, NOON);
    (inbox.id, inbox.public_key) = (capability.inbox_id(), Arc::new(capability.key_pair().public_key()));
    let id = inbox.id;
    world.store.create(inbox).await.unwrap();
    let binding = Binding { inbox: id, message: message_id(5) };
    let chance = Weyl::default();
    let sealed = Sealer::new(&capability.key_pair().public_key(), binding, &mut Draw(&chance))
        .seal(Part::Delivery, Payload::Identity(b"{}"));
    let sealed = SealedRecord::of_octets(id, message_id(5), at(1), sealed.into()).under(wrap_key(1));
    world.store.note(sealed, at(1)).await.unwrap();
    let copy = world.beneath.deliveries(id, None, at(2)).await.unwrap().entries.remove(0).entry;
    let open = |octets: &[u8]| capability.key_pair().open(&binding, Part::Delivery, octets).is_ok();
    // While it lives, its keys take the wrapping off, and then the capability opens it.
    let mut octets = copy.sealed.0.clone();
    let keys = world.store.keys(id, at(2)).await.unwrap();
    keys.unwrap(&Portable, binding, Part::Delivery, &mut octets).unwrap();
    assert!(open(&octets));
    assert!(!open(&copy.sealed.0), "the capability alone opens nothing of it");

    world.store.delete_inbox(id, at(3)).await.unwrap();
    assert_eq!(world.store.keys(id, at(3)).await, Err(ReadError::Gone), "nobody is told its keys any more");
    let epochs = world.keyring.living().await.unwrap();
    let guess = InboxKeys::derive(&wrap_key(2), epochs.iter().map(|(epoch, key)| (*epoch, key)));
    let mut octets = copy.sealed.0.clone();
    let kept = guess.unwrap(&Portable, binding, Part::Delivery, &mut octets);
    assert!(kept.is_err() && !open(&copy.sealed.0));
}

#[tokio::test]
async fn keys_end_with_the_last_message_of_their_hour() {
    let world = plenty();
    let mut inbox = new_inbox(1, NOON);
    inbox.expires_at = at(10 * 24 * 3_600);
    world.store.create(inbox).await.unwrap();
    put(&world.store, 1, 1, at(1)).await.unwrap();
    let (epoch, end) = (Epoch::of(at(1)), at(1).plus(INBOX_LIFE));
    assert_eq!(world.store.purge(before(end)).await, Ok(Some(end)));
    assert!(world.store.part(inbox_id(1), message_id(1), Part::Raw, before(end)).await.is_ok());
    assert_eq!(world.store.purge(end).await, Ok(Some(epoch.end())), "others of that hour may have come later");
    assert_eq!(world.keyring.living().await.unwrap().len(), 1);
    world.store.purge(epoch.end()).await.unwrap();
    assert!(world.keyring.living().await.unwrap().is_empty());
    // The inbox goes on, and so does its address.
    let inbox = world.store.inbox(inbox_id(1), epoch.end()).await.unwrap();
    assert_eq!(inbox.sealed_address, new_inbox(1, NOON).sealed_address);
}

#[tokio::test]
async fn without_its_keyring_a_store_does_not_answer_and_takes_nothing() {
    let world = plenty();
    make_inbox(&world.store, 1, NOON).await;
    put(&world.store, 1, 1, at(1)).await.unwrap();
    world.keyring.off.store(true, Ordering::Relaxed);
    let (store, id) = (&world.store, inbox_id(1));
    assert_eq!(put(store, 1, 2, at(1)).await, Err(PutError::Unavailable));
    assert_eq!(store.note(record(9, at(1)), at(1)).await, Err(PutError::Unavailable));
    assert_eq!(store.list(id, None, 9, at(2)).await, Err(ReadError::Unavailable));
    assert_eq!(store.entry(id, message_id(1), at(2)).await, Err(ReadError::Unavailable));
    assert_eq!(store.deliveries(id, None, at(2)).await, Err(ReadError::Unavailable));
    assert_eq!(store.part(id, message_id(1), Part::Raw, at(2)).await, Err(ReadError::Unavailable));
    assert_eq!(store.keys(id, at(2)).await, Err(ReadError::Unavailable));
    assert_eq!(store.purge(at(2)).await, Err(ReadError::Unavailable));
    world.keyring.off.store(false, Ordering::Relaxed);
    assert_eq!(store.list(id, None, 9, at(2)).await.unwrap().messages.len(), 1, "nothing was lost by it");
}

#[tokio::test]
async fn what_is_not_wrapped_is_never_handed_out() {
    let world = plenty();
    make_inbox(&world.store, 1, NOON).await;
    put(&*world.beneath, 1, 1, at(1)).await.unwrap();
    let read = world.store.part(inbox_id(1), message_id(1), Part::Raw, at(2)).await;
    assert_eq!(read, Err(ReadError::Unavailable));
}

#[tokio::test]
async fn long_messages_are_wrapped_and_unwrapped_as_well() {
    let world = plenty();
    make_inbox(&world.store, 1, NOON).await;
    let long = sealed(1, 1, at(1), 3 * INLINE_WORK_OCTETS);
    let room = world.store.reserve(long.octets() + MESSAGE_OVERHEAD).unwrap();
    world.store.put(long.clone(), room, at(1)).await.unwrap();
    assert_eq!(world.store.part(inbox_id(1), message_id(1), Part::Raw, at(1)).await.unwrap(), long.raw());
}

#[tokio::test]
async fn the_edge_reads_what_it_is_owed_with_the_keys_it_is_told() {
    let world = plenty();
    make_inbox(&world.store, 1, NOON).await;
    put(&world.store, 1, 1, at(1)).await.unwrap();
    put(&world.store, 1, 2, at(1).plus(EPOCH)).await.unwrap();
    let now = at(2).plus(EPOCH);
    let owed = world.store.owed(&NONE, 9, now).await.unwrap();
    let [Owed::Update { record, wrap_key, .. }] = &owed[..] else { panic!("one update") };
    let found = world.keyring.find(&epochs_of(record, now)).await.unwrap();
    let told = InboxKeys::derive(wrap_key, found.iter().map(|(epoch, key)| (*epoch, key)));
    assert_eq!(told, world.store.keys(inbox_id(1), now).await.unwrap());
    let mut open = record.clone();
    told.unwrap_record(&Portable, &mut open, now).unwrap();
    assert_eq!(open.entries, world.store.list(inbox_id(1), None, 9, now).await.unwrap().messages);
}
