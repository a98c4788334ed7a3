//! How the store stands, as gauges that are set when they are asked for.

use std::sync::atomic::AtomicU64;

use prometheus_client::{metrics::gauge::Gauge, registry::Registry};
use protocol::time::{Millis, Timestamp};

use crate::ports::StoreStatus;

/// The gauges.
#[derive(Default)]
pub(super) struct Stock {
    used: Gauge,
    cap: Gauge,
    full: Gauge,
    inboxes: Gauge,
    messages: Gauge,
    evicted: Gauge,
    owed: Gauge,
    owed_age: Gauge<f64, AtomicU64>,
}

impl Stock {
    pub(super) fn register(&self, r: &mut Registry) {
        r.register("store_used_bytes", "Octets in use, reservations included", self.used.clone());
        r.register("store_cap_bytes", "Octets that may be in use", self.cap.clone());
        r.register("store_past_high_water", "1 while new mail is put off for want of room", self.full.clone());
        r.register("store_inboxes", "Living inboxes", self.inboxes.clone());
        r.register("store_messages", "Messages kept", self.messages.clone());
        r.register(
            "store_evicted",
            "Messages dropped by the last guard: anything but 0 is an alarm",
            self.evicted.clone(),
        );
        r.register("sync_owed_inboxes", "Inboxes that the edge is behind with", self.owed.clone());
        r.register("sync_owed_oldest_seconds", "Age of the oldest owed change", self.owed_age.clone());
    }

    pub(super) fn set(&self, status: &StoreStatus, now: Timestamp) {
        self.used.set(count(status.used));
        self.cap.set(count(status.cap));
        self.full.set(i64::from(status.past_high_water));
        self.inboxes.set(count(status.inboxes));
        self.messages.set(count(status.messages));
        self.evicted.set(i64::try_from(status.evicted).unwrap_or(i64::MAX));
        self.owed.set(count(status.owed));
        let age = status.owed_since.map_or(Millis::default(), |since| now.since(since));
        self.owed_age.set(age.as_duration().as_secs_f64());
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
