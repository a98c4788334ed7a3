//! A whole store as pieces, and a store of pieces.
//!
//! Pieces are taken out of a frozen store, one inbox at a time under its shard's lock. Sealed octets are shared with
//! the store, which keeps all of it until it is dropped: whoever hands over can go on at any time.

use bytes::Bytes;

use super::{
    MemoryStore,
    piece::{Item, Malformed, Piece},
    shared::lock,
};
use crate::budget::NoRoom;

/// Why a piece is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It says nothing, or nothing that fits its body.
    #[error("a piece is malformed")]
    Malformed,
    /// Its inbox is not there, or something else is where it belongs.
    #[error("a piece has no place where it came")]
    Misplaced,
    /// There are as many inboxes as there may be.
    #[error("more than {limit} inboxes came; {inboxes} are here")]
    Inboxes {
        /// How many there are.
        inboxes: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The budget is spent.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

impl From<Malformed> for ImportError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// What a store holds, or may hold, in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// All of it.
    pub octets: usize,
    /// Of it, delivery records.
    pub records: usize,
}

impl MemoryStore {
    /// What it holds now, reservations included.
    #[must_use]
    pub fn weight(&self) -> Weight {
        Weight { octets: self.shared.budget.used(), records: self.shared.records.used() }
    }

    /// What it may hold.
    #[must_use]
    pub fn capacity(&self) -> Weight {
        Weight { octets: self.shared.budget.cap(), records: self.shared.records.cap() }
    }

    /// Changes nothing from now on and answers nobody: every call is told that the store is unavailable. Once this
    /// returns, no change is under way.
    pub fn freeze(&self) {
        self.shared.holding.freeze();
        for shard in &self.shards {
            drop(lock(shard));
        }
    }

    /// Takes up again what [`Self::freeze`] stopped.
    pub fn thaw(&self) {
        self.shared.holding.thaw();
    }

    /// All that it holds. Only a frozen store's pieces make up one whole.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        self.shards.iter().flat_map(|shard| {
            let ids = lock(shard).ids();
            ids.into_iter().flat_map(move |id| {
                let items = lock(shard).items(id);
                items.into_iter().map(|item| item.piece())
            })
        })
    }

    /// Whether a piece with a body of so many octets could be kept: to be asked before the body is read.
    ///
    /// # Errors
    /// [`NoRoom`].
    pub fn admits(&self, body: usize) -> Result<(), NoRoom> {
        self.shared.budget.readmit(body).map(drop)
    }

    /// Takes one piece of another store.
    ///
    /// # Errors
    /// [`ImportError`]; what came before stays, and a store that lacks a piece is to be dropped.
    pub fn import(&self, head: &[u8], body: &Bytes) -> Result<(), ImportError> {
        let item = Item::read(head, body)?;
        let id = match &item {
            Item::Inbox(inbox) => inbox.id,
            Item::Message(message) => message.inbox,
            Item::Deleted(gone) => gone.inbox,
            Item::Record(record) => record.inbox,
            Item::Ended(ended) => ended.id,
            Item::Removed(removed) => removed.inbox,
        };
        lock(self.home(id)).take_in(item)
    }
}

#[cfg(test)]
mod tests;
