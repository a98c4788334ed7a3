//! Key pairs and public keys of both suites.
//!
//! A key is checked once, where it is made, and is valid ever after. Nothing here prints a secret.

use core::fmt;
use std::sync::Arc;

use hpke::{
    Deserializable, HpkeError, Kem, OpModeR, Serializable,
    aead::ChaCha20Poly1305,
    kdf::HkdfSha256,
    kem::{X25519HkdfSha256, XWing},
    setup_receiver,
};
use zeroize::ZeroizeOnDrop;

use super::{
    Binding, Suite,
    primitives::PUBLIC_KEY_OCTETS,
    schedule::{self, PartKey},
};
use crate::message::Part;

/// Opens mail. Zeroized when its last clone is dropped. To make one costs about as much as opening a part: keep it
/// for a whole list.
#[derive(Clone)]
pub struct KeyPair {
    suite: Suite,
    /// Behind a trait, so that a program which makes keys of one suite alone, as the browser's does, is linked
    /// without the other.
    secret: Arc<dyn Decapsulate + Send + Sync>,
}

/// A private key with what its library derives from it; the library wipes it when it is dropped.
struct Secret<K: Kem>(K::PrivateKey);

trait Decapsulate {
    /// The public half's octets.
    fn public_octets(&self) -> Box<[u8]>;

    /// The key of one part, for an encapsulation and what it is bound to.
    fn part_key(&self, suite: Suite, binding: &Binding, part: Part, encapsulation: &[u8])
    -> Result<PartKey, HpkeError>;
}

impl<K: Kem> Decapsulate for Secret<K> {
    fn public_octets(&self) -> Box<[u8]> {
        K::sk_to_pk(&self.0).to_bytes().as_slice().into()
    }

    /// RFC 9180 §5.1.1 and §5.3.
    fn part_key(
        &self,
        suite: Suite,
        binding: &Binding,
        part: Part,
        encapsulation: &[u8],
    ) -> Result<PartKey, HpkeError> {
        let encapsulation = K::EncappedKey::from_bytes(encapsulation)?;
        let info = schedule::info(suite, binding);
        let context =
            setup_receiver::<ChaCha20Poly1305, HkdfSha256, K>(&OpModeR::Base, &self.0, &encapsulation, &info)?;
        PartKey::derive(suite, part, binding, |label, out| context.export(label, out))
    }
}

/// The private keys of both suites wipe themselves.
impl ZeroizeOnDrop for KeyPair {}

/// Seals mail: checked to be a key of its suite.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    suite: Suite,
    bytes: Box<[u8]>,
}

/// Why a key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key of suite {suite:?}: {len} octets where {expected} are needed, or not a valid point")]
pub struct NotAKey {
    /// The suite that it should belong to.
    pub suite: Suite,
    /// How long it is.
    pub len: usize,
    /// How long it should be.
    pub expected: usize,
}

impl KeyPair {
    /// From a 32-octet seed: X-Wing's private key itself, or the input of X25519's DeriveKeyPair (RFC 9180 §7.1.3).
    #[must_use]
    pub fn from_seed(suite: Suite, seed: &[u8; 32]) -> Self {
        match suite {
            Suite::XWing => Self::x_wing(seed),
            Suite::X25519 => {
                let secret = Secret::<X25519HkdfSha256>(X25519HkdfSha256::derive_keypair(seed).0);
                Self { suite, secret: Arc::new(secret) }
            }
        }
    }

    /// One of X-Wing, whose private key is its seed.
    #[expect(clippy::expect_used, reason = "a private key of X-Wing is any 32 octets, and the seed has 32 by its type")]
    pub(crate) fn x_wing(seed: &[u8; 32]) -> Self {
        let secret = <XWing as Kem>::PrivateKey::from_bytes(seed).expect("32 octets are a seed of X-Wing");
        Self { suite: Suite::XWing, secret: Arc::new(Secret::<XWing>(secret)) }
    }

    /// Its suite.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey { suite: self.suite, bytes: self.secret.public_octets() }
    }

    pub(super) fn part_key(&self, binding: &Binding, part: Part, encapsulation: &[u8]) -> Result<PartKey, HpkeError> {
        self.secret.part_key(self.suite, binding, part, encapsulation)
    }
}

impl PublicKey {
    /// Checks that `bytes` are a key of `suite` (1,216 octets for X-Wing, 32 for X25519).
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn from_bytes(suite: Suite, bytes: &[u8]) -> Result<Self, NotAKey> {
        let expected = suite.public_key_octets();
        let valid = bytes.len() == expected
            && match suite {
                Suite::XWing => <XWing as Kem>::PublicKey::from_bytes(bytes).is_ok(),
                Suite::X25519 => is_contributory(bytes),
            };
        if !valid {
            return Err(NotAKey { suite, len: bytes.len(), expected });
        }
        Ok(Self { suite, bytes: bytes.into() })
    }

    /// Its suite.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// Its octets, where it is one of X-Wing.
    pub(super) fn x_wing(&self) -> Option<&[u8; PUBLIC_KEY_OCTETS]> {
        match self.suite {
            Suite::XWing => (&*self.bytes).try_into().ok(),
            Suite::X25519 => None,
        }
    }

    /// Its octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Whether a Diffie-Hellman with the point gives anything but zero (RFC 9180 §7.1.4). A clamped scalar is a multiple
/// of the cofactor, so one of them answers for all: any one sends the points of low order, and only those, to zero.
fn is_contributory(point: &[u8]) -> bool {
    let probe = [0x40; 32];
    let Ok(secret) = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&probe) else { return false };
    let Ok(point) = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(point) else { return false };
    X25519HkdfSha256::decap(&secret, None, &point).is_ok()
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair(secret)")
    }
}

impl fmt::Debug for PublicKey {
    /// Says its suite alone: a key tells inboxes apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?})", self.suite)
    }
}
