//! The buffer that a message comes into: one piece of memory, paid for before it is allocated, wiped
//! when it goes. When it must grow, the old piece is wiped before it is given back.

use std::mem;

use crate::{
    budget::{NoRoom, Reservation},
    limits::{BUFFER_ANNOUNCED, BUFFER_UNANNOUNCED, MESSAGE_OVERHEAD, RESERVE_UNANNOUNCED, RESULTS_OCTETS},
    mail::Plaintext,
};

/// What `MAIL` said about the message's size (RFC 1870).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// Nothing, or zero.
    Nothing,
    /// That many octets.
    Octets(usize),
}

/// What is needed to take a message in: known before `354`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What `MAIL` said.
    pub announced: Announced,
    /// Octets of our trace fields, and of what else we write before the message.
    pub trace: usize,
    /// How many recipients there are: each gets a sealed copy.
    pub recipients: usize,
    /// Largest message that is taken, without our trace fields.
    pub limit: usize,
}

/// A message, as far as it has come, behind our trace fields.
pub struct Buffer {
    octets: Plaintext,
    room: Reservation,
    plan: Plan,
    /// Length up to which `room` pays.
    paid: usize,
}

impl Plan {
    /// Octets of memory to promise before `354`: the message in the clear, and one sealed copy a recipient.
    #[must_use]
    pub const fn reserve(&self) -> usize {
        self.cost(self.expected())
    }

    /// What a message of `octets`, trace fields included, takes.
    const fn cost(&self, octets: usize) -> usize {
        octets.saturating_mul(self.recipients + 1).saturating_add(MESSAGE_OVERHEAD * self.recipients)
    }

    /// The length that is paid for beforehand.
    const fn expected(&self) -> usize {
        self.trace
            + match self.announced {
                Announced::Nothing => RESERVE_UNANNOUNCED,
                Announced::Octets(octets) => octets,
            }
    }

    fn first_capacity(&self) -> usize {
        self.trace
            + match self.announced {
                Announced::Nothing => BUFFER_UNANNOUNCED.min(self.limit),
                Announced::Octets(octets) => octets.min(BUFFER_ANNOUNCED),
            }
    }

    /// The capacity after `now`, when `needed` octets must fit: what was announced if that is enough, else double.
    fn next_capacity(&self, now: usize, needed: usize) -> usize {
        let exact = match self.announced {
            Announced::Octets(octets) if needed <= self.trace + octets => self.trace + octets,
            Announced::Octets(_) | Announced::Nothing => now.saturating_mul(2),
        };
        exact.min(self.trace + self.limit).max(needed)
    }
}

impl Buffer {
    /// Begins with our trace fields; `room` is what [`Plan::reserve`] asked for.
    #[must_use]
    pub fn new(trace: &[u8], plan: Plan, room: Reservation) -> Self {
        let mut octets = Plaintext::with_capacity(plan.first_capacity().max(trace.len()));
        octets.extend_from_slice(trace);
        Self { octets, room, plan, paid: plan.expected() }
    }

    /// Adds what came.
    ///
    /// # Errors
    /// [`NoRoom`]: the message has outgrown what was promised, and there is no more.
    pub fn append(&mut self, more: &[u8]) -> Result<(), NoRoom> {
        let needed = self.octets.len() + more.len();
        if needed > self.octets.capacity() {
            self.grow(needed)?;
        }
        self.octets.extend_from_slice(more);
        Ok(())
    }

    /// The message with its trace fields, and the room that it still needs, what we say about it included.
    pub fn into_parts(mut self) -> (Plaintext, Reservation) {
        self.room.shrink(self.plan.cost(self.octets.len() + RESULTS_OCTETS));
        (self.octets, self.room)
    }

    fn grow(&mut self, needed: usize) -> Result<(), NoRoom> {
        let capacity = self.plan.next_capacity(self.octets.capacity(), needed);
        if capacity > self.paid {
            self.room.grow(self.plan.cost(capacity) - self.plan.cost(self.paid))?;
            self.paid = capacity;
        }
        // `Vec::reserve` would leave the old copy behind unwiped.
        let mut larger = Plaintext::with_capacity(capacity);
        larger.extend_from_slice(&self.octets);
        drop(mem::replace(&mut self.octets, larger));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
