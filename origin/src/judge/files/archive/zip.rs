//! zip archives (PKWARE's APPNOTE): by the directory at the end, and by the headers before each file.
//!
//! Never believes one alone: programs differ in which they read, and what one shows the other may hide.

mod directory;

use std::ops::{ControlFlow, Range};

use protocol::message::Danger;

use self::directory::{Directory, Listed};
use super::{
    super::{content::Content, signature::find},
    Entry, Numbers, Visitor, length,
};
use crate::limits::{INFLATION_RATIO, INFLATION_SLACK};

/// What a file's own header begins with, and how long it is without names.
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_OCTETS: usize = 30;

/// Bits of the flags: a password, sizes behind the data, a masked directory.
const ENCRYPTED: u16 = 1;
const SIZES_BEHIND: u16 = 1 << 3;
const MASKED: u16 = 1 << 13;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Tells of each file, listed or not.
pub(in super::super) fn read(octets: &[u8], visitor: &mut dyn Visitor) {
    let Some(directory) = Directory::find(octets) else {
        visitor.flaw(Danger::Unreadable, "a zip archive without its directory");
        let _read = unlisted(octets, visitor);
        return;
    };
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut count: u64 = 0;
    let mut listed = directory.entries(octets);
    for entry in listed.by_ref() {
        count += 1;
        match file(octets, directory.base, &entry, visitor) {
            Ok((range, ControlFlow::Continue(()))) => taken.push(range),
            Ok((_, ControlFlow::Break(()))) => return,
            Err(Misplaced) => {
                visitor.flaw(Danger::Unreadable, "a zip archive that lists what is not there");
                // What is listed is what most programs show.
                let hidden = Entry { names: entry.names, content: Content::Closed };
                if visitor.entry(&hidden) == ControlFlow::Break(()) {
                    return;
                }
            }
        }
    }
    if count != directory.count {
        visitor.flaw(Danger::Unreadable, "a zip archive with a broken directory");
    }
    taken.push(directory.place.clone());
    taken.sort_by_key(|range| range.start);
    let mut end = 0;
    for range in taken {
        if range.start < end {
            visitor.flaw(Danger::Unreadable, "a zip archive whose files overlap");
        } else if unlisted(&octets[end..range.start], visitor) == ControlFlow::Break(()) {
            return;
        }
        end = end.max(range.end);
    }
    let _read = unlisted(&octets[end..], visitor);
}

/// Nothing is where the directory says that a file is.
struct Misplaced;

/// A file's own header.
struct Local<'a> {
    flags: u16,
    method: u16,
    packed: u64,
    name: &'a [u8],
    data_at: usize,
}

impl<'a> Local<'a> {
    fn at(octets: &'a [u8], at: usize) -> Option<Self> {
        if !octets.get(at..)?.starts_with(LOCAL) {
            return None;
        }
        let mut numbers = Numbers::new(octets, at + 6);
        let (flags, method) = (numbers.u16()?, numbers.u16()?);
        numbers.take(8)?;
        let (packed, _size) = (u64::from(numbers.u32()?), numbers.u32()?);
        let (name_length, extra) = (usize::from(numbers.u16()?), usize::from(numbers.u16()?));
        let name = numbers.take(name_length)?;
        numbers.take(extra)?;
        Some(Self { flags, method, packed, name, data_at: at + LOCAL_OCTETS + name_length + extra })
    }

    fn content(&self, data: &'a [u8]) -> Content<'a> {
        match self.method {
            _ if self.flags & ENCRYPTED != 0 => Content::Encrypted,
            STORED => Content::Plain(data),
            DEFLATED => Content::Deflated(data),
            _ => Content::Closed,
        }
    }
}

/// Tells of one listed file; returns where header and data lie.
fn file(
    octets: &[u8],
    base: usize,
    listed: &Listed<'_>,
    visitor: &mut dyn Visitor,
) -> Result<(Range<usize>, ControlFlow<()>), Misplaced> {
    let begin = length(listed.offset).checked_add(base).ok_or(Misplaced)?;
    let local = Local::at(octets, begin).ok_or(Misplaced)?;
    let end = local.data_at.checked_add(length(listed.packed)).ok_or(Misplaced)?;
    let data = octets.get(local.data_at..end).ok_or(Misplaced)?;
    let masked = (listed.flags | local.flags) & MASKED != 0;
    if !masked && local.name != listed.names[0] {
        visitor.flaw(Danger::Disguised, "a zip archive that shows different files to different programs");
    }
    let sizes_agree = local.flags & SIZES_BEHIND != 0 || [listed.packed, u64::from(u32::MAX)].contains(&local.packed);
    if local.method != listed.method || !sizes_agree {
        visitor.flaw(Danger::Unreadable, "a zip archive that says two things of a file");
    }
    let allowed = listed.packed.saturating_mul(INFLATION_RATIO as u64).saturating_add(INFLATION_SLACK as u64);
    if listed.size > allowed {
        visitor.flaw(Danger::Unreadable, "a zip archive that inflates beyond measure");
    }
    let range = begin..end;
    if listed.is_folder() {
        return Ok((range, ControlFlow::Continue(())));
    }
    let encrypted = (listed.flags | local.flags) & ENCRYPTED != 0;
    let content = if encrypted { Content::Encrypted } else { local.content(data) };
    let mut flow = visitor.entry(&Entry { names: listed.names, content });
    if local.name != listed.names[0] && !masked && flow == ControlFlow::Continue(()) {
        flow = visitor.entry(&Entry { names: [local.name, &[]], content });
    }
    Ok((range, flow))
}

/// Tells of files in a stretch that the directory does not speak of: some programs unpack them all the same.
fn unlisted(stretch: &[u8], visitor: &mut dyn Visitor) -> ControlFlow<()> {
    let mut at = 0;
    while let Some(step) = find(&stretch[at..], LOCAL) {
        at += step;
        let Some(local) = Local::at(stretch, at).filter(|local| !local.name.is_empty()) else {
            at += LOCAL.len();
            continue;
        };
        let rest = &stretch[local.data_at..];
        let packed = length(local.packed).min(rest.len());
        let data = if local.flags & SIZES_BEHIND != 0 { rest } else { &rest[..packed] };
        if !local.name.ends_with(b"/") {
            visitor.entry(&Entry { names: [local.name, &[]], content: local.content(data) })?;
        }
        at = local.data_at + if local.flags & SIZES_BEHIND != 0 { 0 } else { packed };
    }
    ControlFlow::Continue(())
}
