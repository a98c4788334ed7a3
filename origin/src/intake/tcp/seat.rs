//! Seats of sessions: taken from the classes before anything else is done for a client, given back when dropped.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use protocol::time::Timestamp;

use super::{Bounds, Config};
use crate::{
    intake::classes::{Classes, Crowded, Seat},
    networks::Networks,
};

/// All seats of a listener.
pub(super) struct Seats {
    classes: Arc<Mutex<Classes>>,
    free: Arc<[Networks]>,
}

/// A session's seat.
pub(super) enum Seated {
    /// Counted.
    In(Arc<Mutex<Classes>>, Seat),
    /// Of an origin that is not counted.
    Free,
}

impl Seats {
    pub(super) fn new(config: &Config) -> Self {
        let Bounds { sessions, quotas, .. } = config.bounds;
        // Twice as many classes as sessions: those of open ones never fill the table.
        let classes = Classes::new(&config.class_key, quotas, sessions.saturating_mul(2));
        let free = [config.proxies.clone(), config.uncounted.clone()];
        Self { classes: Arc::new(Mutex::new(classes)), free: Arc::new(free) }
    }

    pub(super) fn take(&self, client: IpAddr, now: Timestamp) -> Result<Seated, Crowded> {
        if self.free.iter().any(|networks| networks.contains(client)) {
            return Ok(Seated::Free);
        }
        let seat = lock(&self.classes).enter(client, now)?;
        Ok(Seated::In(Arc::clone(&self.classes), seat))
    }
}

fn lock(classes: &Mutex<Classes>) -> MutexGuard<'_, Classes> {
    // Counting leaves nothing half done: whoever panicked, the counts are whole.
    classes.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Seated {
    fn drop(&mut self) {
        if let Self::In(classes, seat) = self {
            lock(classes).leave(seat);
        }
    }
}
