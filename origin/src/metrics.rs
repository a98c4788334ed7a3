//! Counters, gauges and one histogram, in the text form that Prometheus and OpenMetrics scrape.
//!
//! Every label is an enum of ours or a reason's own name, so that no address, subject, id or other
//! text of a client can ever become one, and the number of series is bounded by the code.

mod certificates;
mod jobs;
mod records;
mod reports;
mod stock;
mod webhooks;

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::Registry,
};
use protocol::{
    message::FeedbackKind,
    time::{Millis, Timestamp},
};

pub use self::{
    certificates::{Certificates, Ordered},
    jobs::{Attempt, Jobs},
    records::Records,
    webhooks::Webhooks,
};
use self::{reports::Reports, stock::Stock};
use crate::{
    ports::{Delivery, Door, PushError, StoreStatus, Unreachable},
    verdict::{Deferral, Refusal},
};

/// Upper bounds of the commit histogram in seconds: the clock counts whole milliseconds, and sealing a small message
/// takes less than one; a far replica takes tens.
const COMMIT_BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];

/// All that the origin counts. Shared; every method is cheap and never blocks for long.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    inboxes_created: Family<DrawnLabels, Counter>,
    messages: Family<OutcomeLabels, Counter>,
    reasons: Family<ReasonLabels, Counter>,
    unreachable: Family<ReasonLabels, Counter>,
    sessions: Counter,
    sessions_open: Gauge,
    sessions_refused: Counter,
    commit: Histogram,
    pushes: Family<PushLabels, Counter>,
    senders: senders::Senders,
    reports: Reports,
    /// Delivery records.
    pub records: Records,
    /// Telling owners of mail.
    pub webhooks: Webhooks,
    store: Stock,
    /// The queues.
    pub jobs: Jobs,
    /// The certificate of STARTTLS.
    pub certificates: Certificates,
}

/// The method of a request, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are HTTP's")]
pub enum Method {
    Get,
    Head,
    Post,
    Patch,
    Delete,
    Options,
    Other,
}

/// The first digit of a status, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusClass {
    /// 1xx and 2xx.
    Success,
    /// 3xx.
    Redirection,
    /// 4xx.
    ClientError,
    /// 5xx.
    ServerError,
}

/// Who drew the capability of a new inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Drawn {
    /// The client.
    ByClient,
    /// The service (assisted mode).
    ByService,
}

/// The template of a route, such as `/v1/inboxes/{id}`: never a path that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Template(&'static str);

impl Template {
    /// A template that the code spells out.
    #[must_use]
    pub const fn new(template: &'static str) -> Self {
        Self(template)
    }
}

/// A refusal's or deferral's own name: only those make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Reason(&'static str);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: Template,
    method: Method,
    status: StatusClass,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DrawnLabels {
    drawn_by: Drawn,
}

/// What became of a message, as an operator groups it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Outcome {
    Accepted,
    RejectedPolicy,
    TempfailCapacity,
    TempfailInternal,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Push {
    Confirmed,
    Unavailable,
    Busy,
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PushLabels {
    outcome: Push,
}

/// How a label is written.
macro_rules! label {
    ($($type:ident: |$value:ident| $text:expr;)+) => {$(
        impl EncodeLabelValue for $type {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
                let $value = self;
                $text.encode(encoder)
            }
        }
    )+};
}

label! {
    Template: |template| template.0;
    Reason: |reason| reason.0;
    Method: |method| match method {
        Method::Get => "get",
        Method::Head => "head",
        Method::Post => "post",
        Method::Patch => "patch",
        Method::Delete => "delete",
        Method::Options => "options",
        Method::Other => "other",
    };
    StatusClass: |class| match class {
        StatusClass::Success => "2xx",
        StatusClass::Redirection => "3xx",
        StatusClass::ClientError => "4xx",
        StatusClass::ServerError => "5xx",
    };
    Drawn: |by| match by {
        Drawn::ByClient => "client",
        Drawn::ByService => "service",
    };
    Outcome: |outcome| match outcome {
        Outcome::Accepted => "accepted",
        Outcome::RejectedPolicy => "rejected_policy",
        Outcome::TempfailCapacity => "tempfail_capacity",
        Outcome::TempfailInternal => "tempfail_internal",
    };
    Push: |push| match push {
        Push::Confirmed => "confirmed",
        Push::Unavailable => "unavailable",
        Push::Busy => "busy",
        Push::Refused => "refused",
    };
}

mod senders;

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero; the running version is told as `mayfly_build_info`.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("mayfly"),
            requests: Family::default(),
            inboxes_created: Family::default(),
            messages: Family::default(),
            reasons: Family::default(),
            unreachable: Family::default(),
            sessions: Counter::default(),
            sessions_open: Gauge::default(),
            sessions_refused: Counter::default(),
            commit: Histogram::new(COMMIT_BUCKETS),
            pushes: Family::default(),
            senders: senders::Senders::default(),
            reports: Reports::default(),
            records: Records::default(),
            webhooks: Webhooks::default(),
            store: Stock::default(),
            jobs: Jobs::default(),
            certificates: Certificates::default(),
        };
        metrics.register_counters();
        metrics.begin_at_zero();
        metrics.senders.register(&mut metrics.registry);
        metrics.records.register(&mut metrics.registry);
        metrics.webhooks.register(&mut metrics.registry);
        metrics.store.register(&mut metrics.registry);
        metrics.jobs.register(&mut metrics.registry);
        metrics.certificates.register(&mut metrics.registry);
        metrics
    }

    fn register_counters(&mut self) {
        let r = &mut self.registry;
        r.register("build", "The running version", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        r.register("http_requests", "Requests answered", self.requests.clone());
        r.register("inboxes_created", "Inboxes made", self.inboxes_created.clone());
        r.register("smtp_messages", "Messages by what became of them", self.messages.clone());
        r.register("smtp_refusals", "Messages refused or put off, by reason", self.reasons.clone());
        r.register("smtp_recipients_refused", "Recipients refused, by reason", self.unreachable.clone());
        r.register("smtp_sessions", "Sessions begun", self.sessions.clone());
        r.register("smtp_sessions_open", "Sessions now", self.sessions_open.clone());
        r.register("smtp_sessions_refused", "Connections turned away at the door", self.sessions_refused.clone());
        r.register("smtp_commit_seconds", "From the last octet to the store's word", self.commit.clone());
        self.reports.register(r);
        r.register("sync_pushes", "Batches sent to the edge, by outcome", self.pushes.clone());
    }

    /// What alarms look at exists before it first happens: a rate needs a zero to rise from.
    fn begin_at_zero(&self) {
        for outcome in
            [Outcome::Accepted, Outcome::RejectedPolicy, Outcome::TempfailCapacity, Outcome::TempfailInternal]
        {
            drop(self.messages.get_or_create(&OutcomeLabels { outcome }));
        }
        for outcome in [Push::Confirmed, Push::Unavailable, Push::Busy, Push::Refused] {
            drop(self.pushes.get_or_create(&PushLabels { outcome }));
        }
    }

    /// A request was answered.
    pub fn request(&self, route: Template, method: Method, status: u16) {
        let status = match status {
            0..300 => StatusClass::Success,
            300..400 => StatusClass::Redirection,
            400..500 => StatusClass::ClientError,
            _ => StatusClass::ServerError,
        };
        self.requests.get_or_create(&RequestLabels { route, method, status }).inc();
    }

    /// An inbox was made.
    pub fn inbox_created(&self, drawn_by: Drawn) {
        self.inboxes_created.get_or_create(&DrawnLabels { drawn_by }).inc();
    }

    /// A message came to its end.
    pub fn message(&self, delivery: &Delivery) {
        let (outcome, reason) = match delivery {
            Delivery::Stored => (Outcome::Accepted, None),
            Delivery::Refused(refusal) => (Outcome::RejectedPolicy, Some(Refusal::name(*refusal))),
            Delivery::Deferred(deferral) => {
                let outcome = match deferral {
                    Deferral::NoRoom | Deferral::InboxFull => Outcome::TempfailCapacity,
                    Deferral::StoreUnavailable | Deferral::DnsUnavailable => Outcome::TempfailInternal,
                    // The owner ended it meanwhile: nothing of ours failed, no alarm should think so.
                    Deferral::InboxGone => Outcome::RejectedPolicy,
                };
                (outcome, Some(deferral.name()))
            }
        };
        self.messages.get_or_create(&OutcomeLabels { outcome }).inc();
        if let Some(name) = reason {
            self.reasons.get_or_create(&ReasonLabels { reason: Reason(name) }).inc();
        }
    }

    /// A recipient was refused at `RCPT`.
    pub fn recipient_refused(&self, why: Unreachable) {
        let name = match why {
            Unreachable::Unknown => "unknown",
            Unreachable::Expired => "expired",
            Unreachable::Full => "full",
            Unreachable::Unavailable => "unavailable",
        };
        self.unreachable.get_or_create(&ReasonLabels { reason: Reason(name) }).inc();
    }

    /// An SMTP session began or ended, or never came to be.
    pub fn door(&self, what: Door) {
        match what {
            Door::Opened => {
                self.sessions.inc();
                self.sessions_open.inc();
            }
            Door::Closed => {
                self.sessions_open.dec();
            }
            Door::TurnedAway => {
                self.sessions_refused.inc();
            }
        }
    }

    /// A message was committed (or not) after `took`, from its last octet to the store's word.
    pub fn committed(&self, took: Millis) {
        self.commit.observe(took.as_duration().as_secs_f64());
    }

    /// A report of abuse was stored.
    pub fn feedback_report(&self, kind: FeedbackKind) {
        self.reports.count(kind);
    }

    /// A batch was sent to the edge.
    pub fn push(&self, result: &Result<(), PushError>) {
        let outcome = match result {
            Ok(()) => Push::Confirmed,
            Err(PushError::Unavailable) => Push::Unavailable,
            Err(PushError::Busy(_)) => Push::Busy,
            Err(PushError::Refused(_)) => Push::Refused,
        };
        self.pushes.get_or_create(&PushLabels { outcome }).inc();
    }

    /// Everything as text, the store's gauges as `status` says at `now`.
    ///
    /// # Errors
    /// [`std::fmt::Error`]: a label did not write itself; none of ours fails.
    pub fn render(&self, status: &StoreStatus, now: Timestamp) -> Result<String, std::fmt::Error> {
        self.store.set(status, now);
        let mut out = String::with_capacity(8 * 1024);
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
