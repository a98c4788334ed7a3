//! What was found out about a message's sender before it is judged.

use std::fmt;

use protocol::message::Outcome;

use super::spf::Finding;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the client may send for the domain that it names.
    pub spf: Spf,
    /// Which domains signed it.
    pub dkim: Dkim,
    /// What those who passed it on say, for display alone.
    pub arc: Chain,
    /// Whether the author's domain vouches for it.
    pub dmarc: Dmarc,
}

/// What DKIM says (RFC 6376 §6.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dkim {
    /// Nobody asked.
    #[default]
    Unchecked,
    /// These signatures, in the message's order; none where it has none.
    Checked(Vec<Signature>),
}

/// One DKIM signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// Whose: `d=`, in lower case and in ASCII.
    pub domain: String,
    /// Which of its keys: `s=`.
    pub selector: String,
    /// Whether it holds.
    pub outcome: Outcome,
    /// How much of the body it is for.
    pub covers: Covers,
    /// What tells it from others of the same domain.
    pub detail: Detail,
}

/// What tells a signature from others, for those who read our report of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// How it was made: `a=`.
    pub algorithm: Algorithm,
    /// How it begins: the first eight characters of `b=` (RFC 6008 §4).
    pub begins: String,
    /// What its key is for.
    pub key: Standing,
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// In a way that nobody should believe (RFC 8301 §3.1), or that we do not know.
    #[default]
    Other,
    /// RFC 6376 §3.3.2.
    RsaSha256,
    /// RFC 8463.
    Ed25519Sha256,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// For mail.
    #[default]
    InUse,
    /// For trials (`t=y`, RFC 6376 §3.6.1): that its signature does not hold says nothing of the message.
    InTrial,
}

/// How much of a body a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// All of it.
    Whole,
    /// Its beginning (`l=`, RFC 6376 §8.2): what follows may be anybody's, so such a signature vouches for nothing.
    Beginning,
}

/// What the ARC chain says (RFC 8617 §5.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    /// Nobody asked, or nobody passed it on so.
    #[default]
    None,
    /// There is one, and this is its outcome.
    Sealed(Outcome),
}

/// What DMARC says (RFC 9989 §4).
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Dmarc {
    /// Nobody asked.
    #[default]
    Unchecked,
    /// The message names no author's domain that can be asked, or names authors in several fields or too many: it was not
    /// disowned, and is never vouched for (RFC 9989 §11.5).
    NoAuthor,
    /// No domain above the author's has a record.
    Undeclared,
    /// DNS does not say.
    Unknown,
    /// The author's domain is vouched for: by this domain, in relaxed or strict alignment (RFC 9989 §4.4).
    Vouched {
        /// The author's domain.
        author: String,
        /// The domain that was authenticated.
        by: String,
    },
    /// It is not.
    Disowned {
        /// The author's domain.
        author: String,
        /// What its owner asks for.
        asked: Asked,
    },
}

/// What a domain's owner asks to be done with mail that is not vouched for (RFC 9989 §4.7: `p`, `sp`, `np`, and `t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// To be wary of it.
    Quarantine,
    /// To refuse it.
    Reject,
}

impl Algorithm {
    /// Its name, where it has one that is believed.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Other => None,
            Self::RsaSha256 => Some("rsa-sha256"),
            Self::Ed25519Sha256 => Some("ed25519-sha256"),
        }
    }
}

impl Signature {
    /// Whether its domain answers for the message: it holds, and for all of the body.
    #[must_use]
    pub fn vouches(&self) -> bool {
        self.outcome == Outcome::Pass && self.covers == Covers::Whole
    }

    /// The outcome to show: that the beginning is somebody's says nothing of the rest.
    const fn shown(&self) -> Outcome {
        match (self.outcome, self.covers) {
            (Outcome::Pass, Covers::Beginning) => Outcome::Neutral,
            (outcome, _) => outcome,
        }
    }
}

impl Dkim {
    /// Whether any signature vouches for its domain.
    #[must_use]
    pub fn vouches(&self) -> bool {
        matches!(self, Self::Checked(signatures) if signatures.iter().any(Signature::vouches))
    }

    /// The outcome to show: the best of all signatures.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let Self::Checked(signatures) = self else { return Outcome::None };
        let has = |outcome| signatures.iter().any(|signature| signature.shown() == outcome);
        let best = [Outcome::Pass, Outcome::Temperror, Outcome::Fail, Outcome::Permerror, Outcome::Neutral];
        best.into_iter().find(|outcome| has(*outcome)).unwrap_or(Outcome::None)
    }
}

impl Chain {
    /// The outcome to show.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::None => Outcome::None,
            Self::Sealed(outcome) => *outcome,
        }
    }
}

impl Dmarc {
    /// The outcome to show (RFC 9989 §9.1's `dmarc=`).
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unchecked | Self::NoAuthor | Self::Undeclared => Outcome::None,
            Self::Unknown => Outcome::Temperror,
            Self::Vouched { .. } => Outcome::Pass,
            Self::Disowned { .. } => Outcome::Fail,
        }
    }

    /// The author's domain, where it is vouched for.
    #[must_use]
    pub fn aligned(&self) -> Option<&str> {
        match self {
            Self::Vouched { author, .. } => Some(author),
            _ => None,
        }
    }
}

impl fmt::Debug for Signature {
    /// Says nothing of the domain: it may tell about people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature")
            .field("outcome", &self.outcome)
            .field("covers", &self.covers)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Dmarc {
    /// Says nothing of the domains.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dmarc({:?})", self.outcome())
    }
}

/// What SPF says (RFC 7208 §2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Spf {
    /// Nobody asked: checks are off, or the client is one of our own network, for whom no domain can speak.
    #[default]
    Unchecked,
    /// The reverse-path is null: the client's own name alone could be checked (RFC 7208 §2.4).
    Helo(Finding),
    /// Both were checked.
    Both {
        /// What the client called itself (RFC 7208 §2.3).
        helo: Finding,
        /// The reverse-path (RFC 7208 §2.4).
        mail_from: Finding,
    },
}

impl Spf {
    /// The result that counts: of the reverse-path, or of the client's name where that is null.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unchecked => Outcome::None,
            Self::Helo(finding) | Self::Both { mail_from: finding, .. } => finding.outcome,
        }
    }
}
