//! How long to pause after a failure: doubling, bounded, with full jitter.
//!
//! Full jitter spreads those who failed together over the whole pause, so that they do not come back
//! together. Pure: chance is an argument.

use protocol::time::Millis;

/// A pause between one millisecond and `first` doubled `failures` times, at most `longest`; where in between, `chance` says.
#[must_use]
pub fn pause(failures: u32, first: Millis, longest: Millis, chance: u64) -> Millis {
    let doubled = first.as_millis().saturating_mul(1_u64.checked_shl(failures).unwrap_or(u64::MAX));
    let ceiling = doubled.min(longest.as_millis()).max(1);
    let share = (u128::from(chance) * u128::from(ceiling)) >> 64;
    Millis::from_millis(u64::try_from(share).unwrap_or(ceiling).saturating_add(1).min(ceiling))
}

#[cfg(test)]
mod tests;
