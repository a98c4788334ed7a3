//! Reports of abuse that were stored, by what they report.

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder},
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use protocol::message::FeedbackKind;

/// The counters.
#[derive(Default)]
pub(super) struct Reports(Family<Labels, Counter>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kind(FeedbackKind);

impl EncodeLabelValue for Kind {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let text = match self.0 {
            FeedbackKind::Abuse => "abuse",
            FeedbackKind::Fraud => "fraud",
            FeedbackKind::Virus => "virus",
            FeedbackKind::Other => "other",
            FeedbackKind::NotSpam => "not-spam",
            FeedbackKind::AuthFailure => "auth-failure",
        };
        text.encode(encoder)
    }
}

impl Reports {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("feedback_reports", "Reports of abuse stored, by what they report", self.0.clone());
        // An alarm's rate needs a zero to rise from.
        drop(self.0.get_or_create(&Labels { kind: Kind(FeedbackKind::Abuse) }));
    }

    pub(super) fn count(&self, kind: FeedbackKind) {
        self.0.get_or_create(&Labels { kind: Kind(kind) }).inc();
    }
}
