//! How pressed the service is, and what that costs those it waits for: patience shrinks before room does,
//! as with Postfix's `stress`. What mail is taken, and how large, never depends on it.

use protocol::time::Millis;

use crate::budget::NoRoom;

/// How pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything is as configured.
    Green,
    /// Half the patience.
    Amber,
    /// A third of it, and hardly an error is forgiven.
    Red,
}

/// What presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Sessions.
    pub sessions: usize,
    /// Most sessions.
    pub limit: usize,
    /// The memory for mail.
    pub memory: Memory,
}

/// Whether there was memory when it was last asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// There was.
    Free,
    /// There was none: what waiting sessions hold is missed elsewhere.
    Spent,
}

/// From so many hundredths of the sessions on it is amber: there is time to act before room is gone.
const AMBER: usize = 70;

/// And from so many on it is red.
const RED: usize = 90;

impl Memory {
    /// After such an answer. Who asks for more than there ever is learns nothing about what is left.
    #[must_use]
    pub const fn after<T>(answer: &Result<T, NoRoom>) -> Self {
        match answer {
            Err(NoRoom { used, limit, .. }) if *used >= *limit / 100 * RED => Self::Spent,
            Err(_) | Ok(_) => Self::Free,
        }
    }
}

impl Level {
    /// Under that load.
    #[must_use]
    pub const fn of(load: Load) -> Self {
        let Load { sessions, limit, memory } = load;
        let hundredths = sessions.saturating_mul(100) / if limit == 0 { 1 } else { limit };
        match (hundredths, memory) {
            (RED.., _) | (_, Memory::Spent) => Self::Red,
            (AMBER.., Memory::Free) => Self::Amber,
            (_, Memory::Free) => Self::Green,
        }
    }

    /// What is left of a deadline.
    #[must_use]
    pub const fn deadline(self, whole: Millis) -> Millis {
        match self {
            Self::Green => whole,
            Self::Amber => Millis::from_millis(whole.as_millis() / 2),
            Self::Red => Millis::from_millis(whole.as_millis() / 3),
        }
    }

    /// What is left of a number of things that are forgiven; at least one, where there was one.
    #[must_use]
    pub const fn allowance(self, whole: usize) -> usize {
        match self {
            Self::Green => whole,
            Self::Amber => whole.div_ceil(2),
            Self::Red if whole == 0 => 0,
            Self::Red => 1,
        }
    }
}

#[cfg(test)]
mod tests;
