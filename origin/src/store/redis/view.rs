//! What this node knows of what is kept: each shard's counts as they were last told, and who waits for what.
//!
//! Each answer that changed something brings the counts along, so a node is exact about its own changes and learns of the
//! others' by the watch. What Redis keeps and what is on its way here are counted against one budget.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use redis::Value;

use super::{
    answer::{Answer, Census, News},
    fault::Fault,
    keys::SHARDS,
    lane::refusal,
    scripts::Call,
};
use crate::{
    budget::{Budget, NoRoom, Reservation},
    limits::{INBOX_OVERHEAD, INBOXES, RECORDS_SHARE},
    ports::StoreStatus,
    store::{bell::Bell, memory::lock, waiters::Waiters},
};

/// What a step came to.
pub(super) enum Done {
    /// A script of a shard answered.
    Shard(Answer),
    /// A script of one key did.
    Key(Value),
}

/// A shard as it was last told, and the room that it takes.
struct Held {
    census: Census,
    room: Reservation,
    records: Reservation,
}

/// How full Redis' own memory is, where it is fullest.
#[derive(Default)]
struct Memory {
    used: AtomicUsize,
    /// What new mail may fill; nought: there is no bound.
    mark: AtomicUsize,
    /// What was known to be kept at that time.
    kept: AtomicUsize,
    /// Keys that servers evicted by themselves, ever; and each run of a server, so that none is counted twice.
    evicted: AtomicU64,
    runs: Mutex<HashMap<String, u64>>,
}

/// What this node knows.
pub(super) struct View {
    pub(super) budget: Budget,
    /// The share of it that delivery records may take.
    pub(super) records: Budget,
    pub(super) bell: Bell,
    pub(super) waiters: Mutex<Waiters>,
    high_water_percent: usize,
    shards: Vec<Mutex<Held>>,
    memory: Memory,
}

impl View {
    pub(super) fn new(budget: Budget, high_water_percent: usize) -> Result<Self, NoRoom> {
        let share = budget.cap() / RECORDS_SHARE;
        let records = Budget::new(share, share);
        let held = || -> Result<_, NoRoom> {
            let (room, records) = (budget.reserve(0)?, records.reserve(0)?);
            Ok(Mutex::new(Held { census: Census::default(), room, records }))
        };
        let shards = (0..SHARDS).map(|_| held()).collect::<Result<_, _>>()?;
        let (bell, waiters, memory) = (Bell::default(), Mutex::default(), Memory::default());
        Ok(Self { budget, records, bell, waiters, high_water_percent, shards, memory })
    }

    /// What Redis answered to `call`; what it tells by the way is noted.
    pub(super) fn take(&self, call: &Call, value: Value) -> Result<Done, Fault> {
        if let Some(code) = refusal(&value) {
            return Err(Fault::Refused(code));
        }
        if !call.is_of_shard() {
            return Ok(Done::Key(value));
        }
        let answer = Answer::parse(value)?;
        if let Some(census) = answer.census {
            self.count(call.shard, census);
        }
        self.tell(&answer.news);
        Ok(Done::Shard(answer))
    }

    /// Notes a shard's counts, unless later ones are known.
    pub(super) fn count(&self, shard: usize, census: Census) {
        let mut held = lock(&self.shards[shard % SHARDS]);
        if census.version >= held.census.version {
            held.set(census);
        }
    }

    /// Which counts of a shard are known.
    pub(super) fn version(&self, shard: usize) -> u64 {
        lock(&self.shards[shard % SHARDS]).census.version
    }

    /// Notes a shard's counts that were asked for when those of `asked` were known. Older ones than that mean that the
    /// shard is another's now: a replica that took over, or a server that begins anew.
    pub(super) fn recount(&self, shard: usize, census: Census, asked: u64) {
        let mut held = lock(&self.shards[shard % SHARDS]);
        if census.version >= held.census.version || census.version < asked {
            held.set(census);
        }
    }

    /// Octets that all shards keep, as it is known here.
    pub(super) fn kept(&self) -> usize {
        self.all(|census| census.used)
    }

    /// Notes how full the fullest server was when `kept` octets were known to be kept.
    pub(super) fn remember(&self, used: usize, cap: usize, kept: usize) {
        self.memory.used.store(used, Ordering::Release);
        self.memory.kept.store(kept, Ordering::Release);
        self.memory.mark.store(cap / 100 * self.high_water_percent, Ordering::Release);
    }

    /// Notes how many keys this run of a server has evicted by itself, ever.
    pub(super) fn evicted(&self, run: &str, evicted: u64) {
        let mut runs = lock(&self.memory.runs);
        let before = runs.insert(run.to_owned(), evicted).unwrap_or(0);
        if evicted > before {
            self.memory.evicted.fetch_add(evicted - before, Ordering::AcqRel);
            tracing::error!(evicted, "redis dropped keys for want of memory: accepted mail is lost");
        }
    }

    /// Rings and wakes.
    pub(super) fn tell(&self, news: &News) {
        if news.rang {
            self.bell.ring();
        }
        if !news.woken.is_empty() {
            let waiters = lock(&self.waiters);
            news.woken.iter().for_each(|id| waiters.wake(*id));
        }
    }

    /// Promises room for new mail: by our own count, and by Redis' memory with all that has come since it was looked at
    /// and what is on its way from here.
    pub(super) fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        let (used, mark) = self.memory();
        let come = self.budget.used().saturating_sub(self.memory.kept.load(Ordering::Acquire));
        let used = used.saturating_add(come);
        if mark > 0 && used.saturating_add(octets) > mark {
            return Err(NoRoom { wanted: octets, used, limit: mark });
        }
        self.budget.reserve(octets)
    }

    /// Promises room for one more inbox.
    pub(super) fn admit_inbox(&self) -> Result<Reservation, NoRoom> {
        let inboxes = self.all(|census| census.inboxes);
        if inboxes >= INBOXES {
            let octets = |inboxes: usize| inboxes.saturating_mul(INBOX_OVERHEAD);
            return Err(NoRoom { wanted: INBOX_OVERHEAD, used: octets(inboxes), limit: octets(INBOXES) });
        }
        self.reserve(INBOX_OVERHEAD)
    }

    /// Octets that evicting every message would give back.
    pub(super) fn evictable(&self) -> usize {
        self.all(|census| census.evictable)
    }

    pub(super) fn status(&self) -> StoreStatus {
        let (used, mark) = self.memory();
        let ours = self.shards.iter().map(|held| lock(held).census.evicted).sum::<u64>();
        StoreStatus {
            used: self.budget.used(),
            cap: self.budget.cap(),
            past_high_water: self.budget.is_past_high_water() || (mark > 0 && used >= mark),
            inboxes: self.all(|census| census.inboxes),
            messages: self.all(|census| census.messages),
            owed: self.all(|census| census.owed),
            owed_since: self.shards.iter().filter_map(|held| lock(held).census.owed_since).min(),
            evicted: ours.saturating_add(self.memory.evicted.load(Ordering::Acquire)),
        }
    }

    fn memory(&self) -> (usize, usize) {
        (self.memory.used.load(Ordering::Acquire), self.memory.mark.load(Ordering::Acquire))
    }

    fn all(&self, what: impl Fn(&Census) -> usize) -> usize {
        self.shards.iter().map(|held| what(&lock(held).census)).fold(0, usize::saturating_add)
    }
}

impl Held {
    fn set(&mut self, census: Census) {
        self.room.set(census.used);
        self.records.set(census.records);
        self.census = census;
    }
}
