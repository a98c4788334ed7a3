//! RAR's headers, before version 5 and since.
//!
//! Never unpacks: only what is stored as it is can be looked at, and names always.

use std::ops::ControlFlow;

use protocol::message::Danger;

use super::{super::content::Content, Entry, Numbers, Visitor, length};

const ENCRYPTED: &str = "a RAR archive with a password";
const BROKEN: &str = "a broken RAR archive";

/// Tells of each file of an archive before version 5.
pub(in super::super) fn read_4(octets: &[u8], visitor: &mut dyn Visitor) {
    let mut at = 7;
    while at < octets.len() {
        let Some(block) = Block4::at(octets, at) else { return visitor.flaw(Danger::Unreadable, BROKEN) };
        let data = &octets[block.data_at.min(octets.len())..block.next.min(octets.len())];
        match block.kind {
            MAIN_4 if block.flags & 0x80 != 0 => return visitor.flaw(Danger::Encrypted, ENCRYPTED),
            // Three bits for the dictionary's size, all set for a folder.
            FILE_4 if block.flags & 0xe0 != 0xe0 => {
                let Some(entry) = block.entry(data) else { return visitor.flaw(Danger::Unreadable, BROKEN) };
                if visitor.entry(&entry) == ControlFlow::Break(()) {
                    return;
                }
            }
            END_4 => return,
            _ => {}
        }
        at = block.next;
    }
}

const MAIN_4: u8 = 0x73;
const FILE_4: u8 = 0x74;
const END_4: u8 = 0x7b;

struct Block4<'a> {
    kind: u8,
    flags: u16,
    head: &'a [u8],
    data_at: usize,
    next: usize,
}

impl<'a> Block4<'a> {
    fn at(octets: &'a [u8], at: usize) -> Option<Self> {
        let mut numbers = Numbers::new(octets, at + 2);
        let (kind, flags, size) = (numbers.u8()?, numbers.u16()?, usize::from(numbers.u16()?));
        if size < 7 {
            return None;
        }
        let mut data = if flags & 0x8000 != 0 || kind == FILE_4 { u64::from(numbers.u32()?) } else { 0 };
        let head = octets.get(at..at.checked_add(size)?)?;
        if kind == FILE_4 && flags & 0x100 != 0 {
            data |= u64::from(Numbers::new(head, 32).u32()?) << 32;
        }
        let data_at = at + size;
        Some(Self { kind, flags, head, data_at, next: data_at.checked_add(length(data))? })
    }

    fn entry(&self, data: &'a [u8]) -> Option<Entry<'a>> {
        let mut numbers = Numbers::new(self.head, 25);
        let method = numbers.u8()?;
        let name_length = usize::from(numbers.u16()?);
        let name_at = if self.flags & 0x100 != 0 { 40 } else { 32 };
        let name = self.head.get(name_at..name_at + name_length)?;
        // A name in Unicode stands behind a NUL after the plain one; its extension is the same.
        let name = name.split(|octet| *octet == 0).next().unwrap_or_default();
        let content = match method {
            _ if self.flags & 0x04 != 0 => Content::Encrypted,
            0x30 => Content::Plain(data),
            _ => Content::Closed,
        };
        Some(Entry { names: [name, &[]], content })
    }
}

/// Tells of each file of an archive since version 5.
pub(in super::super) fn read_5(octets: &[u8], visitor: &mut dyn Visitor) {
    let mut at = 8;
    while at < octets.len() {
        let Some(block) = Block5::at(octets, at) else { return visitor.flaw(Danger::Unreadable, BROKEN) };
        match block.kind {
            FILE_5 => match block.entry(octets) {
                None => return visitor.flaw(Danger::Unreadable, BROKEN),
                Some(Some(entry)) if visitor.entry(&entry) == ControlFlow::Break(()) => return,
                Some(_) => {}
            },
            ENCRYPTION_5 => return visitor.flaw(Danger::Encrypted, ENCRYPTED),
            END_5 => return,
            _ => {}
        }
        at = block.next;
    }
}

const FILE_5: u64 = 2;
const ENCRYPTION_5: u64 = 4;
const END_5: u64 = 5;

struct Block5<'a> {
    kind: u64,
    /// What is special about the kind, without the extra area.
    own: &'a [u8],
    extra: &'a [u8],
    data_at: usize,
    next: usize,
}

impl<'a> Block5<'a> {
    fn at(octets: &'a [u8], at: usize) -> Option<Self> {
        let mut numbers = Numbers::new(octets, at.checked_add(4)?);
        let size = length(number(&mut numbers)?);
        let data_at = (octets.len() - numbers.rest.len()).checked_add(size)?;
        let mut numbers = Numbers { rest: numbers.take(size)? };
        let (kind, flags) = (number(&mut numbers)?, number(&mut numbers)?);
        let extra = if flags & 1 != 0 { length(number(&mut numbers)?) } else { 0 };
        let data = if flags & 2 != 0 { length(number(&mut numbers)?) } else { 0 };
        let (own, extra) = numbers.rest.split_at_checked(numbers.rest.len().checked_sub(extra)?)?;
        Some(Self { kind, own, extra, data_at, next: data_at.checked_add(data)? })
    }

    /// The file; an inner none for a folder.
    fn entry(&self, octets: &'a [u8]) -> Option<Option<Entry<'a>>> {
        let mut numbers = Numbers { rest: self.own };
        let flags = number(&mut numbers)?;
        let (_size, _attributes) = (number(&mut numbers)?, number(&mut numbers)?);
        numbers.take(if flags & 2 != 0 { 4 } else { 0 })?;
        numbers.take(if flags & 4 != 0 { 4 } else { 0 })?;
        let packing = number(&mut numbers)?;
        let _system = number(&mut numbers)?;
        let name_length = length(number(&mut numbers)?);
        let name = numbers.take(name_length)?;
        if flags & 1 != 0 {
            return Some(None);
        }
        let content = match packing >> 7 & 7 {
            _ if self.is_encrypted() => Content::Encrypted,
            0 => Content::Plain(&octets[self.data_at.min(octets.len())..self.next.min(octets.len())]),
            _ => Content::Closed,
        };
        Some(Some(Entry { names: [name, &[]], content }))
    }

    /// Whether one of the extra records is about encryption.
    fn is_encrypted(&self) -> bool {
        let mut numbers = Numbers { rest: self.extra };
        while let Some(record) = number(&mut numbers).and_then(|size| numbers.take(length(size))) {
            if number(&mut Numbers { rest: record }) == Some(1) {
                return true;
            }
        }
        false
    }
}

/// Seven bits an octet, the lowest first; the eighth says that another follows. Ten octets hold 64 bits.
fn number(numbers: &mut Numbers<'_>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let octet = numbers.u8()?;
        value |= u64::from(octet & 0x7f) << shift;
        if octet & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
