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
    message::Part,
    sealing::{Binding, MessageParts, Sealer, primitives::Primitives},
    time::Timestamp,
    wrap::{Epoch, EpochKey, WrapKey},
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
    wrap_key: WrapKey,
    summary: Bytes,
    content: Bytes,
    raw: Bytes,
    octets: usize,
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
        let octets = summary.len() + content.len() + raw.len();
        Self { inbox, id, received_at, wrap_key: WrapKey::filled(|_| {}), summary, content, raw, octets }
    }

    /// The same, for an inbox with this key.
    #[cfg(any(test, feature = "bench"))]
    #[must_use]
    pub fn under(self, wrap_key: WrapKey) -> Self {
        Self { wrap_key, ..self }
    }

    /// As it is stored: each part wrapped where it lies, under `key` of its hour and its inbox's own.
    #[must_use]
    pub fn wrap(self, key: &EpochKey, primitives: &dyn Primitives) -> Self {
        let binding = Binding { inbox: self.inbox, message: self.id };
        let key = self.wrap_key.message(Epoch::of(self.received_at), key, binding);
        let wrap = |part, sealed| {
            let mut octets = Vec::from(sealed);
            key.wrap(primitives, part, &mut octets);
            Bytes::from(octets)
        };
        let (summary, content) = (wrap(Part::Summary, self.summary), wrap(Part::Content, self.content));
        Self { summary, content, raw: wrap(Part::Raw, self.raw), ..self }
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
    /// Octets of all parts as they were sealed; what wrapping adds is counted with the message's overhead.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.octets
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
        let octets = parts.summary.len() + parts.content.len() + parts.raw.len();
        Sealed {
            inbox: destination.inbox,
            id,
            received_at: self.received_at,
            wrap_key: destination.wrap_key.clone(),
            octets,
            summary: parts.summary.into(),
            content: parts.content.into(),
            raw: parts.raw.into(),
        }
    }
}

#[cfg(test)]
mod tests;
