//! What the service would do with a message, and why: the operator's answer to "why?", as JSON.
//!
//! Pure. What it says may tell about people; it goes to whoever has the message already, and is never logged.

use protocol::{message::Summary, time::Timestamp};
use serde_json::{Value, json};

use crate::{
    budget::Budget,
    intake::{
        buffer::{Announced, Buffer, Plan},
        data::{Fault, Receiver},
        reply::{self, Reply},
    },
    judge::{self, Asked, Covers, Dkim, Dmarc, Evidence, Signature, Spf, Standing, results, spf::Finding},
    mail::{Hop, Plaintext, Received, ReversePath},
    policy::Policy,
    verdict::Verdict,
};

/// A message to be judged, and how it is to have come.
pub struct Letter {
    /// `MAIL FROM`.
    pub reverse_path: ReversePath,
    /// The last hop.
    pub hop: Hop,
    /// When.
    pub at: Timestamp,
    raw: Plaintext,
}

/// Takes a message in as a session would: its line endings, its lines' lengths and its size are checked. Where no
/// line ends with CRLF, as in most files, each is read as if it did.
///
/// # Errors
/// [`Fault`]: why no session would take it.
pub fn take_in(octets: &[u8], limit: usize) -> Result<Plaintext, Fault> {
    let is_file = !octets.windows(2).any(|pair| pair == b"\r\n");
    let mut wire = Plaintext::with_capacity(octets.len() + octets.len() / 16 + 8);
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        // RFC 5321 §4.5.2.
        wire.extend_from_slice(if line.starts_with(b".") { b"." } else { b"" });
        match line.strip_suffix(b"\n").filter(|_| is_file) {
            Some(text) => wire.extend([text, b"\r\n"].concat()),
            None => wire.extend_from_slice(line),
        }
    }
    let is_ended = wire.ends_with(b"\r\n");
    wire.extend_from_slice(if is_ended { b".\r\n" } else { b"\r\n.\r\n" });
    let plan = Plan { announced: Announced::Octets(octets.len()), trace: 0, recipients: 1, limit };
    let room = Budget::new(usize::MAX, usize::MAX).reserve(plan.reserve());
    let room = room.map_err(|_| Fault::Deferred(crate::verdict::Deferral::NoRoom))?;
    let mut receiver = Receiver::new(Buffer::new(b"", plan, room), limit);
    receiver.feed(&wire);
    Ok(receiver.finish()?.into_parts().0)
}

/// What is said of a message that no session would take.
#[must_use]
pub fn untaken(fault: Fault) -> Value {
    let name = match fault {
        Fault::Refused(refusal) => refusal.name(),
        Fault::Deferred(deferral) => deferral.name(),
        Fault::LongLine { .. } => "long_line",
    };
    json!({ "verdict": { "decision": "refused", "reason": name, "reply": Reply::from(fault).line() } })
}

impl Letter {
    /// Of octets that [`take_in`] has taken.
    #[must_use]
    pub const fn new(raw: Plaintext, reverse_path: ReversePath, hop: Hop, at: Timestamp) -> Self {
        Self { reverse_path, hop, at, raw }
    }

    /// The message as the pipeline gets it; for nobody.
    #[must_use]
    pub fn received(&self) -> Received {
        Received {
            reverse_path: self.reverse_path.clone(),
            recipients: Vec::new(),
            raw: self.raw.clone(),
            trace_len: 0,
            hop: self.hop.clone(),
            received_at: self.at,
        }
    }

    /// Judges it by `evidence` under `policy`, as the pipeline does, and tells all of it: the verdict with its
    /// named reason and the reply, the evidence, the field that it would get, and what its reader would see.
    ///
    /// What its reader would see is told of a message that is refused for its sender's sake as well.
    #[must_use]
    pub fn opinion(&self, evidence: &Evidence, policy: Policy, hostname: &str) -> Value {
        let judged = |policy| {
            let mut received = self.received();
            results::stamp(&mut received, evidence, hostname);
            judge::judge(received, evidence, policy)
        };
        let seen = match judged(Policy::of_readers()) {
            Verdict::Accepted(accepted) => seen(accepted.summary()),
            Verdict::Refused(_) | Verdict::Deferred(_) => Value::Null,
        };
        json!({
            "verdict": verdict(&judged(policy)),
            "evidence": {
                "spf": spf(&evidence.spf),
                "dkim": signatures(&evidence.dkim),
                "arc": evidence.arc.outcome(),
                "dmarc": dmarc(&evidence.dmarc),
            },
            "authentication_results": results::field(evidence, hostname).trim_end().replace("\r\n\t", " "),
            "message": seen,
        })
    }
}

fn verdict(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Accepted(_) => json!({ "decision": "accepted", "reply": reply::STORED.line() }),
        Verdict::Refused(refusal) => {
            json!({ "decision": "refused", "reason": refusal.name(), "reply": Reply::from(*refusal).line() })
        }
        Verdict::Deferred(deferral) => {
            json!({ "decision": "deferred", "reason": deferral.name(), "reply": Reply::from(*deferral).line() })
        }
    }
}

fn spf(spf: &Spf) -> Value {
    let finding = |finding: &Finding| json!({ "domain": finding.domain, "outcome": finding.outcome, "reason": finding.reason.to_string() });
    match spf {
        Spf::Unchecked => json!({ "outcome": "none", "reason": "not checked" }),
        Spf::Helo(helo) => json!({ "outcome": helo.outcome, "helo": finding(helo) }),
        Spf::Both { helo, mail_from } => {
            json!({ "outcome": mail_from.outcome, "helo": finding(helo), "mail_from": finding(mail_from) })
        }
    }
}

fn signatures(dkim: &Dkim) -> Value {
    match dkim {
        Dkim::Unchecked => json!({ "outcome": dkim.outcome(), "reason": "not checked" }),
        Dkim::Checked(signatures) => {
            let signatures: Vec<_> = signatures.iter().map(signature).collect();
            json!({ "outcome": dkim.outcome(), "signatures": signatures })
        }
    }
}

fn signature(signature: &Signature) -> Value {
    let covers = match signature.covers {
        Covers::Whole => "whole",
        Covers::Beginning => "beginning",
    };
    json!({
        "domain": signature.domain,
        "selector": signature.selector,
        "algorithm": signature.detail.algorithm.name(),
        "outcome": signature.outcome,
        "covers": covers,
        "testing": signature.detail.key == Standing::InTrial,
    })
}

fn dmarc(dmarc: &Dmarc) -> Value {
    let outcome = dmarc.outcome();
    match dmarc {
        Dmarc::Unchecked => json!({ "outcome": outcome, "reason": "not checked" }),
        Dmarc::NoAuthor => json!({ "outcome": outcome, "reason": "no single author whose domain could be asked" }),
        Dmarc::Undeclared => json!({ "outcome": outcome, "reason": "the author's domain publishes no record" }),
        Dmarc::Unknown => json!({ "outcome": outcome, "reason": "DNS does not answer" }),
        Dmarc::Vouched { author, by } => json!({ "outcome": outcome, "author": author, "by": by }),
        Dmarc::Disowned { author, asked } => {
            let asked = match asked {
                Asked::Nothing => "none",
                Asked::Quarantine => "quarantine",
                Asked::Reject => "reject",
            };
            json!({ "outcome": outcome, "author": author, "asked": asked })
        }
    }
}

fn seen(summary: &Summary) -> Value {
    json!({
        "from": summary.from,
        "subject": summary.subject,
        "snippet": summary.snippet,
        "codes": summary.codes,
        "links": summary.links,
        "attachments": summary.attachments,
    })
}

#[cfg(test)]
mod tests;
