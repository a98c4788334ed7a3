//! What the header says to a person: author, subject, the fields worth showing.
//!
//! Never believes it: all of it is the sender's claim.

use protocol::message::{Header, Mailbox};

use super::{
    fields::{Field, fields},
    names,
};
use crate::limits::{HEADER_VALUE_OCTETS, HEADERS_SHOWN};

/// Fields that a reader or a developer looks for.
const SHOWN: [&str; 20] = [
    "From",
    "Sender",
    "To",
    "Cc",
    "Reply-To",
    "Date",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Return-Path",
    "Received",
    "List-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Precedence",
    "Content-Type",
    "Authentication-Results",
    "DKIM-Signature",
];

/// The header, read.
#[derive(Default)]
pub(super) struct Heading {
    pub(super) from: Mailbox,
    pub(super) subject: String,
    pub(super) shown: Vec<Header>,
}

/// Reads a header section, trace fields of ours included.
pub(super) fn read(header: &[u8]) -> Heading {
    let mut heading = Heading::default();
    for field in fields(header) {
        if heading.from == Mailbox::default() && field.name.eq_ignore_ascii_case("From") {
            heading.from = author(&field);
        }
        let is_subject = field.name.eq_ignore_ascii_case("Subject");
        let is_shown = SHOWN.iter().any(|name| field.name.eq_ignore_ascii_case(name));
        if !is_shown || (heading.shown.len() >= HEADERS_SHOWN && !is_subject) {
            continue;
        }
        let value = names::line(&field.text(), HEADER_VALUE_OCTETS);
        if is_subject && heading.subject.is_empty() {
            heading.subject.clone_from(&value);
        }
        if heading.shown.len() < HEADERS_SHOWN {
            heading.shown.push(Header { name: field.name.to_owned(), value });
        }
    }
    heading
}

fn author(field: &Field<'_>) -> Mailbox {
    let (name, address) = field.mailbox();
    Mailbox { name: names::line(&name, HEADER_VALUE_OCTETS), address: names::line(&address, HEADER_VALUE_OCTETS) }
}

/// The beginning of a text for a list: white space folded, invisible characters left out, at most
/// `chars` characters.
pub(super) fn snippet(text: &str, chars: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space = count > 0;
        } else if !is_invisible(c) {
            let needed = 1 + usize::from(space);
            if count + needed > chars {
                break;
            }
            if space {
                out.push(' ');
            }
            out.push(c);
            count += needed;
            space = false;
        }
    }
    out
}

/// What newsletters fill their previews with, and controls. The joiners U+200C and U+200D stay: Persian
/// words and joined emoji are written with them.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
