//! What in a text looks like a code: runs of digits and capitals that are no date, time, price,
//! telephone number, address or part of a link.
//!
//! Never looks at wording: that is weighed by [`super::codes`].

use crate::limits::CODE_CANDIDATES;

/// Something that may be a code, by its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) shape: Shape,
}

/// What it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// So many digits.
    Digits(usize),
    /// Four digits from 1900 to 2099.
    Year,
    /// Eight digits that read as year, month and day.
    Date,
    /// Digits in even groups: `123 456`, `123-456`, `12 34 56`.
    Grouped,
    /// Single digits: `1 2 3 4 5 6`.
    Spaced,
    /// Capitals, a hyphen, digits: `G-123456`.
    Prefixed,
    /// Blocks of capitals and digits: `X7K-9PQ`.
    Blocks,
    /// Capitals and digits in one: `AB12CD`.
    Capitals,
    /// Letters of both cases, or small ones, with digits: `k3j9x2`.
    Mixed,
    /// Capitals alone: `XKQPWZ`.
    Word,
}

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Digits,
    /// Capitals and digits.
    Capitals,
    /// Capitals alone.
    Word,
    /// ASCII letters, small ones among them.
    Small,
    /// ASCII letters, small ones among them, and digits.
    Mixed,
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    start: usize,
    end: usize,
    chars: usize,
    kind: Kind,
}

/// What characters may be, as bits, so that those of a token can be put together; none for what is in no token.
mod class {
    pub(super) const DIGIT: u8 = 1;
    pub(super) const CAPITAL: u8 = 2;
    pub(super) const SMALL: u8 = 4;
    pub(super) const OTHER: u8 = 8;
    /// The first octet of a character beyond ASCII, which may be any of these.
    pub(super) const BEYOND: u8 = 16;
    pub(super) const NONE: u8 = 0;
}

/// The candidates of `text` in order, at most [`CODE_CANDIDATES`].
pub(super) fn candidates(text: &str) -> Vec<Candidate> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() && found.len() < CODE_CANDIDATES {
        let run = run(text, &tokens[at..]);
        let (start, end) = (tokens[at].start, tokens[at + run.tokens - 1].end);
        let members = &tokens[at..at + run.tokens];
        match shape(text, members, run.separator) {
            Some(shape) if !is_elsewhere(text, start, end) => found.push(Candidate { start, end, shape }),
            // What hyphens hold together is one thing, and three groups of digits are a telephone number;
            // two numbers beside each other are weighed one by one.
            None if run.separator == Some(' ') && members.len() == 2 => singles(text, members, &mut found),
            Some(_) | None => {}
        }
        at += run.tokens;
    }
    found
}

fn singles(text: &str, tokens: &[Token], found: &mut Vec<Candidate>) {
    for token in tokens.iter().filter(|token| !is_elsewhere(text, token.start, token.end)) {
        let shape = shape(text, std::slice::from_ref(token), None);
        found.extend(shape.map(|shape| Candidate { start: token.start, end: token.end, shape }));
    }
}

/// Neighbours that one separator holds together.
struct Run {
    tokens: usize,
    separator: Option<char>,
}

fn run(text: &str, tokens: &[Token]) -> Run {
    let Some((first, rest)) = tokens.split_first() else { return Run { tokens: 0, separator: None } };
    let (mut separator, mut count, mut last) = (None, 1, first);
    for token in rest {
        let mut between = text[last.end..token.start].chars();
        let (Some(c), None) = (between.next(), between.next()) else { break };
        let joins = match c {
            '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' => '-',
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '·' => ' ',
            _ => break,
        };
        // Spaces part words: they hold together digits alone.
        let fits = joins == '-' || (last.kind == Kind::Digits && token.kind == Kind::Digits);
        if !fits || separator.is_some_and(|known| known != joins) {
            break;
        }
        separator = Some(joins);
        count += 1;
        last = token;
    }
    Run { tokens: count, separator }
}

fn shape(text: &str, tokens: &[Token], separator: Option<char>) -> Option<Shape> {
    let mut sizes = [0; 9];
    sizes.iter_mut().zip(tokens).for_each(|(size, token)| *size = token.chars);
    let sizes = &sizes[..tokens.len().min(9)];
    match (tokens, separator) {
        ([token], _) => single(text, token),
        (_, Some(_)) if tokens.iter().all(|token| token.kind == Kind::Digits) => match sizes {
            [3, 3] | [4, 4] | [2, 2, 2] | [2, 2, 2, 2] => Some(Shape::Grouped),
            [1, 1, 1, 1] | [1, 1, 1, 1, 1] | [1, 1, 1, 1, 1, 1] | [1, 1, 1, 1, 1, 1, 1] | [1, 1, 1, 1, 1, 1, 1, 1] => {
                Some(Shape::Spaced)
            }
            _ => None,
        },
        ([prefix, digits], Some('-'))
            if prefix.kind == Kind::Word && prefix.chars <= 3 && digits.kind == Kind::Digits =>
        {
            (4..=8).contains(&digits.chars).then_some(Shape::Prefixed)
        }
        (_, Some('-'))
            if tokens.iter().all(|token| matches!(token.kind, Kind::Digits | Kind::Capitals | Kind::Word)) =>
        {
            match sizes {
                [3, 3] | [4, 4] | [3, 3, 3] | [4, 4, 4] | [5, 5] => Some(Shape::Blocks),
                _ => None,
            }
        }
        _ => None,
    }
}

fn single(text: &str, token: &Token) -> Option<Shape> {
    let written = &text[token.start..token.end];
    match (token.kind, token.chars) {
        (Kind::Digits, 4) if written.starts_with("19") || written.starts_with("20") => Some(Shape::Year),
        (Kind::Digits, 8) if is_date(written) => Some(Shape::Date),
        (Kind::Digits, count @ 4..=8) => Some(Shape::Digits(count)),
        (Kind::Capitals, 5..=10) => Some(Shape::Capitals),
        (Kind::Mixed, 5..=10) if written.bytes().any(|b| b.is_ascii_digit()) => Some(Shape::Mixed),
        (Kind::Word, 5..=8) => Some(Shape::Word),
        _ => None,
    }
}

fn is_date(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|text| text.parse::<u32>().ok());
    matches!((part(0..4), part(4..6), part(6..8)), (Some(1900..=2099), Some(1..=12), Some(1..=31)))
}

/// Whether its neighbours make it part of something else.
fn is_elsewhere(text: &str, start: usize, end: usize) -> bool {
    let before: Vec<char> = text[..start].chars().rev().take(5).collect();
    let after: Vec<char> = text[end..].chars().take(5).collect();
    let digit = |c: Option<&char>| c.is_some_and(|c| is_digit(*c));
    let (prior, next) = (before.first().copied().unwrap_or(' '), after.first().copied().unwrap_or(' '));
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    // Of a link, a path, a mail address, a colour, a telephone number, a price. `code=482913` is a link's
    // parameter, `_482913_` is emphasis.
    if "/\\@#&?%+~$€£¥₹₽₴₺₩฿₫".contains(prior) || ("=_".contains(prior) && word(before.get(1))) {
        return true;
    }
    if "/\\@%=&€£¥₹₽₴₺₩฿₫".contains(next) || (next == '_' && word(after.get(1))) {
        return true;
    }
    // Of a number with a fraction, a date, a time, a telephone number.
    if ".,:-–()'’".contains(prior) && digit(before.get(1)) || ".,:-–'’".contains(next) && digit(after.get(1)) {
        return true;
    }
    if prior == ')' || (prior == '-' && word(before.get(1))) || (next == '-' && word(after.get(1))) {
        return true;
    }
    // A price: `$ 1200`, `1200 €`.
    let money = |c: &char| "$€£¥₹₽₴₺₩฿₫".contains(*c);
    (prior.is_whitespace() && before.get(1).is_some_and(money))
        || (next.is_whitespace() && after.get(1).is_some_and(money))
        || is_in_link(text, start)
}

/// Whether the run of characters that it stands in began as a link or a host name.
fn is_in_link(text: &str, start: usize) -> bool {
    // A longer run than this without white space is no prose in any script with spaces; links of that
    // length are cut elsewhere.
    let from = text.floor_char_boundary(start.saturating_sub(1_024));
    let word = text[from..start].rsplit(|c: char| c.is_whitespace() || c == '<' || c == '"').next().unwrap_or_default();
    word.contains("://") || word.starts_with("www.")
}

/// The tokens of a text but for plain words.
fn tokens(text: &str) -> Vec<Token> {
    let octets = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(octet) = octets.get(at) {
        let start = at;
        if let Some(words) = plain(octets, at) {
            at += words;
            continue;
        }
        let (mut classes, mut chars) = (CLASSES[usize::from(*octet)], 0);
        while let Some(octet) = octets.get(at) {
            match CLASSES[usize::from(*octet)] {
                class::NONE => break,
                class::BEYOND => {
                    let Some(c) = text[at..].chars().next() else { break };
                    let class = beyond_ascii(c);
                    if class == class::NONE {
                        break;
                    }
                    classes |= class;
                    at += c.len_utf8();
                }
                class => {
                    classes |= class;
                    at += 1;
                }
            }
            chars += 1;
        }
        let kind = kind(classes & !class::BEYOND);
        if at == start {
            at += if octet.is_ascii() { 1 } else { text[at..].chars().next().map_or(1, char::len_utf8) };
        } else if kind != Kind::Small || !is_apart(octets, start, at) {
            tokens.push(Token { start, end: at, chars, kind });
        }
    }
    tokens
}

/// How many octets at once are walked over where nothing but words stands.
const STRIDE: usize = 32;

/// The octets from `at` on that hold only words which are apart ([`is_apart`]), where a stride of them begins there.
fn plain(octets: &[u8], at: usize) -> Option<usize> {
    let stride: &[u8; STRIDE] = octets.get(at..)?.first_chunk()?;
    let begins = at.checked_sub(1).and_then(|before| octets.get(before)).is_none_or(|octet| parts(*octet));
    let plain = stride.iter().fold(true, |plain, octet| plain & (octet.is_ascii_lowercase() | parts(*octet)));
    // A word that the stride cuts is walked over with the next.
    (begins && plain).then(|| stride.iter().rposition(|octet| parts(*octet)).map(|last| last + 1)).flatten()
}

/// Whether an octet parts words and holds nothing together.
const fn parts(octet: u8) -> bool {
    matches!(octet, b' ' | b'\r' | b'\n' | b'.' | b',')
}

/// Whether nothing holds a word together with its neighbours: most words of a text, none of them a code.
fn is_apart(octets: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| octets.get(at));
    before.is_none_or(|octet| parts(*octet)) && octets.get(end).is_none_or(|octet| parts(*octet))
}

const CLASSES: [u8; 256] = {
    let mut table = [class::NONE; 256];
    let mut octet = 0;
    while octet < 256 {
        table[octet] = match octet as u8 {
            b'0'..=b'9' => class::DIGIT,
            b'A'..=b'Z' => class::CAPITAL,
            b'a'..=b'z' => class::SMALL,
            0x80.. => class::BEYOND,
            _ => class::NONE,
        };
        octet += 1;
    }
    table
};

/// Letters of scripts that write words apart make one token with the digits beside them; the others do not.
fn beyond_ascii(c: char) -> u8 {
    if is_digit(c) {
        class::DIGIT
    } else if ('\u{c0}'..='\u{52f}').contains(&c) && c.is_alphabetic() {
        class::OTHER
    } else {
        class::NONE
    }
}

const fn kind(classes: u8) -> Kind {
    const CAPITALS: u8 = class::CAPITAL | class::DIGIT;
    match classes {
        class::DIGIT => Kind::Digits,
        class::CAPITAL => Kind::Word,
        CAPITALS => Kind::Capitals,
        _ if classes & class::OTHER != 0 => Kind::Other,
        _ if classes & class::DIGIT != 0 => Kind::Mixed,
        _ => Kind::Small,
    }
}

/// Digits of the scripts that write codes in their own.
const fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '٠'..='٩' | '۰'..='۹' | '०'..='९' | '০'..='৯' | '๐'..='๙' | '０'..='９')
}

#[cfg(test)]
mod tests;
