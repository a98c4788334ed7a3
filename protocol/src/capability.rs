//! The capability and all that follows from it.
//!
//! ```text
//!  capability (32 random octets, drawn by the client)
//!   |  HKDF-SHA256 (RFC 5869), one label each
//!   +-- "mayfly kem v1"        -> key pair that opens the mail (X-Wing seed, 32 octets)
//!   +-- "mayfly read token v1" -> read token: proves the right to list and delete
//!                                  | SHA-256 with a label
//!                                  +-> read token hash: what the service is given
//!                                       | SHA-256 with a label, 16 octets
//!                                       +-> inbox id
//! ```
//!
//! All derivations are fixed, octet for octet; labels are ASCII without a final zero:
//!
//! ```text
//!  PRK             = HKDF-Extract(no salt, capability)
//!  key pair's seed = HKDF-Expand(PRK, "mayfly kem v1", 32)
//!  read token      = HKDF-Expand(PRK, "mayfly read token v1", 32)
//!  read token hash = SHA-256("mayfly read token hash v1" | read token)
//!  inbox id        = the first 16 octets of SHA-256("mayfly inbox id v1" | read token hash)
//! ```
//!
//! The service is given the public key and the read token's hash; it can derive the inbox's id and
//! nothing else. Whoever holds the capability derives all of it, so one link is the inbox.
//!
//! Written, a capability is the version character `1` and 43 characters of base64url; a read token is
//! `r` and 43 characters. The first character tells the two apart in `Authorization: Bearer …`.

use core::{fmt, str::FromStr};

use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    id::{ID_OCTETS, InboxId},
    sealing::{KeyPair, Suite},
    text::BASE64URL,
};

/// Octets in a capability, a read token and its hash.
const OCTETS: usize = 32;

const KEM_LABEL: &[u8] = b"mayfly kem v1";
const READ_TOKEN_LABEL: &[u8] = b"mayfly read token v1";
const READ_TOKEN_HASH_LABEL: &[u8] = b"mayfly read token hash v1";
const INBOX_ID_LABEL: &[u8] = b"mayfly inbox id v1";

/// What a capability's text begins with: its version.
const CAPABILITY_MARK: u8 = b'1';

/// What a read token's text begins with.
const READ_TOKEN_MARK: u8 = b'r';

/// 32 secret octets from which everything about an inbox follows. Compared in constant time.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Capability([u8; OCTETS]);

/// Proof of the right to list and delete; opens nothing. Compared in constant time.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ReadToken([u8; OCTETS]);

/// What the service keeps of a read token. Compared in constant time.
#[derive(Clone, Copy)]
pub struct ReadTokenHash([u8; OCTETS]);

/// What a client sends in `Authorization: Bearer …`.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// The client opens mail by itself.
    ReadToken(ReadToken),
    /// The service opens the mail for this one answer (assisted mode).
    Capability(Capability),
}

/// A text that is neither a capability nor a read token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a capability (1…) nor a read token (r…) of 44 characters")]
pub struct NotACredential;

impl Capability {
    /// Draws a new one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut capability = Self([0; OCTETS]);
        rng.fill_bytes(&mut capability.0);
        capability
    }

    /// From its 32 octets.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its octets: a secret.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The suite that its version character stands for.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        Suite::XWing
    }

    /// The key pair that opens this inbox's mail.
    #[must_use]
    pub fn key_pair(&self) -> KeyPair {
        KeyPair::x_wing(&self.expand(KEM_LABEL))
    }

    /// The read token.
    #[must_use]
    pub fn read_token(&self) -> ReadToken {
        ReadToken(*self.expand(READ_TOKEN_LABEL))
    }

    /// The inbox it stands for.
    #[must_use]
    pub fn inbox_id(&self) -> InboxId {
        self.read_token().hash().inbox_id()
    }

    /// Its text: a secret, shown to its owner alone.
    #[must_use]
    pub fn to_text(&self) -> String {
        write_text(CAPABILITY_MARK, &self.0)
    }

    /// RFC 5869 without a salt: the capability is uniform already, and the labels keep its uses apart.
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8,160 octets, and 32 are asked for")]
    fn expand(&self, label: &[u8]) -> Zeroizing<[u8; OCTETS]> {
        let mut output = Zeroizing::new([0; OCTETS]);
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(label, output.as_mut_slice())
            .expect("32 octets are less than 255 hashes");
        output
    }
}

impl ReadToken {
    /// What the service keeps of it.
    #[must_use]
    pub fn hash(&self) -> ReadTokenHash {
        ReadTokenHash(labelled_hash(READ_TOKEN_HASH_LABEL, &self.0))
    }

    /// Its text: a secret.
    #[must_use]
    pub fn to_text(&self) -> String {
        write_text(READ_TOKEN_MARK, &self.0)
    }
}

impl ReadTokenHash {
    /// From its octets, as a client sent them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The inbox it belongs to.
    #[must_use]
    pub fn inbox_id(&self) -> InboxId {
        let hash = labelled_hash(INBOX_ID_LABEL, &self.0);
        let mut id = [0; ID_OCTETS];
        id.copy_from_slice(&hash[..ID_OCTETS]);
        InboxId::from_bytes(id)
    }

    /// Whether `token` is the one that this is the hash of; in constant time.
    #[must_use]
    pub fn admits(&self, token: &ReadToken) -> bool {
        *self == token.hash()
    }
}

impl Credential {
    /// The read token, sent or derived.
    #[must_use]
    pub fn read_token(&self) -> ReadToken {
        match self {
            Self::ReadToken(token) => token.clone(),
            Self::Capability(capability) => capability.read_token(),
        }
    }
}

impl FromStr for Capability {
    type Err = NotACredential;

    fn from_str(text: &str) -> Result<Self, NotACredential> {
        read_text(CAPABILITY_MARK, text).map(Self)
    }
}

impl FromStr for Credential {
    type Err = NotACredential;

    fn from_str(text: &str) -> Result<Self, NotACredential> {
        match text.as_bytes().first() {
            Some(&CAPABILITY_MARK) => text.parse().map(Self::Capability),
            Some(&READ_TOKEN_MARK) => read_text(READ_TOKEN_MARK, text).map(|token| Self::ReadToken(ReadToken(token))),
            _ => Err(NotACredential),
        }
    }
}

fn labelled_hash(label: &[u8], bytes: &[u8; OCTETS]) -> [u8; OCTETS] {
    Sha256::new().chain_update(label).chain_update(bytes).finalize().into()
}

/// Mark and base64url in one buffer of its final size, so that no copy of the secret is left behind.
fn write_text(mark: u8, bytes: &[u8; OCTETS]) -> String {
    let mut text = String::with_capacity(1 + BASE64URL.chars(OCTETS));
    text.push(char::from(mark));
    BASE64URL.encode(bytes, &mut text);
    text
}

/// One text for one secret: padding, stray low bits and any other length are refused.
fn read_text(mark: u8, text: &str) -> Result<[u8; OCTETS], NotACredential> {
    let (&first, base64) = text.as_bytes().split_first().ok_or(NotACredential)?;
    if first != mark {
        return Err(NotACredential);
    }
    let mut bytes = [0; OCTETS];
    BASE64URL.decode(base64, &mut bytes).map_err(|_| NotACredential)?;
    Ok(bytes)
}

macro_rules! compared_in_constant_time {
    ($name:ident) => {
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl Eq for $name {}
    };
}

compared_in_constant_time!(Capability);
compared_in_constant_time!(ReadToken);
compared_in_constant_time!(ReadTokenHash);

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Capability(secret)")
    }
}

impl fmt::Debug for ReadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadToken(secret)")
    }
}

impl fmt::Debug for ReadTokenHash {
    /// Says nothing: it stands for a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadTokenHash(…)")
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(secret)")
    }
}

#[cfg(test)]
mod tests;
