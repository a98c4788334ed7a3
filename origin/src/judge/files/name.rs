//! What a file is by its name: folded (NFKC, lower case), without the characters that hide an extension.
//!
//! Never looks at octets, and never asks how a name looks to a reader: only what a system would make of it.

use protocol::message::Danger;

use super::extension::{self, Sort};
use crate::limits::NAME_TAIL;

/// What a file claims to be, by all of its names together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The first danger that a name shows.
    pub(super) danger: Option<(Danger, &'static str)>,
    /// What the last known extension of a name that is not dangerous says.
    pub(super) sort: Option<Sort>,
}

impl Named {
    /// By its names, and where none has an extension, by its media type.
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>, media: &str) -> Self {
        let mut named = Self::default();
        let mut has_extension = false;
        for name in names {
            has_extension |= named.add(name);
        }
        if !has_extension {
            named.note(extension::of_media(media));
        }
        named
    }

    /// Takes one more name into account; returns whether it has an extension.
    pub(super) fn add(&mut self, name: &str) -> bool {
        // What is behind a NUL is not there for programs written in C.
        let before_nul = name.split('\0').next().filter(|before| before.len() < name.len());
        before_nul.into_iter().chain([name]).fold(false, |any, name| {
            let tail = Tail::of(name);
            self.note(tail.sort());
            any | tail.last.is_some()
        })
    }

    fn note(&mut self, sort: Option<Sort>) {
        match sort {
            Some(Sort::Dangerous(danger, kind)) => self.danger = self.danger.or(Some((danger, kind))),
            sort => self.sort = sort.or(self.sort),
        }
    }
}

/// A name's last two extensions.
struct Tail {
    last: Option<String>,
    second: Option<String>,
    honesty: Honesty,
}

/// Whether a name reads as what it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Honesty {
    /// It does.
    Plain,
    /// Characters that nobody sees change its extension or where it seems to stand.
    Hiding,
}

impl Tail {
    fn of(name: &str) -> Self {
        let base = name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
        let begin = base.char_indices().rev().nth(NAME_TAIL).map_or(0, |(at, _)| at);
        let mut folded = String::new();
        base[begin..].chars().filter(|c| !is_unseen(*c)).for_each(|c| fold(c, &mut folded));
        let is_filler = |c: char| c == '.' || c.is_whitespace();
        let mut extensions = folded.trim_end_matches(is_filler).rsplit('.').map(|piece| piece.trim().to_owned());
        let (last, second, third) = (extensions.next(), extensions.next(), extensions.next());
        // What stands before the first dot is no extension.
        let (last, second) = match (second, third) {
            (None, _) => (None, None),
            (Some(_), None) => (last, None),
            (second, Some(_)) => (last, second),
        };
        let seen = base.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        let turns = base.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
        let honesty = if seen != last || turns { Honesty::Hiding } else { Honesty::Plain };
        Self { last, second, honesty }
    }

    /// The last extension decides; where it is an archive's or none that we know, the one before it may.
    fn sort(&self) -> Option<Sort> {
        let known = |extension: &Option<String>| extension.as_deref().and_then(extension::sort);
        let (last, second) = (known(&self.last), known(&self.second));
        match (last, second) {
            (Some(Sort::Dangerous(danger, kind)), second) => {
                let is_double = matches!(second, Some(Sort::Document | Sort::ZippedDocument));
                let is_grave = !matches!(danger, Danger::Macros);
                let disguised = is_grave && (is_double || self.honesty == Honesty::Hiding);
                Some(Sort::Dangerous(if disguised { Danger::Disguised } else { danger }, kind))
            }
            (None | Some(Sort::Zip | Sort::Packed), Some(dangerous @ Sort::Dangerous(..))) => Some(dangerous),
            (last, _) => last,
        }
    }
}

/// Characters without a mark of their own: controls, joiners, directional marks (UAX #9), fillers, selectors.
const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A character in its compatibility form and lower case. UTS #46 maps by NFKC and case folding; what it has no
/// mapping for stays as it is.
fn fold(c: char, out: &mut String) {
    match c {
        _ if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        // One, two and three dots on a line, and the wide and small full stops.
        '\u{2024}' | '\u{fe52}' | '\u{ff0e}' => out.push('.'),
        '\u{2025}' => out.push_str(".."),
        '\u{2026}' => out.push_str("..."),
        _ => match idna::domain_to_unicode(c.encode_utf8(&mut [0; 4])) {
            (mapped, Ok(())) => out.push_str(&mapped),
            (_, Err(_)) => out.extend(c.to_lowercase()),
        },
    }
}

#[cfg(test)]
mod tests;
