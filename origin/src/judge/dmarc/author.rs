//! Whom a message says it is from: the domains in its `From` (RFC 9989 §5.3.1).
//!
//! Never guesses in a message's favour: whatever could be shown to a reader as an author, and is none whose domain
//! can be asked, makes the naming doubtful.

use crate::{
    dns::Name,
    judge::{
        fields::{Field, fields, section},
        spf::in_ascii,
    },
    limits::{AUTHOR_DOMAINS, HEADER_OCTETS},
};

/// Longest header section that is read. What is longer than its limit is refused before it is asked who wrote it; our
/// own trace fields may stand before it.
const SECTION_OCTETS: usize = 2 * HEADER_OCTETS;

/// The domains that a message says it is from.
pub(super) struct Authors {
    /// Each once, in the message's order, at most [`AUTHOR_DOMAINS`].
    pub(super) domains: Vec<Name>,
    pub(super) naming: Naming,
}

/// How a message names its authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// In one field, of which every mailbox has a domain.
    Plain,
    /// In no field or several (RFC 5322 §3.6 wants one), without a domain, or with more domains than are asked: such
    /// a message may be disowned, but never vouched for (RFC 9989 §11.5).
    Doubtful,
}

/// Reads the header section of a message.
pub(super) fn read(message: &[u8]) -> Authors {
    let mut authors = Authors { domains: Vec::new(), naming: Naming::Doubtful };
    let header = &message[section(message, 0, |_| false).header];
    if header.len() > SECTION_OCTETS {
        return authors;
    }
    let from: Vec<_> = fields(header).filter(|field| field.name.eq_ignore_ascii_case("From")).collect();
    let addresses: Vec<_> = from.iter().flat_map(Field::addresses).collect();
    let mut plain = from.len() == 1 && !addresses.is_empty();
    for address in &addresses {
        let (local, domain) = address.rsplit_once('@').unwrap_or_default();
        // What is quoted cannot be told from what is not any more: with two @ anything may be shown.
        plain &= !local.is_empty() && !local.contains('@');
        match host(domain) {
            Some(domain) if authors.domains.contains(&domain) => {}
            Some(domain) if authors.domains.len() < AUTHOR_DOMAINS => authors.domains.push(domain),
            Some(_) | None => plain = false,
        }
    }
    if plain {
        authors.naming = Naming::Plain;
    }
    authors
}

/// A domain as DNS knows it, where a host could be called so: U-labels become A-labels (RFC 9989 §5.3.1).
fn host(domain: &str) -> Option<Name> {
    let name = Name::parse(&in_ascii(domain.trim()))?;
    let is_host = name.as_str().bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet));
    is_host.then_some(name)
}

#[cfg(test)]
mod tests;
