//! Counts what test runners say they ran, from their closing lines.

use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Passed.
    pub(crate) passed: u64,
    /// Failed.
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// Adds what one line of a runner's output says, if it is a closing line.
    ///
    /// Known are cargo's (`test result: ok. 3 passed; 0 failed; …`) and Node's (`# pass 3`, `ℹ fail 0`).
    pub(crate) fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            let counts = result.split_once(". ").map_or("", |(_, counts)| counts);
            self.passed += before(counts, " passed");
            self.failed += before(counts, " failed");
        } else if let Some(count) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            match count.split_once(' ') {
                Some(("pass", number)) => self.passed += number.parse().unwrap_or(0),
                Some(("fail" | "cancelled", number)) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

/// The number before a word in `3 passed; 0 failed; …`.
fn before(counts: &str, word: &str) -> u64 {
    counts.split(';').find_map(|count| count.trim().strip_suffix(word)?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
