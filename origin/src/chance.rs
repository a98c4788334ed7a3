//! The one place that asks the operating system for randomness.

use crate::ports::Chance;

/// The operating system's generator (`getrandom(2)`).
#[derive(Clone, Copy, Debug)]
pub struct SystemChance;

impl Chance for SystemChance {
    /// Without randomness no key is safe: where the system has none, the process ends at once rather
    /// than seal with something guessable.
    #[expect(clippy::disallowed_methods, reason = "this file is where chance comes from")]
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            std::process::abort();
        }
    }
}
