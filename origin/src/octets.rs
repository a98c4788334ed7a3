//! Finds octets, eight at a time. Never copies, never decides.

/// An octet in each place of a word, and the topmost bit of each.
const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Where the first of these is.
pub(crate) fn first_of<const N: usize>(octets: &[u8], wanted: [u8; N]) -> Option<usize> {
    let patterns = wanted.map(|octet| ONES * u64::from(octet));
    let mut words = octets.chunks_exact(8);
    for (n, word) in words.by_ref().enumerate() {
        let word = word.try_into().map(u64::from_le_bytes).unwrap_or_default();
        // The topmost bit of each place where word and pattern agree. A borrow may set others, yet none below the
        // first that is right.
        let found = patterns.iter().fold(0, |found, pattern| {
            let differs = word ^ pattern;
            found | (differs.wrapping_sub(ONES) & !differs & TOPS)
        });
        if found != 0 {
            return Some(n * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let rest = words.remainder();
    rest.iter().position(|octet| wanted.contains(octet)).map(|at| octets.len() - rest.len() + at)
}

#[cfg(test)]
mod tests;
