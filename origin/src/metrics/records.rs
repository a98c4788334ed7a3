//! What is counted of delivery records: how many, and nothing of whose or why.

use prometheus_client::{metrics::counter::Counter, registry::Registry};

/// The counters, shared.
#[derive(Clone, Default)]
pub struct Records {
    kept: Counter,
    dropped: Counter,
}

impl Records {
    /// A failed attempt was told to an inbox's owner.
    pub fn kept(&self) {
        self.kept.inc();
    }

    /// So many owners were not told: too often, too many at a time, or no room.
    pub fn dropped(&self, owners: usize) {
        self.dropped.inc_by(owners as u64);
    }

    pub(super) fn register(&self, r: &mut Registry) {
        r.register("delivery_records", "Failed attempts told to an inbox's owner", self.kept.clone());
        let help = "Failed attempts not told for want of room or for coming too often";
        r.register("delivery_records_dropped", help, self.dropped.clone());
    }
}
