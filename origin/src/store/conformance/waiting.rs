//! Waiting: nobody misses a change, nobody is woken for nothing.

use std::{future::Future, pin::Pin, task::Poll};

use protocol::{cursor::Seq, limits::INBOX_LIFE};

use super::*;
use crate::{limits::GONE_MEMORY, ports::ReadError};

/// Polls once; a future that waits is enlisted by then.
async fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

pub(crate) async fn a_change_wakes_its_waiters(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    make_inbox(&*store, 17, NOON).await;
    let mut first = store.changed(inbox_id(1), Seq(0));
    let mut second = store.changed(inbox_id(1), Seq(1));
    let mut other = store.changed(inbox_id(17), Seq(0));
    assert!(poll_once(&mut first).await.is_pending());
    assert!(poll_once(&mut second).await.is_pending());
    assert!(poll_once(&mut other).await.is_pending());
    put(&*store, 1, 1, NOON).await.unwrap();
    assert_eq!(first.await, Ok(()));
    assert!(poll_once(&mut second).await.is_pending(), "it waits for a change beyond the first");
    assert!(poll_once(&mut other).await.is_pending());
    store.delete_message(inbox_id(1), message_id(1), NOON).await.unwrap();
    assert_eq!(second.await, Ok(()));
}

pub(crate) async fn what_has_changed_needs_no_waiting(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, NOON).await.unwrap();
    // An engine beyond a socket takes a moment, and no change.
    assert_eq!(store.changed(inbox_id(1), Seq(0)).await, Ok(()));
}

pub(crate) async fn an_end_wakes_its_waiters(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    make_inbox(&*store, 2, NOON).await;
    let mut deleted = store.changed(inbox_id(1), Seq(0));
    let mut expired = store.changed(inbox_id(2), Seq(0));
    assert!(poll_once(&mut deleted).await.is_pending());
    assert!(poll_once(&mut expired).await.is_pending());
    store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    assert_eq!(deleted.await, Err(ReadError::Gone));
    store.purge(NOON.plus(INBOX_LIFE)).await.unwrap();
    assert_eq!(expired.await, Err(ReadError::Gone));
}

pub(crate) async fn a_waiter_for_nothing_is_told(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    assert_eq!(store.changed(inbox_id(1), Seq(0)).await, Err(ReadError::Gone));
    assert_eq!(store.changed(inbox_id(2), Seq(0)).await, Err(ReadError::NotFound));
}

pub(crate) async fn what_comes_to_be_owed_is_heard(make: Make<'_>) {
    let store = fresh(make);
    let mut owing = store.owing();
    assert!(poll_once(&mut owing).await.is_pending());
    make_inbox(&*store, 1, NOON).await;
    owing.await;
    store.owing().await; // Still: nobody has asked.
    settle_all(&*store, NOON).await;
    let mut owing = store.owing();
    assert!(poll_once(&mut owing).await.is_pending());
    put(&*store, 1, 1, NOON).await.unwrap();
    owing.await;
}

pub(crate) async fn what_was_asked_for_is_not_heard_again(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    store.owed(&NONE, 10, NOON).await.unwrap();
    let mut owing = store.owing();
    assert!(poll_once(&mut owing).await.is_pending(), "unsettled, yet asked for");
    make_inbox(&*store, 2, NOON).await;
    owing.await;
    store.owed(&NONE, 10, NOON).await.unwrap();
    let mut owing = store.owing();
    assert!(poll_once(&mut owing).await.is_pending());
    store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    owing.await;
}

pub(crate) async fn purge_tells_when_to_come_again(make: Make<'_>) {
    let store = fresh(make);
    assert_eq!(store.purge(NOON).await, Ok(None));
    store.create(NewInbox { expires_at: at(60), ..new_inbox(1, NOON) }).await.unwrap();
    make_inbox(&*store, 2, NOON).await;
    put(&*store, 2, 1, NOON).await.unwrap();
    assert_eq!(store.purge(NOON).await, Ok(Some(at(60))));
    assert_eq!(store.purge(at(60)).await, Ok(Some(NOON.plus(INBOX_LIFE))));
    store.delete_inbox(inbox_id(2), at(61)).await.unwrap();
    assert_eq!(store.purge(at(61)).await, Ok(Some(at(60).plus(GONE_MEMORY))));
    assert_eq!(store.purge(at(60).plus(GONE_MEMORY)).await, Ok(Some(at(61).plus(GONE_MEMORY))));
}
