//! HPKE's key schedule (RFC 9180 §5.1) from a shared secret on, in base mode, as far as exporting needs it.
//!
//! The context's own key and nonce are never derived: no part is sealed under them.

use hkdf::{Hkdf, HkdfExtract};
use hpke::HpkeError;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The mode without a key or a sender that both know beforehand.
const MODE_BASE: u8 = 0;

const HASH_OCTETS: usize = 32;
const VERSION: &[u8; 7] = b"HPKE-v1";

/// KEM, KDF and AEAD (RFC 9180 §5.1).
#[derive(Clone, Copy)]
pub(super) struct SuiteId([u8; 10]);

impl SuiteId {
    /// Of X-Wing with HKDF-SHA256 and ChaCha20-Poly1305.
    pub(super) const X_WING: Self = Self::of(0x647a);

    /// Of this KEM with HKDF-SHA256 and ChaCha20-Poly1305.
    const fn of(kem: u16) -> Self {
        let [high, low] = kem.to_be_bytes();
        Self([b'H', b'P', b'K', b'E', high, low, 0, 1, 0, 3])
    }
}

/// What is left of an encapsulation once the key schedule has run.
pub(super) struct Exporter {
    suite: SuiteId,
    secret: Zeroizing<[u8; HASH_OCTETS]>,
}

impl Exporter {
    /// KeySchedule (RFC 9180 §5.1).
    pub(super) fn new(suite: SuiteId, shared_secret: &[u8], info: &[u8]) -> Result<Self, HpkeError> {
        let mut context = [MODE_BASE; 1 + 2 * HASH_OCTETS];
        let (psk_id_hash, info_hash) = context[1..].split_at_mut(HASH_OCTETS);
        psk_id_hash.copy_from_slice(&extract(suite, b"", b"psk_id_hash", b"")[..]);
        info_hash.copy_from_slice(&extract(suite, b"", b"info_hash", info)[..]);
        let mut secret = Zeroizing::new([0; HASH_OCTETS]);
        let scheduled = Self { suite, secret: extract(suite, shared_secret, b"secret", b"") };
        scheduled.expand(b"exp", &context, secret.as_mut_slice())?;
        Ok(Self { suite, secret })
    }

    /// Export (RFC 9180 §5.3).
    pub(super) fn export(&self, context: &[u8], out: &mut [u8]) -> Result<(), HpkeError> {
        self.expand(b"sec", context, out)
    }

    /// LabeledExpand (RFC 9180 §4), under this secret.
    fn expand(&self, label: &[u8], info: &[u8], out: &mut [u8]) -> Result<(), HpkeError> {
        let length = u16::try_from(out.len()).map_err(|_| HpkeError::KdfOutputTooLong)?.to_be_bytes();
        let key = Hkdf::<Sha256>::from_prk(self.secret.as_slice()).map_err(|_| HpkeError::KdfOutputTooLong)?;
        key.expand_multi_info(&[&length, VERSION, &self.suite.0, label, info], out)
            .map_err(|_| HpkeError::KdfOutputTooLong)
    }
}

/// LabeledExtract (RFC 9180 §4).
fn extract(suite: SuiteId, salt: &[u8], label: &[u8], input: &[u8]) -> Zeroizing<[u8; HASH_OCTETS]> {
    let mut extract = HkdfExtract::<Sha256>::new(Some(salt));
    for piece in [VERSION.as_slice(), &suite.0, label, input] {
        extract.input_ikm(piece);
    }
    Zeroizing::new(extract.finalize().0.into())
}

#[cfg(test)]
mod tests;
