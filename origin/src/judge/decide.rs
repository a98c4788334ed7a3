//! What the evidence on a sender decides under the operator's policy.
//!
//! The order, behind what a message is (its bounds, its files), which no evidence changes:
//!
//! 1. DMARC: the author's domain is what a reader sees. What it vouches for is accepted, whatever SPF or DKIM say by
//!    themselves: forwarded mail fails SPF and is still its author's (RFC 9989 §7.1), and a fault of DNS that can
//!    change nothing any more is waited for by nobody. Where DNS does not say whether it vouches, it may yet do so: the
//!    message is deferred, and nobody else refuses it first.
//! 2. SPF, then 3. DKIM: refused where the operator wants that.
//! 4. Faults of DNS with SPF and DKIM: deferred. A refusal that is certain beats them, for no second attempt would
//!    change it.
//!
//! Never asks anything and never looks into the message.

use protocol::message::Outcome;

use super::evidence::{Asked, Dmarc, Evidence};
use crate::{
    policy::{OnFail, OnFault, Policy},
    verdict::{Deferral, Refusal, Verdict},
};

/// What the evidence alone decides; nothing where the message may be accepted.
pub(super) fn decide(evidence: &Evidence, policy: &Policy) -> Option<Verdict> {
    if matches!(evidence.dmarc, Dmarc::Vouched { .. }) {
        return None;
    }
    let (on_spf, on_dkim) = (evidence.spf.outcome(), evidence.dkim.outcome());
    let refuse = |refusal: Option<Refusal>| refusal.map(Verdict::Refused);
    refuse(dmarc(&evidence.dmarc, policy))
        .or_else(|| deferred(evidence.dmarc.outcome(), policy.dmarc_temperror))
        .or_else(|| refuse(spf(on_spf, policy)))
        .or_else(|| refuse(dkim(on_dkim, policy)))
        .or_else(|| deferred(on_spf, policy.spf_temperror))
        .or_else(|| deferred(on_dkim, policy.dkim_temperror))
}

fn dmarc(dmarc: &Dmarc, policy: &Policy) -> Option<Refusal> {
    match dmarc {
        Dmarc::Disowned { asked: Asked::Reject, .. } => refused(policy.dmarc_reject, Refusal::Dmarc),
        Dmarc::Disowned { asked: Asked::Quarantine, .. } => refused(policy.dmarc_quarantine, Refusal::DmarcQuarantine),
        Dmarc::Disowned { asked: Asked::Nothing, .. } => refused(policy.dmarc_none, Refusal::DmarcNone),
        Dmarc::NoAuthor => refused(policy.dmarc_no_author, Refusal::NoAuthor),
        Dmarc::Unchecked | Dmarc::Undeclared | Dmarc::Unknown | Dmarc::Vouched { .. } => None,
    }
}

fn spf(outcome: Outcome, policy: &Policy) -> Option<Refusal> {
    match outcome {
        Outcome::Fail => refused(policy.spf_fail, Refusal::SpfFail),
        Outcome::Softfail => refused(policy.spf_softfail, Refusal::SpfSoftfail),
        Outcome::Permerror => refused(policy.spf_permerror, Refusal::SpfPermerror),
        Outcome::None | Outcome::Pass | Outcome::Neutral | Outcome::Temperror => None,
    }
}

fn dkim(outcome: Outcome, policy: &Policy) -> Option<Refusal> {
    match outcome {
        Outcome::Fail => refused(policy.dkim_fail, Refusal::DkimFail),
        Outcome::Permerror => refused(policy.dkim_permerror, Refusal::DkimPermerror),
        Outcome::None | Outcome::Pass | Outcome::Neutral | Outcome::Softfail | Outcome::Temperror => None,
    }
}

fn refused(wanted: OnFail, refusal: Refusal) -> Option<Refusal> {
    match wanted {
        OnFail::Refuse => Some(refusal),
        OnFail::Tag => None,
    }
}

fn deferred(outcome: Outcome, wanted: OnFault) -> Option<Verdict> {
    match (outcome, wanted) {
        (Outcome::Temperror, OnFault::Defer) => Some(Verdict::Deferred(Deferral::DnsUnavailable)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
