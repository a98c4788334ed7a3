//! Listings: by cursor, by time, with a limit, deletions among them.

use protocol::{
    cursor::{Cursor, Seq, Since},
    limits::INBOX_LIFE,
};

use super::*;
use crate::ports::Listing;

fn after(seq: u64) -> Option<Since> {
    Some(Since::Cursor(Cursor(Seq(seq))))
}

fn ids(listing: &Listing) -> (Vec<MessageId>, Vec<MessageId>, u64) {
    let messages = listing.messages.iter().map(|entry| entry.entry.id).collect();
    (messages, listing.deleted.iter().map(|gone| gone.id).collect(), listing.cursor.0)
}

pub(crate) async fn a_cursor_goes_on_where_it_stopped(make: Make<'_>) {
    let store = fresh(make);
    let id = make_inbox(&*store, 1, NOON).await.id;
    assert_eq!(ids(&store.list(id, None, 10, NOON).await.unwrap()), (vec![], vec![], 0));
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(2)).await.unwrap();
    let first = store.list(id, None, 10, at(2)).await.unwrap();
    assert_eq!(ids(&first), (vec![message_id(1), message_id(2)], vec![], 2));
    assert_eq!(first.messages.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [Seq(1), Seq(2)]);
    put(&*store, 1, 3, at(3)).await.unwrap();
    let next = store.list(id, Some(Since::Cursor(Cursor(first.cursor))), 10, at(3)).await.unwrap();
    assert_eq!(ids(&next), (vec![message_id(3)], vec![], 3));
    assert_eq!(ids(&store.list(id, after(3), 10, at(3)).await.unwrap()), (vec![], vec![], 3));
}

pub(crate) async fn a_limit_stops_before_the_first_left_out(make: Make<'_>) {
    let store = fresh(make);
    let id = make_inbox(&*store, 1, NOON).await.id;
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(1)).await.unwrap();
    store.delete_message(id, message_id(1), at(2)).await.unwrap(); // Change 3.
    put(&*store, 1, 4, at(3)).await.unwrap();
    put(&*store, 1, 5, at(3)).await.unwrap();
    store.delete_message(id, message_id(2), at(4)).await.unwrap(); // Change 6.
    put(&*store, 1, 7, at(5)).await.unwrap();
    let one = store.list(id, None, 1, at(5)).await.unwrap();
    assert_eq!(ids(&one), (vec![message_id(4)], vec![message_id(1)], 4));
    let two = store.list(id, after(4), 1, at(5)).await.unwrap();
    assert_eq!(ids(&two), (vec![message_id(5)], vec![message_id(2)], 6));
    let rest = store.list(id, after(6), 1, at(5)).await.unwrap();
    assert_eq!(ids(&rest), (vec![message_id(7)], vec![], 7));
    let nothing = store.list(id, None, 0, at(5)).await.unwrap();
    assert_eq!(ids(&nothing), (vec![], vec![message_id(1)], 3));
}

pub(crate) async fn an_instant_lists_what_came_after_it(make: Make<'_>) {
    let store = fresh(make);
    let id = make_inbox(&*store, 1, NOON).await.id;
    for message in 1..=3 {
        put(&*store, 1, message, at(message.into())).await.unwrap();
    }
    let later = store.list(id, Some(Since::Time(at(1))), 10, at(3)).await.unwrap();
    assert_eq!(ids(&later), (vec![message_id(2), message_id(3)], vec![], 3));
    let limited = store.list(id, Some(Since::Time(at(1))), 1, at(3)).await.unwrap();
    assert_eq!(ids(&limited), (vec![message_id(2)], vec![], 2));
    let none = store.list(id, Some(Since::Time(at(3))), 10, at(3)).await.unwrap();
    assert_eq!(ids(&none), (vec![], vec![], 3));
}

pub(crate) async fn deletions_are_listed_in_their_place(make: Make<'_>) {
    let store = fresh(make);
    let id = make_inbox(&*store, 1, NOON).await.id;
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(2)).await.unwrap();
    let seq = store.delete_message(id, message_id(1), at(3)).await.unwrap();
    assert_eq!(seq, Seq(3));
    assert_eq!(ids(&store.list(id, after(2), 10, at(3)).await.unwrap()), (vec![], vec![message_id(1)], 3));
    assert_eq!(ids(&store.list(id, after(3), 10, at(3)).await.unwrap()), (vec![], vec![], 3));
    assert_eq!(ids(&store.list(id, None, 10, at(3)).await.unwrap()), (vec![message_id(2)], vec![message_id(1)], 3));
}

pub(crate) async fn an_expiry_is_a_deletion(make: Make<'_>) {
    let store = fresh(make);
    let id = make_inbox(&*store, 1, NOON).await.id;
    put(&*store, 1, 1, at(1)).await.unwrap();
    put(&*store, 1, 2, at(2)).await.unwrap();
    store.extend(id, at(2).plus(INBOX_LIFE).plus(INBOX_LIFE), at(2)).await.unwrap();
    let listing = store.list(id, after(2), 10, at(1).plus(INBOX_LIFE)).await.unwrap();
    assert_eq!(ids(&listing), (vec![], vec![message_id(1)], 3));
    let listing = store.list(id, after(3), 10, at(2).plus(INBOX_LIFE)).await.unwrap();
    assert_eq!(ids(&listing), (vec![], vec![message_id(2)], 4));
}
