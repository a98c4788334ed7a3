//! 7-Zip's archives: their names where the list of them is not packed.
//!
//! Never unpacks: most archives keep their list in LZMA, and are told to be unreadable for it.

use std::ops::ControlFlow;

use protocol::message::Danger;

use super::{super::content::Content, Entry, Numbers, Visitor, length};

/// Octets before everything else.
const START: usize = 32;

/// What a list begins with, as it is and packed.
const PLAIN: u8 = 0x01;
const PACKED: u8 = 0x17;

/// The identifier of AES as a packing method.
const AES: &[u8] = b"\x06\xf1\x07\x01";

/// Longest name in octets that is looked at: what file systems hold, in UTF-16.
const NAME: usize = 1024;

/// Tells of each name.
pub(in super::super) fn read(octets: &[u8], visitor: &mut dyn Visitor) {
    let mut numbers = Numbers::new(octets, 12);
    let place = numbers.u64().zip(numbers.u64());
    let list = place.and_then(|(offset, size)| {
        let begin = START.checked_add(length(offset))?;
        octets.get(begin..begin.checked_add(length(size))?)
    });
    match list {
        None => visitor.flaw(Danger::Unreadable, "a broken 7-Zip archive"),
        Some([]) => {}
        Some(list) if super::super::signature::contains(list, AES) => {
            visitor.flaw(Danger::Encrypted, "a 7-Zip archive with a password");
            names(list, visitor);
        }
        Some([PACKED, ..]) => visitor.flaw(Danger::Unreadable, "a 7-Zip archive whose list is packed"),
        Some(list @ [PLAIN, ..]) => names(list, visitor),
        Some(_) => visitor.flaw(Danger::Unreadable, "a broken 7-Zip archive"),
    }
}

/// Names are UTF-16 that ends with a NUL. Rather than follow all that may stand before them, every such text in the
/// list is taken for one: what is none has no extension.
fn names(list: &[u8], visitor: &mut dyn Visitor) {
    for begin in 0..2 {
        let pairs = list.get(begin..).unwrap_or_default().as_chunks::<2>().0;
        for text in pairs.split(|pair| *pair == [0, 0]) {
            let text = &text[text.len().saturating_sub(NAME / 2)..];
            let decoded: String = char::decode_utf16(text.iter().map(|pair| u16::from_le_bytes(*pair)))
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect();
            if !decoded.contains('.') {
                continue;
            }
            let entry = Entry { names: [decoded.as_bytes(), &[]], content: Content::Closed };
            if visitor.entry(&entry) == ControlFlow::Break(()) {
                return;
            }
        }
    }
}
