//! Reads reverse-paths and forward-paths (RFC 5321 §4.1.2, §4.1.3; RFC 6531 §3.3).
//!
//! What is within the brackets is kept exactly as written, quotes included; a source route is
//! checked and left out (RFC 5321 Appendix C). Nothing is guessed: what the grammar does not allow
//! is an error.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest local part in octets (RFC 5321 §4.5.3.1.1).
const LOCAL_OCTETS: usize = 64;
/// Longest domain in octets (RFC 5321 §4.5.3.1.2).
const DOMAIN_OCTETS: usize = 255;
/// Longest path in octets, with its brackets (RFC 5321 §4.5.3.1.3).
const PATH_OCTETS: usize = 256;
/// Longest label of a domain in octets (RFC 1035 §2.3.4).
const LABEL_OCTETS: usize = 63;

/// A mailbox, in the words of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailbox<'a> {
    /// All of it, without brackets and source route.
    pub text: &'a str,
    /// What is before the `@`.
    pub local: Local<'a>,
    /// What is behind it.
    pub host: Host<'a>,
}

/// A local part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local<'a> {
    /// Atoms and dots.
    Dotted(&'a str),
    /// A quoted string, with its quotes.
    Quoted(&'a str),
}

/// Where a mailbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'a> {
    /// At a domain.
    Name(&'a str),
    /// At an address literal, with its square brackets.
    Literal(&'a str),
}

/// The argument of `MAIL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reverse<'a> {
    /// `<>`.
    Null,
    /// A mailbox.
    Mailbox(Mailbox<'a>),
}

/// The argument of `RCPT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward<'a> {
    /// `<Postmaster>` without a domain, in any case of letters (RFC 5321 §4.5.1).
    Postmaster,
    /// A mailbox.
    Mailbox(Mailbox<'a>),
}

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The brackets are missing, or not closed, or something sticks to them.
    #[error("a path stands between < and >")]
    Brackets,
    /// The source route is malformed.
    #[error("malformed source route")]
    Route,
    /// The local part is malformed.
    #[error("malformed local part")]
    Local,
    /// The domain or the literal is malformed.
    #[error("malformed domain")]
    Host,
    /// Longer than its limit.
    #[error("{octets} octets, at most {limit} are allowed")]
    TooLong {
        /// How long.
        octets: usize,
        /// The limit.
        limit: usize,
    },
}

impl<'a> Reverse<'a> {
    /// Reads a reverse-path; returns it and what follows.
    ///
    /// # Errors
    /// [`PathError`].
    pub fn parse(text: &'a str) -> Result<(Self, &'a str), PathError> {
        let (inner, rest) = brackets(text)?;
        let path = if inner.is_empty() { Self::Null } else { Self::Mailbox(Mailbox::parse(inner)?) };
        Ok((path, rest))
    }
}

impl<'a> Forward<'a> {
    /// Reads a forward-path; returns it and what follows.
    ///
    /// # Errors
    /// [`PathError`].
    pub fn parse(text: &'a str) -> Result<(Self, &'a str), PathError> {
        let (inner, rest) = brackets(text)?;
        let postmaster = inner.eq_ignore_ascii_case("postmaster");
        let path = if postmaster { Self::Postmaster } else { Self::Mailbox(Mailbox::parse(inner)?) };
        Ok((path, rest))
    }
}

impl<'a> Mailbox<'a> {
    fn parse(inner: &'a str) -> Result<Self, PathError> {
        let text = without_route(inner)?;
        within(text.len() + "<>".len(), PATH_OCTETS)?;
        let (local, host) = if text.starts_with('"') {
            let end = quoted_end(text).ok_or(PathError::Local)?;
            let (local, rest) = text.split_at(end);
            (Local::Quoted(local), rest.strip_prefix('@').ok_or(PathError::Local)?)
        } else {
            let (local, host) = text.split_once('@').ok_or(PathError::Local)?;
            if !local.split('.').all(is_atom) {
                return Err(PathError::Local);
            }
            (Local::Dotted(local), host)
        };
        within(local.text().len(), LOCAL_OCTETS)?;
        Ok(Self { text, local, host: Host::parse(host)? })
    }
}

impl<'a> Local<'a> {
    /// As written.
    #[must_use]
    pub const fn text(self) -> &'a str {
        match self {
            Self::Dotted(text) | Self::Quoted(text) => text,
        }
    }
}

impl<'a> Host<'a> {
    fn parse(text: &'a str) -> Result<Self, PathError> {
        within(text.len(), DOMAIN_OCTETS)?;
        if let Some(literal) = text.strip_prefix('[') {
            let literal = literal.strip_suffix(']').ok_or(PathError::Host)?;
            let known = match strip_prefix_ignoring_case(literal, "IPv6:") {
                Some(address) => address.parse::<Ipv6Addr>().is_ok(),
                None => literal.parse::<Ipv4Addr>().is_ok(),
            };
            return if known { Ok(Self::Literal(text)) } else { Err(PathError::Host) };
        }
        if text.split('.').all(is_label) { Ok(Self::Name(text)) } else { Err(PathError::Host) }
    }
}

/// What follows `prefix` in `text`, which may write it in any case of letters.
pub(super) fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

const fn within(octets: usize, limit: usize) -> Result<(), PathError> {
    if octets > limit { Err(PathError::TooLong { octets, limit }) } else { Ok(()) }
}

/// Where in a path an octet is, as far as quoting goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Quoted,
    Escaped,
}

/// What is between `<` and its `>`, which may also stand within quotes; and what follows.
fn brackets(text: &str) -> Result<(&str, &str), PathError> {
    let inner = text.strip_prefix('<').ok_or(PathError::Brackets)?;
    let mut place = Place::Outside;
    let end = inner.bytes().position(|octet| {
        let ends = octet == b'>' && place == Place::Outside;
        place = match (place, octet) {
            (Place::Outside, b'"') | (Place::Escaped, _) => Place::Quoted,
            (Place::Quoted, b'"') => Place::Outside,
            (Place::Quoted, b'\\') => Place::Escaped,
            (place, _) => place,
        };
        ends
    });
    let end = end.ok_or(PathError::Brackets)?;
    let (inner, rest) = (&inner[..end], &inner[end + 1..]);
    if rest.is_empty() || rest.starts_with(' ') { Ok((inner, rest)) } else { Err(PathError::Brackets) }
}

/// Leaves out `@one,@two:` (RFC 5321 §4.1.2, A-d-l).
fn without_route(inner: &str) -> Result<&str, PathError> {
    if !inner.starts_with('@') {
        return Ok(inner);
    }
    let (route, mailbox) = inner.split_once(':').ok_or(PathError::Route)?;
    let sound = route
        .split(',')
        .all(|hop| hop.strip_prefix('@').is_some_and(|host| matches!(Host::parse(host), Ok(Host::Name(_)))));
    if sound { Ok(mailbox) } else { Err(PathError::Route) }
}

/// Where the quoted string that `text` begins with ends (RFC 5321 §4.1.2, Quoted-string).
fn quoted_end(text: &str) -> Option<usize> {
    let mut octets = text.bytes().enumerate().skip(1);
    while let Some((at, octet)) = octets.next() {
        match octet {
            b'"' => return Some(at + 1),
            b'\\' => {
                octets.next().filter(|(_, escaped)| matches!(escaped, b' '..=b'~'))?;
            }
            b' '..=b'~' | 0x80.. => {}
            _ => return None,
        }
    }
    None
}

/// RFC 5322 §3.2.3 and RFC 6531 §3.3: `atext`, beyond ASCII too.
fn is_atom(text: &str) -> bool {
    let allowed =
        |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet) || !octet.is_ascii();
    !text.is_empty() && text.bytes().all(allowed)
}

/// A label of letters, digits and inner hyphens. An underscore is no letter of a host name, yet senders have it.
fn is_label(label: &str) -> bool {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_' || !octet.is_ascii();
    !label.is_empty()
        && label.len() <= LABEL_OCTETS
        && label.bytes().all(allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests;
