//! Keys, as DNS has them (RFC 6376 §3.6.1, RFC 8463 §3).
//!
//! mail-auth reads the key itself; what a key is for and whether it may be believed is decided here.

use mail_auth::common::{
    crypto::{Algorithm, VerifyingKey},
    parse::TxtRecordParser as _,
    verify::DomainKey,
};

use super::tags::Tags;
use crate::{
    judge::Standing,
    limits::{KEY_RECORD_OCTETS, KEY_RECORDS, RSA_BITS},
    ports::Lookup,
};

/// Size of an Ed25519 key (RFC 8032 §5.1.5).
const ED25519_OCTETS: usize = 32;

/// A key that may be believed.
pub(super) struct Key {
    pub(super) verifier: Box<dyn VerifyingKey + Send + Sync>,
    pub(super) standing: Standing,
    pub(super) names: Names,
    kind: Kind,
}

/// What may stand in `i=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// The domain and what is below it.
    Below,
    /// The domain alone (`t=s`).
    Exactly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    Ed25519,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoKey {
    /// DNS does not say: try again (RFC 6376 §6.1.2).
    #[error("DNS does not answer")]
    Dns,
    /// There is no record that could be one.
    #[error("no key record")]
    Missing,
    /// Its owner took it back (RFC 6376 §3.6.1, `p=`).
    #[error("the key is revoked")]
    Revoked,
    /// It cannot be read.
    #[error("a key record with an error of syntax")]
    Syntax,
    /// It is for other purposes than mail, or other ways of hashing.
    #[error("the key is for something else")]
    OtherUse,
    /// It is too small or too large to be believed (RFC 8301 §3.2).
    #[error("an RSA key of {bits} bits; from {least} to {most} are believed", least = RSA_BITS.start(), most = RSA_BITS.end())]
    Size {
        /// How large it is.
        bits: usize,
    },
}

impl Key {
    /// The key among what DNS says. Of several, the first that can be used: a domain should have one (RFC 6376 §3.6.2.2).
    pub(super) fn choose(lookup: &Lookup<Vec<u8>>) -> Result<Self, NoKey> {
        let records = match lookup {
            Lookup::Records(records) => records,
            Lookup::NoRecords | Lookup::NoSuchName => return Err(NoKey::Missing),
            Lookup::Failed => return Err(NoKey::Dns),
        };
        let mut why = NoKey::Missing;
        for record in records.iter().take(KEY_RECORDS) {
            match Self::read(record) {
                Ok(key) => return Ok(key),
                Err(error) if why == NoKey::Missing => why = error,
                Err(_) => {}
            }
        }
        Err(why)
    }

    /// Reads a record.
    pub(super) fn read(record: &[u8]) -> Result<Self, NoKey> {
        if record.len() > KEY_RECORD_OCTETS {
            return Err(NoKey::Syntax);
        }
        let tags = Tags::read(record).ok_or(NoKey::Syntax)?;
        match tags.octets("v") {
            None => {}
            Some(b"DKIM1") if tags.begins_with("v") => {}
            Some(_) => return Err(NoKey::Syntax),
        }
        if tags.octets("p").ok_or(NoKey::Syntax)?.is_empty() {
            return Err(NoKey::Revoked);
        }
        let kind = match tags.text("k") {
            None => Kind::Rsa,
            Some(kind) if kind.eq_ignore_ascii_case("rsa") => Kind::Rsa,
            Some(kind) if kind.eq_ignore_ascii_case("ed25519") => Kind::Ed25519,
            Some(_) => return Err(NoKey::OtherUse),
        };
        let lists = |name, wanted: &[&str]| {
            tags.items(name)
                .is_none_or(|mut items| items.any(|item| wanted.iter().any(|one| one.eq_ignore_ascii_case(item))))
        };
        if !lists("h", &["sha256"]) || !lists("s", &["*", "email"]) {
            return Err(NoKey::OtherUse);
        }
        // RFC 8463 §4.2: the key itself, and nothing around it.
        if kind == Kind::Ed25519 && tags.base64("p").is_none_or(|key| key.len() != ED25519_OCTETS) {
            return Err(NoKey::Syntax);
        }
        let flag = |flag| tags.items("t").is_some_and(|mut items| items.any(|item| item.eq_ignore_ascii_case(flag)));
        let verifier = DomainKey::parse(record).map_err(|_| NoKey::Syntax)?.p;
        let bits = verifier.public_key_bits();
        if kind == Kind::Rsa && !RSA_BITS.contains(&bits) {
            return Err(NoKey::Size { bits });
        }
        let standing = if flag("y") { Standing::InTrial } else { Standing::InUse };
        let names = if flag("s") { Names::Exactly } else { Names::Below };
        Ok(Self { verifier, standing, names, kind })
    }

    /// Whether a signature of this kind can be its (RFC 6376 §6.1.2).
    pub(super) const fn makes(&self, algorithm: Algorithm) -> bool {
        matches!((self.kind, algorithm), (Kind::Rsa, Algorithm::RsaSha256) | (Kind::Ed25519, Algorithm::Ed25519Sha256))
    }
}

#[cfg(test)]
mod tests;
