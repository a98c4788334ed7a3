//! DKIM and ARC: which domains signed a message, and what those who passed it on say (RFC 6376, RFC 8617).
//!
//! [`questions`] says whose keys are needed, [`verify`] what the signatures are worth under the keys that are
//! [`Known`]. Keys, header fields' canonical form and the cryptography are `mail-auth`'s, of which no part that could ask
//! DNS is ever made; which signatures are believed is decided here. Nothing here waits, looks anything up or knows the time.

mod body;
mod chain;
mod claim;
mod key;
mod message;
mod tags;

use std::collections::HashMap;

use mail_auth::{common::crypto::Algorithm as Method, dkim::Canonicalization};
use protocol::{message::Outcome, time::Timestamp};

use self::{
    body::{Hashes, Length},
    chain::{Found, Set},
    claim::{Claim, Signer},
    key::{Key, NoKey},
    message::{Field, Index, Message},
    tags::Tags,
};
use super::{Algorithm, Chain, Covers, Detail, Dkim, Signature, Standing};
use crate::{
    dns::Name,
    limits::{ARC_SETS, SIGNATURES, VERIFICATION_OCTETS},
    ports::Lookup,
};

/// What DNS said about keys' names: TXT records.
#[derive(Default)]
pub struct Known(HashMap<Name, Lookup<Vec<u8>>>);

impl Known {
    /// Notes an answer.
    pub fn learn(&mut self, name: Name, answer: Lookup<Vec<u8>>) {
        self.0.insert(name, answer);
    }
}

/// The keys among what is known, each read once.
struct Keys<'a>(HashMap<&'a Name, Result<Key, NoKey>>);

impl Keys<'_> {
    /// The key at a name. What was never answered is a fault of DNS.
    fn get(&self, name: &Name) -> Result<&Key, NoKey> {
        self.0.get(name).map_or(Err(NoKey::Dns), |key| key.as_ref().map_err(|why| *why))
    }
}

/// The names whose TXT records are needed to verify `message`, each once; a bounded number.
#[must_use]
pub fn questions(message: &[u8]) -> Vec<Name> {
    let Some(message) = Message::read(message) else { return Vec::new() };
    let signed = signatures(&message).into_iter().filter_map(|found| found.claim.ok().map(|claim| claim.signer.key));
    let mut names: Vec<Name> = signed.collect();
    if let Found::Sets(sets) = chain::find(&message) {
        names.extend(sets.last().map(|set| set.claim.1.signer.key.clone()));
        names.extend(sets.into_iter().map(|set| set.sealer.key));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// What verifying the signatures and the chain of `message` may cost, in octets that are hashed in the same time and
/// without those of the body. One key may serve them all, so keys are no measure of it, and each may be for all of the
/// header.
#[must_use]
pub fn effort(message: &[u8]) -> usize {
    let Some(message) = Message::read(message) else { return 0 };
    let count = |name, most| message.named(name).take(most).count();
    let seals = count("ARC-Seal", ARC_SETS);
    let verifications = count("DKIM-Signature", SIGNATURES) + seals + seals.min(1);
    verifications * (VERIFICATION_OCTETS + message.header.len())
}

/// What the signatures and the chain of `message` are worth, given what is known of their keys.
#[must_use]
pub fn verify(message: &[u8], known: &Known, now: Timestamp) -> (Dkim, Chain) {
    let Some(message) = Message::read(message) else { return (Dkim::Unchecked, Chain::None) };
    let (found, chain) = (signatures(&message), chain::find(&message));
    if found.is_empty() && matches!(chain, Found::Nothing) {
        return (Dkim::Checked(Vec::new()), Chain::None);
    }
    let newest = if let Found::Sets(sets) = &chain { sets.last().map(|set| &set.claim.1) } else { None };
    let keyed: Vec<&Claim> = found.iter().filter_map(|found| found.claim.as_ref().ok()).chain(newest).collect();
    let keys = Keys(known.0.iter().map(|(name, answer)| (name, Key::choose(answer))).collect());
    let case = Case { bodies: Bodies::of(message.body, &keyed, &keys), index: message.index(), message, keys, now };
    let signatures = found.into_iter().map(|found| case.signature(found)).collect();
    let chain = match chain {
        Found::Nothing => Chain::None,
        Found::Broken => Chain::Sealed(Outcome::Fail),
        Found::Sets(sets) => Chain::Sealed(case.chain(&sets)),
    };
    (Dkim::Checked(signatures), chain)
}

/// A signature as it was found.
struct Signed {
    place: usize,
    claim: Result<Claim, Unreadable>,
    begins: String,
}

/// What can be told of a signature that is none.
struct Unreadable {
    domain: String,
    selector: String,
    covers: Covers,
}

/// The message's signatures, as many as are verified.
fn signatures(message: &Message<'_>) -> Vec<Signed> {
    let read = |(place, field): (usize, Field<'_>)| {
        let Some(tags) = Tags::read(field.value) else {
            let claim = Err(Unreadable { domain: String::new(), selector: String::new(), covers: Covers::Whole });
            return Signed { place, claim, begins: String::new() };
        };
        let name = |tag| tags.text(tag).and_then(Name::parse).map_or_else(String::new, |name| name.as_str().to_owned());
        let covers = if tags.octets("l").is_some() { Covers::Beginning } else { Covers::Whole };
        let unreadable = || Unreadable { domain: name("d"), selector: name("s"), covers };
        let signature = tags.text("b").unwrap_or_default().chars().filter(|c| !c.is_ascii_whitespace());
        Signed { place, claim: Claim::dkim(&tags).ok_or_else(unreadable), begins: signature.take(8).collect() }
    };
    message.named("DKIM-Signature").take(SIGNATURES).map(read).collect()
}

/// The hashes of the body, in the forms that are needed.
struct Bodies {
    simple: Option<Hashes>,
    relaxed: Option<Hashes>,
}

impl Bodies {
    /// A form is hashed if a claim in it has a key.
    fn of(body: &[u8], claims: &[&Claim], keys: &Keys<'_>) -> Self {
        let hashes = |form: Canonicalization| {
            let of_form = || claims.iter().filter(|claim| claim.scope.body == form);
            let needed = of_form().any(|claim| keys.get(&claim.signer.key).is_ok());
            needed.then(|| Hashes::of(body, form, of_form().map(|claim| claim.scope.length)))
        };
        Self { simple: hashes(Canonicalization::Simple), relaxed: hashes(Canonicalization::Relaxed) }
    }

    fn get(&self, form: Canonicalization, length: Length) -> Option<&[u8; 32]> {
        self.of_form(form)?.get(length)
    }

    /// How long the body is in that form, where it was hashed.
    fn octets(&self, form: Canonicalization) -> Option<u64> {
        self.of_form(form).map(Hashes::octets)
    }

    fn of_form(&self, form: Canonicalization) -> Option<&Hashes> {
        match form {
            Canonicalization::Simple => self.simple.as_ref(),
            Canonicalization::Relaxed => self.relaxed.as_ref(),
        }
    }
}

/// A message and all that is known of it.
struct Case<'a> {
    message: Message<'a>,
    index: Index,
    bodies: Bodies,
    keys: Keys<'a>,
    now: Timestamp,
}

impl Case<'_> {
    fn signature(&self, Signed { place, claim, begins }: Signed) -> Signature {
        let claim = match claim {
            Ok(claim) => claim,
            Err(Unreadable { domain, selector, covers }) => {
                let detail = Detail { begins, ..Detail::default() };
                return Signature { domain, selector, outcome: Outcome::Permerror, covers, detail };
            }
        };
        let key = self.keys.get(&claim.signer.key);
        let standing = key.as_ref().map_or_else(|_| Standing::default(), |key| key.standing);
        let outcome = match (self.outcome(place, &claim, key), standing) {
            // RFC 6376 §3.6.1, `t=y`: as if it were not signed.
            (Outcome::Fail, Standing::InTrial) => Outcome::Neutral,
            (outcome, _) => outcome,
        };
        let covers = self.covers(&claim);
        let algorithm = match claim.signer.algorithm {
            Method::RsaSha256 => Algorithm::RsaSha256,
            Method::Ed25519Sha256 => Algorithm::Ed25519Sha256,
            Method::RsaSha1 => Algorithm::Other,
        };
        Signature {
            domain: claim.signer.domain.as_str().to_owned(),
            selector: claim.signer.selector,
            outcome,
            covers,
            detail: Detail { algorithm, begins, key: standing },
        }
    }

    /// How much of the body a signature is for: one for as many octets as there are (`l=`) is for all of them. What was
    /// not measured, for want of a key, is not held against it.
    fn covers(&self, claim: &Claim) -> Covers {
        match (claim.scope.length, self.bodies.octets(claim.scope.body)) {
            (Length::Octets(signed), Some(octets)) if signed != octets => Covers::Beginning,
            (Length::Octets(_) | Length::Whole, _) => Covers::Whole,
        }
    }

    /// In the order of RFC 6376 §6.1: time, key, body, signature.
    fn outcome(&self, place: usize, claim: &Claim, key: Result<&Key, NoKey>) -> Outcome {
        if !claim.scope.is_good_at(self.now) {
            return Outcome::Fail;
        }
        let key = match key {
            Ok(key) => key,
            Err(NoKey::Dns) => return Outcome::Temperror,
            Err(_) => return Outcome::Permerror,
        };
        let fits = key.makes(claim.signer.algorithm) && claim.suits(key.names);
        if !fits || !self.names_every_author(claim) {
            return Outcome::Permerror;
        }
        let Some(hash) = self.bodies.get(claim.scope.body, claim.scope.length) else {
            return Outcome::Permerror; // It is for more than there is.
        };
        if hash.as_slice() != claim.scope.hash || !self.is_signed(place, claim, key) {
            return Outcome::Fail;
        }
        Outcome::Pass
    }

    /// Whether no `From` could have been added (RFC 6376 §8.15): readers show the first, signers mean the last.
    fn names_every_author(&self, claim: &Claim) -> bool {
        let named = claim.scope.fields.iter().filter(|name| *name == "from").count();
        self.message.named("From").count() <= named
    }

    /// Whether the signature at `place` is the key's over the fields that it names and itself (RFC 6376 §3.7).
    fn is_signed(&self, place: usize, claim: &Claim, key: &Key) -> bool {
        let mut fields = self.message.select(&claim.scope.fields, place, &self.index);
        fields.push(Field { name: self.message.fields[place].name, value: &claim.signer.unsigned });
        holds(&claim.signer, key, &fields, claim.scope.header)
    }

    /// RFC 8617 §5.2: the newest signature of the message, and every seal.
    fn chain(&self, sets: &[Set<'_>]) -> Outcome {
        let newest = sets.last().is_some_and(|set| {
            let (place, claim) = &set.claim;
            self.outcome(*place, claim, self.keys.get(&claim.signer.key)) == Outcome::Pass
        });
        let sealed = newest
            && chain::is_sealed(sets, |signer, fields| {
                let key = self.keys.get(&signer.key).ok().filter(|key| key.makes(signer.algorithm));
                key.is_some_and(|key| holds(signer, key, fields, chain::FORM))
            });
        if sealed { Outcome::Pass } else { Outcome::Fail }
    }
}

fn holds(signer: &Signer, key: &Key, fields: &[Field<'_>], form: Canonicalization) -> bool {
    let mut fields = fields.iter().map(|field| (field.name, field.value));
    key.verifier.verify(&mut fields, &signer.signature, form, signer.algorithm).is_ok()
}

#[cfg(test)]
mod tests;
