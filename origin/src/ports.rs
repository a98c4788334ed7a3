//! What the stages ask of each other and of the world, as traits. Adapters are named in `app.rs` alone.

mod lookups;

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    address::{Address, Domain},
    batch::{Deletion, InboxRecord, IndexEntry},
    capability::ReadTokenHash,
    cursor::{Seq, Since},
    id::{InboxId, MessageId},
    message::{Part, SealedEntry},
    sealing::PublicKey,
    time::Timestamp,
};

pub use lookups::{Exchange, Lookup, Resolver};

use crate::{
    budget::{NoRoom, Reservation},
    mail::{AddressKey, Destination, Received, Sealed, Stored},
    verdict::{Deferral, Refusal},
};

/// The time of day. The one implementation that reads a real clock is `clock.rs`.
pub trait Clock: Send + Sync {
    /// Now; never runs backwards, but for the clock that signatures are dated by.
    fn now(&self) -> Timestamp;
}

/// Chance. The one implementation that asks the operating system is `chance.rs`.
pub trait Chance: Send + Sync {
    /// Fills `out` with octets that nobody can foretell.
    fn fill(&self, out: &mut [u8]);
}

/// A [`Chance`] as the generator that cryptographic crates take.
pub struct Draw<'a>(pub &'a dyn Chance);

impl rand_core::TryRng for Draw<'_> {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(out);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Draw<'_> {}

/// What intake asks of everything behind it. `pipeline.rs` implements it.
#[async_trait]
pub trait Reception: Send + Sync {
    /// Finds the inbox of a recipient.
    ///
    /// # Errors
    /// [`Unreachable`], one variant a reply.
    async fn destination(&self, recipient: &Address) -> Result<Destination, Unreachable>;

    /// Whether mail for `domain` is ours at all.
    fn serves(&self, domain: &Domain) -> bool;

    /// Promises memory for a message, before `354`.
    ///
    /// # Errors
    /// [`NoRoom`]: `452 4.3.1`.
    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom>;

    /// Judges, seals and stores. `Stored` means that the store has every copy: only then is `250` said.
    async fn deliver(&self, message: Received, room: Reservation) -> Delivery;

    /// The same for a sender who is told of each recipient, in their order (RFC 2033 §4.2), and who brings the
    /// message again only for those that did not get it.
    async fn deliver_each(&self, message: Received, room: Reservation) -> Vec<Delivery>;

    /// What came to pass at the door, to be counted.
    fn at_the_door(&self, _what: Door) {}
}

/// What comes to pass at intake's door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A session began.
    Opened,
    /// A session ended.
    Closed,
    /// A connection was turned away before it became a session.
    TurnedAway,
}

/// Why a recipient gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// No such inbox: `550 5.1.1`.
    #[error("no such inbox")]
    Unknown,
    /// It was there and has ended: `550 5.2.1`.
    #[error("the inbox has ended")]
    Expired,
    /// It holds as many messages as it can: `452 4.2.2`.
    #[error("the inbox is full")]
    Full,
    /// Nobody can say: `451 4.3.0`.
    #[error("the store does not answer")]
    Unavailable,
}

/// What became of a message at the end of its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Every recipient's inbox has it.
    Stored,
    /// Refused for good.
    Refused(Refusal),
    /// Put off.
    Deferred(Deferral),
}

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
    /// Its address, sealed to its owner.
    pub sealed_address: Bytes,
    /// The domain of its address.
    pub domain: Domain,
    /// When it is made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An inbox as the store has it.
#[derive(Clone)]
pub struct Inbox {
    /// Which.
    pub id: InboxId,
    /// What listing is proved against.
    pub read_token_hash: ReadTokenHash,
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

    /// Deletes one message.
    async fn delete_message(&self, id: InboxId, message: MessageId, now: Timestamp) -> Result<Seq, ReadError>;

    /// Ends an inbox at once.
    async fn delete_inbox(&self, id: InboxId, now: Timestamp) -> Result<(), ReadError>;

    /// Sets a later end; an earlier one than it has changes nothing.
    async fn extend(&self, id: InboxId, until: Timestamp, now: Timestamp) -> Result<Inbox, ReadError>;

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

/// The way to the edge.
#[async_trait]
pub trait EdgeLink: Send + Sync {
    /// Sends one encoded batch, signed afresh; returns once the edge has confirmed all of it.
    ///
    /// # Errors
    /// [`PushError`]: whether to try the same again is in the variant.
    async fn push(&self, body: Bytes) -> Result<(), PushError>;
}

/// Why a push failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// No connection, no answer in time, or a 5xx: try again.
    #[error("the edge does not answer")]
    Unavailable,
    /// 429: try again, no sooner than this.
    #[error("the edge asks for {0:?} of patience")]
    Busy(protocol::time::Millis),
    /// 4xx: our key, our clock or our form is wrong; an operator must look. Tried again, slowly.
    #[error("the edge refuses with status {0}")]
    Refused(u16),
}
