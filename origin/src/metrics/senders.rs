//! What was found out about senders, counted by method and outcome.
//!
//! Never counts by domain: labels are enums of ours.

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder},
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use protocol::message::Outcome;

use super::Metrics;
use crate::judge::{Evidence, Spf};

/// The counters.
#[derive(Default)]
pub(super) struct Senders(Family<CheckLabels, Counter>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CheckLabels {
    method: Check,
    outcome: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Check {
    Spf,
    Dkim,
    Dmarc,
    Arc,
}

/// An outcome's own name: only those make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Said(&'static str);

label! {
    Check: |check| match check {
        Check::Spf => "spf",
        Check::Dkim => "dkim",
        Check::Dmarc => "dmarc",
        Check::Arc => "arc",
    };
    Said: |said| said.0;
}

impl From<Outcome> for Said {
    fn from(outcome: Outcome) -> Self {
        Self(match outcome {
            Outcome::None => "none",
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Softfail => "softfail",
            Outcome::Neutral => "neutral",
            Outcome::Temperror => "temperror",
            Outcome::Permerror => "permerror",
        })
    }
}

impl Senders {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("sender_checks", "Checks of senders, by method and outcome", self.0.clone());
    }
}

impl Metrics {
    /// The sender of a message was checked; nothing is counted where nobody asked.
    pub fn sender_checked(&self, evidence: &Evidence) {
        if evidence.spf == Spf::Unchecked {
            return;
        }
        let checks = [
            (Check::Spf, evidence.spf.outcome()),
            (Check::Dkim, evidence.dkim.outcome()),
            (Check::Dmarc, evidence.dmarc.outcome()),
            (Check::Arc, evidence.arc.outcome()),
        ];
        for (method, outcome) in checks {
            self.senders.0.get_or_create(&CheckLabels { method, outcome: outcome.into() }).inc();
        }
    }
}

#[cfg(test)]
mod tests;
