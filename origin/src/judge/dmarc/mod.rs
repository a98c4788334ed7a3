//! DMARC: whether the domain that a message says it is from vouches for it (RFC 9989), found by walking up the tree
//! of names; no list of public suffixes is asked.
//!
//! An evaluation is a value, as SPF's is: [`step`] says what to ask DNS, or what was found out. Nothing here waits,
//! looks anything up or knows the time. Nothing is reported to anybody either: `rua`, `ruf` and `fo` are read past.

mod author;
mod evaluate;
mod known;
mod record;
mod walk;

use protocol::message::Outcome;

use super::evidence::{Covers, Dkim, Dmarc, Spf};
use crate::dns::Name;

use author::Authors;
pub use known::Known;

/// Whose word is asked for, and who was authenticated.
pub struct Query {
    authors: Authors,
    identifiers: Vec<Identifier>,
    checks: Checks,
}

/// A domain that SPF or DKIM speaks of (RFC 9989 §3.2.1).
#[derive(Clone, PartialEq, Eq)]
struct Identifier {
    domain: Name,
    method: Method,
    proof: Proof,
}

/// What authenticates a domain (RFC 9989 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Spf,
    Dkim,
}

/// Whether a domain was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// It was.
    Given,
    /// DNS does not say just now: it may be.
    Pending,
}

/// Whether SPF and DKIM were both asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checks {
    /// They were: whatever is not authenticated now never will be.
    Both,
    /// One of them was not: nobody can say that a message is not vouched for.
    NotBoth,
}

impl Query {
    /// About a message, of which the header section is enough, and what SPF and DKIM say of it.
    #[must_use]
    pub fn new(message: &[u8], spf: &Spf, dkim: &Dkim) -> Self {
        let mut identifiers: Vec<Identifier> = Vec::new();
        let mut add = |method, domain: &str, outcome| {
            let proof = match outcome {
                Outcome::Pass => Proof::Given,
                Outcome::Temperror => Proof::Pending,
                _ => return,
            };
            let identifier = Name::parse(domain).map(|domain| Identifier { domain, method, proof });
            identifiers.extend(identifier.filter(|new| !identifiers.contains(new)));
        };
        // RFC 9989 §3.2.4: the reverse-path alone, in whose place RFC 7208 §2.4 puts the client's name where it is null.
        if let Spf::Helo(finding) | Spf::Both { mail_from: finding, .. } = spf {
            add(Method::Spf, &finding.domain, finding.outcome);
        }
        if let Dkim::Checked(signatures) = dkim {
            // What is for the beginning of a body vouches for nothing (RFC 6376 §8.2).
            for signature in signatures.iter().filter(|signature| signature.covers == Covers::Whole) {
                add(Method::Dkim, &signature.domain, signature.outcome);
            }
        }
        let unasked = matches!(spf, Spf::Unchecked) || matches!(dkim, Dkim::Unchecked);
        let checks = if unasked { Checks::NotBoth } else { Checks::Both };
        Self { authors: author::read(message), identifiers, checks }
    }
}

/// Where an evaluation stands.
pub enum Step {
    /// It needs the TXT records at these names, at least one, in any order.
    Ask(Vec<Name>),
    /// It is done.
    Done(Dmarc),
}

/// Evaluates as far as the answers known reach (RFC 9989 §5.3). Each answer to what it asks brings it further, and
/// what it asks is bounded: a walk for each author's domain and for each authenticated domain that belongs to it.
#[must_use]
pub fn step(query: &Query, known: &Known) -> Step {
    match evaluate::check(query, known) {
        Ok(dmarc) => Step::Done(dmarc),
        Err(names) => Step::Ask(names),
    }
}

#[cfg(test)]
mod tests;
