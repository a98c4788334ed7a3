//! Who waits for a change of which inbox. An inbox that nobody waits for takes no room here and no time.

use std::{collections::HashMap, sync::Arc};

use protocol::id::InboxId;
use tokio::sync::Notify;

/// The waiters of one shard, or of a node.
#[derive(Default)]
pub(super) struct Waiters(HashMap<InboxId, Seat>);

struct Seat {
    notify: Arc<Notify>,
    taken: usize,
}

impl Waiters {
    /// Takes a seat; who does must [`Self::leave`].
    pub(super) fn join(&mut self, id: InboxId) -> Arc<Notify> {
        let seat = self.0.entry(id).or_insert_with(|| Seat { notify: Arc::default(), taken: 0 });
        seat.taken = seat.taken.saturating_add(1);
        Arc::clone(&seat.notify)
    }

    /// Gives a seat up.
    pub(super) fn leave(&mut self, id: InboxId) {
        if let Some(seat) = self.0.get_mut(&id) {
            seat.taken = seat.taken.saturating_sub(1);
            if seat.taken == 0 {
                self.0.remove(&id);
                super::memory::tighten(&mut self.0);
            }
        }
    }

    /// Wakes all who wait for `id`.
    pub(super) fn wake(&self, id: InboxId) {
        if let Some(seat) = self.0.get(&id) {
            seat.notify.notify_waiters();
        }
    }

    /// Wakes all, whomever they wait for: what changed meanwhile is not known.
    pub(super) fn wake_all(&self) {
        self.0.values().for_each(|seat| seat.notify.notify_waiters());
    }

    /// Inboxes that somebody waits for.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
