//! Messages: kept once, read part by part, gone on time.

use protocol::{
    cursor::Seq,
    limits::{INBOX_LIFE, INBOX_MESSAGES},
    message::Part,
};

use super::*;
use crate::{
    mail::Notice,
    ports::{ReadError, Unreachable},
};

pub(crate) async fn a_message_is_read_part_by_part(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let stored = put(&*store, 1, 4, at(1)).await.unwrap();
    assert_eq!(stored, Stored { inbox: inbox_id(1), id: message_id(4), seq: Seq(1), notice: Notice::Unwanted });
    let sealed = sealed(1, 4, at(1), 100);
    let entry = store.entry(inbox_id(1), message_id(4), at(1)).await.unwrap();
    assert_eq!((entry.id, entry.received_at), (message_id(4), at(1)));
    assert_eq!(entry.size, u64::try_from(sealed.raw().len()).unwrap());
    assert_eq!(entry.sealed.summary.as_slice(), &sealed.summary()[..]);
    assert_eq!(entry.sealed.content, None);
    for (part, octets) in
        [(Part::Summary, sealed.summary()), (Part::Content, sealed.content()), (Part::Raw, sealed.raw())]
    {
        assert_eq!(store.part(inbox_id(1), message_id(4), part, at(1)).await.unwrap(), octets);
    }
    let address = store.part(inbox_id(1), message_id(4), Part::Address, at(1)).await;
    assert_eq!(address, Err(ReadError::NotFound));
}

pub(crate) async fn putting_twice_keeps_one(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let first = put(&*store, 1, 1, at(1)).await.unwrap();
    let used = store.status().used;
    assert_eq!(put(&*store, 1, 1, at(2)).await.unwrap(), first);
    let room = store.reserve(1).unwrap();
    assert_eq!(store.put(sealed(1, 1, at(3), 100), room, at(3)).await.unwrap(), first);
    assert_eq!((store.status().messages, store.status().used), (1, used));
    assert_eq!(store.inbox(inbox_id(1), at(3)).await.unwrap().seq, first.seq);
}

pub(crate) async fn a_deleted_message_does_not_come_back(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, at(1)).await.unwrap();
    assert_eq!(store.delete_message(inbox_id(1), message_id(1), at(2)).await, Ok(Seq(2)));
    put(&*store, 1, 1, at(3)).await.unwrap();
    assert_eq!(store.entry(inbox_id(1), message_id(1), at(3)).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.inbox(inbox_id(1), at(3)).await.unwrap().seq, Seq(2));
}

pub(crate) async fn a_message_expires_at_the_very_millisecond(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    store.extend(inbox_id(1), NOON.plus(INBOX_LIFE).plus(INBOX_LIFE), NOON).await.unwrap();
    put(&*store, 1, 1, at(1)).await.unwrap();
    let end = at(1).plus(INBOX_LIFE);
    assert!(store.part(inbox_id(1), message_id(1), Part::Raw, before(end)).await.is_ok());
    assert_eq!(store.part(inbox_id(1), message_id(1), Part::Raw, end).await, Err(ReadError::NotFound));
    assert_eq!(store.entry(inbox_id(1), message_id(1), end).await.err(), Some(ReadError::NotFound));
    assert!(store.list(inbox_id(1), None, 10, end).await.unwrap().messages.is_empty());
    assert_eq!(store.inbox(inbox_id(1), end).await.unwrap().seq, Seq(2));
}

pub(crate) async fn an_extension_carries_a_message_to_its_own_end(make: Make<'_>) {
    let store = fresh(make);
    store.create(NewInbox { expires_at: at(60), ..new_inbox(1, NOON) }).await.unwrap();
    put(&*store, 1, 1, at(1)).await.unwrap();
    store.extend(inbox_id(1), at(30).plus(INBOX_LIFE), at(30)).await.unwrap();
    let end = at(1).plus(INBOX_LIFE);
    assert!(store.entry(inbox_id(1), message_id(1), before(end)).await.is_ok());
    assert_eq!(store.entry(inbox_id(1), message_id(1), end).await.err(), Some(ReadError::NotFound));
    assert!(store.inbox(inbox_id(1), end).await.is_ok());
}

pub(crate) async fn a_full_inbox_takes_no_more(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let full = u16::try_from(INBOX_MESSAGES).unwrap();
    for message in 0..full {
        assert!(store.destination(&address_key(1), NOON).await.is_ok());
        put(&*store, 1, message, NOON).await.unwrap();
    }
    assert_eq!(store.destination(&address_key(1), NOON).await.err(), Some(Unreachable::Full));
    let used = store.status().used;
    assert_eq!(put(&*store, 1, full, NOON).await, Err(PutError::InboxFull));
    assert!(put(&*store, 1, 0, NOON).await.is_ok(), "what it has already, it may be told again");
    assert_eq!(store.status().used, used);
    store.delete_message(inbox_id(1), message_id(3), NOON).await.unwrap();
    assert!(store.destination(&address_key(1), NOON).await.is_ok());
    put(&*store, 1, full, NOON).await.unwrap();
}

pub(crate) async fn an_ended_inbox_takes_nothing(make: Make<'_>) {
    let store = fresh(make);
    let end = make_inbox(&*store, 1, NOON).await.expires_at;
    assert!(put(&*store, 1, 1, before(end)).await.is_ok());
    assert_eq!(put(&*store, 1, 2, end).await, Err(PutError::Gone));
}

pub(crate) async fn the_absent_is_not_found(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    make_inbox(&*store, 2, NOON).await;
    put(&*store, 2, 1, NOON).await.unwrap();
    let (id, message) = (inbox_id(1), message_id(1));
    assert_eq!(store.entry(id, message, NOON).await.err(), Some(ReadError::NotFound));
    assert_eq!(store.part(id, message, Part::Raw, NOON).await, Err(ReadError::NotFound));
    assert_eq!(store.delete_message(id, message, NOON).await, Err(ReadError::NotFound));
    store.delete_message(inbox_id(2), message, NOON).await.unwrap();
    assert_eq!(store.delete_message(inbox_id(2), message, NOON).await, Err(ReadError::NotFound));
}
