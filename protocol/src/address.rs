//! Addresses that the service receives for: parsing, canonical form, tags.
//!
//! One address has one canonical text, and it is what an inbox is found by. Quoted local parts (RFC 5321 §4.1.2),
//! address literals and U-labels are refused: no address of ours needs them.

use core::fmt;

/// The octets of a local part that RFC 5321 §4.5.3.1.1 allows.
pub const LOCAL_OCTETS: usize = 64;

/// The octets of a domain name's text: 255 octets on the wire (RFC 1035 §2.3.4) leave 253.
const DOMAIN_OCTETS: usize = 253;

/// The octets of one label (RFC 1035 §2.3.4).
const LABEL_OCTETS: usize = 63;

/// How long a name may be that a client asks for: long enough not to be squatted, short enough to be read out.
const ASKED_OCTETS: core::ops::RangeInclusive<usize> = 3..=40;

/// A name of DNS in lower case, A-labels only (RFC 5890), without a final dot.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(String);

/// A local part in its canonical form: lower case, without a tag.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Local(String);

/// An address of an inbox: canonical local part, tag if one was written, domain.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    local: Local,
    tag: Option<String>,
    domain: Domain,
}

/// Why a text is no address of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`, or nothing before or behind it.
    #[error("an address is a local part, @ and a domain")]
    Shape,
    /// The local part is too long or has characters that our addresses do not use.
    #[error("a local part here is at most {LOCAL_OCTETS} octets of letters, digits, '.', '-' and '_'")]
    Local,
    /// The domain is no name of DNS.
    #[error("not a domain name")]
    Domain,
}

impl Domain {
    /// Parses and lower-cases; at most 253 octets, labels of 1-63 letters, digits and inner hyphens (RFC 1123 §2.1).
    /// U-labels are refused, and so are names whose last label is a number, for those are IPv4 addresses.
    ///
    /// # Errors
    /// [`AddressError::Domain`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let numeric_end = text.rsplit('.').next().is_some_and(|label| label.bytes().all(|c| c.is_ascii_digit()));
        if text.len() > DOMAIN_OCTETS || !text.split('.').all(is_label) || numeric_end {
            return Err(AddressError::Domain);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Local {
    /// Parses and lower-cases a name that a client asked for: no tag, at least 3 and at most 40 characters of
    /// `a-z0-9._-`, beginning and ending with a letter or digit, no two dots in a row.
    ///
    /// # Errors
    /// [`AddressError::Local`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let ends_well = |octet: Option<u8>| octet.is_some_and(|c| c.is_ascii_alphanumeric());
        let bytes = text.as_bytes();
        if !ASKED_OCTETS.contains(&text.len())
            || !ends_well(bytes.first().copied())
            || !ends_well(bytes.last().copied())
        {
            return Err(AddressError::Local);
        }
        Self::parse_any(text)
    }

    /// Parses and lower-cases a local part as mail may name it: any length within [`LOCAL_OCTETS`].
    fn parse_any(text: &str) -> Result<Self, AddressError> {
        if text.len() > LOCAL_OCTETS || !text.split('.').all(is_local_atom) {
            return Err(AddressError::Local);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// Of a text that is canonical by how it was made.
    pub(crate) const fn from_canonical(text: String) -> Self {
        Self(text)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Address {
    /// Of its parts, without a tag.
    #[must_use]
    pub const fn new(local: Local, domain: Domain) -> Self {
        Self { local, tag: None, domain }
    }
    /// Parses `local+tag@domain`; matching is case-insensitive, so the result is in lower case (the tag keeps its
    /// case). The first `+` begins the tag; an empty tag is none. Tags are of RFC 5322's `atext` and dots.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Shape)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Shape);
        }
        if local.len() > LOCAL_OCTETS {
            return Err(AddressError::Local);
        }
        let (name, tag) = local.split_once('+').unwrap_or((local, ""));
        if !tag.bytes().all(is_tag_octet) {
            return Err(AddressError::Local);
        }
        let tag = (!tag.is_empty()).then(|| tag.to_owned());
        Ok(Self { local: Local::parse_any(name)?, tag, domain: Domain::parse(domain)? })
    }

    /// The local part without its tag.
    #[must_use]
    pub const fn local(&self) -> &Local {
        &self.local
    }
    /// The tag, as written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }
    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }
    /// `local@domain`, without the tag: what an inbox is found by.
    #[must_use]
    pub fn canonical(&self) -> String {
        let (local, domain) = (self.local.as_str(), self.domain.as_str());
        let mut text = String::with_capacity(local.len() + 1 + domain.len());
        text.push_str(local);
        text.push('@');
        text.push_str(domain);
        text
    }
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    (1..=LABEL_OCTETS).contains(&bytes.len())
        && bytes.iter().all(|&c| c.is_ascii_alphanumeric() || c == b'-')
        && bytes.first() != Some(&b'-')
        && bytes.last() != Some(&b'-')
}

/// What stands between the dots of our local parts (RFC 5321 §4.1.2 `Atom`, less what nobody asks for).
fn is_local_atom(atom: &str) -> bool {
    !atom.is_empty() && atom.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
}

/// RFC 5322 §3.2.3 `atext`, and the dot.
fn is_tag_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&octet)
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Local(…)")
    }
}
impl fmt::Debug for Address {
    /// Says nothing: addresses are never logged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}
impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Domain({})", self.0)
    }
}
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
