//! The URL of a webhook, narrower than RFC 3986 lets it be: whatever two readers of URLs might read in two ways is refused.
//!
//! A host is a name, never an address: addresses are judged once a name has been looked up, and nowhere else.

use core::fmt;

use crate::{address::Domain, limits::WEBHOOK_URL_OCTETS};

/// What a URL begins with.
const SCHEME: &str = "https://";

/// The one port.
const PORT: &str = "443";

/// A URL that may be told of mail: `https`, a host name, port 443, no user, no fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    text: String,
    /// Where the host ends in it.
    host_end: usize,
}

/// Why a text is no such URL. Each says what to do, behind the words `webhook.url`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Longer than the limit.
    #[error("has {octets} octets; at most {WEBHOOK_URL_OCTETS} are kept, so use a shorter one")]
    TooLong {
        /// How many.
        octets: usize,
    },
    /// Another scheme, or none.
    #[error("must begin with https://; plain HTTP and other schemes are not used")]
    NotHttps,
    /// A user's name or password.
    #[error("must not hold a user name or password; put what authorizes us into its path or query")]
    Userinfo,
    /// Another port.
    #[error("must not name a port other than 443; let the host answer HTTPS there")]
    Port,
    /// An address, or a name that no public host has.
    #[error(
        "must name a public host by its full domain name, such as hooks.example.com: no IP address, no single label; \
         write a name of other scripts in its xn-- form"
    )]
    Host,
    /// A fragment.
    #[error("must not have a fragment; leave out # and what follows")]
    Fragment,
    /// A character that RFC 3986 does not let stand there.
    #[error("must hold only what RFC 3986 lets stand in a path and query; percent-encode everything else")]
    Character,
}

impl WebhookUrl {
    /// Reads a URL. The scheme and the host are in lower case afterwards, and the port is left out.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.len() > WEBHOOK_URL_OCTETS {
            return Err(UrlError::TooLong { octets: text.len() });
        }
        let (scheme, rest) = text.split_at_checked(SCHEME.len()).ok_or(UrlError::NotHttps)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(UrlError::NotHttps);
        }
        if rest.contains('#') {
            return Err(UrlError::Fragment);
        }
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(UrlError::Userinfo);
        }
        let host = match authority.split_once(':') {
            None => authority,
            Some((host, PORT)) => host,
            Some((host, _)) if host.starts_with('[') => return Err(UrlError::Host),
            Some(_) => return Err(UrlError::Port),
        };
        let host = Domain::parse(host).ok().filter(is_name).ok_or(UrlError::Host)?;
        if !is_target(target) {
            return Err(UrlError::Character);
        }
        let root = if target.starts_with('/') { "" } else { "/" };
        Ok(Self { text: format!("{SCHEME}{host}{root}{target}"), host_end: SCHEME.len() + host.as_str().len() })
    }

    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host: a domain name in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        self.text.get(SCHEME.len()..self.host_end).unwrap_or_default()
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookUrl(…)")
    }
}

/// Whether a domain is a full name, and none that a reader of URLs takes for an address: those end in a number,
/// decimal or hexadecimal (URL Standard, "ends in a number checker"). No top-level domain begins with a digit.
fn is_name(domain: &Domain) -> bool {
    let last = domain.as_str().rsplit_once('.').map(|(_, last)| last);
    last.is_some_and(|last| last.as_bytes().first().is_some_and(u8::is_ascii_alphabetic))
}

/// Path and query (RFC 3986 §3.3, §3.4), each `%` before two hexadecimal digits (§2.1).
fn is_target(target: &str) -> bool {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&octet);
    let mut octets = target.bytes();
    while let Some(octet) = octets.next() {
        let mut digit = || octets.next().is_some_and(|digit| digit.is_ascii_hexdigit());
        let sound = if octet == b'%' { digit() && digit() } else { plain(octet) };
        if !sound {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
