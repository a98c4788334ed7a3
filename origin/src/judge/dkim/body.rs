//! Hashes of bodies (RFC 6376 §3.4.3, §3.4.4, §3.7): SHA-256 over the canonical form, in one pass for all signatures
//! that use the same one, however much of it each is for.
//!
//! Our own, since mail-auth 0.13 keeps lines of white space at the end of a relaxed body.

use mail_auth::dkim::Canonicalization;
use sha2::{Digest as _, Sha256};

use crate::judge::fields::{next_line, trim_break};

/// How much of the canonical body is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// All of it.
    Whole,
    /// So many octets (`l=`).
    Octets(u64),
}

/// The hashes of one canonical form.
pub(super) struct Hashes {
    whole: [u8; 32],
    octets: u64,
    cut: Vec<(u64, [u8; 32])>,
}

impl Hashes {
    /// Of all of `body`, and of the lengths that are wanted.
    pub(super) fn of(body: &[u8], form: Canonicalization, wanted: impl Iterator<Item = Length>) -> Self {
        let octets = |length| if let Length::Octets(octets) = length { Some(octets) } else { None };
        let mut marks: Vec<u64> = wanted.filter_map(octets).collect();
        marks.sort_unstable();
        marks.dedup();
        let mut meter = Meter { hasher: Sha256::new(), written: 0, marks: &marks, cut: Vec::new() };
        meter.write(b""); // A length of zero is reached before anything is written.
        match form {
            Canonicalization::Simple => simple(body, &mut meter),
            Canonicalization::Relaxed => relaxed(body, &mut meter),
        }
        Self { whole: meter.hasher.finalize().into(), octets: meter.written, cut: meter.cut }
    }

    /// How long the canonical form is.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }

    /// The hash of that much; nothing where the body is shorter, or the length was not wanted.
    pub(super) fn get(&self, length: Length) -> Option<&[u8; 32]> {
        match length {
            Length::Whole => Some(&self.whole),
            Length::Octets(octets) => self.cut.iter().find(|(cut, _)| *cut == octets).map(|(_, hash)| hash),
        }
    }
}

/// Hashes what is written, and notes the hash at each mark.
struct Meter<'a> {
    hasher: Sha256,
    written: u64,
    /// In ascending order.
    marks: &'a [u64],
    cut: Vec<(u64, [u8; 32])>,
}

impl Meter<'_> {
    fn write(&mut self, mut octets: &[u8]) {
        while let Some(mark) = self.marks.get(self.cut.len()) {
            let before = usize::try_from(mark - self.written).unwrap_or(usize::MAX);
            let Some((head, rest)) = octets.split_at_checked(before) else { break };
            self.count(head);
            self.cut.push((*mark, self.hasher.clone().finalize().into()));
            octets = rest;
        }
        self.count(octets);
    }

    fn count(&mut self, octets: &[u8]) {
        self.hasher.update(octets);
        self.written += u64::try_from(octets.len()).unwrap_or(u64::MAX);
    }
}

/// RFC 6376 §3.4.3: as it is, but for empty lines at its end.
fn simple(body: &[u8], meter: &mut Meter<'_>) {
    let mut body = body;
    while let Some(rest) = body.strip_suffix(b"\r\n") {
        body = rest;
    }
    meter.write(body);
    meter.write(b"\r\n");
}

/// RFC 6376 §3.4.4: white space within lines is one space, none at their ends, no empty lines at the end.
fn relaxed(body: &[u8], meter: &mut Meter<'_>) {
    let mut at = 0;
    let mut empty = 0_usize;
    while at < body.len() {
        let next = next_line(body, at);
        let line = trim_break(&body[at..next]);
        at = next;
        let end = line.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
        if end == 0 {
            empty += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty) {
            meter.write(b"\r\n");
        }
        squeezed(&line[..end], meter);
        meter.write(b"\r\n");
    }
}

/// A line with each run of white space as one space.
fn squeezed(line: &[u8], meter: &mut Meter<'_>) {
    let (mut from, mut at) = (0, 0);
    while at < line.len() {
        if !is_space(line[at]) {
            at += 1;
            continue;
        }
        let run = line[at..].iter().take_while(|byte| is_space(**byte)).count();
        if line[at] != b' ' || run > 1 {
            meter.write(&line[from..at]);
            meter.write(b" ");
            from = at + run;
        }
        at += run;
    }
    meter.write(&line[from..]);
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests;
