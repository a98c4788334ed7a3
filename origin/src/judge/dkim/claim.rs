//! What a signature says of itself: read from `DKIM-Signature` (RFC 6376 §3.5), `ARC-Message-Signature` and
//! `ARC-Seal` (RFC 8617 §4.1).
//!
//! What breaks a rule of its format is no claim, whatever its key would say.

use mail_auth::{common::crypto::Algorithm, dkim::Canonicalization};
use protocol::time::Timestamp;

use super::{body::Length, key::Names, tags::Tags};
use crate::{
    dns::Name,
    judge::spf::in_ascii,
    limits::{SIGNED_FIELDS, SIGNER_AHEAD},
};

/// Who signed, and how.
pub(super) struct Signer {
    /// `d=`, in ASCII and in lower case.
    pub(super) domain: Name,
    pub(super) selector: String,
    /// Where its key is.
    pub(super) key: Name,
    pub(super) algorithm: Algorithm,
    pub(super) signature: Vec<u8>,
    /// The field's value without the signature.
    pub(super) unsigned: Vec<u8>,
}

/// What was signed.
pub(super) struct Scope {
    pub(super) fields: Vec<String>,
    pub(super) header: Canonicalization,
    pub(super) body: Canonicalization,
    pub(super) length: Length,
    pub(super) hash: Vec<u8>,
    times: Times,
}

/// When it was signed and until when it is good, in seconds since 1970.
struct Times {
    signed: Option<u64>,
    expires: Option<u64>,
}

/// A signature over fields and body.
pub(super) struct Claim {
    pub(super) signer: Signer,
    pub(super) scope: Scope,
    /// The domain of `i=`, where there is one.
    identity: Option<Name>,
}

impl Signer {
    /// Reads who signed, and how; rsa-sha1 is nobody's way (RFC 8301 §3.1).
    pub(super) fn read(tags: &Tags<'_>) -> Option<Self> {
        let algorithm = tags.text("a")?;
        let algorithm = if algorithm.eq_ignore_ascii_case("rsa-sha256") {
            Algorithm::RsaSha256
        } else if algorithm.eq_ignore_ascii_case("ed25519-sha256") {
            Algorithm::Ed25519Sha256
        } else {
            return None;
        };
        let (domain, selector) = (named(tags.text("d")?)?, named(tags.text("s")?)?);
        Some(Self {
            key: Name::parse(&format!("{}._domainkey.{}", selector.as_str(), domain.as_str()))?,
            domain,
            selector: selector.as_str().to_owned(),
            algorithm,
            signature: tags.base64("b")?,
            unsigned: tags.unsigned(),
        })
    }
}

impl Claim {
    /// Reads a `DKIM-Signature`.
    pub(super) fn dkim(tags: &Tags<'_>) -> Option<Self> {
        let is_first_version = tags.octets("v") == Some(b"1");
        // RFC 6376 §3.5, `q=`: no other way of asking is defined.
        let asks_dns =
            tags.items("q").is_none_or(|mut ways| ways.any(|way| way.eq_ignore_ascii_case("dns/txt") || way == "dns"));
        let identity = match tags.text("i") {
            None => None,
            Some(identity) => Some(named(identity.rsplit_once('@')?.1)?),
        };
        let claim = Self::read(tags, identity)?;
        let names_author = claim.scope.fields.iter().any(|field| field == "from");
        (is_first_version && asks_dns && names_author).then_some(claim)
    }

    /// Reads an `ARC-Message-Signature`, whose `i=` is none of an author (RFC 8617 §4.1.2).
    pub(super) fn message(tags: &Tags<'_>) -> Option<Self> {
        let claim = Self::read(tags, None)?;
        let names_seal = claim.scope.fields.iter().any(|field| field == "arc-seal");
        (!names_seal).then_some(claim)
    }

    fn read(tags: &Tags<'_>, identity: Option<Name>) -> Option<Self> {
        let signer = Signer::read(tags)?;
        // RFC 6376 §6.1.1: whoever is named belongs to the domain.
        if identity.as_ref().is_some_and(|identity| !identity.is_within(&signer.domain)) {
            return None;
        }
        Some(Self { signer, scope: Scope::read(tags)?, identity })
    }

    /// Whether the key lets its signatures name whom this one names (RFC 6376 §3.6.1, `t=s`).
    pub(super) fn suits(&self, names: Names) -> bool {
        match (names, &self.identity) {
            (Names::Exactly, Some(identity)) => *identity == self.signer.domain,
            (Names::Exactly, None) | (Names::Below, _) => true,
        }
    }
}

impl Scope {
    fn read(tags: &Tags<'_>) -> Option<Self> {
        let (header, body) = forms(tags.text("c"))?;
        let fields: Vec<String> = tags.items("h")?.map(str::to_ascii_lowercase).collect();
        let times = Times { signed: tags.number("t")?, expires: tags.number("x")? };
        let in_order = times.signed.zip(times.expires).is_none_or(|(signed, expires)| expires > signed);
        let sound = !fields.iter().any(String::is_empty) && fields.len() <= SIGNED_FIELDS && in_order;
        sound.then_some(Self {
            fields,
            header,
            body,
            length: tags.number("l")?.map_or(Length::Whole, Length::Octets),
            hash: tags.base64("bh")?,
            times,
        })
    }

    /// Whether it is good at that time: neither past its end, nor of a day to come.
    pub(super) fn is_good_at(&self, now: Timestamp) -> bool {
        let ahead = now.plus(SIGNER_AHEAD).as_secs();
        self.times.expires.is_none_or(|expires| now.as_secs() < expires)
            && self.times.signed.is_none_or(|signed| signed <= ahead)
    }
}

/// The forms of header and body (RFC 6376 §3.5, `c=`).
fn forms(text: Option<&str>) -> Option<(Canonicalization, Canonicalization)> {
    let form = |name: &str| match name.trim_ascii().to_ascii_lowercase().as_str() {
        "simple" => Some(Canonicalization::Simple),
        "relaxed" => Some(Canonicalization::Relaxed),
        _ => None,
    };
    let Some(text) = text else { return Some((Canonicalization::Simple, Canonicalization::Simple)) };
    match text.split_once('/') {
        None => Some((form(text)?, Canonicalization::Simple)),
        Some((header, body)) => Some((form(header)?, form(body)?)),
    }
}

/// A domain or selector; U-labels are asked about as A-labels (RFC 8616 §4).
fn named(text: &str) -> Option<Name> {
    Name::parse(&in_ascii(text))
}

#[cfg(test)]
mod tests;
