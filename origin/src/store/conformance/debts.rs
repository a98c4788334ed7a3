//! What is owed to the edge: coalesced, in order, cleared by what it confirms and nothing else.

use protocol::{cursor::Seq, limits::INBOX_LIFE};

use super::*;
use crate::limits::GONE_MEMORY;

async fn owed(store: &dyn Store, now: Timestamp) -> Vec<Owed> {
    store.owed(&NONE, 64, now).await.unwrap()
}

async fn one(store: &dyn Store, now: Timestamp) -> Owed {
    let mut owed = owed(store, now).await;
    assert_eq!(owed.len(), 1, "{owed:?}");
    owed.remove(0)
}

fn update(owed: Owed) -> (Seq, Vec<MessageId>, Vec<MessageId>, Timestamp) {
    match owed {
        Owed::Update { record, blobs, removed, since, .. } => (record.seq, blobs, removed, since),
        Owed::Erase { .. } => panic!("an erasure"),
    }
}

pub(crate) async fn all_changes_are_one_debt(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(2)).await.unwrap();
    store.delete_message(inbox_id(1), message_id(1), at(3)).await.unwrap();
    let Owed::Update { record, blobs, removed, since, .. } = one(&*store, at(3)).await else { panic!("an erasure") };
    assert_eq!((blobs, removed, since), (vec![message_id(2)], vec![message_id(1)], NOON));
    assert_eq!((record.id, record.seq, record.region.as_str()), (inbox_id(1), Seq(3), ""));
    assert_eq!((record.created_at, record.expires_at), (NOON, NOON.plus(INBOX_LIFE)));
    assert_eq!(record.read_token_hash.as_slice(), [1; 32]);
    let listing = store.list(inbox_id(1), None, 10, at(3)).await.unwrap();
    assert_eq!((told(&record.entries), record.deleted), (told(&listing.messages), listing.deleted));
    assert_eq!((store.status().owed, store.status().owed_since), (1, Some(NOON)));
    settle_all(&*store, at(3)).await;
    assert_eq!((store.status().owed, store.status().owed_since), (0, None));
}

pub(crate) async fn only_what_is_confirmed_is_settled(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(2)).await.unwrap();
    let told = receipt(&one(&*store, at(2)).await);
    store.delete_message(inbox_id(1), message_id(1), at(3)).await.unwrap();
    put(&*store, 1, 3, at(4)).await.unwrap();
    store.settle(vec![told.clone()]).await.unwrap();
    let (seq, blobs, removed, since) = update(one(&*store, at(4)).await);
    assert_eq!((seq, since), (Seq(4), at(3)), "the debt is as old as its oldest change");
    assert_eq!((blobs, removed), (vec![message_id(3)], vec![message_id(1)]));
    store.settle(vec![told]).await.unwrap();
    assert_eq!(update(one(&*store, at(4)).await).0, Seq(4), "a receipt again clears nothing more");
    let Receipt::Updated { inbox, expires_at, .. } = receipt(&one(&*store, at(4)).await) else { panic!() };
    let record_alone = Receipt::Updated { inbox, seq: Seq(4), expires_at, blobs: vec![], removed: vec![] };
    store.settle(vec![record_alone]).await.unwrap();
    let (_, blobs, removed, _) = update(one(&*store, at(4)).await);
    assert_eq!((blobs, removed), (vec![message_id(3)], vec![message_id(1)]), "blobs are owed until they are confirmed");
    settle_all(&*store, at(4)).await;
    assert!(owed(&*store, at(4)).await.is_empty());
}

pub(crate) async fn an_erasure_supersedes_updates(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(2)).await.unwrap();
    let told = receipt(&one(&*store, at(2)).await);
    store.delete_message(inbox_id(1), message_id(1), at(3)).await.unwrap();
    store.delete_inbox(inbox_id(1), at(4)).await.unwrap();
    store.settle(vec![told]).await.unwrap();
    let Owed::Erase { inbox, mut removed, gone_until, since } = one(&*store, at(4)).await else { panic!("an update") };
    removed.sort_unstable();
    assert_eq!((inbox, since, gone_until), (inbox_id(1), at(4), at(4).plus(GONE_MEMORY)));
    assert_eq!(removed, [message_id(1), message_id(2)], "every message whose blobs the edge may have");
    store.settle(vec![Receipt::Erased { inbox }]).await.unwrap();
    assert!(owed(&*store, at(4)).await.is_empty());
}

pub(crate) async fn a_deleted_messages_blobs_are_not_pushed(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    settle_all(&*store, NOON).await;
    put(&*store, 1, 1, at(1)).await.unwrap();
    store.delete_message(inbox_id(1), message_id(1), at(2)).await.unwrap();
    let (seq, blobs, removed, since) = update(one(&*store, at(2)).await);
    assert_eq!((seq, blobs, removed, since), (Seq(2), vec![], vec![message_id(1)], at(1)));
}

pub(crate) async fn an_extension_is_owed(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let told = receipt(&one(&*store, NOON).await);
    store.extend(inbox_id(1), at(1).plus(INBOX_LIFE), at(1)).await.unwrap();
    store.settle(vec![told]).await.unwrap();
    let Owed::Update { record, since, .. } = one(&*store, at(1)).await else { panic!("an erasure") };
    assert_eq!((record.expires_at, since), (at(1).plus(INBOX_LIFE), at(1)));
    settle_all(&*store, at(1)).await;
    store.extend(inbox_id(1), at(1), at(2)).await.unwrap();
    assert!(owed(&*store, at(2)).await.is_empty(), "what changes nothing is not owed");
}

pub(crate) async fn the_oldest_debt_comes_first(make: Make<'_>) {
    let store = fresh(make);
    for (n, secs) in [(3, 1), (1, 2), (2, 3)] {
        make_inbox(&*store, n, at(secs)).await;
    }
    put(&*store, 3, 1, at(9)).await.unwrap();
    let first = store.owed(&NONE, 2, at(9)).await.unwrap();
    let order = first.iter().map(receipt).map(|receipt| match receipt {
        Receipt::Updated { inbox, .. } | Receipt::Erased { inbox } => inbox,
    });
    assert_eq!(order.collect::<Vec<_>>(), [inbox_id(3), inbox_id(1)]);
    assert_eq!((store.status().owed, store.status().owed_since), (3, Some(at(1))));
    assert!(store.owed(&NONE, 0, at(9)).await.unwrap().is_empty());
}

pub(crate) async fn those_left_out_are_left_out(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    make_inbox(&*store, 2, at(1)).await;
    let but = HashSet::from([inbox_id(1)]);
    let told = store.owed(&but, 1, at(1)).await.unwrap();
    assert!(matches!(&told[..], [Owed::Update { record, .. }] if record.id == inbox_id(2)));
    assert_eq!(store.status().owed, 2);
}

pub(crate) async fn an_expiry_is_owed_unpurged(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, at(1)).await.unwrap();
    store.extend(inbox_id(1), at(50).plus(INBOX_LIFE), at(2)).await.unwrap();
    settle_all(&*store, at(2)).await;
    let message_end = at(1).plus(INBOX_LIFE);
    assert!(owed(&*store, before(message_end)).await.is_empty());
    let (seq, blobs, removed, since) = update(one(&*store, message_end).await);
    assert_eq!((seq, blobs, removed, since), (Seq(2), vec![], vec![message_id(1)], message_end));
    settle_all(&*store, message_end).await;
    let end = at(50).plus(INBOX_LIFE);
    let told = one(&*store, end).await;
    assert!(matches!(told, Owed::Erase { since, removed, .. } if since == end && removed.is_empty()));
    let forgotten = end.plus(GONE_MEMORY);
    assert!(owed(&*store, forgotten).await.is_empty(), "the edge's copies have lapsed by themselves");
}

pub(crate) async fn removals_of_an_end_are_settled_in_parts(make: Make<'_>) {
    let store = fresh(make);
    let inbox = make_inbox(&*store, 1, NOON).await.id;
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(1)).await.unwrap();
    store.delete_inbox(inbox, at(2)).await.unwrap();
    let part = Receipt::Updated { inbox, seq: Seq(2), expires_at: at(2), blobs: vec![], removed: vec![message_id(1)] };
    store.settle(vec![part]).await.unwrap();
    let Owed::Erase { removed, .. } = one(&*store, at(2)).await else { panic!("an update") };
    assert_eq!(removed, [message_id(2)]);
}

pub(crate) async fn a_receipt_of_nothing_changes_nothing(make: Make<'_>) {
    let store = fresh(make);
    let end = make_inbox(&*store, 1, NOON).await.expires_at;
    let of = |n, seq| Receipt::Updated {
        inbox: inbox_id(n),
        seq: Seq(seq),
        expires_at: end,
        blobs: vec![message_id(1)],
        removed: vec![message_id(2)],
    };
    let strange =
        vec![of(9, 1), of(1, 7), Receipt::Erased { inbox: inbox_id(1) }, Receipt::Erased { inbox: inbox_id(9) }];
    store.settle(strange).await.unwrap();
    assert_eq!(update(one(&*store, NOON).await).0, Seq(0));
}
