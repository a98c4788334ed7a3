//! Delivery records: changes of their inbox, few, gone on time, and never in the way of mail.

use protocol::{
    batch::DeliveryEntry,
    cursor::{Cursor, Seq, Since},
    limits::{INBOX_DELIVERIES, INBOX_LIFE, INBOX_MESSAGES},
};

use super::*;
use crate::{
    limits::{RECORD_OVERHEAD, RECORDS_SHARE},
    mail::SealedRecord,
    ports::{Deliveries, ReadError, Unreachable},
};

const OCTETS: usize = 100;

fn record(inbox: u8, n: u16, now: Timestamp) -> SealedRecord {
    let fill = u8::try_from(n % 251).unwrap();
    SealedRecord::of_octets(inbox_id(inbox), message_id(n), now, Bytes::from(vec![fill; OCTETS])).under(wrap_key(inbox))
}

async fn note(store: &dyn Store, inbox: u8, n: u16, now: Timestamp) -> Result<Seq, PutError> {
    store.note(record(inbox, n, now), now).await
}

async fn noted(store: &dyn Store, since: Option<Since>, now: Timestamp) -> (Vec<MessageId>, Seq) {
    let Deliveries { entries, cursor } = store.deliveries(inbox_id(1), since, now).await.unwrap();
    (entries.into_iter().map(|noted| noted.entry.id).collect(), cursor)
}

pub(crate) async fn a_record_is_a_change_of_its_inbox(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    put(&*store, 1, 1, at(1)).await.unwrap();
    assert_eq!(note(&*store, 1, 7, at(2)).await, Ok(Seq(2)));
    put(&*store, 1, 2, at(3)).await.unwrap();
    assert_eq!(note(&*store, 1, 8, at(4)).await, Ok(Seq(4)));
    assert_eq!(note(&*store, 1, 7, at(5)).await, Ok(Seq(2)), "told twice, kept once");
    let entries = store.deliveries(inbox_id(1), None, at(5)).await.unwrap().entries;
    assert_eq!(
        entries.iter().map(|noted| (noted.seq, noted.entry.at)).collect::<Vec<_>>(),
        [(Seq(2), at(2)), (Seq(4), at(4))]
    );
    assert_eq!(entries[1].entry.sealed.as_slice(), [8; OCTETS]);
    let after = |seq| Some(Since::Cursor(Cursor(Seq(seq))));
    assert_eq!(noted(&*store, after(2), at(5)).await, (vec![message_id(8)], Seq(4)));
    assert_eq!(noted(&*store, Some(Since::Time(at(2))), at(5)).await, (vec![message_id(8)], Seq(4)));
    assert_eq!(noted(&*store, after(4), at(5)).await, (vec![], Seq(4)));
    let listing = store.list(inbox_id(1), after(3), 10, at(5)).await.unwrap();
    assert_eq!((listing.messages.len(), listing.deleted.len(), listing.cursor), (0, 0, Seq(4)));
    assert_eq!(store.status().messages, 2, "a record is no message");
    assert_eq!(store.deliveries(inbox_id(9), None, NOON).await, Err(ReadError::NotFound));
    assert_eq!(note(&*store, 9, 1, NOON).await, Err(PutError::Gone));
}

pub(crate) async fn a_record_lapses_at_the_very_millisecond(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let empty = store.status().used;
    store.extend(inbox_id(1), at(30).plus(INBOX_LIFE), at(30)).await.unwrap();
    note(&*store, 1, 7, at(1)).await.unwrap();
    assert_eq!(store.status().used, empty + OCTETS + RECORD_OVERHEAD);
    let end = at(1).plus(INBOX_LIFE);
    assert_eq!(noted(&*store, None, before(end)).await.0, [message_id(7)]);
    assert_eq!(noted(&*store, None, end).await, (vec![], Seq(1)), "an end that is no change");
    assert_eq!(store.status().used, empty);
    assert_eq!(store.inbox(inbox_id(1), end).await.unwrap().seq, Seq(1));
    assert_eq!(store.purge(end).await, Ok(Some(at(30).plus(INBOX_LIFE))));
}

pub(crate) async fn a_records_lapse_is_told_to_the_purge(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    store.extend(inbox_id(1), at(30).plus(INBOX_LIFE), at(30)).await.unwrap();
    note(&*store, 1, 7, at(1)).await.unwrap();
    assert_eq!(store.purge(at(2)).await, Ok(Some(at(1).plus(INBOX_LIFE))));
}

pub(crate) async fn the_oldest_record_goes_for_the_latest(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let most = u16::try_from(INBOX_DELIVERIES).unwrap();
    for n in 0..most {
        note(&*store, 1, n, at(n.into())).await.unwrap();
    }
    let used = store.status().used;
    note(&*store, 1, most, at(most.into())).await.unwrap();
    let (kept, cursor) = noted(&*store, None, at(most.into())).await;
    assert_eq!((kept.len(), kept[0], cursor), (INBOX_DELIVERIES, message_id(1), Seq(u64::from(most) + 1)));
    assert_eq!(store.status().used, used);
    settle_all(&*store, at(most.into())).await;
    // The first to lapse now is the second that came.
    store.extend(inbox_id(1), NOON.plus(INBOX_LIFE).plus(INBOX_LIFE), at(100)).await.unwrap();
    assert_eq!(store.purge(at(100)).await, Ok(Some(at(1).plus(INBOX_LIFE))));
}

pub(crate) async fn records_end_with_their_inbox(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    store.delete_inbox(inbox_id(1), at(1)).await.unwrap();
    let ended = store.status().used;
    make_inbox(&*store, 2, NOON).await;
    note(&*store, 2, 7, at(1)).await.unwrap();
    store.delete_inbox(inbox_id(2), at(2)).await.unwrap();
    assert_eq!(store.status().used, 2 * ended);
    assert_eq!(store.deliveries(inbox_id(2), None, at(3)).await, Err(ReadError::Gone));
    assert_eq!(note(&*store, 2, 8, at(3)).await, Err(PutError::Gone));
    let anew = NOON.plus(INBOX_LIFE).plus(INBOX_LIFE);
    assert_eq!(store.purge(anew).await, Ok(None), "nothing of it is left to lapse");
}

pub(crate) async fn records_are_owed_with_their_inbox(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    settle_all(&*store, NOON).await;
    note(&*store, 1, 7, at(1)).await.unwrap();
    let owed = store.owed(&NONE, 4, at(2)).await.unwrap();
    let [Owed::Update { record, blobs, removed, since, .. }] = &owed[..] else { panic!("one update") };
    assert_eq!((record.seq, *since, blobs.len(), removed.len()), (Seq(1), at(1), 0, 0));
    let known = store.deliveries(inbox_id(1), None, at(2)).await.unwrap().entries;
    let noted = |entries: &[DeliveryEntry]| {
        entries.iter().map(|entry| (entry.seq, entry.entry.id, entry.entry.at)).collect::<Vec<_>>()
    };
    assert_eq!(noted(&record.deliveries), noted(&known));
    let told = receipt(&owed[0]);
    note(&*store, 1, 8, at(3)).await.unwrap();
    store.settle(vec![told]).await.unwrap();
    assert_eq!(store.status().owed_since, Some(at(3)), "what came meanwhile stays owed");
    settle_all(&*store, at(4)).await;
    assert_eq!(store.status().owed, 0);
}

pub(crate) async fn a_record_wakes_its_waiters(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let waiting = store.changed(inbox_id(1), Seq::START);
    let (woken, noted) = tokio::join!(waiting, note(&*store, 1, 7, at(1)));
    assert_eq!((woken, noted), (Ok(()), Ok(Seq(1))));
}

pub(crate) async fn records_leave_room_for_mail(make: Make<'_>) {
    let of = OCTETS + RECORD_OVERHEAD;
    let inboxes = 2 * crate::limits::INBOX_OVERHEAD;
    let store = make(Budget::new(RECORDS_SHARE * 3 * of, inboxes + 10 * of));
    make_inbox(&*store, 1, NOON).await;
    make_inbox(&*store, 2, NOON).await;
    for n in 0..3 {
        note(&*store, 1, n, NOON).await.unwrap();
    }
    assert!(matches!(note(&*store, 2, 3, NOON).await, Err(PutError::NoRoom(_))), "their share is spent");
    let rest = store.reserve(7 * of).unwrap();
    drop(rest);
    store.delete_inbox(inbox_id(1), NOON).await.unwrap();
    let rest = store.reserve(inboxes + 10 * of - store.status().used).unwrap();
    assert!(matches!(note(&*store, 2, 4, NOON).await, Err(PutError::NoRoom(_))), "mail is past the mark");
    drop(rest);
    note(&*store, 2, 5, NOON).await.unwrap();
}

pub(crate) async fn the_owner_of_a_full_inbox_is_found(make: Make<'_>) {
    let store = fresh(make);
    let end = make_inbox(&*store, 1, NOON).await.expires_at;
    for n in 0..u16::try_from(INBOX_MESSAGES).unwrap() {
        put(&*store, 1, n, NOON).await.unwrap();
    }
    assert_eq!(store.destination(&address_key(1), NOON).await.err(), Some(Unreachable::Full));
    assert_eq!(store.owner(&address_key(1), NOON).await.unwrap().inbox, inbox_id(1));
    assert_eq!(store.owner(&address_key(2), NOON).await.err(), Some(Unreachable::Unknown));
    assert_eq!(store.owner(&address_key(1), end).await.err(), Some(Unreachable::Expired));
}
