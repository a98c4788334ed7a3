//! The delivery records of one living inbox: a few, the latest, each with the room that it takes.
//!
//! Pure. A record that comes is a change of the inbox and has its number; one that lapses is none.

use std::collections::VecDeque;

use bytes::Bytes;
use protocol::{
    cursor::{Seq, Since},
    id::MessageId,
    limits::{INBOX_DELIVERIES, INBOX_LIFE},
    time::Timestamp,
};

use super::glance::Noted;
use crate::{budget::Reservation, mail::SealedRecord};

/// What a record takes: of the store's budget, and of the share that all records have of it.
pub(super) struct Room {
    pub(super) _of_store: Reservation,
    pub(super) _of_share: Reservation,
}

/// A record as it is kept.
pub(super) struct Record {
    pub(super) seq: Seq,
    pub(super) id: MessageId,
    pub(super) at: Timestamp,
    pub(super) kept_at: Timestamp,
    pub(super) octets: usize,
    pub(super) sealed: Bytes,
    pub(super) _room: Room,
}

/// Records, oldest first; never more than `protocol::limits::INBOX_DELIVERIES`.
#[derive(Default)]
pub(super) struct Records(VecDeque<Record>);

impl Record {
    pub(super) fn new(sealed: &SealedRecord, seq: Seq, room: Room, now: Timestamp) -> Self {
        let sealed_octets = sealed.sealed().clone();
        let octets = sealed.octets();
        Self { seq, id: sealed.id(), at: sealed.at(), kept_at: now, octets, sealed: sealed_octets, _room: room }
    }

    /// When it lapses in an inbox that lives so long.
    pub(super) fn expires_at(&self) -> Timestamp {
        self.at.plus(INBOX_LIFE)
    }

    fn noted(&self) -> Noted {
        Noted { seq: self.seq, id: self.id, at: self.at, sealed: self.sealed.clone() }
    }
}

impl Records {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.0.iter()
    }

    /// The change that `id` came with, if it is here.
    pub(super) fn seq_of(&self, id: MessageId) -> Option<Seq> {
        self.0.iter().find(|record| record.id == id).map(|record| record.seq)
    }

    /// Keeps one more; returns the one that it takes the place of.
    pub(super) fn keep(&mut self, record: Record) -> Option<Record> {
        let oldest = if self.0.len() >= INBOX_DELIVERIES { self.0.pop_front() } else { None };
        self.0.push_back(record);
        oldest
    }

    /// Drops the one that came with `seq`.
    pub(super) fn lapse(&mut self, seq: Seq) {
        self.0.retain(|record| record.seq != seq);
        if self.0.is_empty() {
            self.0 = VecDeque::new();
        }
    }

    /// Those after `since`.
    pub(super) fn after(&self, since: Option<Since>) -> Vec<Noted> {
        let is_news = |record: &&Record| match since {
            None => true,
            Some(Since::Cursor(cursor)) => record.seq > cursor.0,
            Some(Since::Time(time)) => record.at > time,
        };
        self.0.iter().filter(is_news).map(Record::noted).collect()
    }
}
