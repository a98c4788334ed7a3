//! The windows of the clients that one object counts: bounded, and idle ones are dropped.

use std::collections::HashMap;

use protocol::{
    limiter::{Admission, SlidingWindow},
    time::Timestamp,
};

/// Clients that one object counts at a time: with all shards, four million; about one kilobyte each.
pub const CLIENTS: usize = 4_096;

/// The windows in memory.
#[derive(Debug, Default)]
pub struct Windows {
    by_client: HashMap<String, SlidingWindow>,
}

/// More clients than one object counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{CLIENTS} clients are counted here already")]
pub struct Full;

impl Windows {
    /// Whether `client`'s window is in memory.
    #[must_use]
    pub fn knows(&self, client: &str) -> bool {
        self.by_client.contains_key(client)
    }

    /// Takes in a window that was kept, unless one is in memory: that one is newer.
    pub fn recall(&mut self, client: &str, kept: SlidingWindow) {
        self.by_client.entry(client.to_owned()).or_insert(kept);
    }

    /// Judges a request of `client` at `now`; returns the window too, to be kept.
    ///
    /// # Errors
    /// [`Full`], where nothing idle could be dropped.
    pub fn admit(&mut self, client: &str, now: Timestamp) -> Result<(Admission, &SlidingWindow), Full> {
        if self.by_client.len() >= CLIENTS && !self.knows(client) {
            self.drop_idle(now);
            if self.by_client.len() >= CLIENTS {
                return Err(Full);
            }
        }
        let window = self.by_client.entry(client.to_owned()).or_insert_with(SlidingWindow::of_a_client);
        Ok((window.admit(now), window))
    }

    /// Forgets those who have been still for a whole window.
    pub fn drop_idle(&mut self, now: Timestamp) {
        self.by_client.retain(|_, window| !window.is_idle(now));
    }
}

#[cfg(test)]
mod tests;
