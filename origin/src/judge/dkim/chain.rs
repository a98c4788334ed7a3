//! The ARC chain (RFC 8617 §5.2): what those who passed a message on say they saw.
//!
//! For display alone: whoever seals a chain can say what he likes, so nothing is decided by it. All failures are
//! final, those of DNS too (RFC 8617 §5.2.1).

use mail_auth::dkim::Canonicalization;

use super::{
    claim::{Claim, Signer},
    message::{Field, Message},
    tags::Tags,
};
use crate::limits::ARC_SETS;

/// What a message has of a chain.
pub(super) enum Found<'a> {
    /// Nothing.
    Nothing,
    /// Something that is no chain, or one that says of itself that it is broken, or is too long.
    Broken,
    /// A chain of at least one set, the oldest first.
    Sets(Vec<Set<'a>>),
}

/// One intermediary's fields.
pub(super) struct Set<'a> {
    results: Field<'a>,
    signature: Field<'a>,
    seal: Field<'a>,
    /// The message's signature, by its place in the header.
    pub(super) claim: (usize, Claim),
    pub(super) sealer: Signer,
}

/// Finds the chain and checks its form (RFC 8617 §5.2, steps 1 to 3).
pub(super) fn find<'a>(message: &Message<'a>) -> Found<'a> {
    let results: Vec<_> = message.named("ARC-Authentication-Results").collect();
    let signatures: Vec<_> = message.named("ARC-Message-Signature").collect();
    let seals: Vec<_> = message.named("ARC-Seal").collect();
    let count = seals.len();
    if count == 0 && signatures.is_empty() && results.is_empty() {
        return Found::Nothing;
    }
    if count > ARC_SETS || signatures.len() != count || results.len() != count {
        return Found::Broken;
    }
    let mut sets = Vec::with_capacity(count);
    for instance in 1..=count {
        let number = |field: &Field<'_>| Tags::read(field.value).and_then(|tags| tags.number("i").flatten());
        let is_its = |number: Option<u64>| number.is_some_and(|number| usize::try_from(number) == Ok(instance));
        let of = |fields: &[(usize, Field<'a>)]| fields.iter().find(|(_, field)| is_its(number(field))).copied();
        // What follows the instance is no tag list (RFC 8617 §4.1.1).
        let found = results.iter().find(|(_, field)| is_its(leading_instance(field.value)));
        let Some(set) = found.and_then(|(_, results)| set(*results, of(&signatures)?, of(&seals)?, instance)) else {
            return Found::Broken;
        };
        sets.push(set);
    }
    Found::Sets(sets)
}

fn set<'a>(
    results: Field<'a>,
    (place, signature): (usize, Field<'a>),
    (_, seal): (usize, Field<'a>),
    instance: usize,
) -> Option<Set<'a>> {
    let (of_message, of_chain) = (Tags::read(signature.value)?, Tags::read(seal.value)?);
    // RFC 8617 §5.2: the first found no chain, each further one a good one.
    let before = if instance == 1 { "none" } else { "pass" };
    let in_order = of_chain.text("cv").is_some_and(|said| said.eq_ignore_ascii_case(before));
    // RFC 8617 §4.1.3: what a seal is for is not its own to say.
    let sound = in_order && of_chain.octets("h").is_none();
    let claim = (place, Claim::message(&of_message)?);
    let sealer = Signer::read(&of_chain)?;
    sound.then_some(Set { results, signature, seal, claim, sealer })
}

/// The number in `i=`, which begins an `ARC-Authentication-Results`.
fn leading_instance(value: &[u8]) -> Option<u64> {
    let end = value.iter().position(|byte| *byte == b';')?;
    Tags::read(&value[..end])?.number("i").flatten()
}

/// Whether the seals of a chain hold: each is for its own set and all before it (RFC 8617 §5.1.1).
///
/// `verify` says whether a signer's key made its signature over these fields.
pub(super) fn is_sealed(sets: &[Set<'_>], verify: impl Fn(&Signer, &[Field<'_>]) -> bool) -> bool {
    let mut fields: Vec<Field<'_>> = Vec::with_capacity(3 * sets.len());
    sets.iter().all(|set| {
        fields.extend([set.results, set.signature]);
        fields.push(Field { name: set.seal.name, value: &set.sealer.unsigned });
        let holds = verify(&set.sealer, &fields);
        fields.pop();
        fields.push(set.seal);
        holds
    })
}

/// How seals see fields (RFC 8617 §4.1.3).
pub(super) const FORM: Canonicalization = Canonicalization::Relaxed;

#[cfg(test)]
mod tests;
