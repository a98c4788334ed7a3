//! Names for new inboxes: readable random ones, and those that nobody may have.
//!
//! Chance is an argument. Whether a name is free is for the store to say.

use rand_core::Rng;

use crate::address::Local;

mod reserved;
mod words;

pub use reserved::is_reserved;

/// How many numbers the four digits make.
const NUMBERS: u32 = 10_000;

/// Two words and four digits, such as `quiet-heron-4821`: more than 10^9 of them, each as likely.
pub fn readable(rng: &mut impl Rng) -> Local {
    let quality = pick(rng, &words::QUALITIES);
    let living = pick(rng, &words::LIVING);
    let number = below(rng, NUMBERS);
    Local::from_canonical(format!("{quality}-{living}-{number:04}"))
}

fn pick(rng: &mut impl Rng, words: &[&'static str]) -> &'static str {
    // The lists are far shorter than 2^32, and `below` stays below their length.
    let index = below(rng, u32::try_from(words.len()).unwrap_or(u32::MAX));
    usize::try_from(index).ok().and_then(|index| words.get(index)).copied().unwrap_or("quiet")
}

/// A number below `bound`, each as likely: draws that would favour the low ones, one in 400,000 at most, are drawn
/// again.
fn below(rng: &mut impl Rng, bound: u32) -> u32 {
    let fair = u32::MAX - u32::MAX % bound;
    loop {
        let draw = rng.next_u32();
        if draw < fair {
            return draw % bound;
        }
    }
}

#[cfg(test)]
mod tests;
