//! What the origin pushes to the edge, and how the edge knows that it was the origin.
//!
//! ```text
//!  body: "MFB2" | head length (u32, big endian) | head (JSON, [`Head`]) | blob | blob | … | keys | keys | …
//!
//!  mayfly-region:    the region's name
//!  mayfly-key:       key id (16 hex digits: the beginning of SHA-256 of the public key)
//!  mayfly-time:      milliseconds since the Unix epoch
//!  mayfly-nonce:     16 octets in base64url, fresh for every attempt
//!  mayfly-signature: Ed25519 (RFC 8032) in base64url over
//!                    "mayfly batch v1" LF region LF key LF time LF nonce LF SHA-256(body) in hex
//! ```
//!
//! Every update carries the whole index of its inbox, so that applying one twice, or a later one
//! without an earlier one, ends in the same state: what is at the edge is always a prefix of history.
//!
//! All mail in a batch is wrapped ([`crate::wrap`]). The keys that take the wrapping off come behind it, in octets and
//! not in the head, so that no text ever holds one: for each inbox that [`Head::keys`] names its address's, then
//! one for each hour. The signature says who sent them; that nobody else reads them is for the channel to see to (TLS).

mod form;
mod signature;

use serde::{Deserialize, Serialize};

pub use self::{
    form::{encode, encode_with_keys},
    signature::{KeyId, Signature, SigningKey, VerifyingKey, header},
};
use crate::{
    bytes::Base64,
    cursor::Seq,
    delivery::SealedDelivery,
    id::{InboxId, MessageId},
    message::{Part, SealedEntry},
    time::Timestamp,
    wrap::{Epoch, InboxKeys},
};

/// What a batch says, before its blobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// One entry an inbox, none twice.
    #[serde(deserialize_with = "form::inboxes")]
    pub inboxes: Vec<Change>,
    /// The blobs that follow the head, in this order.
    #[serde(deserialize_with = "form::blobs")]
    pub blobs: Vec<BlobHead>,
    /// Whose keys follow the blobs, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "form::keys")]
    pub keys: Vec<KeyHead>,
}

/// What became of one inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase", try_from = "form::Flat")]
pub enum Change {
    /// It is as `record` says; `removed` messages are gone, their blobs with them.
    Update {
        /// The inbox and its index.
        record: Box<InboxRecord>,
        /// Messages deleted since the last update.
        removed: Vec<MessageId>,
    },
    /// It has expired or was erased: nothing of it may stay.
    Erase {
        /// Which inbox.
        inbox: InboxId,
        /// The messages whose blobs are to go.
        removed: Vec<MessageId>,
        /// Until when the edge answers `410`.
        gone_until: Timestamp,
    },
}

/// An inbox as the edge keeps it: no address, no person, sealed bytes only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxRecord {
    /// Which inbox.
    pub id: InboxId,
    /// Its home region.
    pub region: String,
    /// SHA-256 of the read token.
    pub read_token_hash: Base64,
    /// Its address, sealed to its owner ([`Part::Address`]).
    pub sealed_address: Base64,
    /// The domain of its address.
    pub domain: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The last change that this record includes.
    pub seq: Seq,
    /// All its messages, oldest first.
    #[serde(deserialize_with = "form::entries")]
    pub entries: Vec<IndexEntry>,
    /// Messages deleted within its life: what a reader at an older cursor must be told.
    #[serde(deserialize_with = "form::deleted")]
    pub deleted: Vec<Deletion>,
    /// Attempts at delivery that failed of late, oldest first. Left out where there are none: an edge that does not
    /// know of them yet reads such records still.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "form::deliveries")]
    pub deliveries: Vec<DeliveryEntry>,
}

/// One message in the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexEntry {
    /// The change with which it came.
    pub seq: Seq,
    /// What a listing shows of it.
    pub entry: SealedEntry,
}

/// One deleted message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// The change with which it went.
    pub seq: Seq,
    /// Which message.
    pub id: MessageId,
}

/// One delivery record in the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryEntry {
    /// The change with which it came.
    pub seq: Seq,
    /// The record, closed.
    pub entry: SealedDelivery,
}

/// What a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobHead {
    /// Whose.
    pub inbox: InboxId,
    /// Of which message.
    pub message: MessageId,
    /// [`Part::Content`] or [`Part::Raw`].
    pub part: Part,
    /// Its length in octets.
    pub len: u32,
}

/// Whose keys follow, and for which hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyHead {
    /// Whose.
    pub inbox: InboxId,
    /// The hours, in order.
    #[serde(deserialize_with = "form::epochs")]
    pub epochs: Vec<Epoch>,
}

/// A parsed batch; blobs borrow from the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<'a> {
    /// The changes.
    pub changes: Vec<Change>,
    /// Each blob with what it is.
    pub blobs: Vec<(BlobHead, &'a [u8])>,
    /// What reads them.
    pub keys: Vec<(InboxId, InboxKeys)>,
}

/// The path at the edge that takes batches.
pub const PATH: &str = "/sync/v1/batch";

/// Why a batch is refused. None of it says more to the sender than its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// A header is missing or malformed.
    #[error("the signature's headers are incomplete or malformed")]
    Headers,
    /// No such region, or not this region's key.
    #[error("no such key")]
    Key,
    /// Signed too long ago, or in the future.
    #[error("signed {skew_ms} ms away from the edge's clock; at most {limit_ms} ms are allowed")]
    Stale {
        /// How far away.
        skew_ms: u64,
        /// The window.
        limit_ms: u64,
    },
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Forged,
    /// Longer than its bound.
    #[error("{len} octets; at most {limit}")]
    TooLarge {
        /// How long.
        len: usize,
        /// The bound.
        limit: usize,
    },
    /// Not of the documented form.
    #[error("malformed: {0}")]
    Malformed(&'static str),
}

#[cfg(test)]
mod tests;
