//! What is counted of telling owners of their mail: how it went, and nothing of whom or where.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use crate::{ports::Unanswered, webhooks::answer::Meaning};

/// The counters, shared.
#[derive(Clone, Default)]
pub struct Webhooks {
    attempts: Family<Labels, Counter>,
    untold: Counter,
    crowded: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    outcome: &'static str,
}

impl Webhooks {
    /// An attempt was made, and meant this; where there was no answer, for this reason.
    pub fn attempted(&self, meaning: Meaning, unanswered: Option<Unanswered>) {
        let answered = match meaning {
            Meaning::Told => "told",
            Meaning::Unwanted => "unwanted",
            Meaning::Failed | Meaning::Refused => "refused",
            Meaning::NotBefore(_) => "put_off",
        };
        let outcome = unanswered.map_or(answered, Unanswered::name);
        self.attempts.get_or_create(&Labels { outcome }).inc();
    }

    /// An attempt was put off, for want of a seat at its target.
    pub fn crowded(&self) {
        self.crowded.inc();
    }

    /// An owner is not told of a stored message: the queue is full or does not answer.
    pub fn untold(&self) {
        self.untold.inc();
    }

    pub(super) fn register(&self, r: &mut Registry) {
        r.register("webhook_attempts", "Requests to webhooks, by how they went", self.attempts.clone());
        r.register("webhook_crowded", "Attempts put off: their host was busy or rested", self.crowded.clone());
        let help = "Stored messages whose owners are not told: the queue was full or did not answer";
        r.register("webhook_untold", help, self.untold.clone());
        // An alarm's rate needs a zero to rise from.
        drop(self.attempts.get_or_create(&Labels { outcome: "told" }));
    }
}
