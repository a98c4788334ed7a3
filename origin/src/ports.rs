//! What the stages ask of each other and of the world, as traits. Adapters are named in `app.rs` alone.

mod admissions;
mod attempt;
mod challenges;
mod jobs;
mod keyring;
mod lookups;
mod store;
mod webhooks;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    address::{Address, Domain},
    time::Timestamp,
};

pub use admissions::{Admissions, Uncountable};
pub use attempt::{Attempt, reason};
pub use challenges::{ChallengeAnswers, ChallengeToken, ChallengeZone, ZoneError};
pub use jobs::{
    Claimed, DeadJob, DeadReason, EnqueueError, Enqueued, Flow, Handler, Job, JobId, Jobs, JobsError, Lapse, NewJob,
    NotAJobId, Outcome, Payload, PayloadTooLong, Priority, Queue, QueueStatus, Retry, RetryPolicy, Settled, Ticket,
};
pub use keyring::{Keyring, KeyringError, ReadingKeys};
pub use lookups::{Exchange, Lookup, Resolver};
pub use store::{
    CreateError, Deliveries, Inbox, Listing, NewInbox, Owed, PutError, ReadError, Receipt, Store, StoreStatus,
    WebhookChange,
};
pub use webhooks::{Courier, SignedEvent, Unanswered, WebhookAnswer};

use crate::{
    budget::{NoRoom, Reservation},
    mail::{Destination, Received},
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

    /// The inbox of a recipient that [`Unreachable::Full`] was said of, if it is told: so that its owner may learn of it.
    async fn full(&self, _recipient: &Address) -> Option<Destination> {
        None
    }

    /// An attempt failed before there was a message to deliver. Takes no time worth naming and never fails: the reply
    /// does not wait for it.
    fn failed(&self, _attempt: Attempt) {}

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
