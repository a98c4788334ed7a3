//! What is told of the certificate: when it ends, and how getting a new one fares.

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use protocol::time::Timestamp;

/// Counters and a gauge about the certificate of STARTTLS.
#[derive(Default)]
pub struct Certificates {
    expires_at: Gauge,
    reload_failures: Counter,
    orders: Family<OrderLabels, Counter>,
}

/// How an order of a certificate ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ordered {
    /// With a certificate.
    Issued,
    /// Without.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OrderLabels {
    outcome: Ordered,
}

impl EncodeLabelValue for Ordered {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let text = match self {
            Self::Issued => "issued",
            Self::Failed => "failed",
        };
        text.encode(encoder)
    }
}

impl Certificates {
    pub(super) fn register(&self, r: &mut Registry) {
        r.register(
            "certificate_expires_at_seconds",
            "When the certificate in use ends, in seconds since 1970",
            self.expires_at.clone(),
        );
        r.register(
            "certificate_reload_failures",
            "New certificates that could not be used: the old one stayed",
            self.reload_failures.clone(),
        );
        r.register("certificate_orders", "Certificates ordered by ACME, by outcome", self.orders.clone());
        for outcome in [Ordered::Issued, Ordered::Failed] {
            drop(self.orders.get_or_create(&OrderLabels { outcome }));
        }
    }

    /// A certificate that ends at `until` is in use.
    pub fn in_use(&self, until: Timestamp) {
        self.expires_at.set(i64::try_from(until.as_secs()).unwrap_or(i64::MAX));
    }

    /// A new certificate could not be used.
    pub fn reload_failed(&self) {
        self.reload_failures.inc();
    }

    /// An order came to its end.
    pub fn ordered(&self, outcome: Ordered) {
        self.orders.get_or_create(&OrderLabels { outcome }).inc();
    }
}
