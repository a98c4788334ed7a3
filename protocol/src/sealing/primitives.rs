//! The costly steps of sealing, as a trait: a program that has them in assembly may bring them.
//!
//! Whoever takes them, a sealed part has the same form and opens alike. Nothing here draws chance: an encapsulation
//! that is made elsewhere is drawn there, and [`Portable`] leaves it to the sealer, whose chance is an argument.

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use zeroize::Zeroizing;

use super::{Suite, TAG_OCTETS, schedule::PartKey};

/// Octets of X-Wing's public key.
pub const PUBLIC_KEY_OCTETS: usize = Suite::XWing.public_key_octets();

/// Octets of X-Wing's ciphertext, which is HPKE's encapsulation.
pub const ENCAPSULATION_OCTETS: usize = Suite::XWing.encapsulation_octets();

/// What a sealer asks of cryptography.
pub trait Primitives: Send + Sync {
    /// X-Wing's Encapsulate (draft-connolly-cfrg-xwing-kem §5.4) towards a public key that was checked when it was
    /// made, freshly drawn. `None` leaves this one to the sealer.
    fn encapsulate(&self, public_key: &[u8; PUBLIC_KEY_OCTETS]) -> Option<Encapsulated>;

    /// ChaCha20-Poly1305 (RFC 8439 §2.8): encrypts in place and gives the tag.
    fn encrypt(&self, key: &PartKey, buffer: &mut [u8]) -> [u8; TAG_OCTETS];

    /// Its inverse: checks the tag in constant time, then decrypts in place.
    ///
    /// # Errors
    /// [`NotGenuine`]: what `buffer` holds then is to be thrown away.
    fn decrypt(&self, key: &PartKey, buffer: &mut [u8], tag: &[u8; TAG_OCTETS]) -> Result<(), NotGenuine> {
        key.decrypt(buffer, tag).map_err(|_| NotGenuine)
    }
}

/// The tag does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tag does not hold")]
pub struct NotGenuine;

/// What Encapsulate gives.
pub struct Encapsulated {
    /// For the holder of the private key: ML-KEM's 1,088 octets, then X25519's 32.
    pub ciphertext: [u8; ENCAPSULATION_OCTETS],
    /// What both know now.
    pub shared_secret: Zeroizing<[u8; 32]>,
}

/// Pure Rust, wherever it runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl Primitives for Portable {
    fn encapsulate(&self, _public_key: &[u8; PUBLIC_KEY_OCTETS]) -> Option<Encapsulated> {
        None
    }

    #[expect(clippy::expect_used, reason = "ChaCha20 encrypts up to 2^38 octets, and a part is shorter than 2^32")]
    fn encrypt(&self, key: &PartKey, buffer: &mut [u8]) -> [u8; TAG_OCTETS] {
        ChaCha20Poly1305::new(key.key().into())
            .encrypt_inout_detached(key.nonce().into(), key.additional_data(), buffer.into())
            .expect("ChaCha20 encrypts up to 2^38 octets")
            .into()
    }
}

impl<P: Primitives + ?Sized> Primitives for &P {
    fn encapsulate(&self, public_key: &[u8; PUBLIC_KEY_OCTETS]) -> Option<Encapsulated> {
        (**self).encapsulate(public_key)
    }

    fn encrypt(&self, key: &PartKey, buffer: &mut [u8]) -> [u8; TAG_OCTETS] {
        (**self).encrypt(key, buffer)
    }

    fn decrypt(&self, key: &PartKey, buffer: &mut [u8], tag: &[u8; TAG_OCTETS]) -> Result<(), NotGenuine> {
        (**self).decrypt(key, buffer, tag)
    }
}
