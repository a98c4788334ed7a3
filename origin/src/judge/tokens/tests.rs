use proptest::prelude::*;

use super::{Candidate, STRIDE, candidates};

proptest! {
    /// Words before a text, walked over many octets at a time, change nothing of what is found in it.
    #[test]
    fn words_before_it_change_nothing(words in "([a-z]{1,12}[ ,.\n]){0,40}", text in "[a-zA-Z0-9 .,:/@\\-\n\u{e9}\u{660}]{0,80}") {
        let shifted: Vec<Candidate> = candidates(&text)
            .into_iter()
            .map(|found| Candidate { start: found.start + words.len() + 1, end: found.end + words.len() + 1, ..found })
            .collect();
        let before = format!("{words}\n");
        // A number before the text would be its neighbour; words are not, but for what a space holds together.
        prop_assert_eq!(candidates(&format!("{before}{text}")), shifted);
    }
}

#[test]
fn a_code_is_found_wherever_a_stride_ends() {
    for before in 0..3 * STRIDE {
        let text = format!("{} 482913 {}", "a".repeat(before), "word ".repeat(20));
        let found = candidates(&text);
        assert_eq!(found.iter().map(|found| &text[found.start..found.end]).collect::<Vec<_>>(), ["482913"], "{before}");
    }
}

#[test]
fn what_hyphens_hold_together_is_seen_behind_words() {
    let text = format!("{} abc-482913 x7k-9pq", "word ".repeat(20));
    assert_eq!(candidates(&text), []);
}
