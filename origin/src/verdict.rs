//! What becomes of a message, and why: one variant a reason.
//!
//! A reason is the same thing in the reply, in the metric's label and in the name of its test.

use std::fmt;

use protocol::message::Danger;

use crate::mail::Accepted;

/// What `judge` says.
pub enum Verdict {
    /// It may be sealed.
    Accepted(Box<Accepted>),
    /// It never will be: `5xx`.
    Refused(Refusal),
    /// Not now: `4xx`, the sender tries again.
    Deferred(Deferral),
}

/// Why a message is refused for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Longer than `SIZE` says.
    TooLarge {
        /// How long, in octets, as far as it was counted.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many `Received` fields: it goes in a circle (RFC 5321 §6.3).
    Loop {
        /// How many.
        hops: usize,
        /// The limit.
        limit: usize,
    },
    /// A bare CR, a bare LF or a NUL: what smuggling is made of.
    BareLineEnding,
    /// The header section is longer than its limit.
    HeaderTooLarge {
        /// How long, in octets.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// More MIME parts than the limit.
    TooManyParts {
        /// How many were counted.
        parts: usize,
        /// The limit.
        limit: usize,
    },
    /// MIME parts nested deeper than the limit.
    TooDeep {
        /// How deep.
        depth: usize,
        /// The limit.
        limit: usize,
    },
    /// The sender's domain says that this client may not send for it (RFC 7208 §8.4).
    SpfFail,
    /// The sender's domain says that this client probably may not send for it (RFC 7208 §8.5), and the operator refuses
    /// such mail.
    SpfSoftfail,
    /// What the sender's domain says about its clients cannot be used (RFC 7208 §8.7), and the operator refuses such mail.
    SpfPermerror,
    /// A signature of its own does not hold, and the operator refuses such mail (RFC 6376 §6.3 advises against it).
    DkimFail,
    /// A signature of its own cannot be checked, and the operator refuses such mail.
    DkimPermerror,
    /// The author's domain asks that mail which it does not vouch for be refused (RFC 9989 §4.7).
    Dmarc,
    /// The author's domain asks to be wary of mail which it does not vouch for, and the operator refuses such mail.
    DmarcQuarantine,
    /// The author's domain does not vouch for it, and the operator refuses such mail.
    DmarcNone,
    /// It names no author whose domain could be asked (RFC 9989 §11.5), and the operator refuses such mail.
    NoAuthor,
    /// A file that is dangerous to open.
    Attachment {
        /// Why.
        danger: Danger,
        /// What it is, in the words of our own tables: `exe`, `a Windows program`.
        kind: &'static str,
    },
}

/// Why a message is put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deferral {
    /// No room in memory.
    NoRoom,
    /// The store did not say yes.
    StoreUnavailable,
    /// The inbox filled up between `RCPT` and the end of the data.
    InboxFull,
    /// The inbox ended between `RCPT` and the end of the data.
    InboxGone,
    /// DNS does not say whether the sender is who it says.
    DnsUnavailable,
}

impl Refusal {
    /// The reason's name, for metrics and tests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Loop { .. } => "loop",
            Self::BareLineEnding => "bare_line_ending",
            Self::HeaderTooLarge { .. } => "header_too_large",
            Self::TooManyParts { .. } => "too_many_parts",
            Self::TooDeep { .. } => "too_deep",
            Self::SpfFail => "spf_fail",
            Self::SpfSoftfail => "spf_softfail",
            Self::SpfPermerror => "spf_permerror",
            Self::DkimFail => "dkim_fail",
            Self::DkimPermerror => "dkim_permerror",
            Self::Dmarc => "dmarc",
            Self::DmarcQuarantine => "dmarc_quarantine",
            Self::DmarcNone => "dmarc_none",
            Self::NoAuthor => "no_author",
            Self::Attachment { .. } => "attachment",
        }
    }
}

impl Deferral {
    /// The reason's name, for metrics and tests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRoom => "no_room",
            Self::StoreUnavailable => "store_unavailable",
            Self::InboxFull => "inbox_full",
            Self::InboxGone => "inbox_gone",
            Self::DnsUnavailable => "dns_unavailable",
        }
    }
}

impl fmt::Display for Refusal {
    /// A sentence for the sender.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { octets, limit } => write!(f, "Message of {octets} octets; at most {limit} are taken"),
            Self::Loop { hops, limit } => write!(f, "{hops} hops, at most {limit}: the message goes in a circle"),
            Self::BareLineEnding => f.write_str("Bare CR, bare LF or NUL; lines end with CRLF"),
            Self::HeaderTooLarge { octets, limit } => write!(f, "Header of {octets} octets; at most {limit} are taken"),
            Self::TooManyParts { parts, limit } => write!(f, "{parts} MIME parts; at most {limit} are taken"),
            Self::TooDeep { depth, limit } => write!(f, "MIME parts nested {depth} deep; at most {limit} are taken"),
            Self::SpfFail => f.write_str("The sender's domain does not let this host send for it (SPF)"),
            Self::SpfSoftfail => {
                f.write_str("The sender's domain says that this host probably does not send for it (SPF softfail)")
            }
            Self::SpfPermerror => f.write_str("The SPF record of the sender's domain cannot be used (SPF permerror)"),
            Self::DkimFail => f.write_str("A signature of the message does not hold (DKIM)"),
            Self::DkimPermerror => f.write_str("A signature of the message cannot be checked (DKIM permerror)"),
            Self::Dmarc => f.write_str("The author's domain asks that mail it does not vouch for be refused (DMARC)"),
            Self::DmarcQuarantine => {
                f.write_str("The author's domain does not vouch for the message and asks to be wary of it (DMARC)")
            }
            Self::DmarcNone => f.write_str("The author's domain does not vouch for the message (DMARC)"),
            Self::NoAuthor => f.write_str("The message needs one From field, with an author whose domain can be asked"),
            Self::Attachment { danger: Danger::Encrypted, kind } => {
                write!(f, "Archives that need a password are not taken here: {kind}")
            }
            Self::Attachment { danger: Danger::Unreadable, kind } => {
                write!(f, "Archives that cannot be looked through are not taken here: {kind}")
            }
            Self::Attachment { kind, .. } => write!(f, "Files that are dangerous to open are not taken here: {kind}"),
        }
    }
}

impl fmt::Display for Deferral {
    /// A sentence for the sender.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRoom => "No room just now, please try again later",
            Self::StoreUnavailable => "Storage did not answer, please try again later",
            Self::InboxFull => "The inbox is full, please try again later",
            Self::InboxGone => "The inbox has just ended",
            Self::DnsUnavailable => "DNS does not answer about the sender's domain, please try again later",
        })
    }
}
