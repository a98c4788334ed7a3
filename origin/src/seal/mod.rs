//! Readable parts in, sealed parts out. Pure but for `aws_lc`, which brings primitives in assembly.
//!
//! This stage never keeps plaintext: what it reads it borrows, what it writes is closed.

pub mod aws_lc;
mod deflate;
mod json;
mod record;

use bytes::Bytes;
use protocol::{
    id::{InboxId, MessageId},
    sealing::{Binding, MessageParts, Sealer, primitives::Primitives},
    time::Timestamp,
};
use rand_core::CryptoRng;

use crate::mail::{Accepted, Destination, Plaintext};
use deflate::{Packed, pack, pack_owned};

pub use record::{SealedRecord, seal_record};

/// A message that only its inbox's owner can open.
#[derive(Clone)]
pub struct Sealed {
    inbox: InboxId,
    id: MessageId,
    received_at: Timestamp,
    summary: Bytes,
    content: Bytes,
    raw: Bytes,
}

impl Sealed {
    /// Any octets as sealed parts, for tests and benches of what comes after.
    #[cfg(any(test, feature = "bench"))]
    #[must_use]
    pub fn of_parts(
        inbox: InboxId,
        id: MessageId,
        received_at: Timestamp,
        [summary, content, raw]: [Bytes; 3],
    ) -> Self {
        Self { inbox, id, received_at, summary, content, raw }
    }

    /// Whose.
    #[must_use]
    pub fn inbox(&self) -> InboxId {
        self.inbox
    }
    /// Which.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.id
    }
    /// When it came.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }
    /// The sealed summary.
    #[must_use]
    pub fn summary(&self) -> &Bytes {
        &self.summary
    }
    /// The sealed content.
    #[must_use]
    pub fn content(&self) -> &Bytes {
        &self.content
    }
    /// The sealed raw message.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }
    /// Octets of all parts.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.summary.len() + self.content.len() + self.raw.len()
    }
}

/// A message written out and deflated once, to be sealed for each of its recipients. Wiped when dropped.
pub struct Ready<'a> {
    received_at: Timestamp,
    summary_json: Plaintext,
    summary: Packed<'a>,
    content: Packed<'a>,
    raw: Packed<'a>,
}

/// Writes a message's parts out and deflates what gains by it. What a message's recipients share is done
/// here, once.
#[must_use]
pub fn prepare(accepted: &Accepted) -> Ready<'_> {
    // Plain structures of strings and numbers: JSON has a form for every value that they can have. Were
    // that to change, an empty object would be sealed, and the raw message would still be whole.
    let empty = |_| Plaintext::from(b"{}".to_vec());
    let summary_json = json::summary(accepted.summary()).unwrap_or_else(empty);
    let content = json::content(accepted.content()).unwrap_or_else(empty);
    Ready {
        received_at: accepted.received_at(),
        summary: pack_owned(summary_json.clone()),
        summary_json,
        content: pack_owned(content),
        raw: pack(accepted.raw()),
    }
}

impl Ready<'_> {
    /// Seals the message for one recipient, under an encapsulation of its own.
    #[must_use]
    pub fn seal(
        &self,
        destination: &Destination,
        id: MessageId,
        primitives: &dyn Primitives,
        rng: &mut impl CryptoRng,
    ) -> Sealed {
        let binding = Binding { inbox: destination.inbox, message: id };
        let sealer = Sealer::with(primitives, &destination.public_key, binding, rng);
        // Each copy tells its own recipient's tag and nobody else's.
        let tagged = destination.tag.as_deref().and_then(|tag| json::with_tag(&self.summary_json, tag).ok());
        let tagged = tagged.map(pack_owned);
        let summary = tagged.as_ref().unwrap_or(&self.summary);
        let parts = sealer.seal_message(MessageParts {
            summary: summary.payload(),
            content: self.content.payload(),
            raw: self.raw.payload(),
        });
        Sealed {
            inbox: destination.inbox,
            id,
            received_at: self.received_at,
            summary: parts.summary.into(),
            content: parts.content.into(),
            raw: parts.raw.into(),
        }
    }
}

#[cfg(test)]
mod tests;
