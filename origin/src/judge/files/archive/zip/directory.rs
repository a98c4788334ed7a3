//! A zip archive's directory (APPNOTE §4.3.12 to §4.3.16), with 64-bit numbers where there are any.
//!
//! Never trusts a number of it further than the archive reaches.

use std::ops::Range;

use super::super::{Numbers, length};

const ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";

/// Lengths without names and comments.
const END_OCTETS: usize = 22;
const END_64_OCTETS: usize = 56;
const LOCATOR_OCTETS: usize = 20;

/// Extra fields: 64-bit numbers, and a name in UTF-8.
const NUMBERS_64: u16 = 0x0001;
const UNICODE_PATH: u16 = 0x7075;

/// Where the directory is.
pub(super) struct Directory {
    /// Its octets, up to the comment.
    pub(super) place: Range<usize>,
    /// How many files it says that it lists.
    pub(super) count: u64,
    /// What is added to its offsets: the length of what stands before the archive.
    pub(super) base: usize,
    /// Where its list ends.
    end: usize,
}

/// A file that the directory lists.
pub(super) struct Listed<'a> {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    /// As it is, and in UTF-8 where that is given beside.
    pub(super) names: [&'a [u8]; 2],
}

impl Listed<'_> {
    pub(super) fn is_folder(&self) -> bool {
        self.size == 0 && self.names[0].ends_with(b"/")
    }
}

impl Directory {
    /// From the archive's end, where a comment of at most 65,535 octets may stand.
    pub(super) fn find(octets: &[u8]) -> Option<Self> {
        let last = octets.len().checked_sub(END_OCTETS)?;
        let first = last.saturating_sub(usize::from(u16::MAX));
        let mut ends = (first..=last).rev().filter(|at| octets[*at..].starts_with(END));
        // A comment may hold the mark itself; one that does not reach to the end is better than none.
        let (at, others) = (ends.next()?, ends);
        let at = std::iter::once(at).chain(others).find(|at| is_last(octets, *at)).unwrap_or(at);
        let mut numbers = Numbers::new(octets, at + 10);
        let count = u64::from(numbers.u16()?);
        let (size, offset) = (u64::from(numbers.u32()?), u64::from(numbers.u32()?));
        let is_large = count == u64::from(u16::MAX) || size == u64::from(u32::MAX) || offset == u64::from(u32::MAX);
        let large = at.checked_sub(LOCATOR_OCTETS).filter(|at| octets[*at..].starts_with(LOCATOR));
        let (end, (count, size, offset)) = match large.filter(|_| is_large) {
            Some(locator) => large_end(octets, locator)?,
            None => (at, (count, size, offset)),
        };
        let begin = end.checked_sub(length(size))?;
        let base = begin.checked_sub(length(offset))?;
        Some(Self { place: begin..at + END_OCTETS, count, base, end })
    }

    /// What it lists, up to where it ends or breaks off.
    pub(super) fn entries<'a>(&self, octets: &'a [u8]) -> impl Iterator<Item = Listed<'a>> {
        let mut numbers = Numbers { rest: &octets[self.place.start..self.end] };
        std::iter::from_fn(move || listed(&mut numbers))
    }
}

/// Whether the archive's end is where its comment ends.
fn is_last(octets: &[u8], at: usize) -> bool {
    let comment = Numbers::new(octets, at + 20).u16();
    comment.is_some_and(|comment| at + END_OCTETS + usize::from(comment) == octets.len())
}

/// The record with 64-bit numbers stands right before its locator: count, size and offset.
fn large_end(octets: &[u8], locator: usize) -> Option<(usize, (u64, u64, u64))> {
    let at = locator.checked_sub(END_64_OCTETS)?;
    if !octets[at..].starts_with(END_64) {
        return None;
    }
    let mut numbers = Numbers::new(octets, at + 32);
    Some((at, (numbers.u64()?, numbers.u64()?, numbers.u64()?)))
}

fn listed<'a>(numbers: &mut Numbers<'a>) -> Option<Listed<'a>> {
    if numbers.take(4)? != ENTRY {
        return None;
    }
    numbers.take(4)?;
    let (flags, method) = (numbers.u16()?, numbers.u16()?);
    numbers.take(8)?;
    let (packed, size) = (numbers.u32()?, numbers.u32()?);
    let [name, extra, comment] = [numbers.u16()?, numbers.u16()?, numbers.u16()?].map(usize::from);
    numbers.take(8)?;
    let offset = numbers.u32()?;
    let (name, extra) = (numbers.take(name)?, numbers.take(extra)?);
    numbers.take(comment)?;
    let mut listed =
        Listed { flags, method, packed: packed.into(), size: size.into(), offset: offset.into(), names: [name, &[]] };
    fields(extra, &mut listed);
    Some(listed)
}

/// §4.5: of the 64-bit numbers those are given whose place holds nothing but ones, in this order.
fn fields<'a>(extra: &'a [u8], listed: &mut Listed<'a>) {
    let mut extra = Numbers { rest: extra };
    while let Some((kind, size)) = extra.u16().zip(extra.u16()) {
        let Some(field) = extra.take(usize::from(size)) else { return };
        let mut field = Numbers { rest: field };
        match kind {
            NUMBERS_64 => {
                for number in [&mut listed.size, &mut listed.packed, &mut listed.offset] {
                    if *number == u64::from(u32::MAX)
                        && let Some(large) = field.u64()
                    {
                        *number = large;
                    }
                }
            }
            // A version and a sum come before the name.
            UNICODE_PATH => listed.names[1] = field.rest.get(5..).unwrap_or_default(),
            _ => {}
        }
    }
}
