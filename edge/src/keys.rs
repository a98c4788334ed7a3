//! The keys that read what KV has, as the edge holds them: in memory alone, each until its end, no more than so many.
//!
//! KV has wrapped octets. A region tells its inboxes' keys in its batches to objects of its own, which hold them in a
//! [`Book`]; each worker remembers those that it used for [`REMEMBERED`]. Whatever is lost (an object that was
//! started anew, a book that is full) is asked of the home region; where that is out of reach, KV counts as
//! silent. Nothing here is ever written anywhere.

use std::collections::{BTreeSet, HashMap};

use protocol::{
    id::{ID_OCTETS, InboxId},
    limits::{BATCH_WINDOW, KEY_SHARDS},
    time::{Millis, Timestamp},
    wrap::InboxKeys,
};
use zeroize::Zeroizing;

/// How long a worker remembers an inbox's keys: a reader's next few requests. For as long, a deletion at another place may
/// leave them here.
pub const REMEMBERED: Millis = Millis::from_secs(30);

/// How often an object that holds keys wakes itself: the platform forgets one that was still for ten seconds.
pub const AWAKE: Millis = Millis::from_secs(8);

/// Keys that one object holds: some 30 MB of the 128 that it has. A region of eight such objects has room for the day of
/// half a million inboxes.
pub const KEYS_HELD: usize = 256 * 1024;

/// Keys that one worker remembers: those of the inboxes that are read there within [`REMEMBERED`].
pub const KEYS_REMEMBERED: usize = 8 * 1024;

/// How long an end is remembered, so that no keys come back that were on their way: a batch that was signed before it is
/// refused after this, from a clock that is ahead as from one that is behind.
const ENDS_REMEMBERED: Millis = Millis::from_millis(2 * BATCH_WINDOW.as_millis());

/// Ends that are remembered: as many as one region's readers may bring about in that time, at some hundred a second.
const ENDS: usize = 64 * 1024;

/// The object that holds the keys of `inbox`, an inbox of `region`.
#[must_use]
pub fn object(region: &str, inbox: InboxId) -> String {
    let [octet, ..] = inbox.as_bytes();
    format!("{region}.{}", usize::from(*octet) % KEY_SHARDS)
}

/// One inbox's keys, and when they end.
struct Held {
    keys: InboxKeys,
    until: Timestamp,
}

/// Keys of many inboxes.
pub struct Book {
    held: HashMap<InboxId, Held>,
    /// What `held` ends by.
    ends: BTreeSet<(Timestamp, InboxId)>,
    /// Inboxes that were erased of late, and until when that is remembered.
    erased: HashMap<InboxId, Timestamp>,
    keys: usize,
    most: usize,
}

impl Book {
    /// An empty one for at most so many keys.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { held: HashMap::new(), ends: BTreeSet::new(), erased: HashMap::new(), keys: 0, most }
    }

    /// Holds an inbox's keys until `until`, beside those of other hours that it has of it. Where there are too many, those
    /// go that would end first: they are asked for again.
    pub fn learn(&mut self, inbox: InboxId, keys: InboxKeys, until: Timestamp, now: Timestamp) {
        self.sweep(now);
        if self.erased.get(&inbox).is_some_and(|until| *until > now) || until <= now {
            return;
        }
        let mut keys = keys;
        if let Some(before) = self.take(inbox) {
            let newer = std::mem::replace(&mut keys, before.keys);
            keys.merge(newer);
        }
        keys.forget(now);
        self.keys += weight(&keys);
        self.ends.insert((until, inbox));
        self.held.insert(inbox, Held { keys, until });
        while self.keys > self.most {
            let Some((_, first)) = self.ends.first().copied() else { return };
            self.take(first);
        }
    }

    /// Destroys an inbox's keys, and takes none of it for a while.
    pub fn erase(&mut self, inbox: InboxId, now: Timestamp) {
        self.take(inbox);
        if self.erased.len() >= ENDS {
            self.erased.retain(|_, until| *until > now);
        }
        if self.erased.len() < ENDS {
            self.erased.insert(inbox, now.plus(ENDS_REMEMBERED));
        }
    }

    /// What it knows of an inbox.
    #[must_use]
    pub fn find(&self, inbox: InboxId, now: Timestamp) -> Option<InboxKeys> {
        let held = self.held.get(&inbox).filter(|held| held.until > now)?;
        let mut keys = held.keys.clone();
        keys.forget(now);
        Some(keys)
    }

    /// Destroys the keys of inboxes that have ended by `now`.
    pub fn sweep(&mut self, now: Timestamp) {
        while let Some((_, inbox)) = self.ends.first().copied().filter(|(until, _)| *until <= now) {
            self.take(inbox);
        }
    }

    /// The same, and those of hours that are over by `now`; forgets the ends that need not be remembered any more.
    pub fn sweep_all(&mut self, now: Timestamp) {
        self.sweep(now);
        self.erased.retain(|_, until| *until > now);
        let mut keys = 0;
        for held in self.held.values_mut() {
            held.keys.forget(now);
            keys += weight(&held.keys);
        }
        self.keys = keys;
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.erased.is_empty()
    }

    fn take(&mut self, inbox: InboxId) -> Option<Held> {
        let held = self.held.remove(&inbox)?;
        self.ends.remove(&(held.until, inbox));
        self.keys -= weight(&held.keys);
        Some(held)
    }
}

/// How many keys there are: the hours', and the address's.
fn weight(keys: &InboxKeys) -> usize {
    keys.epochs().len() + 1
}

/// What an object is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// To hold an inbox's keys.
    Learn {
        /// Which inbox.
        inbox: InboxId,
        /// When it ends.
        until: Timestamp,
        /// Its keys.
        keys: InboxKeys,
    },
    /// To destroy them.
    Erase {
        /// Which inbox.
        inbox: InboxId,
    },
}

const LEARN: u8 = 1;
const ERASE: u8 = 2;

impl Order {
    /// Which inbox it is about.
    #[must_use]
    pub const fn inbox(&self) -> InboxId {
        match self {
            Self::Learn { inbox, .. } | Self::Erase { inbox } => *inbox,
        }
    }

    /// Orders as they are sent to an object. Wiped when dropped.
    #[must_use]
    pub fn write(orders: &[Self]) -> Zeroizing<Vec<u8>> {
        // Each packed once: what a text grows out of is not wiped.
        let packed: Vec<_> = orders.iter().map(Self::packed).collect();
        let mut octets = Zeroizing::new(Vec::with_capacity(packed.iter().map(|order| order.len()).sum()));
        packed.iter().for_each(|order| octets.extend_from_slice(order));
        octets
    }

    fn packed(&self) -> Zeroizing<Vec<u8>> {
        let head = |kind: u8, room: usize| {
            let mut octets = Zeroizing::new(Vec::with_capacity(1 + ID_OCTETS + room));
            octets.push(kind);
            octets.extend_from_slice(self.inbox().as_bytes());
            octets
        };
        match self {
            Self::Erase { .. } => head(ERASE, 0),
            Self::Learn { until, keys, .. } => {
                let keys = keys.pack();
                let mut octets = head(LEARN, 8 + 2 + keys.len());
                octets.extend_from_slice(&until.as_millis().to_be_bytes());
                octets.extend_from_slice(&u16::try_from(keys.len()).unwrap_or(u16::MAX).to_be_bytes());
                octets.extend_from_slice(&keys);
                octets
            }
        }
    }

    /// Reads what [`Self::write`] wrote; none where it is something else.
    #[must_use]
    pub fn read(mut octets: &[u8]) -> Option<Vec<Self>> {
        let mut orders = Vec::new();
        while let Some((kind, rest)) = octets.split_first() {
            let (inbox, rest) = rest.split_first_chunk::<ID_OCTETS>()?;
            let inbox = InboxId::from_bytes(*inbox);
            octets = match *kind {
                ERASE => {
                    orders.push(Self::Erase { inbox });
                    rest
                }
                LEARN => {
                    let (until, rest) = rest.split_first_chunk::<8>()?;
                    let (length, rest) = rest.split_first_chunk::<2>()?;
                    let (keys, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                    let until = Timestamp::from_millis(u64::from_be_bytes(*until));
                    orders.push(Self::Learn { inbox, until, keys: InboxKeys::unpack(keys)? });
                    rest
                }
                _ => return None,
            };
        }
        Some(orders)
    }
}

/// The orders that a batch of `region` stands for, each object's together: inboxes that were erased, and the keys of those
/// that changed.
#[must_use]
pub fn orders(batch: &protocol::batch::Batch<'_>, region: &str) -> HashMap<String, Vec<Order>> {
    use protocol::batch::Change;
    let erased = batch.changes.iter().filter_map(|change| match change {
        Change::Erase { inbox, .. } => Some(Order::Erase { inbox: *inbox }),
        Change::Update { .. } => None,
    });
    let until = |inbox: InboxId| {
        batch.changes.iter().find_map(|change| match change {
            Change::Update { record, .. } if record.id == inbox => Some(record.expires_at),
            Change::Update { .. } | Change::Erase { .. } => None,
        })
    };
    let learnt = batch
        .keys
        .iter()
        .filter_map(|(inbox, keys)| Some(Order::Learn { inbox: *inbox, until: until(*inbox)?, keys: keys.clone() }));
    let mut orders = HashMap::<_, Vec<_>>::new();
    for order in erased.chain(learnt) {
        orders.entry(object(region, order.inbox())).or_default().push(order);
    }
    orders
}

#[cfg(test)]
mod tests;
