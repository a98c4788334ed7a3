//! When a failed job is tried again. Pure: chance is an argument.

use protocol::time::Millis;

use crate::ports::Chance;

/// How often, and how soon, a failed job is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a job is begun in all.
    pub attempts: u32,
    /// Longest pause after the first failure; each further failure doubles it.
    pub first: Millis,
    /// Longest pause.
    pub longest: Millis,
}

/// What follows a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Another attempt, after this pause.
    After(Millis),
    /// None: the attempts are used up.
    Exhausted,
}

impl RetryPolicy {
    /// What follows the failure of attempt `attempt` (from 1): a pause anywhere between one millisecond and `first`
    /// doubled `attempt - 1` times, at most `longest`.
    ///
    /// Drawn from the whole of it ("full jitter"), so that jobs that failed together do not come back together.
    #[must_use]
    pub fn after(&self, attempt: u32, chance: &dyn Chance) -> Retry {
        if attempt >= self.attempts {
            return Retry::Exhausted;
        }
        let doubled =
            self.first.as_millis().saturating_mul(1_u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(u64::MAX));
        let ceiling = doubled.min(self.longest.as_millis()).max(1);
        let mut drawn = [0; 8];
        chance.fill(&mut drawn);
        let share = (u128::from(u64::from_le_bytes(drawn)) * u128::from(ceiling)) >> 64;
        Retry::After(Millis::from_millis(u64::try_from(share).unwrap_or(ceiling).saturating_add(1).min(ceiling)))
    }
}
