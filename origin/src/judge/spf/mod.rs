//! SPF: whether a domain lets this client send for it (RFC 7208).
//!
//! An evaluation is a value: [`step`] says what to ask DNS, or what was found out. Whoever drives it asks, tells
//! [`Known`] the answers and steps again; nothing here waits, looks anything up or knows the time.

mod evaluate;
mod known;
mod macros;
mod parse;

use std::net::IpAddr;

use protocol::{message::Outcome, time::Timestamp};

pub use known::{Answer, Known, Question};

/// Who is checked, and by what right.
pub struct Query {
    identity: Identity,
    client: IpAddr,
    helo: String,
    sender_local: String,
    sender_domain: String,
    receiver: String,
    now: Timestamp,
    explanation: Explanation,
}

/// Which of the sender's names is checked (RFC 7208 §2.3, §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// What the client called itself.
    Helo,
    /// The reverse-path.
    MailFrom,
}

/// Whether a domain's explanation of a fail is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// It is.
    Wanted,
    /// It is not: a question less.
    Unwanted,
}

/// The client, and who asks.
#[derive(Clone)]
pub struct Circumstances<'a> {
    /// The client's address.
    pub client: IpAddr,
    /// What it called itself.
    pub helo: &'a str,
    /// Our own name.
    pub receiver: &'a str,
    /// Now.
    pub now: Timestamp,
    /// Whether explanations are wanted.
    pub explanation: Explanation,
}

impl Query {
    /// About what the client called itself: the sender is its postmaster (RFC 7208 §4.3).
    #[must_use]
    pub fn helo(circumstances: &Circumstances<'_>) -> Self {
        Self::new(Identity::Helo, circumstances, "", circumstances.helo)
    }

    /// About the reverse-path `sender`, a mailbox. The null reverse-path is checked by [`Query::helo`]
    /// (RFC 7208 §2.4).
    #[must_use]
    pub fn mail_from(circumstances: &Circumstances<'_>, sender: &str) -> Self {
        let (local, domain) = sender.rsplit_once('@').unwrap_or(("", sender));
        Self::new(Identity::MailFrom, circumstances, local, domain)
    }

    fn new(identity: Identity, circumstances: &Circumstances<'_>, local: &str, domain: &str) -> Self {
        Self {
            identity,
            // RFC 7208 §5: an IPv4-mapped address is the IPv4 address.
            client: circumstances.client.to_canonical(),
            helo: circumstances.helo.to_owned(),
            // RFC 7208 §4.3.
            sender_local: if local.is_empty() { "postmaster" } else { local }.to_owned(),
            sender_domain: in_ascii(domain),
            receiver: circumstances.receiver.to_owned(),
            now: circumstances.now,
            explanation: circumstances.explanation,
        }
    }

    /// The finding when time is up before the answers are there (RFC 7208 §4.6.4: `temperror`).
    #[must_use]
    pub fn overtime(&self) -> Finding {
        Finding {
            identity: self.identity,
            domain: self.sender_domain.clone(),
            outcome: Outcome::Temperror,
            reason: Reason::Overtime,
            explanation: None,
        }
    }
}

/// A domain with its U-labels as A-labels (RFC 7208 §4.3); what cannot be so written stays, and is no domain.
pub(super) fn in_ascii(domain: &str) -> String {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_ascii() {
        return domain.to_owned();
    }
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned())
}

/// What was found out.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of which identity.
    pub identity: Identity,
    /// The domain that was checked, in ASCII; as the sender wrote it where it is none.
    pub domain: String,
    /// The result.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What the domain says about a fail, where it says anything and it was wanted. Its author may be anyone.
    pub explanation: Option<String>,
}

impl std::fmt::Debug for Finding {
    /// Without the domain and what it says: they may tell about people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finding")
            .field("identity", &self.identity)
            .field("outcome", &self.outcome)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// Why the result is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Reason {
    /// The domain is none that could publish a record: `none` (RFC 7208 §4.3).
    #[error("not a domain name with more than one label")]
    NotADomain,
    /// The domain publishes no record: `none` (RFC 7208 §4.5).
    #[error("the domain publishes no SPF record")]
    NoRecord,
    /// A directive matched; its number in its record, from 1.
    #[error("directive {directive} matched")]
    Matched {
        /// Which.
        directive: usize,
    },
    /// None did: `neutral` (RFC 7208 §4.7).
    #[error("no directive matched")]
    NothingMatched,
    /// There are several records: `permerror` (RFC 7208 §4.5).
    #[error("more than one SPF record")]
    SeveralRecords,
    /// A record cannot be read: `permerror` (RFC 7208 §4.6).
    #[error("an SPF record with an error of syntax")]
    Syntax,
    /// A record is too long to be read: `permerror`.
    #[error("an SPF record of more than {limit} octets")]
    RecordTooLong {
        /// The limit.
        limit: usize,
    },
    /// Too many terms look something up: `permerror` (RFC 7208 §4.6.4).
    #[error("more than {limit} terms that cause look-ups")]
    LookupLimit {
        /// The limit.
        limit: usize,
    },
    /// Too many of them find nothing: `permerror` (RFC 7208 §4.6.4).
    #[error("more than {limit} look-ups that find nothing")]
    VoidLimit {
        /// The limit.
        limit: usize,
    },
    /// Too many hosts take a domain's mail: `permerror` (RFC 7208 §4.6.4).
    #[error("more than {limit} MX records")]
    ExchangeLimit {
        /// The limit.
        limit: usize,
    },
    /// An included domain publishes no record: `permerror` (RFC 7208 §5.2).
    #[error("an included domain without SPF record")]
    IncludesNothing,
    /// The domain that another's record refers to publishes none: `permerror` (RFC 7208 §6.1).
    #[error("a redirect to a domain without SPF record")]
    RedirectToNothing,
    /// DNS did not answer: `temperror` (RFC 7208 §4.4, §5).
    #[error("DNS does not answer")]
    Dns,
    /// It took too long: `temperror` (RFC 7208 §4.6.4).
    #[error("the check took too long")]
    Overtime,
}

/// Where an evaluation stands.
#[derive(Debug)]
pub enum Step {
    /// It needs the answers to these questions, at least one, in any order.
    Ask(Vec<Question>),
    /// It is done.
    Done(Finding),
}

/// Evaluates as far as the answers known reach (RFC 7208 §4). Each answer to what it asks brings it further, and
/// what it asks is bounded, so it ends.
#[must_use]
pub fn step(query: &Query, known: &Known) -> Step {
    match evaluate::check(query, known) {
        Ok(finding) => Step::Done(finding),
        Err(questions) => Step::Ask(questions),
    }
}
