//! Which copies of a message its sender need not bring again.
//!
//! SMTP has one answer for all of a message's recipients. Where some inboxes took their copy and another could not,
//! the answer is `451`, and the sender brings all of it again: those that have it must not get it twice. Pure;
//! never holds anything of a message but keyed marks.
//!
//! A mark is forgotten once the message is stored whole: who sends the same octets again later means it.

use std::collections::{HashSet, VecDeque};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::mail::Destination;

/// One message for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    /// Of a message with no other recipient, that was not brought before: nobody else's failure brings it again.
    Alone,
    /// Nobody without the key can tell which.
    Keyed([u8; 32]),
}

/// Makes marks.
#[derive(Clone)]
pub(super) struct Marker(Hmac<Sha256>);

/// One message, before its recipients.
pub(super) struct Marking<'a> {
    marker: &'a Marker,
    message: [u8; 32],
}

impl Marker {
    /// With `key`, drawn at start and never told.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; 64]; // HMAC pads a short key with zeros (RFC 2104 §2).
        block[..32].copy_from_slice(key);
        Self(Hmac::new(&block.into()))
    }

    /// Of a message as its sender wrote it: our own trace fields differ each time.
    pub(super) fn message(&self, octets: &[u8]) -> Marking<'_> {
        Marking { marker: self, message: self.0.clone().chain_update(octets).finalize().into_bytes().into() }
    }
}

impl Marking<'_> {
    /// The mark of its copy for `destination`: two tags of one inbox are two recipients.
    pub(super) fn copy(&self, destination: &Destination) -> Mark {
        let mac = self.marker.0.clone().chain_update(self.message).chain_update(destination.inbox.as_bytes());
        Mark::Keyed(mac.chain_update(destination.tag.as_deref().unwrap_or_default()).finalize().into_bytes().into())
    }
}

/// The marks, at most so many; beyond, the oldest go.
pub(super) struct Repeats {
    marks: HashSet<Mark>,
    order: VecDeque<Mark>,
    most: usize,
}

impl Repeats {
    pub(super) fn new(most: usize) -> Self {
        Self { marks: HashSet::new(), order: VecDeque::new(), most }
    }

    /// Whether nothing is to be brought again.
    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether the copy is where it belongs.
    pub(super) fn has(&self, mark: &Mark) -> bool {
        self.marks.contains(mark)
    }

    /// These copies were stored, and will be brought again.
    pub(super) fn remember(&mut self, marks: &[Mark]) {
        for mark in marks {
            if *mark != Mark::Alone && self.marks.insert(*mark) {
                self.order.push_back(*mark);
            }
        }
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.marks.remove(&oldest);
            }
        }
    }

    /// These copies' message is stored whole.
    pub(super) fn forget(&mut self, marks: &[Mark]) {
        let before = self.marks.len();
        for mark in marks {
            self.marks.remove(mark);
        }
        if self.marks.len() < before {
            self.order.retain(|mark| self.marks.contains(mark));
        }
    }
}

#[cfg(test)]
mod tests;
