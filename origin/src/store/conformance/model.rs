//! Any history, played to a store and to a model too simple to be wrong; and an edge that is told what is owed,
//! in any order, with pushes and receipts lost on the way.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use protocol::{
    batch::InboxRecord,
    cursor::{Cursor, Seq, Since},
};

use super::*;
use crate::{
    limits::{DELETION_OVERHEAD, GONE_MEMORY, INBOX_OVERHEAD, TOMBSTONE_OVERHEAD},
    ports::{CreateError, ReadError},
};

/// One thing that happens. Inboxes and messages are numbered; times are in minutes.
#[derive(Clone, Copy, Debug)]
enum Step {
    Create { inbox: u8, life: u64 },
    Put { inbox: u8, message: u16, age: u64 },
    DeleteMessage { inbox: u8, message: u16 },
    DeleteInbox { inbox: u8 },
    Extend { inbox: u8, life: u64 },
    Pass { minutes: u64 },
    Purge,
    Push { limit: usize, backwards: bool, fate: Fate },
    List { inbox: u8, since: Option<Since>, limit: usize },
    HandOver,
}

/// What becomes of a push: each of its inboxes alike.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    ReceiptLost,
    Arrives,
}

fn step() -> impl Strategy<Value = Step> {
    let (inbox, message, day) = (0..4_u8, 0..12_u16, 24 * 60_u64);
    let fate = prop_oneof![Just(Fate::Lost), Just(Fate::ReceiptLost), Just(Fate::Arrives), Just(Fate::Arrives)];
    let since = prop_oneof![
        Just(None),
        (0..20_u64).prop_map(|seq| Some(Since::Cursor(Cursor(Seq(seq))))),
        (0..3_000_u64).prop_map(|minutes| Some(Since::Time(at(minutes * 60)))),
    ];
    prop_oneof![
        3 => (inbox.clone(), 1..=day).prop_map(|(inbox, life)| Step::Create { inbox, life }),
        8 => (inbox.clone(), message.clone(), 0..30_u64)
            .prop_map(|(inbox, message, age)| Step::Put { inbox, message, age }),
        2 => (inbox.clone(), message).prop_map(|(inbox, message)| Step::DeleteMessage { inbox, message }),
        1 => inbox.clone().prop_map(|inbox| Step::DeleteInbox { inbox }),
        2 => (inbox.clone(), 1..=day).prop_map(|(inbox, life)| Step::Extend { inbox, life }),
        3 => (0..day).prop_map(|minutes| Step::Pass { minutes }),
        1 => Just(Step::Purge),
        4 => (1..4_usize, any::<bool>(), fate)
            .prop_map(|(limit, backwards, fate)| Step::Push { limit, backwards, fate }),
        3 => (inbox, since, 0..5_usize).prop_map(|(inbox, since, limit)| Step::List { inbox, since, limit }),
    ]
}

/// One message of the model.
#[derive(Clone, Debug)]
struct Note {
    seq: u64,
    id: u16,
    received_at: Timestamp,
}

/// One inbox of the model.
#[derive(Clone, Debug)]
enum Slot {
    Living { end: Timestamp, seq: u64, notes: Vec<Note>, deleted: Vec<(u64, u16)> },
    Ended { until: Timestamp },
}

#[derive(Default)]
struct Model(BTreeMap<u8, Slot>);

impl Model {
    /// Lets time run: inbox by inbox, from scratch.
    fn run_to(&mut self, now: Timestamp) {
        for inbox in self.0.values_mut() {
            if let Slot::Living { end, .. } = inbox
                && *end <= now
            {
                *inbox = Slot::Ended { until: end.plus(GONE_MEMORY) };
            }
            if let Slot::Living { end, seq, notes, deleted } = inbox {
                let expiry = |note: &Note| note.received_at.plus(INBOX_LIFE).min(*end);
                let mut due = notes.iter().filter(|note| expiry(note) <= now).cloned().collect::<Vec<_>>();
                due.sort_by_key(|note| (expiry(note), note.seq));
                for gone in due {
                    *seq += 1;
                    deleted.push((*seq, gone.id));
                    notes.retain(|note| note.seq != gone.seq);
                }
            }
        }
        self.0.retain(|_, inbox| !matches!(inbox, Slot::Ended { until } if *until <= now));
    }

    fn list(&self, inbox: u8, since: Option<Since>, limit: usize) -> Result<(Vec<u16>, Vec<u16>, u64), ReadError> {
        let (seq, notes, deleted) = match self.0.get(&inbox) {
            Some(Slot::Living { seq, notes, deleted, .. }) => (*seq, notes, deleted),
            Some(Slot::Ended { .. }) => return Err(ReadError::Gone),
            None => return Err(ReadError::NotFound),
        };
        let after = match since {
            None => 0,
            Some(Since::Cursor(cursor)) => cursor.0.0,
            Some(Since::Time(time)) => {
                notes.iter().filter(|note| note.received_at <= time).map(|note| note.seq).max().unwrap_or(0)
            }
        };
        let wanted = |note: &&Note| match since {
            Some(Since::Time(time)) => note.received_at > time,
            _ => note.seq > after,
        };
        let all = notes.iter().filter(wanted).collect::<Vec<_>>();
        let horizon = all.get(limit).map_or(u64::MAX, |note| note.seq);
        let shown = &all[..limit.min(all.len())];
        let gone = deleted.iter().filter(|(seq, _)| *seq > after && *seq < horizon).collect::<Vec<_>>();
        let last = shown.iter().map(|note| note.seq).chain(gone.iter().map(|(seq, _)| *seq)).max();
        let cursor = if horizon == u64::MAX { seq } else { last.unwrap_or(after) };
        Ok((shown.iter().map(|note| note.id).collect(), gone.iter().map(|(_, id)| *id).collect(), cursor))
    }
}

/// The edge as the protocol's contract has it.
#[derive(Default)]
struct Edge {
    records: BTreeMap<InboxId, InboxRecord>,
    /// Until when each is kept: a message's whole life, since an extension of its inbox does not bring it anew.
    blobs: BTreeMap<(InboxId, MessageId), Timestamp>,
}

impl Edge {
    fn apply(&mut self, owed: &Owed) {
        match owed {
            Owed::Update { record, blobs, removed, .. } => {
                for message in blobs {
                    let entry = record.entries.iter().find(|entry| entry.entry.id == *message).unwrap();
                    self.blobs.insert((record.id, *message), entry.entry.received_at.plus(INBOX_LIFE));
                }
                removed.iter().for_each(|message| assert!(!blobs.contains(message), "both pushed and removed"));
                self.blobs.retain(|(inbox, message), _| *inbox != record.id || !removed.contains(message));
                self.records.insert(record.id, *record.clone());
            }
            Owed::Erase { inbox, removed, .. } => {
                self.blobs.retain(|(owner, message), _| owner != inbox || !removed.contains(message));
                self.records.remove(inbox);
            }
        }
    }

    /// What KV's own expiry leaves.
    fn run_to(&mut self, now: Timestamp) {
        self.records.retain(|_, record| record.expires_at > now);
        self.blobs.retain(|_, end| *end > now);
    }
}

/// Passes all that a store holds to another, which it returns.
pub(crate) type Successor<'a> = &'a (dyn Fn() -> Arc<dyn Store> + Sync);

struct Play<'a> {
    successor: Successor<'a>,
    store: Arc<dyn Store>,
    model: Model,
    edge: Edge,
    now: Timestamp,
}

impl Play<'_> {
    async fn step(&mut self, step: Step) {
        let now = self.now;
        match step {
            Step::Create { inbox, life } => self.create(inbox, now.plus(Millis::from_secs(life * 60))).await,
            Step::Put { inbox, message, age } => self.put(inbox, message, age).await,
            Step::DeleteMessage { inbox, message } => {
                let done = self.store.delete_message(inbox_id(inbox), message_id(message), now).await;
                let expected = match self.model.0.get_mut(&inbox) {
                    Some(Slot::Living { seq, notes, deleted, .. }) if notes.iter().any(|note| note.id == message) => {
                        *seq += 1;
                        deleted.push((*seq, message));
                        notes.retain(|note| note.id != message);
                        Ok(Seq(*seq))
                    }
                    Some(Slot::Ended { .. }) => Err(ReadError::Gone),
                    _ => Err(ReadError::NotFound),
                };
                assert_eq!(done, expected);
            }
            Step::DeleteInbox { inbox } => {
                let done = self.store.delete_inbox(inbox_id(inbox), now).await;
                assert_eq!(done.is_ok(), matches!(self.model.0.get(&inbox), Some(Slot::Living { .. })));
                if done.is_ok() {
                    self.model.0.insert(inbox, Slot::Ended { until: now.plus(GONE_MEMORY) });
                }
            }
            Step::Extend { inbox, life } => {
                let until = now.plus(Millis::from_secs(life * 60));
                let done = self.store.extend(inbox_id(inbox), until, now).await;
                match self.model.0.get_mut(&inbox) {
                    Some(Slot::Living { end, .. }) => {
                        *end = until.max(*end);
                        assert_eq!(done.unwrap().expires_at, *end);
                    }
                    Some(Slot::Ended { .. }) => assert_eq!(done.err(), Some(ReadError::Gone)),
                    None => assert_eq!(done.err(), Some(ReadError::NotFound)),
                }
            }
            Step::Pass { minutes } => {
                self.now = now.plus(Millis::from_secs(minutes * 60));
                self.model.run_to(self.now);
                self.edge.run_to(self.now);
            }
            Step::Purge => {
                let next = self.store.purge(now).await.unwrap();
                assert!(next.is_none_or(|next| next > now));
            }
            Step::Push { limit, backwards, fate } => self.push(limit, backwards, fate).await,
            Step::List { inbox, since, limit } => self.compare(inbox, since, limit).await,
            Step::HandOver => self.store = (self.successor)(),
        }
    }

    async fn create(&mut self, inbox: u8, end: Timestamp) {
        let made = self.store.create(NewInbox { expires_at: end, ..new_inbox(inbox, self.now) }).await;
        match self.model.0.entry(inbox) {
            Entry::Occupied(_) => assert_eq!(made.err(), Some(CreateError::InboxExists)),
            Entry::Vacant(free) => {
                made.unwrap();
                free.insert(Slot::Living { end, seq: 0, notes: vec![], deleted: vec![] });
            }
        }
    }

    async fn put(&mut self, inbox: u8, message: u16, age: u64) {
        let received_at = Timestamp::from_millis(self.now.as_millis() - age * 60_000);
        let room = self.store.reserve(100 + MESSAGE_OVERHEAD).unwrap();
        let stored = self.store.put(sealed(inbox, message, received_at, 100), room, self.now).await;
        let Some(Slot::Living { seq, notes, deleted, .. }) = self.model.0.get_mut(&inbox) else {
            assert_eq!(stored, Err(PutError::Gone));
            return;
        };
        let known = notes.iter().find(|note| note.id == message).map(|note| note.seq);
        let known = known.or_else(|| deleted.iter().find(|(_, id)| *id == message).map(|(seq, _)| *seq));
        let expected = known.unwrap_or_else(|| {
            *seq += 1;
            notes.push(Note { seq: *seq, id: message, received_at });
            *seq
        });
        assert_eq!(stored.unwrap().seq, Seq(expected));
    }

    async fn push(&mut self, limit: usize, backwards: bool, fate: Fate) {
        let mut owed = self.store.owed(&NONE, limit, self.now).await.unwrap();
        assert!(owed.len() <= limit);
        if backwards {
            owed.reverse();
        }
        for owed in owed {
            if !matches!(fate, Fate::Lost) {
                self.edge.apply(&owed);
            }
            if matches!(fate, Fate::Arrives) {
                self.store.settle(vec![receipt(&owed)]).await.unwrap();
            }
        }
    }

    async fn compare(&self, inbox: u8, since: Option<Since>, limit: usize) {
        let listing = self.store.list(inbox_id(inbox), since, limit, self.now).await.map(|listing| {
            let messages = listing.messages.iter().map(|entry| entry.entry.id).collect::<Vec<_>>();
            (messages, listing.deleted.iter().map(|gone| gone.id).collect::<Vec<_>>(), listing.cursor.0)
        });
        let ids = |ids: Vec<u16>| ids.into_iter().map(message_id).collect::<Vec<_>>();
        let expected = self.model.list(inbox, since, limit);
        assert_eq!(listing, expected.map(|(messages, deleted, cursor)| (ids(messages), ids(deleted), cursor)));
    }

    /// Everything arrives at last: edge, store and model are one.
    async fn conclude(mut self) {
        for inbox in 0..4 {
            self.compare(inbox, None, 500).await;
        }
        while self.store.status().owed > 0 {
            self.push(2, false, Fate::Arrives).await;
        }
        let (mut records, mut blobs, mut used) = (BTreeSet::new(), BTreeSet::new(), 0);
        for (inbox, state) in &self.model.0 {
            let id = inbox_id(*inbox);
            let Slot::Living { end, notes, deleted, .. } = state else {
                used += TOMBSTONE_OVERHEAD;
                continue;
            };
            let listing = self.store.list(id, None, 500, self.now).await.unwrap();
            let record = &self.edge.records[&id];
            assert_eq!((told(&record.entries), &record.deleted), (told(&listing.messages), &listing.deleted));
            assert_eq!((record.expires_at, record.seq), (*end, listing.cursor));
            records.insert(id);
            blobs.extend(notes.iter().map(|note| (id, message_id(note.id))));
            used += INBOX_OVERHEAD + notes.len() * (100 + MESSAGE_OVERHEAD) + deleted.len() * DELETION_OVERHEAD;
        }
        self.store.purge(self.now).await.unwrap();
        assert_eq!(self.edge.records.keys().copied().collect::<BTreeSet<_>>(), records);
        assert_eq!(self.edge.blobs.keys().copied().collect::<BTreeSet<_>>(), blobs);
        assert_eq!(self.store.status().used, used);
    }
}

pub(crate) fn any_history_ends_as_the_model_says(make: Make<'_>, cases: u32) {
    play(make, &|| panic!("nothing is handed over"), cases, &step());
}

/// The same of an engine whose content passes from one store to the next now and then: nobody can tell.
pub(crate) fn any_history_goes_on_at_a_successor(make: Make<'_>, successor: Successor<'_>) {
    play(make, successor, 256, &prop_oneof![9 => step(), 1 => Just(Step::HandOver)]);
}

fn play(make: Make<'_>, successor: Successor<'_>, cases: u32, step: &impl Strategy<Value = Step>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&vec(step, 1..80), |steps| {
        runtime.block_on(async {
            let (model, edge) = (Model::default(), Edge::default());
            let mut play = Play { successor, store: fresh(make), model, edge, now: NOON };
            for step in steps {
                play.step(step).await;
            }
            play.conclude().await;
        });
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
