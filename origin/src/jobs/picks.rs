//! Whose turn it is among the priorities. Pure.
//!
//! A fixed round of turns, eight for urgent jobs, four for high, two for normal and one for low ones, spread evenly:
//! each priority is offered first at least once a round, so none starves, whatever comes in above it. A turn that
//! finds its own line empty goes to the most urgent job there is, and is spent all the same.

use crate::ports::Priority;

/// The round.
const ROUND: [Priority; 15] = {
    use Priority::{High, Low, Normal, Urgent};
    [Urgent, High, Urgent, Normal, Urgent, High, Urgent, Low, Urgent, High, Urgent, Normal, Urgent, High, Urgent]
};

/// The turn that is next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Picks(usize);

impl Picks {
    /// Whose turn it is `ahead` turns from now.
    #[must_use]
    pub fn turn(self, ahead: usize) -> Priority {
        ROUND[(self.0 + ahead % ROUND.len()) % ROUND.len()]
    }

    /// So many turns were taken.
    pub fn take(&mut self, turns: usize) {
        self.0 = (self.0 + turns % ROUND.len()) % ROUND.len();
    }
}

/// The lines to look at in a turn, in order: its own, then the others from the most urgent on.
pub fn order(turn: Priority) -> impl Iterator<Item = Priority> {
    core::iter::once(turn).chain(Priority::ALL.into_iter().filter(move |other| *other != turn))
}

#[cfg(test)]
mod tests;
