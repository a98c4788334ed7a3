//! Which text is the record, and what it says (RFC 7208 §4.5, §4.6, §12). It looks nothing up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use protocol::message::Outcome;

use super::macros::{BadSyntax, Template};
use crate::limits::SPF_RECORD_OCTETS;

/// What a domain publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// No record.
    Nothing,
    /// One record.
    One(Record),
    /// More than one: none counts (RFC 7208 §4.5).
    Several,
    /// One that is no record by its syntax.
    Malformed,
    /// One longer than [`SPF_RECORD_OCTETS`].
    TooLong,
}

/// A record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// In their order.
    pub(super) directives: Vec<Directive>,
    /// Whose record holds when nothing matches (RFC 7208 §6.1).
    pub(super) redirect: Option<Template>,
    /// Where the explanation is (RFC 7208 §6.2).
    pub(super) explanation: Option<Template>,
}

/// A mechanism and what its match means (RFC 7208 §4.6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// Pass, fail, softfail or neutral.
    pub(super) outcome: Outcome,
    /// What matches.
    pub(super) mechanism: Mechanism,
}

/// RFC 7208 §5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(Template),
    A(Target),
    Mx(Target),
    Ptr(Subject),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(Template),
}

/// Which domain a mechanism is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The one whose record this is.
    Itself,
    /// Another.
    Other(Template),
}

/// A domain's addresses, and how much of them counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) subject: Subject,
    pub(super) prefixes: Prefixes,
}

/// How many leading bits of an address count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefixes {
    v4: u8,
    v6: u8,
}

impl Policy {
    /// Chooses among the texts of a domain (RFC 7208 §4.5) and reads the one that is a record.
    pub(super) fn choose(texts: &[Vec<u8>]) -> Self {
        let mut records = texts.iter().filter(|text| is_record(text));
        match (records.next(), records.next()) {
            (None, _) => Self::Nothing,
            (Some(_), Some(_)) => Self::Several,
            (Some(text), None) if text.len() > SPF_RECORD_OCTETS => Self::TooLong,
            (Some(text), None) => Record::read(text).map_or(Self::Malformed, Self::One),
        }
    }
}

/// `v=spf1`, then a space or the end; letters in either case.
fn is_record(text: &[u8]) -> bool {
    let version = text.split(|octet| *octet == b' ').next();
    version.is_some_and(|version| version.eq_ignore_ascii_case(b"v=spf1"))
}

impl Record {
    /// Reads all of it: an error anywhere counts, whatever matches before (RFC 7208 §4.6).
    fn read(text: &[u8]) -> Result<Self, BadSyntax> {
        // RFC 7208 §3.1: US-ASCII alone.
        let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii()).ok_or(BadSyntax)?;
        let mut record = Self::default();
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            match modifier(term) {
                Some((name, value)) => record.modify(name, value)?,
                None => record.directives.push(Directive::read(term)?),
            }
        }
        Ok(record)
    }

    fn modify(&mut self, name: &str, value: &str) -> Result<(), BadSyntax> {
        let slot = match name {
            name if name.eq_ignore_ascii_case("redirect") => &mut self.redirect,
            name if name.eq_ignore_ascii_case("exp") => &mut self.explanation,
            // RFC 7208 §6: unknown ones are ignored, once their syntax is right.
            _ => return Template::check_modifier(value),
        };
        // RFC 7208 §6: each at most once.
        if slot.replace(Template::domain(value)?).is_some() { Err(BadSyntax) } else { Ok(()) }
    }
}

/// `name=value`, where the `=` comes right after a name (RFC 7208 §4.6.1, §12).
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let named = name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet));
    (begins && named).then_some((name, value))
}

impl Directive {
    fn read(term: &str) -> Result<Self, BadSyntax> {
        let (outcome, rest) = match term.as_bytes().first() {
            Some(b'+') => (Outcome::Pass, &term[1..]),
            Some(b'-') => (Outcome::Fail, &term[1..]),
            Some(b'~') => (Outcome::Softfail, &term[1..]),
            Some(b'?') => (Outcome::Neutral, &term[1..]),
            _ => (Outcome::Pass, term),
        };
        Ok(Self { outcome, mechanism: Mechanism::read(rest)? })
    }
}

impl Mechanism {
    fn read(text: &str) -> Result<Self, BadSyntax> {
        let (name, rest) = text.split_at(text.find([':', '/']).unwrap_or(text.len()));
        match (name.to_ascii_lowercase().as_str(), rest.strip_prefix(':')) {
            ("all", None) if rest.is_empty() => Ok(Self::All),
            ("include", Some(domain)) => Template::domain(domain).map(Self::Include),
            ("exists", Some(domain)) => Template::domain(domain).map(Self::Exists),
            ("a", _) => Target::read(rest).map(Self::A),
            ("mx", _) => Target::read(rest).map(Self::Mx),
            ("ptr", None) if rest.is_empty() => Ok(Self::Ptr(Subject::Itself)),
            ("ptr", Some(domain)) => Template::domain(domain).map(|domain| Self::Ptr(Subject::Other(domain))),
            ("ip4", Some(network)) => {
                let (address, prefix) = network_of(network, 32)?;
                Ok(Self::Ip4(address, prefix))
            }
            ("ip6", Some(network)) => {
                let (address, prefix) = network_of(network, 128)?;
                Ok(Self::Ip6(address, prefix))
            }
            _ => Err(BadSyntax),
        }
    }
}

/// `address[/prefix]` (RFC 7208 §5.6).
fn network_of<A: std::str::FromStr>(text: &str, most: u8) -> Result<(A, u8), BadSyntax> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, length)) => (address, prefix(length, most)?),
        None => (text, most),
    };
    Ok((address.parse().map_err(|_| BadSyntax)?, prefix))
}

/// A number without leading zeros, up to `most`.
fn prefix(text: &str, most: u8) -> Result<u8, BadSyntax> {
    let plain = text.bytes().all(|octet| octet.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|length| plain && *length <= most).ok_or(BadSyntax)
}

impl Target {
    /// Reads `[":" domain-spec] [dual-cidr-length]` (RFC 7208 §5.3, §5.4).
    fn read(text: &str) -> Result<Self, BadSyntax> {
        let (rest, prefixes) = Prefixes::strip(text)?;
        let subject = match rest.strip_prefix(':') {
            Some(domain) => Subject::Other(Template::domain(domain)?),
            None if rest.is_empty() => Subject::Itself,
            None => return Err(BadSyntax),
        };
        Ok(Self { subject, prefixes })
    }
}

impl Prefixes {
    /// Takes `[ "/" number ] [ "//" number ]` off the end (RFC 7208 §12). A slash may stand in a domain, too: only
    /// what ends in digits after a slash is a length.
    fn strip(text: &str) -> Result<(&str, Self), BadSyntax> {
        let mut prefixes = Self { v4: 32, v6: 128 };
        let mut rest = text;
        if let Some((before, length)) = last_number(rest)
            && let Some(before) = before.strip_suffix('/')
        {
            prefixes.v6 = prefix(length, 128)?;
            rest = before;
        }
        if let Some((before, length)) = last_number(rest)
            && !before.ends_with('/')
        {
            prefixes.v4 = prefix(length, 32)?;
            rest = before;
        }
        Ok((rest, prefixes))
    }

    /// Whether `client` and `address` are of one kind and agree in the bits that count.
    pub(super) fn agree(self, client: IpAddr, address: IpAddr) -> bool {
        match (client, address) {
            (IpAddr::V4(client), IpAddr::V4(address)) => agree_v4(client, address, self.v4),
            (IpAddr::V6(client), IpAddr::V6(address)) => agree_v6(client, address, self.v6),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// What stands before a final `/` and the digits after it.
fn last_number(text: &str) -> Option<(&str, &str)> {
    let (before, number) = text.rsplit_once('/')?;
    let digits = !number.is_empty() && number.bytes().all(|octet| octet.is_ascii_digit());
    digits.then_some((before, number))
}

/// Whether two addresses agree in their first `bits` bits.
pub(super) fn agree_v4(one: Ipv4Addr, other: Ipv4Addr, bits: u8) -> bool {
    let differing = one.to_bits() ^ other.to_bits();
    differing.leading_zeros() >= u32::from(bits)
}

/// Whether two addresses agree in their first `bits` bits.
pub(super) fn agree_v6(one: Ipv6Addr, other: Ipv6Addr, bits: u8) -> bool {
    let differing = one.to_bits() ^ other.to_bits();
    differing.leading_zeros() >= u32::from(bits)
}

#[cfg(test)]
mod tests;
