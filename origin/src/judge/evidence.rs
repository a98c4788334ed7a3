//! What was found out about a message's sender before it is judged.

use protocol::message::Outcome;

use super::spf::Finding;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the client may send for the domain that it names.
    pub spf: Spf,
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
