//! Macros: read once with the record, expanded as often as it is asked (RFC 7208 §7).
//!
//! Expansion never asks DNS: what `%{p}` stands for is given.

use std::{fmt::Write as _, net::IpAddr};

use crate::dns::NAME_OCTETS;

/// Not what RFC 7208 §7.1 and §12 allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadSyntax;

/// A text with macros, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// As it stands.
    Literal(String),
    /// What `%%`, `%_` or `%-` stands for.
    Escape(&'static str),
    Macro(Macro),
}

/// `%{…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Macro {
    letter: Letter,
    escaping: Escaping,
    keep: Keep,
    order: Order,
    /// Where the value is split; never empty.
    delimiters: Vec<char>,
}

/// RFC 7208 §7.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    Sender,
    Local,
    SenderDomain,
    Domain,
    Client,
    Validated,
    Version,
    Helo,
    ClientText,
    Receiver,
    Time,
}

/// Upper case letters ask for URL escapes (RFC 7208 §7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escaping {
    None,
    Url,
}

/// How many right-hand parts stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    All,
    Last(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Written,
    Reversed,
}

/// What may stand in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// A domain: no spaces, and no `c`, `r`, `t` (RFC 7208 §7.2).
    Domain,
    /// The value of a modifier that we do not know: read for its syntax alone.
    Modifier,
    /// The text of an explanation.
    Explanation,
}

/// What macros stand for.
pub(super) struct Values<'a> {
    /// The local part of `<sender>`.
    pub(super) local: &'a str,
    /// The domain of `<sender>`.
    pub(super) sender_domain: &'a str,
    /// `<domain>`: whose record is evaluated.
    pub(super) domain: &'a str,
    /// `<ip>`.
    pub(super) client: IpAddr,
    /// The validated name of `<ip>`.
    pub(super) validated: &'a str,
    /// What the client called itself.
    pub(super) helo: &'a str,
    /// Who we are.
    pub(super) receiver: &'a str,
    /// Seconds since 1970.
    pub(super) seconds: u64,
}

impl Template {
    /// Reads a `domain-spec` (RFC 7208 §7.1): it ends in a macro or in a dot and a top label.
    pub(super) fn domain(text: &str) -> Result<Self, BadSyntax> {
        let template = Self::read(text, Use::Domain)?;
        match template.0.last() {
            Some(Piece::Literal(end)) if !ends_in_top_label(end) => Err(BadSyntax),
            None => Err(BadSyntax),
            Some(_) => Ok(template),
        }
    }

    /// Checks the value of an unknown modifier, a `macro-string` (RFC 7208 §6).
    pub(super) fn check_modifier(text: &str) -> Result<(), BadSyntax> {
        Self::read(text, Use::Modifier).map(drop)
    }

    /// Reads an `explain-string` (RFC 7208 §6.2).
    pub(super) fn explanation(text: &str) -> Result<Self, BadSyntax> {
        Self::read(text, Use::Explanation)
    }

    fn read(text: &str, of: Use) -> Result<Self, BadSyntax> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            literal(&rest[..at], of, &mut pieces)?;
            let after = &rest[at + 1..];
            let (piece, length) = match after.as_bytes().first() {
                Some(b'%') => (Piece::Escape("%"), 1),
                Some(b'_') => (Piece::Escape(" "), 1),
                Some(b'-') => (Piece::Escape("%20"), 1),
                Some(b'{') => {
                    let end = after.find('}').ok_or(BadSyntax)?;
                    (Piece::Macro(Macro::read(&after[1..end], of)?), end + 1)
                }
                _ => return Err(BadSyntax),
            };
            pieces.push(piece);
            rest = &after[length..];
        }
        literal(rest, of, &mut pieces)?;
        Ok(Self(pieces))
    }

    /// Whether the client's validated name is needed.
    pub(super) fn needs_validated_name(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Macro(Macro { letter: Letter::Validated, .. })))
    }

    /// The text.
    pub(super) fn expand(&self, values: &Values<'_>) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Escape(text) => out.push_str(text),
                Piece::Macro(one) => one.expand(values, &mut out),
            }
        }
        out
    }

    /// The text as a name to ask about: labels go from the left until it fits (RFC 7208 §7.3).
    pub(super) fn expand_domain(&self, values: &Values<'_>) -> String {
        let whole = self.expand(values);
        let mut name = whole.strip_suffix('.').unwrap_or(&whole);
        while name.len() > NAME_OCTETS {
            let Some((_, shorter)) = name.split_once('.') else { break };
            name = shorter;
        }
        name.to_owned()
    }
}

impl Macro {
    /// Reads what stands between the braces: a letter, digits, `r`, delimiters.
    fn read(text: &str, of: Use) -> Result<Self, BadSyntax> {
        let first = text.chars().next().filter(char::is_ascii_alphabetic).ok_or(BadSyntax)?;
        let letter = Letter::read(first.to_ascii_lowercase()).ok_or(BadSyntax)?;
        let explains = matches!(letter, Letter::ClientText | Letter::Receiver | Letter::Time);
        if explains && of == Use::Domain {
            return Err(BadSyntax);
        }
        let rest = &text[1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = rest.split_at(digits);
        let keep = match number {
            "" => Keep::All,
            // Numbers beyond any count of labels keep all.
            number => Keep::Last(number.parse().unwrap_or(usize::MAX)),
        };
        let (order, rest) = match rest.strip_prefix(['r', 'R']) {
            Some(rest) => (Order::Reversed, rest),
            None => (Order::Written, rest),
        };
        if keep == Keep::Last(0) || !rest.chars().all(|c| ".-+,/_=".contains(c)) {
            return Err(BadSyntax);
        }
        let delimiters = if rest.is_empty() { vec!['.'] } else { rest.chars().collect() };
        let escaping = if first.is_ascii_uppercase() { Escaping::Url } else { Escaping::None };
        Ok(Self { letter, escaping, keep, order, delimiters })
    }

    fn expand(&self, values: &Values<'_>, out: &mut String) {
        let value = self.letter.value(values);
        let plain = self.keep == Keep::All && self.order == Order::Written && self.delimiters == ['.'];
        let value = if plain { value } else { self.transform(&value) };
        match self.escaping {
            Escaping::None => out.push_str(&value),
            Escaping::Url => escape(&value, out),
        }
    }

    /// Splits, reverses, keeps the last parts, joins with dots (RFC 7208 §7.3).
    fn transform(&self, value: &str) -> String {
        let mut parts: Vec<&str> = value.split(self.delimiters.as_slice()).collect();
        if self.order == Order::Reversed {
            parts.reverse();
        }
        if let Keep::Last(count) = self.keep {
            parts.drain(..parts.len().saturating_sub(count));
        }
        parts.join(".")
    }
}

impl Letter {
    fn read(lower: char) -> Option<Self> {
        Some(match lower {
            's' => Self::Sender,
            'l' => Self::Local,
            'o' => Self::SenderDomain,
            'd' => Self::Domain,
            'i' => Self::Client,
            'p' => Self::Validated,
            'v' => Self::Version,
            'h' => Self::Helo,
            'c' => Self::ClientText,
            'r' => Self::Receiver,
            't' => Self::Time,
            _ => return None,
        })
    }

    fn value(self, values: &Values<'_>) -> String {
        match self {
            Self::Sender => format!("{}@{}", values.local, values.sender_domain),
            Self::Local => values.local.to_owned(),
            Self::SenderDomain => values.sender_domain.to_owned(),
            Self::Domain => values.domain.to_owned(),
            Self::Client => dotted(values.client),
            Self::Validated => values.validated.to_owned(),
            Self::Version => if values.client.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
            Self::Helo => values.helo.to_owned(),
            Self::ClientText => values.client.to_string(),
            Self::Receiver => values.receiver.to_owned(),
            Self::Time => values.seconds.to_string(),
        }
    }
}

/// An address with dots: octets, or nibbles in capitals as RFC 7208 §7.4's example has them.
pub(super) fn dotted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let nibbles = address.octets().into_iter().flat_map(|octet| [octet >> 4, octet & 15]);
            let digits: Vec<String> = nibbles.map(|nibble| format!("{nibble:X}")).collect();
            digits.join(".")
        }
    }
}

fn literal(text: &str, of: Use, pieces: &mut Vec<Piece>) -> Result<(), BadSyntax> {
    let allowed = |octet: u8| octet.is_ascii_graphic() || (octet == b' ' && of == Use::Explanation);
    if !text.bytes().all(allowed) {
        return Err(BadSyntax);
    }
    if !text.is_empty() {
        pieces.push(Piece::Literal(text.to_owned()));
    }
    Ok(())
}

/// Whether a text ends in `"." toplabel [ "." ]` (RFC 7208 §7.1): letters, digits and inner hyphens, not digits alone.
fn ends_in_top_label(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, label)) = text.rsplit_once('.') else { return false };
    let octets = label.as_bytes();
    let ends = [octets.first(), octets.last()];
    octets.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
        && ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && !octets.iter().all(u8::is_ascii_digit)
}

/// Everything but RFC 3986 §2.3's unreserved characters as `%XX`.
fn escape(value: &str, out: &mut String) {
    for octet in value.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            out.push(char::from(octet));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{octet:02X}");
        }
    }
}

#[cfg(test)]
mod tests;
