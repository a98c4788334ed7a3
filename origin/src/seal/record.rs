//! A delivery record as only its inbox's owner can read it.
//!
//! Bounded whatever it is told: texts are cut, so that no record is longer than `protocol::limits::DELIVERY_OCTETS`.

use bytes::Bytes;
use protocol::{
    delivery::DeliveryRecord,
    id::{InboxId, MessageId},
    message::Part,
    sealing::{Binding, Payload, Sealer, primitives::Primitives},
    time::Timestamp,
    wrap::{Epoch, EpochKey, WrapKey},
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    limits::{RECORD_DOMAIN_OCTETS, RECORD_REPLY_OCTETS},
    mail::Destination,
};

/// A sealed [`DeliveryRecord`].
#[derive(Clone)]
pub struct SealedRecord {
    inbox: InboxId,
    id: MessageId,
    at: Timestamp,
    wrap_key: WrapKey,
    sealed: Bytes,
    octets: usize,
}

impl SealedRecord {
    /// Any octets as a sealed record, for tests of what comes after.
    #[cfg(test)]
    #[must_use]
    pub fn of_octets(inbox: InboxId, id: MessageId, at: Timestamp, sealed: Bytes) -> Self {
        Self { inbox, id, at, wrap_key: WrapKey::filled(|_| {}), octets: sealed.len(), sealed }
    }

    /// The same, for an inbox with this key.
    #[cfg(test)]
    #[must_use]
    pub fn under(self, wrap_key: WrapKey) -> Self {
        Self { wrap_key, ..self }
    }

    /// As it is stored: wrapped where it lies, under `key` of its hour and its inbox's own.
    #[must_use]
    pub fn wrap(self, key: &EpochKey, primitives: &dyn Primitives) -> Self {
        let binding = Binding { inbox: self.inbox, message: self.id };
        let key = self.wrap_key.message(Epoch::of(self.at), key, binding);
        let mut octets = Vec::from(self.sealed);
        key.wrap(primitives, Part::Delivery, &mut octets);
        Self { sealed: octets.into(), ..self }
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
    /// When the attempt failed.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
    /// Its sealed octets.
    #[must_use]
    pub fn sealed(&self) -> &Bytes {
        &self.sealed
    }
    /// How many there were when it was sealed; what wrapping adds is counted with the record's overhead.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.octets
    }
}

/// Seals a record to one of the recipients that the attempt was for, under an encapsulation of its own.
#[must_use]
pub fn seal_record(
    record: DeliveryRecord,
    destination: &Destination,
    id: MessageId,
    primitives: &dyn Primitives,
    rng: &mut impl CryptoRng,
) -> SealedRecord {
    let at = record.at;
    let record = DeliveryRecord {
        sender_domain: record.sender_domain.map(|domain| plain(&domain, RECORD_DOMAIN_OCTETS)),
        reply: plain(&record.reply, RECORD_REPLY_OCTETS),
        ..record
    };
    // Texts and numbers: JSON has a form for each of them.
    let json = Zeroizing::new(serde_json::to_vec(&record).unwrap_or_default());
    let binding = Binding { inbox: destination.inbox, message: id };
    let sealer = Sealer::with(primitives, &destination.public_key, binding, rng);
    let sealed = sealer.seal(Part::Delivery, Payload::Identity(&json));
    SealedRecord {
        inbox: destination.inbox,
        id,
        at,
        wrap_key: destination.wrap_key.clone(),
        octets: sealed.len(),
        sealed: sealed.into(),
    }
}

/// The beginning of a text, without what JSON writes at length.
fn plain(text: &str, octets: usize) -> String {
    let mut plain = text.chars().filter(|c| !c.is_control()).collect::<String>();
    plain.truncate(plain.floor_char_boundary(octets));
    plain
}

#[cfg(test)]
mod tests;
