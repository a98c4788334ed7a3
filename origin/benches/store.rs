//! How many messages of 2 kB a second the embedded store takes, and how many parts it hands out.

#![expect(clippy::expect_used, reason = "a bench that cannot set up has nothing to measure")]

use std::{cell::RefCell, hint::black_box, rc::Rc, sync::Arc};

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use origin::{
    budget::Budget,
    limits::MESSAGE_OVERHEAD,
    mail::{AddressHasher, Sealed},
    ports::{NewInbox, Store},
    store::memory::MemoryStore,
};
use protocol::{
    address::{Address, Domain, Local},
    capability::ReadTokenHash,
    id::{InboxId, MessageId},
    limits::INBOX_LIFE,
    message::Part,
    sealing::{KeyPair, Suite},
    time::Timestamp,
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const INBOXES: u64 = 20_000;
const OCTETS: usize = 2_048;
/// Messages after which the bench goes on with an empty store, so that no inbox fills up.
const MESSAGES: u64 = 20 * INBOXES;

/// Well spread, and never the same twice.
fn id(n: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    bytes
}

fn message(n: u64, part: &Bytes) -> Sealed {
    let parts = [part.slice(..200), part.slice(..848), part.slice(..1_000)];
    Sealed::of_parts(InboxId::from_bytes(id(n % INBOXES)), MessageId::from_bytes(id(n)), NOW, parts)
}

async fn filled() -> MemoryStore {
    let room = 8 * 1024 * 1024 * 1024;
    let store = MemoryStore::new(Budget::new(room, room));
    let hasher = AddressHasher::new(&[1; 32]);
    let key = Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key());
    let domain = Domain::parse("mail.example").expect("a domain");
    for n in 0..INBOXES {
        let local = Local::parse(&format!("reader{n}")).expect("a local part");
        let inbox = NewInbox {
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            id: InboxId::from_bytes(id(n)),
            key: hasher.key(&Address::new(local, domain.clone())),
            public_key: Arc::clone(&key),
            read_token_hash: ReadTokenHash::from_bytes([1; 32]),
            sealed_address: Bytes::from_static(&[2; 64]),
            domain: domain.clone(),
            created_at: NOW,
            expires_at: NOW.plus(INBOX_LIFE),
            webhook: None,
        };
        assert!(store.create(inbox).await.is_ok());
    }
    store
}

fn store(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let part = Bytes::from(vec![3; OCTETS]);
    let state = RefCell::new((Rc::new(runtime.block_on(filled())), 0));
    let mut group = criterion.benchmark_group("store");
    group.throughput(Throughput::Elements(1));
    group.bench_function("put 2 kB", |bencher| {
        let fresh = || {
            let (store, next) = &mut *state.borrow_mut();
            *next += 1;
            if *next % MESSAGES == 0 {
                *store = Rc::new(runtime.block_on(filled()));
            }
            (Rc::clone(store), message(*next, &part))
        };
        let put = |(store, sealed): (Rc<MemoryStore>, Sealed)| {
            let room = store.reserve(OCTETS + MESSAGE_OVERHEAD).expect("room for a message");
            black_box(runtime.block_on(store.put(sealed, room, NOW))).expect("a message kept")
        };
        bencher.iter_batched(fresh, put, BatchSize::SmallInput);
    });
    let store = runtime.block_on(filled());
    for n in 0..MESSAGES {
        let room = store.reserve(OCTETS + MESSAGE_OVERHEAD).expect("room for a message");
        runtime.block_on(store.put(message(n, &part), room, NOW)).expect("a message kept");
    }
    group.bench_function("get a part", |bencher| {
        let mut n = 0;
        bencher.iter(|| {
            n = (n + 1) % MESSAGES;
            let (inbox, message) = (InboxId::from_bytes(id(n % INBOXES)), MessageId::from_bytes(id(n)));
            runtime.block_on(store.part(inbox, message, Part::Content, NOW)).expect("a part")
        });
    });
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
