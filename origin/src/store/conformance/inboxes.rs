//! Inboxes: made, found, extended, ended, remembered.

use protocol::{limits::INBOX_LIFE, time::Millis};

use super::*;
use crate::{
    limits::GONE_MEMORY,
    ports::{CreateError, ReadError, Unreachable},
};

pub(crate) async fn a_made_inbox_is_found_by_id_and_by_address(make: Make<'_>) {
    let store = fresh(make);
    let made = make_inbox(&*store, 1, NOON).await;
    let found = store.inbox(inbox_id(1), NOON).await.unwrap();
    assert_eq!((found.id, found.seq, found.expires_at), (made.id, made.seq, NOON.plus(INBOX_LIFE)));
    assert_eq!(found.sealed_address, made.sealed_address);
    assert_eq!(found.read_token_hash, ReadTokenHash::from_bytes([1; 32]));
    let destination = store.destination(&address_key(1), NOON).await.unwrap();
    assert_eq!((destination.inbox, destination.tag), (inbox_id(1), None));
    assert_eq!(destination.public_key, new_inbox(1, NOON).public_key);
    assert_eq!(store.status().inboxes, 1);
}

pub(crate) async fn an_address_is_nobody_elses(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let second = NewInbox { key: address_key(1), ..new_inbox(2, NOON) };
    let used = store.status().used;
    assert_eq!(store.create(second).await.err(), Some(CreateError::AddressTaken));
    assert_eq!((store.status().inboxes, store.status().used), (1, used));
    assert_eq!(store.inbox(inbox_id(2), NOON).await.err(), Some(ReadError::NotFound));
}

pub(crate) async fn an_id_is_used_once(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let again = NewInbox { key: address_key(2), ..new_inbox(1, NOON) };
    assert_eq!(store.create(again.clone()).await.err(), Some(CreateError::InboxExists));
    store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    assert_eq!(store.create(again).await.err(), Some(CreateError::InboxExists));
    assert_eq!(store.destination(&address_key(2), NOON).await.err(), Some(Unreachable::Unknown));
}

pub(crate) async fn what_never_was_is_unknown(make: Make<'_>) {
    let store = fresh(make);
    let (id, message) = (inbox_id(9), message_id(9));
    assert_eq!(store.destination(&address_key(9), NOON).await.err(), Some(Unreachable::Unknown));
    assert_eq!(store.inbox(id, NOON).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.list(id, None, 10, NOON).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.entry(id, message, NOON).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.delete_message(id, message, NOON).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.delete_inbox(id, NOON).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.extend(id, at(9), NOON).await.err(), Some(ReadError::NotFound));
    assert_eq!(put(&*store, 9, 9, NOON).await, Err(PutError::Gone));
}

pub(crate) async fn an_inbox_ends_at_the_very_millisecond(make: Make<'_>) {
    let store = fresh(make);
    let end = at(60);
    store.create(NewInbox { expires_at: end, ..new_inbox(1, NOON) }).await.unwrap();
    assert!(store.inbox(inbox_id(1), before(end)).await.is_ok());
    assert!(store.destination(&address_key(1), before(end)).await.is_ok());
    assert_eq!(store.inbox(inbox_id(1), end).await.err(), Some(ReadError::Gone));
    assert_eq!(store.destination(&address_key(1), end).await.err(), Some(Unreachable::Expired));
    assert_eq!(store.list(inbox_id(1), None, 10, end).await.err(), Some(ReadError::Gone));
    assert_eq!(store.extend(inbox_id(1), at(600), end).await.err(), Some(ReadError::Gone));
    assert_eq!(store.delete_inbox(inbox_id(1), end).await.err(), Some(ReadError::Gone));
    assert_eq!(store.status().inboxes, 0);
}

pub(crate) async fn a_deleted_inbox_is_gone_at_once(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, NOON).await.unwrap();
    store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    assert_eq!(store.inbox(inbox_id(1), NOON).await.err(), Some(ReadError::Gone));
    assert_eq!(store.entry(inbox_id(1), message_id(1), NOON).await.err(), Some(ReadError::Gone));
    assert_eq!(store.destination(&address_key(1), NOON).await.err(), Some(Unreachable::Expired));
    assert_eq!(store.delete_inbox(inbox_id(1), NOON).await.err(), Some(ReadError::Gone));
    assert_eq!((store.status().inboxes, store.status().messages), (0, 0));
}

pub(crate) async fn an_end_is_remembered_for_a_day(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    store.delete_inbox(inbox_id(1), at(5)).await.unwrap();
    let forgotten = at(5).plus(GONE_MEMORY);
    let stranger = |now| NewInbox { key: address_key(1), ..new_inbox(2, now) };
    let early = store.create(stranger(before(forgotten))).await;
    assert_eq!(early.err(), Some(CreateError::AddressTaken), "no stranger gets the next user's mail");
    assert_eq!(store.inbox(inbox_id(1), before(forgotten)).await.err(), Some(ReadError::Gone));
    store.create(stranger(forgotten)).await.unwrap();
    assert_eq!(store.inbox(inbox_id(1), forgotten).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.destination(&address_key(1), forgotten).await.unwrap().inbox, inbox_id(2));
}

pub(crate) async fn an_extension_sets_a_later_end_only(make: Make<'_>) {
    let store = fresh(make);
    let end = make_inbox(&*store, 1, NOON).await.expires_at;
    let unchanged = store.extend(inbox_id(1), before(end), at(1)).await.unwrap();
    assert_eq!(unchanged.expires_at, end);
    let later = end.plus(Millis::from_secs(60));
    let extended = store.extend(inbox_id(1), later, at(1)).await.unwrap();
    assert_eq!((extended.expires_at, extended.seq), (later, unchanged.seq));
    assert!(store.inbox(inbox_id(1), before(later)).await.is_ok());
    assert_eq!(store.inbox(inbox_id(1), later).await.err(), Some(ReadError::Gone));
}
