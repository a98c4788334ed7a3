//! Names of the domain name system, and whom we ask about them.
//!
//! This file is the noun; the questions are a port (`ports::Resolver`), and the one that puts them to servers is
//! `hickory`. A zone of ours is changed by `update`, with messages that `change` writes.

pub mod change;
pub mod hickory;
pub mod update;

use std::fmt;

/// Longest label in octets (RFC 1035 §2.3.4).
const LABEL_OCTETS: usize = 63;

/// Longest name in octets as text, without its final dot (RFC 1035 §2.3.4: 255 on the wire).
pub const NAME_OCTETS: usize = 253;

/// A name that can be asked about: ASCII in lower case, one or more labels of 1 to 63 octets, no final dot.
///
/// Any ASCII octet but the dot may stand in a label: what macros of SPF make is no host name, yet a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Reads a name; one dot at its end is ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        let fits = text.is_ascii() && text.len() <= NAME_OCTETS;
        let sound = |label: &str| (1..=LABEL_OCTETS).contains(&label.len());
        (fits && text.split('.').all(sound)).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The text, without a final dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its labels, the most specific first.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// Whether it is `other` or below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let above = self.0.strip_suffix(other.as_str());
        above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl fmt::Debug for Name {
    /// Says nothing of the name: it may tell about people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(…)")
    }
}

#[cfg(test)]
mod tests;
