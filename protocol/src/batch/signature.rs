//! Who sent a batch: Ed25519 (RFC 8032) over its digest, its time and a nonce.
//!
//! Never decides whether a nonce is new: that needs a memory, which is the caller's.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::Signer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::BatchError;
use crate::{limits::BATCH_WINDOW, region::is_region_name, time::Timestamp};

/// Names of the headers that carry the signature.
pub mod header {
    /// The region's name.
    pub const REGION: &str = "mayfly-region";
    /// The key's id.
    pub const KEY: &str = "mayfly-key";
    /// When it was signed.
    pub const TIME: &str = "mayfly-time";
    /// Fresh for every attempt.
    pub const NONCE: &str = "mayfly-nonce";
    /// The signature.
    pub const SIGNATURE: &str = "mayfly-signature";
}

/// Octets of a key's id, before it is written in hex.
const KEY_ID_OCTETS: usize = 8;

/// Signs for one region. The seed is zeroized when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// Verifies what one region signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

/// A key's id: 16 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub String);

/// The values of the five headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The region's name.
    pub region: String,
    /// Which key.
    pub key: KeyId,
    /// When it was signed.
    pub time: Timestamp,
    /// 16 octets.
    pub nonce: [u8; 16],
    /// 64 octets.
    pub bytes: [u8; 64],
}

impl SigningKey {
    /// From a 32-octet seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs `body` for `region`.
    #[must_use]
    pub fn sign(&self, region: &str, time: Timestamp, nonce: [u8; 16], body: &[u8]) -> Signature {
        let key = self.verifying_key().id();
        let bytes = self.0.sign(statement(region, &key, time, &nonce, body).as_bytes()).to_bytes();
        Signature { region: region.to_owned(), key, time, nonce, bytes }
    }
}

impl VerifyingKey {
    /// From its 32 octets.
    ///
    /// # Errors
    /// [`BatchError::Key`] where they are no point of the curve.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BatchError> {
        ed25519_dalek::VerifyingKey::from_bytes(bytes).map(Self).map_err(|_| BatchError::Key)
    }

    /// Its octets.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.0.as_bytes());
        KeyId(HEXLOWER.encode(digest.get(..KEY_ID_OCTETS).unwrap_or_default()))
    }

    /// Checks time and signature (strictly: no small-order points, canonical scalars). That the nonce is new, the caller checks.
    ///
    /// # Errors
    /// [`BatchError::Key`], [`BatchError::Stale`], [`BatchError::Forged`].
    pub fn verify(&self, signature: &Signature, body: &[u8], now: Timestamp) -> Result<(), BatchError> {
        if signature.key != self.id() {
            return Err(BatchError::Key);
        }
        let skew = now.since(signature.time).max(signature.time.since(now));
        if skew > BATCH_WINDOW {
            return Err(BatchError::Stale { skew_ms: skew.as_millis(), limit_ms: BATCH_WINDOW.as_millis() });
        }
        let said = statement(&signature.region, &signature.key, signature.time, &signature.nonce, body);
        self.0
            .verify_strict(said.as_bytes(), &ed25519_dalek::Signature::from_bytes(&signature.bytes))
            .map_err(|_| BatchError::Forged)
    }
}

impl Signature {
    /// As headers: name and value.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 5] {
        [
            (header::REGION, self.region.clone()),
            (header::KEY, self.key.0.clone()),
            (header::TIME, self.time.as_millis().to_string()),
            (header::NONCE, BASE64URL_NOPAD.encode(&self.nonce)),
            (header::SIGNATURE, BASE64URL_NOPAD.encode(&self.bytes)),
        ]
    }

    /// From headers; `get` returns a header's value by name.
    ///
    /// # Errors
    /// [`BatchError::Headers`].
    pub fn from_headers(get: impl Fn(&str) -> Option<String>) -> Result<Self, BatchError> {
        let read = |name| get(name).ok_or(BatchError::Headers);
        let region = read(header::REGION)?;
        let key = read(header::KEY)?;
        let is_key_id = key.len() == 2 * KEY_ID_OCTETS && HEXLOWER.decode(key.as_bytes()).is_ok();
        if !is_region_name(&region) || !is_key_id {
            return Err(BatchError::Headers);
        }
        Ok(Self {
            region,
            key: KeyId(key),
            time: millis(&read(header::TIME)?)?,
            nonce: octets(&read(header::NONCE)?)?,
            bytes: octets(&read(header::SIGNATURE)?)?,
        })
    }
}

/// What is signed. No value can hold a line feed: names, digits, hex and base64url alone.
fn statement(region: &str, key: &KeyId, time: Timestamp, nonce: &[u8; 16], body: &[u8]) -> String {
    let key = &key.0;
    let time = time.as_millis();
    let nonce = BASE64URL_NOPAD.encode(nonce);
    let digest = HEXLOWER.encode(&Sha256::digest(body));
    format!("mayfly batch v1\n{region}\n{key}\n{time}\n{nonce}\n{digest}")
}

/// Milliseconds in decimal, written in the one way in which [`Signature::headers`] writes them.
fn millis(text: &str) -> Result<Timestamp, BatchError> {
    let time = text.parse().map(Timestamp::from_millis).map_err(|_| BatchError::Headers)?;
    if time.as_millis().to_string() == text { Ok(time) } else { Err(BatchError::Headers) }
}

/// Exactly `N` octets in base64url. The length is compared before anything is decoded.
fn octets<const N: usize>(text: &str) -> Result<[u8; N], BatchError> {
    if text.len() != BASE64URL_NOPAD.encode_len(N) {
        return Err(BatchError::Headers);
    }
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| BatchError::Headers)?;
    bytes.try_into().map_err(|_| BatchError::Headers)
}
