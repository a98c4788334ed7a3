//! Wordings that mail uses around codes and links, in many languages, and how they are found.
//!
//! Never decides anything: it says which wording stands where. The lists are data ([`codes`],
//! [`links`]); a new language is a new line there.
//!
//! All wordings are in lower case. A `|` at an end asks for the end of a word there. A space stands for
//! any white space, so that a wording is found across a line break. Where several begin at one place, the
//! longest is meant: `promo code` is not `code`.

use std::ops::Deref;

use crate::mail::Plaintext;

pub(super) mod codes;
pub(super) mod links;

/// White space that one space of a wording may stand for, in octets: a line break and its indentation.
const SPACE_OCTETS: usize = 6;

/// Two octets have so many values.
const PAIRS: usize = 1 << 16;

/// Three octets are told apart by so many places: seldom do two wordings of mail share one.
const PLACES: usize = 1 << 16;

/// A wording that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit<S> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) sense: S,
}

/// Wordings, found in one pass over a text.
pub(super) struct Lexicon<S: 'static> {
    /// Sorted by their first two octets, longest first.
    cues: Vec<Cue<S>>,
    /// For each first two octets, where in `cues` they begin.
    index: Vec<u16>,
    /// Bits by [`place`]: whether any begins so. Small enough to stay at hand while a text is walked.
    begun: Box<[u64; PLACES / 64]>,
}

struct Cue<S> {
    text: &'static [u8],
    opening: Opening,
    begins_word: bool,
    ends_word: bool,
    sense: S,
}

impl<S: Copy> Lexicon<S> {
    pub(super) fn new(lists: &[(S, &[&'static str])]) -> Self {
        let mut cues: Vec<Cue<S>> = Vec::new();
        for (sense, list) in lists {
            cues.extend(
                list.iter().flat_map(|line| line.split(',')).map(|cue| Cue::new(cue.trim_start_matches(' '), *sense)),
            );
        }
        cues.retain(|cue| cue.text.len() >= 2);
        cues.sort_by_key(|cue| (cue.key(), std::cmp::Reverse(cue.text.len())));
        let mut index = vec![u16::MAX; PAIRS];
        let mut begun = Box::new([0; PLACES / 64]);
        for (at, cue) in cues.iter().enumerate().rev() {
            index[usize::from(cue.key())] = u16::try_from(at).unwrap_or(u16::MAX);
            let thirds = match cue.text.get(2) {
                None | Some(b' ') => 0..=u8::MAX,
                Some(third) => *third..=*third,
            };
            for place in thirds.map(|third| place(cue.text[0], cue.text[1], third)) {
                begun[place / 64] |= 1 << (place % 64);
            }
        }
        Self { cues, index, begun }
    }

    /// All wordings in `lower`, in order, none over another.
    pub(super) fn find(&self, lower: &str) -> Vec<Hit<S>> {
        let (text, mut hits, mut at) = (lower.as_bytes(), Vec::new(), 0);
        while at + 1 < text.len() {
            match self.at(text, at) {
                Some((end, sense)) => {
                    hits.push(Hit { start: at, end, sense });
                    at = end;
                }
                None => at += 1,
            }
        }
        hits
    }

    fn at(&self, text: &[u8], at: usize) -> Option<(usize, S)> {
        // Behind the last octet any third one will do: a wording of two is found whatever it is.
        let place = place(text[at], text[at + 1], text.get(at + 2).copied().unwrap_or_default());
        if self.begun[place / 64] & (1 << (place % 64)) == 0 {
            return None;
        }
        let key = u16::from_be_bytes([text[at], text[at + 1]]);
        let first = usize::from(self.index[usize::from(key)]);
        let octets = Opening::at(text, at);
        let same = self.cues.get(first..)?.iter().take_while(|cue| cue.key() == key);
        same.filter(|cue| cue.opening.fits(octets)).find_map(|cue| cue.matches(text, at).map(|end| (end, cue.sense)))
    }
}

/// The first eight octets of a wording, up to its first space: one comparison tells most places from it.
struct Opening {
    octets: u64,
    mask: u64,
}

impl Opening {
    fn of(text: &[u8]) -> Self {
        let mut octets = [0; 8];
        let mut mask = [0; 8];
        for ((octet, bits), wanted) in octets.iter_mut().zip(&mut mask).zip(text.iter().take_while(|b| **b != b' ')) {
            (*octet, *bits) = (*wanted, u8::MAX);
        }
        Self { octets: u64::from_le_bytes(octets), mask: u64::from_le_bytes(mask) }
    }

    /// The octets of a text from `at` on, to be compared with; zeros behind its end, which no wording holds.
    fn at(text: &[u8], at: usize) -> u64 {
        let rest = &text[at..];
        let octets = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut octets = [0; 8];
            octets[..rest.len()].copy_from_slice(rest);
            octets
        });
        u64::from_le_bytes(octets)
    }

    const fn fits(&self, octets: u64) -> bool {
        octets & self.mask == self.octets
    }
}

fn place(first: u8, second: u8, third: u8) -> usize {
    (usize::from(first) << 10 ^ usize::from(second) << 5 ^ usize::from(third)) % PLACES
}

impl<S> Cue<S> {
    fn new(written: &'static str, sense: S) -> Self {
        let text = written.strip_prefix('|').unwrap_or(written);
        let bare = text.strip_suffix('|').unwrap_or(text);
        Self {
            text: bare.as_bytes(),
            opening: Opening::of(bare.as_bytes()),
            begins_word: text.len() < written.len(),
            ends_word: bare.len() < text.len(),
            sense,
        }
    }

    fn key(&self) -> u16 {
        u16::from_be_bytes([self.text[0], self.text[1]])
    }

    /// Where it ends if it stands at `start`.
    fn matches(&self, text: &[u8], start: usize) -> Option<usize> {
        if self.begins_word && start > 0 && is_word(text[start - 1]) {
            return None;
        }
        let mut at = start;
        for wanted in self.text {
            if *wanted == b' ' {
                let space = text[at..].iter().take(SPACE_OCTETS).take_while(|b| b.is_ascii_whitespace()).count();
                if space == 0 {
                    return None;
                }
                at += space;
            } else if text.get(at) == Some(wanted) {
                at += 1;
            } else {
                return None;
            }
        }
        let stops = !self.ends_word || text.get(at).is_none_or(|byte| !is_word(*byte));
        stops.then_some(at)
    }
}

/// Whether an octet is part of a word: any beyond ASCII is taken for a letter.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// A text in lower case; wiped when dropped.
pub(super) struct Lower(String);

impl Deref for Lower {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for Lower {
    fn drop(&mut self) {
        Plaintext::wipe(&mut self.0);
    }
}

/// Lower case of the same length, so that a place in the one is the same place in the other. Characters
/// whose lower case is longer or shorter stay as they are.
pub(super) fn lower(text: &str) -> Lower {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_ascii() {
        let at = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        out.push_str(&rest[..at]);
        let beyond = rest[at..].bytes().position(|byte| byte.is_ascii()).map_or(rest.len(), |length| at + length);
        out.extend(rest[at..beyond].chars().map(|c| {
            let mut small = c.to_lowercase();
            match (small.next(), small.next()) {
                (Some(one), None) if one.len_utf8() == c.len_utf8() => one,
                _ => c,
            }
        }));
        rest = &rest[beyond..];
    }
    out.push_str(rest);
    out.make_ascii_lowercase();
    Lower(out)
}
