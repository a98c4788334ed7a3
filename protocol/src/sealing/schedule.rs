//! What keys are made of and bound to: HPKE's info, exporter context and output, and the AEAD's additional data.
//!
//! The layouts stand in the documentation of [`super`]. Nothing here draws chance or keeps a key past its use.

use core::fmt;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, Error, KeyInit};
use zeroize::Zeroizing;

use super::{Binding, Suite};
use crate::{id::ID_OCTETS, message::Part};

const INFO_LABEL: &[u8; 14] = b"mayfly seal v1";
const PART_LABEL: &[u8; 14] = b"mayfly part v1";
const KEY_OCTETS: usize = 32;
const NONCE_OCTETS: usize = 12;

/// HPKE's `info` (RFC 9180 §5.1): an encapsulation for one message is of no use for another.
pub(super) fn info(suite: Suite, binding: &Binding) -> [u8; INFO_LABEL.len() + 1 + 2 * ID_OCTETS] {
    let mut info = [0; INFO_LABEL.len() + 1 + 2 * ID_OCTETS];
    let (label, rest) = info.split_at_mut(INFO_LABEL.len());
    label.copy_from_slice(INFO_LABEL);
    rest[0] = suite.octet();
    write_binding(&mut rest[1..], binding);
    info
}

/// The AEAD's additional data: the envelope's first two octets and whose message it is.
fn additional_data(suite: Suite, part: Part, binding: &Binding) -> [u8; 2 + 2 * ID_OCTETS] {
    let mut data = [0; 2 + 2 * ID_OCTETS];
    data[0] = suite.octet();
    data[1] = part as u8;
    write_binding(&mut data[2..], binding);
    data
}

fn write_binding(to: &mut [u8], binding: &Binding) {
    let (inbox, message) = to.split_at_mut(ID_OCTETS);
    inbox.copy_from_slice(binding.inbox.as_bytes());
    message.copy_from_slice(binding.message.as_bytes());
}

/// The key of one part of one message, and what goes with it: used once, for nothing else.
pub struct PartKey {
    key: Zeroizing<[u8; KEY_OCTETS]>,
    nonce: [u8; NONCE_OCTETS],
    additional_data: [u8; 2 + 2 * ID_OCTETS],
}

impl PartKey {
    /// Asks an HPKE context's `export` (RFC 9180 §5.3) for it.
    pub(super) fn derive<E>(
        suite: Suite,
        part: Part,
        binding: &Binding,
        export: impl FnOnce(&[u8], &mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut context = [0; PART_LABEL.len() + 1];
        context[..PART_LABEL.len()].copy_from_slice(PART_LABEL);
        context[PART_LABEL.len()] = part as u8;
        let mut exported = Zeroizing::new([0; KEY_OCTETS + NONCE_OCTETS]);
        export(&context, exported.as_mut_slice())?;
        let mut derived = Self {
            key: Zeroizing::new([0; KEY_OCTETS]),
            nonce: [0; NONCE_OCTETS],
            additional_data: additional_data(suite, part, binding),
        };
        let (key, nonce) = exported.split_at(KEY_OCTETS);
        derived.key.copy_from_slice(key);
        derived.nonce.copy_from_slice(nonce);
        Ok(derived)
    }

    /// Of these; each key with each nonce once.
    pub(crate) const fn new(
        key: Zeroizing<[u8; KEY_OCTETS]>,
        nonce: [u8; NONCE_OCTETS],
        additional_data: [u8; 2 + 2 * ID_OCTETS],
    ) -> Self {
        Self { key, nonce, additional_data }
    }

    /// The key of ChaCha20-Poly1305.
    #[must_use]
    pub fn key(&self) -> &[u8; KEY_OCTETS] {
        &self.key
    }

    /// The nonce.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; NONCE_OCTETS] {
        &self.nonce
    }

    /// The additional data.
    #[must_use]
    pub const fn additional_data(&self) -> &[u8] {
        &self.additional_data
    }

    /// Checks the tag in constant time, then decrypts in place; leaves `buffer` as it is where the tag does not hold.
    pub(super) fn decrypt(&self, buffer: &mut [u8], tag: &[u8]) -> Result<(), Error> {
        let tag: &[u8; super::TAG_OCTETS] = tag.try_into().map_err(|_| Error)?;
        ChaCha20Poly1305::new(self.key().into()).decrypt_inout_detached(
            self.nonce().into(),
            self.additional_data(),
            buffer.into(),
            tag.into(),
        )
    }
}

impl fmt::Debug for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartKey(secret)")
    }
}
