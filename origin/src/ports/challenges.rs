//! How a certificate authority is shown that a name is ours (RFC 8555 §8).

use async_trait::async_trait;

use crate::{dns::Name, limits::CHALLENGE_TOKEN};

/// The token of a challenge: what an authority drew, and puts into the path that it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChallengeToken(String);

impl ChallengeToken {
    /// Reads one: base64url without padding (RFC 8555 §8.3), so that no token is a path of its own.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=CHALLENGE_TOKEN).contains(&text.len());
        let plain = text.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
        (fits && plain).then(|| Self(text.to_owned()))
    }

    /// As it was drawn.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The answers to http-01 (RFC 8555 §8.3).
#[async_trait]
pub trait ChallengeAnswers: Send + Sync {
    /// What is answered for `token`; none where it is nothing of ours.
    async fn answer(&self, token: ChallengeToken) -> Option<String>;
}

/// A zone that challenges of dns-01 (RFC 8555 §8.4) are answered in. Both calls may be repeated.
#[async_trait]
pub trait ChallengeZone: Send + Sync {
    /// Adds a TXT record beside those that are there.
    ///
    /// # Errors
    /// [`ZoneError`].
    async fn publish(&self, name: &Name, text: &str) -> Result<(), ZoneError>;

    /// Takes that record away again.
    ///
    /// # Errors
    /// [`ZoneError`].
    async fn retract(&self, name: &Name, text: &str) -> Result<(), ZoneError>;
}

/// Why a zone was not changed, or nobody knows whether it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// No connection, or no answer in time.
    #[error("the zone's server does not answer")]
    Unreachable,
    /// An answer that is none, or not to this question.
    #[error("the zone's server answers what is no answer to an update (RFC 2136)")]
    Malformed,
    /// An answer without a good signature: it may be anybody's.
    #[error("the answer of the zone's server is not signed with our key (RFC 8945)")]
    Unsigned,
    /// The server does not know the key.
    #[error("the zone's server does not know the key's name (BADKEY)")]
    KeyUnknown,
    /// The secret is another.
    #[error("the zone's server has another secret for this key (BADSIG)")]
    KeyWrong,
    /// The clocks are apart.
    #[error("the clock of the zone's server is too far from ours (BADTIME)")]
    Clock,
    /// It refuses.
    #[error("the zone's server refuses with code {0} (RFC 2136 §2.2)")]
    Refused(u8),
    /// What is to be written does not fit into a message.
    #[error("the record is too long for an update")]
    TooLong,
}
