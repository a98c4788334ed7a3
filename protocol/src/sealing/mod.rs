//! Sealing: HPKE base mode (RFC 9180), one fresh encapsulation a message, each part under its own key
//! from the context's exporter (§5.3).
//!
//! A sealed part on the wire and at rest:
//!
//! ```text
//!  0       1      2               2+Nenc                                    end-16
//!  +-------+------+---------------+-------------------------------------------+-----+
//!  | suite | part | encapsulation | ChaCha20 of the padded plaintext          | tag |
//!  +-------+------+---------------+-------------------------------------------+-----+
//! ```
//!
//! | suite | KEM (HPKE id) | public key | Nenc |
//! |---|---|---|---|
//! | 1 | X-Wing: ML-KEM-768 and X25519 (0x647a) | 1,216 octets | 1,120 octets |
//! | 2 | DHKEM(X25519, HKDF-SHA256) (0x0020) | 32 octets | 32 octets |
//!
//! Both with HKDF-SHA256 (0x0001) and ChaCha20-Poly1305 (0x0003).
//!
//! `part` is the number of a [`Part`](crate::message::Part): 1 summary, 2 content, 3 raw, 4 address, 5 delivery. What HPKE and the AEAD are
//! given, all of fixed length and put together without separators; texts are ASCII without a final zero:
//!
//! ```text
//!  info (47 octets)             = "mayfly seal v1" (14) | suite (1) | inbox id (16) | message id (16)
//!  exporter context (15 octets) = "mayfly part v1" (14) | part (1)
//!  Export(exporter context, 44) = key (32) | nonce (12)
//!  aad (34 octets)              = suite (1) | part (1) | inbox id (16) | message id (16)
//! ```
//!
//! The padded plaintext, 256 octets long or, above that, the next length that Padmé allows: with `E = floor(log2 L)`
//! of the unpadded length `L`, a multiple of `2^(E - floor(log2 E) - 1)`.
//!
//! ```text
//!  0                           4          5         5+length
//!  +---------------------------+----------+---------+---------------+
//!  | length, 32 bit big endian | encoding | payload | zeros         |
//!  +---------------------------+----------+---------+---------------+
//! ```
//!
//! `encoding` is 0 for a payload as it is, 1 for one in deflate (RFC 1951, no zlib header); `length` is the
//! payload's as it stands there. A reader takes any number of zeros and nothing else behind the payload.
//!
//! All parts of a message repeat the encapsulation, so that each is opened alone. A message's id and its
//! inbox's are bound twice, into the key (by `info`) and into the tag (by `aad`): whoever moves a part to another
//! message, inbox or kind of part has broken it. What sealing never does: say who sealed. Anyone who knows a
//! public key can seal to it, as anyone who knows an address can write to it.

mod exporter;
mod keys;
mod open;
mod padding;
pub mod primitives;
mod schedule;
mod seal;

pub use keys::{KeyPair, NotAKey, PublicKey};
pub use open::{OpenError, Opened};
pub use schedule::PartKey;
pub use seal::{MessageParts, Payload, Sealer};

use crate::id::{ID_OCTETS, InboxId, MessageId};

/// Octets of Poly1305's tag (RFC 8439 §2.8).
const TAG_OCTETS: usize = 16;

/// Octets before the encapsulation: suite and part.
const ENVELOPE_OCTETS: usize = 2;

/// Octets before the payload: its length and its encoding.
const HEADER_OCTETS: usize = 5;

/// Which algorithms: the first octet of every sealed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Suite {
    /// X-Wing (ML-KEM-768 and X25519) / HKDF-SHA256 / ChaCha20-Poly1305: the default.
    XWing = 1,
    /// DHKEM(X25519) / HKDF-SHA256 / ChaCha20-Poly1305: for emergency addresses, whose key must fit a local part.
    X25519 = 2,
}

impl Suite {
    /// The octet that stands for it.
    #[must_use]
    pub const fn octet(self) -> u8 {
        self as u8
    }

    /// The suite that `octet` stands for, if any does.
    #[must_use]
    pub const fn from_octet(octet: u8) -> Option<Self> {
        match octet {
            1 => Some(Self::XWing),
            2 => Some(Self::X25519),
            _ => None,
        }
    }

    /// Octets of a public key (Npk of RFC 9180 §4).
    #[must_use]
    pub const fn public_key_octets(self) -> usize {
        match self {
            Self::XWing => 1216,
            Self::X25519 => 32,
        }
    }

    /// Octets of an encapsulation (Nenc of RFC 9180 §4).
    #[must_use]
    pub const fn encapsulation_octets(self) -> usize {
        match self {
            Self::XWing => 1120,
            Self::X25519 => 32,
        }
    }

    /// Octets that sealing adds to a payload besides the padding: envelope, encapsulation, header and tag.
    #[must_use]
    pub const fn overhead_octets(self) -> usize {
        ENVELOPE_OCTETS + self.encapsulation_octets() + HEADER_OCTETS + TAG_OCTETS
    }
}

/// Whose message it is: bound into every key and every tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The inbox.
    pub inbox: InboxId,
    /// The message, or the delivery record; for [`Part::Address`](crate::message::Part::Address) all zero.
    pub message: MessageId,
}

impl Binding {
    /// That of an inbox's own address, which belongs to no message.
    #[must_use]
    pub const fn address(inbox: InboxId) -> Self {
        Self { inbox, message: MessageId::from_bytes([0; ID_OCTETS]) }
    }
}

#[cfg(test)]
pub(crate) mod tests;
