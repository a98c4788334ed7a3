//! What every store must do, as checks over any [`Store`] in virtual time.
//!
//! An engine's tests call `suite!` with a function that makes an empty store over a given budget; each check becomes a
//! test of its own, named for what it shows.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use protocol::{
    address::{Address, Domain, Local},
    batch::IndexEntry,
    capability::ReadTokenHash,
    cursor::Seq,
    id::{InboxId, MessageId},
    limits::INBOX_LIFE,
    sealing::{KeyPair, PublicKey, Suite},
    time::{Millis, Timestamp},
    wrap::WrapKey,
};

use crate::{
    budget::Budget,
    limits::MESSAGE_OVERHEAD,
    mail::{AddressHasher, AddressKey, Sealed, Stored},
    ports::{Inbox, NewInbox, Owed, PutError, Receipt, Store},
};

pub(crate) mod debts;
pub(crate) mod inboxes;
pub(crate) mod listing;
pub(crate) mod messages;
pub(crate) mod model;
pub(crate) mod records;
pub(crate) mod room;
pub(crate) mod waiting;
pub(crate) mod webhooks;

/// Makes an empty store over a budget.
pub(crate) type Make<'a> = &'a (dyn Fn(Budget) -> Arc<dyn Store> + Sync);

/// Midday of some day.
pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// One millisecond.
pub(crate) const TICK: Millis = Millis::from_millis(1);

/// Room for whatever a check may need.
pub(crate) const PLENTY: usize = 64 * 1024 * 1024;

/// Everything is asked for.
pub(crate) static NONE: LazyLock<HashSet<InboxId>> = LazyLock::new(HashSet::new);

static KEY: LazyLock<Arc<PublicKey>> =
    LazyLock::new(|| Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key()));

/// An empty store with plenty of room.
pub(crate) fn fresh(make: Make<'_>) -> Arc<dyn Store> {
    make(Budget::new(PLENTY, PLENTY))
}

/// That many seconds after [`NOON`].
pub(crate) fn at(secs: u64) -> Timestamp {
    NOON.plus(Millis::from_secs(secs))
}

/// The instant right before.
pub(crate) fn before(then: Timestamp) -> Timestamp {
    Timestamp::from_millis(then.as_millis() - 1)
}

/// The `n`th inbox's id.
pub(crate) fn inbox_id(n: u8) -> InboxId {
    InboxId::from_bytes([n; 16])
}

/// The `n`th message's id.
pub(crate) fn message_id(n: u16) -> MessageId {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    MessageId::from_bytes(bytes)
}

/// The key of the `n`th inbox's address.
pub(crate) fn address_key(n: u8) -> AddressKey {
    let local = Local::parse(&format!("reader{n}")).unwrap();
    AddressHasher::new(&[1; 32]).key(&Address::new(local, Domain::parse("mail.example").unwrap()))
}

/// What the `n`th inbox's content is wrapped under.
pub(crate) fn wrap_key(n: u8) -> WrapKey {
    WrapKey::filled(|key| key.fill(n))
}

/// The `n`th inbox, to be made at `now` for 24 hours.
pub(crate) fn new_inbox(n: u8, now: Timestamp) -> NewInbox {
    NewInbox {
        id: inbox_id(n),
        key: address_key(n),
        public_key: Arc::clone(&KEY),
        read_token_hash: ReadTokenHash::from_bytes([n; 32]),
        wrap_key: wrap_key(n),
        sealed_address: Bytes::from(vec![n; 40]),
        domain: Domain::parse("mail.example").unwrap(),
        created_at: now,
        expires_at: now.plus(INBOX_LIFE),
        webhook: None,
    }
}

/// Makes the `n`th inbox at `now`.
pub(crate) async fn make_inbox(store: &dyn Store, n: u8, now: Timestamp) -> Inbox {
    store.create(new_inbox(n, now)).await.unwrap()
}

/// A sealed message whose three parts have `octets` in all, none of them empty.
pub(crate) fn sealed(inbox: u8, message: u16, received_at: Timestamp, octets: usize) -> Sealed {
    let fill = u8::try_from(message % 251).unwrap();
    let parts = [vec![fill; 3], vec![fill; 5], vec![fill; octets - 8]].map(Bytes::from);
    Sealed::of_parts(inbox_id(inbox), message_id(message), received_at, parts).under(wrap_key(inbox))
}

/// Puts message `m` of 100 octets into inbox `n`, with a reservation that fits it.
pub(crate) async fn put(store: &dyn Store, n: u8, m: u16, now: Timestamp) -> Result<Stored, PutError> {
    let room = store.reserve(100 + MESSAGE_OVERHEAD).unwrap();
    store.put(sealed(n, m, now, 100), room, now).await
}

/// What an index says beside sealed octets: the edge gets those as they lie, a reader as they were sealed.
pub(crate) fn told(entries: &[IndexEntry]) -> Vec<(Seq, MessageId, Timestamp)> {
    entries.iter().map(|entry| (entry.seq, entry.entry.id, entry.entry.received_at)).collect()
}

/// The receipt of an edge that has taken all of `owed`.
pub(crate) fn receipt(owed: &Owed) -> Receipt {
    match owed {
        Owed::Update { record, blobs, removed, .. } => Receipt::Updated {
            inbox: record.id,
            seq: record.seq,
            expires_at: record.expires_at,
            blobs: blobs.clone(),
            removed: removed.clone(),
        },
        Owed::Erase { inbox, .. } => Receipt::Erased { inbox: *inbox },
    }
}

/// Confirms all that is owed at `now`.
pub(crate) async fn settle_all(store: &dyn Store, now: Timestamp) {
    loop {
        let owed = store.owed(&NONE, 16, now).await.unwrap();
        if owed.is_empty() {
            return;
        }
        store.settle(owed.iter().map(receipt).collect()).await.unwrap();
    }
}

/// Turns each check into a test over the engine that `$make` makes.
macro_rules! suite {
    ($make:expr) => {
        $crate::store::conformance::suite! { $make, 256 }
    };
    // So many histories are played: fewer where each step crosses a socket.
    ($make:expr, $histories:expr) => {
        $crate::store::conformance::suite! { $make, $histories =>
            inboxes: a_made_inbox_is_found_by_id_and_by_address, an_address_is_nobody_elses, an_id_is_used_once,
                what_never_was_is_unknown, an_inbox_ends_at_the_very_millisecond, a_deleted_inbox_is_gone_at_once,
                an_end_is_remembered_for_a_day, an_extension_sets_a_later_end_only;
            messages: a_message_is_read_part_by_part, putting_twice_keeps_one, a_deleted_message_does_not_come_back,
                a_message_expires_at_the_very_millisecond, an_extension_carries_a_message_to_its_own_end,
                a_full_inbox_takes_no_more, an_ended_inbox_takes_nothing, the_absent_is_not_found;
            listing: a_cursor_goes_on_where_it_stopped, a_limit_stops_before_the_first_left_out,
                an_instant_lists_what_came_after_it, deletions_are_listed_in_their_place, an_expiry_is_a_deletion;
            room: new_mail_stops_at_the_high_water_mark, what_is_kept_is_counted_to_the_octet,
                everything_comes_back, the_last_guard_drops_the_soonest_to_expire,
                the_last_guard_drops_nothing_in_vain, an_inbox_needs_room;
            records: a_record_is_a_change_of_its_inbox, a_record_lapses_at_the_very_millisecond,
                a_records_lapse_is_told_to_the_purge, the_oldest_record_goes_for_the_latest,
                records_end_with_their_inbox, records_are_owed_with_their_inbox, a_record_wakes_its_waiters,
                records_leave_room_for_mail, the_owner_of_a_full_inbox_is_found;
            debts: all_changes_are_one_debt, only_what_is_confirmed_is_settled, an_erasure_supersedes_updates,
                a_deleted_messages_blobs_are_not_pushed, an_extension_is_owed, the_oldest_debt_comes_first,
                those_left_out_are_left_out, an_expiry_is_owed_unpurged, removals_of_an_end_are_settled_in_parts,
                a_receipt_of_nothing_changes_nothing;
            waiting: a_change_wakes_its_waiters, what_has_changed_needs_no_waiting, an_end_wakes_its_waiters,
                a_waiter_for_nothing_is_told, what_comes_to_be_owed_is_heard, what_was_asked_for_is_not_heard_again,
                purge_tells_when_to_come_again;
            webhooks: a_webhook_is_its_inboxes, a_message_says_whether_its_owner_is_told, a_webhook_is_set_and_removed,
                a_webhook_ends_with_its_inbox, a_webhook_takes_no_room_of_its_own;
        }
    };
    ($make:expr, $histories:expr => $($file:ident: $($check:ident),+;)+) => {
        $($(
            #[tokio::test]
            async fn $check() {
                $crate::store::conformance::$file::$check(&$make).await;
            }
        )+)+

        #[test]
        fn any_history_ends_as_the_model_says() {
            $crate::store::conformance::model::any_history_ends_as_the_model_says(&$make, $histories);
        }
    };
}
pub(crate) use suite;
