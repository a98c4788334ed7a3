//! The bell that says that something is owed, for whoever pushes it.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Rings when an inbox that owed nothing comes to owe something; heard until `owed` is asked.
#[derive(Default)]
pub(super) struct Bell {
    rung: AtomicU64,
    heard: AtomicU64,
    notify: Notify,
}

impl Bell {
    /// Something is owed that was not.
    pub(super) fn ring(&self) {
        self.rung.fetch_add(1, Ordering::AcqRel);
        self.notify.notify_waiters();
    }

    /// All that has rung so far is about to be looked at.
    pub(super) fn hear(&self) {
        self.heard.fetch_max(self.rung.load(Ordering::Acquire), Ordering::AcqRel);
    }

    /// Waits until it rings, or has rung since [`Self::hear`]. The waiter is enlisted before it looks, so no ring is lost.
    pub(super) async fn listen(&self) {
        loop {
            let ring = self.notify.notified();
            if self.rung.load(Ordering::Acquire) != self.heard.load(Ordering::Acquire) {
                return;
            }
            ring.await;
        }
    }
}
