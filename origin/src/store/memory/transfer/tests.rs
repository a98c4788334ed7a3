use std::sync::{Arc, Mutex, PoisonError, atomic::Ordering};

use protocol::{id::InboxId, message::Part, webhook::Webhook};

use super::*;
use crate::{
    budget::Budget,
    limits::MESSAGE_OVERHEAD,
    mail::SealedRecord,
    ports::{CreateError, PutError, ReadError, Store, Unreachable, WebhookChange},
    store::{
        conformance::{
            NONE, NOON, PLENTY, address_key, at, inbox_id, make_inbox, message_id, model, new_inbox, put, receipt,
            sealed,
        },
        memory::Edge,
    },
};

fn plenty() -> Budget {
    Budget::new(PLENTY, PLENTY)
}

/// Each piece as it is read at the other end.
fn sent(store: &MemoryStore) -> Vec<(Vec<u8>, Bytes)> {
    store.pieces().map(|piece| (piece.head.to_vec(), Bytes::from(piece.body.concat()))).collect()
}

fn receive(store: &MemoryStore, pieces: &[(Vec<u8>, Bytes)]) -> Result<(), ImportError> {
    pieces.iter().try_for_each(|(head, body)| store.import(head, body))
}

/// A store with something of everything.
async fn full() -> MemoryStore {
    let store = MemoryStore::new(plenty());
    for n in 1..=3 {
        make_inbox(&store, n, NOON).await;
    }
    for m in 1..=4 {
        put(&store, 1, m, at(1)).await.unwrap();
    }
    store.delete_message(inbox_id(1), message_id(2), at(2)).await.unwrap();
    let record = SealedRecord::of_octets(inbox_id(1), message_id(9), at(3), Bytes::from_static(b"sealed"));
    store.note(record, at(3)).await.unwrap();
    let webhook = Webhook::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw https://hooks.example.com/").unwrap();
    store.set_webhook(inbox_id(1), WebhookChange::Set(Arc::new(webhook)), at(3)).await.unwrap();
    put(&store, 2, 7, at(3)).await.unwrap();
    let owed = store.owed(&NONE, 1, at(4)).await.unwrap();
    store.settle(owed.iter().map(receipt).collect()).await.unwrap();
    store.delete_inbox(inbox_id(2), at(5)).await.unwrap();
    store
}

#[test]
fn any_history_goes_on_at_a_successor() {
    let current = Mutex::new(Arc::new(MemoryStore::new(plenty())));
    let become_current = |store: Arc<MemoryStore>| {
        *current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&store);
        store as Arc<dyn Store>
    };
    let make = |budget| become_current(Arc::new(MemoryStore::new(budget)));
    let successor = || {
        let old = Arc::clone(&current.lock().unwrap_or_else(PoisonError::into_inner));
        old.freeze();
        let new = Arc::new(MemoryStore::new(plenty()));
        receive(&new, &sent(&old)).unwrap();
        assert_eq!(new.status(), old.status());
        assert_eq!((new.weight(), evictable(&new)), (old.weight(), evictable(&old)));
        become_current(new)
    };
    model::any_history_goes_on_at_a_successor(&make, &successor);
}

fn evictable(store: &MemoryStore) -> usize {
    store.shared.evictable.load(Ordering::Acquire)
}

#[tokio::test]
async fn all_that_can_be_asked_for_is_answered_as_before() {
    let (old, new) = (full().await, MemoryStore::new(plenty()));
    receive(&new, &sent(&old)).unwrap();
    for id in (0..=4).map(inbox_id) {
        assert_eq!(new.list(id, None, 9, at(6)).await, old.list(id, None, 9, at(6)).await);
        assert_eq!(new.deliveries(id, None, at(6)).await, old.deliveries(id, None, at(6)).await);
        for part in [Part::Summary, Part::Content, Part::Raw] {
            assert_eq!(new.part(id, message_id(3), part, at(6)).await, old.part(id, message_id(3), part, at(6)).await);
        }
    }
    let (theirs, ours) = (new.webhook(inbox_id(1), at(6)).await, old.webhook(inbox_id(1), at(6)).await);
    assert!(theirs.unwrap().unwrap() == ours.unwrap().unwrap());
    assert_eq!(new.destination(&address_key(2), at(6)).await.err(), Some(Unreachable::Expired));
    assert_eq!(new.destination(&address_key(1), at(6)).await.unwrap().inbox, inbox_id(1));
    let debts = |owed: Vec<crate::ports::Owed>| owed.iter().map(|owed| format!("{owed:?}")).collect::<Vec<_>>();
    let (theirs, ours) = (new.owed(&NONE, 9, at(6)).await.unwrap(), old.owed(&NONE, 9, at(6)).await.unwrap());
    assert_eq!(debts(theirs), debts(ours));
    assert_eq!((new.weight(), new.status()), (old.weight(), old.status()));
    let again = sent(&new);
    assert_eq!(again.len(), sent(&old).len());
    assert!(sent(&old).iter().all(|piece| again.contains(piece)));
    // What was brought to the old store once is not stored again at the new one.
    let room = new.reserve(100 + MESSAGE_OVERHEAD).unwrap();
    new.put(sealed(1, 3, at(1), 100), room, at(6)).await.unwrap();
    assert_eq!(new.status().messages, old.status().messages);
}

#[tokio::test]
async fn a_frozen_store_changes_nothing_and_answers_nobody() {
    let store = full().await;
    let before = sent(&store);
    store.freeze();
    let id = inbox_id(1);
    assert_eq!(put(&store, 1, 50, at(9)).await, Err(PutError::Unavailable));
    let room = store.reserve(1).unwrap();
    assert_eq!(store.put(sealed(1, 51, at(9), PLENTY), room, at(9)).await, Err(PutError::Unavailable));
    assert_eq!(store.create(new_inbox(9, NOON)).await.err(), Some(CreateError::Unavailable));
    assert_eq!(store.delete_message(id, message_id(1), at(9)).await, Err(ReadError::Unavailable));
    assert_eq!(store.delete_inbox(id, at(9)).await, Err(ReadError::Unavailable));
    assert_eq!(store.extend(id, at(900_000), at(9)).await.err(), Some(ReadError::Unavailable));
    assert_eq!(store.list(id, None, 9, at(900_000)).await, Err(ReadError::Unavailable));
    assert_eq!(store.purge(at(900_000)).await, Err(ReadError::Unavailable));
    assert_eq!(store.owed(&NONE, 9, at(9)).await.err(), Some(ReadError::Unavailable));
    assert_eq!(store.destination(&address_key(1), at(9)).await.err(), Some(Unreachable::Unavailable));
    assert_eq!(sent(&store), before);
    store.thaw();
    put(&store, 1, 50, at(9)).await.unwrap();
}

#[tokio::test]
async fn without_an_edge_debts_lapse_and_with_a_new_one_all_is_owed() {
    let old = full().await;
    let local = MemoryStore::for_edge(plenty(), Edge::None);
    receive(&local, &sent(&old)).unwrap();
    assert_eq!(local.status().owed, 0);
    assert!(local.owed(&NONE, 9, at(6)).await.unwrap().is_empty());
    let pushed = MemoryStore::new(plenty());
    receive(&pushed, &sent(&local)).unwrap();
    let owed = pushed.owed(&NONE, 9, at(6)).await.unwrap();
    assert!(
        owed.iter().any(|owed| matches!(owed, crate::ports::Owed::Update { record, .. } if record.id == inbox_id(3)))
    );
}

#[tokio::test]
async fn the_receivers_budget_holds() {
    let old = full().await;
    let octets = old.weight().octets;
    // Past the mark for new mail, yet within the cap.
    let fits = MemoryStore::new(Budget::new(octets * 16, 1));
    receive(&fits, &sent(&old)).unwrap();
    assert_eq!(fits.weight(), old.weight());
    let tight = MemoryStore::new(Budget::new(octets - 1, octets - 1));
    assert!(matches!(receive(&tight, &sent(&old)), Err(ImportError::NoRoom(_))));
    assert!(tight.admits(octets).is_err());
    let used = tight.weight();
    assert!(tight.admits(1).is_ok() && tight.weight() == used, "asking takes nothing");
}

#[tokio::test]
async fn what_is_malformed_or_misplaced_is_refused() {
    let old = full().await;
    let pieces = sent(&old);
    for (head, body) in &pieces {
        for cut in 0..head.len() {
            assert_eq!(MemoryStore::new(plenty()).import(&head[..cut], body), Err(ImportError::Malformed));
        }
        let long = [head.as_slice(), &[0]].concat();
        assert_eq!(MemoryStore::new(plenty()).import(&long, body), Err(ImportError::Malformed));
    }
    assert_eq!(MemoryStore::new(plenty()).import(&[99], &Bytes::new()), Err(ImportError::Malformed));
    // A message without its inbox; an inbox, and its address, twice; a message twice.
    let of = |kind: u8| pieces.iter().filter(|(head, _)| head[0] == kind).cloned().collect::<Vec<_>>();
    let new = MemoryStore::new(plenty());
    assert_eq!(receive(&new, &of(2)), Err(ImportError::Misplaced));
    receive(&new, &pieces).unwrap();
    for kind in [1, 2, 5] {
        assert_eq!(receive(&new, &of(kind)), Err(ImportError::Misplaced), "kind {kind}");
    }
    let mut inbox = of(1).remove(0);
    inbox.0[1..17].copy_from_slice(InboxId::from_bytes([77; 16]).as_bytes());
    assert_eq!(new.import(&inbox.0, &inbox.1), Err(ImportError::Misplaced), "the address is another's");
}
