//! The store's port, and the nouns that it speaks in.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    address::Domain,
    batch::{Deletion, DeliveryEntry, InboxRecord, IndexEntry},
    capability::ReadTokenHash,
    cursor::{Seq, Since},
    id::{InboxId, MessageId},
    message::{Part, SealedEntry},
    sealing::PublicKey,
    time::Timestamp,
    webhook::Webhook,
    wrap::WrapKey,
};

use crate::{
    budget::{NoRoom, Reservation},
    mail::{AddressKey, Destination, Sealed, SealedRecord, Stored},
    ports::Unreachable,
};

/// An inbox to be made.
#[derive(Clone)]
pub struct NewInbox {
    /// Which.
    pub id: InboxId,
    /// What its address is found by.
    pub key: AddressKey,
    /// What its mail is sealed to.
    pub public_key: Arc<PublicKey>,
    /// What listing is proved against.
    pub read_token_hash: ReadTokenHash,
    /// What is stored of it is wrapped under: drawn for it, and destroyed with it.
    pub wrap_key: WrapKey,
    /// Its address, sealed to its owner.
    pub sealed_address: Bytes,
    /// The domain of its address.
    pub domain: Domain,
    /// When it is made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Where its owner is told of mail, if anywhere.
    pub webhook: Option<Arc<Webhook>>,
}

/// What becomes of an inbox's webhook.
#[derive(Clone, Debug)]
pub enum WebhookChange {
    /// This one takes the place of any other.
    Set(Arc<Webhook>),
    /// There is none any more.
    Remove,
    /// There is none any more if it is still this one: its owner may have set another meanwhile.
    RemoveThis(Arc<Webhook>),
}

/// An inbox as the store has it.
#[derive(Clone)]
pub struct Inbox {
    /// Which.
    pub id: InboxId,
    /// What listing is proved against.
    pub read_token_hash: ReadTokenHash,
    /// What is stored of it is wrapped under.
    pub wrap_key: WrapKey,
    /// Its address, sealed to its owner.
    pub sealed_address: Bytes,
    /// The domain of its address.
    pub domain: Domain,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Its last change.
    pub seq: Seq,
}

/// Changes of an inbox after some point, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Messages that came.
    pub messages: Vec<IndexEntry>,
    /// Messages that went.
    pub deleted: Vec<Deletion>,
    /// All up to here is in this listing or was before it.
    pub cursor: Seq,
}

/// An inbox's delivery records after some point, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliveries {
    /// The records.
    pub entries: Vec<DeliveryEntry>,
    /// All up to here is told, or has lapsed.
    pub cursor: Seq,
}

/// Why an inbox is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// The address is somebody's.
    #[error("the address is taken")]
    AddressTaken,
    /// The id is in use: the same capability was used before.
    #[error("the inbox exists")]
    InboxExists,
    /// No room for another.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// The store does not answer.
    #[error("the store does not answer")]
    Unavailable,
}

/// Why something is not read or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such inbox or message, and was not of late.
    #[error("not found")]
    NotFound,
    /// The inbox has ended.
    #[error("gone")]
    Gone,
    /// The store does not answer. Never to be shown as an empty inbox.
    #[error("the store does not answer")]
    Unavailable,
}

/// Why a message is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// The inbox is unknown or has ended.
    #[error("the inbox has ended")]
    Gone,
    /// The inbox holds as many messages as it can.
    #[error("the inbox is full")]
    InboxFull,
    /// The message needs more than was reserved and there is no more.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// The store does not answer.
    #[error("the store does not answer")]
    Unavailable,
}

/// One inbox that the edge is behind with, and what brings it up to date.
#[derive(Clone, Debug)]
pub enum Owed {
    /// Its record as it is now, the messages whose blobs the edge lacks, and those that went.
    Update {
        /// The record; `region` is filled in by sync.
        record: Box<InboxRecord>,
        /// What all of it is wrapped under.
        wrap_key: WrapKey,
        /// Messages whose content and raw part the edge lacks, oldest first.
        blobs: Vec<MessageId>,
        /// Messages that went since the edge last confirmed.
        removed: Vec<MessageId>,
        /// When the oldest of these changes happened.
        since: Timestamp,
    },
    /// It has ended.
    Erase {
        /// Which.
        inbox: InboxId,
        /// Messages whose blobs the edge may have.
        removed: Vec<MessageId>,
        /// Until when `410` is said.
        gone_until: Timestamp,
        /// When it ended.
        since: Timestamp,
    },
}

/// What the edge has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// The inbox up to `seq`, and these messages' blobs.
    Updated {
        /// Which.
        inbox: InboxId,
        /// The record's last change.
        seq: Seq,
        /// The end of life that the record told: an extension is a change too.
        expires_at: Timestamp,
        /// Whose blobs it has now.
        blobs: Vec<MessageId>,
        /// Whose blobs it has no more.
        removed: Vec<MessageId>,
    },
    /// The inbox's end.
    Erased {
        /// Which.
        inbox: InboxId,
    },
}

/// How the store stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreStatus {
    /// Octets in use, reservations included.
    pub used: usize,
    /// The cap.
    pub cap: usize,
    /// Whether new mail is refused for want of room.
    pub past_high_water: bool,
    /// Living inboxes.
    pub inboxes: usize,
    /// Messages.
    pub messages: usize,
    /// Inboxes that the edge is behind with.
    pub owed: usize,
    /// When the oldest owed change happened.
    pub owed_since: Option<Timestamp>,
    /// Messages dropped by the last guard, ever: anything but zero is an alarm.
    pub evicted: u64,
}

/// Where sealed mail is kept. One conformance suite (`store::conformance`) holds for every implementation.
///
/// Every call that names `now` treats what has expired by then as gone, purged or not. Every change
/// and its outbox entry are one atomic step.
#[async_trait]
pub trait Store: Send + Sync {
    /// Promises memory for new mail.
    ///
    /// # Errors
    /// [`NoRoom`] past the high-water mark.
    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom>;

    /// Makes an inbox; owed to the edge at once.
    async fn create(&self, inbox: NewInbox) -> Result<Inbox, CreateError>;

    /// Finds the inbox of an address; the destination has no tag.
    async fn destination(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable>;

    /// One inbox.
    async fn inbox(&self, id: InboxId, now: Timestamp) -> Result<Inbox, ReadError>;

    /// Keeps a message: parts, index and outbox entry in one step. Idempotent by message id.
    /// It lives for 24 hours or as long as its inbox, whichever is shorter.
    async fn put(&self, message: Sealed, room: Reservation, now: Timestamp) -> Result<Stored, PutError>;

    /// Changes after `since` (all where none is given), at most `limit` messages.
    async fn list(&self, id: InboxId, since: Option<Since>, limit: usize, now: Timestamp)
    -> Result<Listing, ReadError>;

    /// One message's index entry.
    async fn entry(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<SealedEntry, ReadError>;

    /// One sealed part.
    async fn part(&self, id: InboxId, message: MessageId, part: Part, now: Timestamp) -> Result<Bytes, ReadError>;

    /// Finds the inbox of an address, whether it is full or not: to tell its owner, not to deliver.
    async fn owner(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable>;

    /// Keeps a delivery record, which is a change of the inbox. It lives for 24 hours or as long as its inbox, and
    /// beyond `protocol::limits::INBOX_DELIVERIES` of them the oldest go; neither end is a change. Idempotent by id.
    ///
    /// # Errors
    /// [`PutError::NoRoom`] past the high-water mark, and where all records together have their share of the budget:
    /// a record never takes the place of mail.
    async fn note(&self, record: SealedRecord, now: Timestamp) -> Result<Seq, PutError>;

    /// The delivery records after `since` (all where none is given).
    async fn deliveries(&self, id: InboxId, since: Option<Since>, now: Timestamp) -> Result<Deliveries, ReadError>;

    /// Deletes one message.
    async fn delete_message(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<Seq, ReadError>;

    /// Ends an inbox at once.
    async fn delete_inbox(&self, id: InboxId, now: Timestamp) -> Result<(), ReadError>;

    /// Sets a later end; an earlier one than it has changes nothing.
    async fn extend(&self, id: InboxId, until: Timestamp, now: Timestamp) -> Result<Inbox, ReadError>;

    /// The inbox's webhook, if it has one: gone with its inbox, and nowhere else than here.
    async fn webhook(&self, id: InboxId, now: Timestamp) -> Result<Option<Arc<Webhook>>, ReadError>;

    /// Sets or removes the inbox's webhook; no change that readers or the edge are told.
    async fn set_webhook(&self, id: InboxId, change: WebhookChange, now: Timestamp) -> Result<Inbox, ReadError>;

    /// Waits until the inbox has a change after `beyond`, or has ended. The caller sets the deadline;
    /// dropping the future costs nothing.
    async fn changed(&self, id: InboxId, beyond: Seq) -> Result<(), ReadError>;

    /// Drops what has expired by `now`; returns when the next thing will.
    async fn purge(&self, now: Timestamp) -> Result<Option<Timestamp>, ReadError>;

    /// Up to `limit` inboxes that the edge is behind with, oldest debt first, leaving out those in `but`
    /// (on their way just now, or resting). Fewer may be told at a time; none are only where none are owed.
    async fn owed(&self, but: &HashSet<InboxId>, limit: usize, now: Timestamp) -> Result<Vec<Owed>, ReadError>;

    /// Waits until an inbox comes to owe something, or comes to an end, that has not been asked for by `owed` since.
    async fn owing(&self);

    /// Notes what the edge has confirmed; changes that came meanwhile stay owed.
    async fn settle(&self, receipts: Vec<Receipt>) -> Result<(), ReadError>;

    /// How it stands.
    fn status(&self) -> StoreStatus;
}
