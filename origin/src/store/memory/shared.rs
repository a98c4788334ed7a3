//! What all shards share: the budget, the address index, the counts, and the bell that says something is owed.
//!
//! Lock order: a shard's lock before the address index's. Never the other way, never two shards at once.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use protocol::id::InboxId;

use super::frozen::Holding;
use crate::{budget::Budget, limits::RECORDS_SHARE, mail::AddressKey, store::bell::Bell};

/// Shards of each index; a power of two, a few times the cores of a usual machine.
pub(super) const SHARDS: usize = 16;

/// Locks, whatever became of the last holder: nothing done under these locks can panic half-way.
pub(in crate::store) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many of each there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Living inboxes.
    pub(super) inboxes: usize,
    /// Remembered ends in one shard.
    pub(super) tombstones: usize,
}

/// Whether there is an edge to be behind with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Each change is owed until the edge has confirmed it.
    Pushed,
    /// Readers come here; nobody is owed anything.
    None,
}

/// What all shards share.
pub(super) struct Shared {
    pub(super) holding: Holding,
    pub(super) budget: Budget,
    /// The share of it that delivery records may take.
    pub(super) records: Budget,
    pub(super) bounds: Bounds,
    pub(super) edge: Edge,
    pub(super) addresses: Addresses,
    pub(super) bell: Bell,
    /// Living inboxes.
    pub(super) inboxes: AtomicUsize,
    /// Octets that evicting every message would give back.
    pub(super) evictable: AtomicUsize,
    /// Messages evicted, ever.
    pub(super) evicted: AtomicU64,
}

impl Shared {
    pub(super) fn new(budget: Budget, bounds: Bounds, edge: Edge) -> Self {
        let share = budget.cap() / RECORDS_SHARE;
        Self {
            holding: Holding::default(),
            budget,
            records: Budget::new(share, share),
            bounds,
            edge,
            addresses: Addresses::default(),
            bell: Bell::default(),
            inboxes: AtomicUsize::new(0),
            evictable: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
        }
    }

    /// Counts one more inbox, if there may be one more.
    pub(super) fn admit_inbox(&self) -> Result<(), usize> {
        let one_more = |count: usize| count.checked_add(1).filter(|sum| *sum <= self.bounds.inboxes);
        self.inboxes.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).map(drop)
    }
}

/// Which inbox an address is, living or remembered.
#[derive(Default)]
pub(super) struct Addresses([Mutex<HashMap<AddressKey, InboxId>>; SHARDS]);

impl Addresses {
    fn of(&self, key: &AddressKey) -> MutexGuard<'_, HashMap<AddressKey, InboxId>> {
        lock(&self.0[usize::from(key.as_bytes()[0]) % SHARDS])
    }

    /// Whose it is.
    pub(super) fn holder(&self, key: &AddressKey) -> Option<InboxId> {
        self.of(key).get(key).copied()
    }

    /// Gives it to `id`, unless it is somebody's.
    pub(super) fn claim(&self, key: AddressKey, id: InboxId) -> Result<(), InboxId> {
        use std::collections::hash_map::Entry;
        match self.of(&key).entry(key) {
            Entry::Occupied(taken) => Err(*taken.get()),
            Entry::Vacant(free) => {
                free.insert(id);
                Ok(())
            }
        }
    }

    /// Sets it free.
    pub(super) fn release(&self, key: &AddressKey) {
        self.of(key).remove(key);
    }

    /// Gives back memory that a former crowd took.
    pub(super) fn tighten(&self) {
        for shard in &self.0 {
            tighten(&mut lock(shard));
        }
    }

    /// How many addresses are held.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|shard| lock(shard).len()).sum()
    }
}

/// Shrinks a map that is mostly empty, and leaves it room to breathe.
pub(in crate::store) fn tighten<K: Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>) {
    if map.capacity() > 64 && map.capacity() / 4 > map.len() {
        map.shrink_to(map.len() * 2);
    }
}
