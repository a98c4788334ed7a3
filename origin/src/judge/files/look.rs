//! Looks into one file, and into what it holds, as deep as the bounds allow.
//!
//! Never decides what becomes of it: it gathers every danger there is, and the policy chooses.

use std::ops::ControlFlow;

use protocol::{
    message::{Danger, TransferEncoding},
    transfer,
};

use super::{
    super::parts::{self, Disposition, Form, Part},
    archive::{self, Entry, Visitor},
    budget::Budget,
    content::{Content, Unread},
    document,
    extension::Sort,
    name::Named,
    signature::{self, Container, Document, Meaning},
    uuencode,
};
use crate::limits::{ARCHIVE_DEPTH, ENTRY_HEAD, FILE_HEAD, FILE_TAIL};

/// All dangers, the gravest first.
const DANGERS: [Danger; 9] = [
    Danger::Disguised,
    Danger::Program,
    Danger::Script,
    Danger::Installer,
    Danger::Shortcut,
    Danger::DiskImage,
    Danger::Macros,
    Danger::Encrypted,
    Danger::Unreadable,
];

/// What is dangerous about one file: of each danger, the first thing met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dangers([Option<&'static str>; DANGERS.len()]);

impl Dangers {
    fn add(&mut self, danger: Danger, kind: &'static str) {
        let places = DANGERS.iter().zip(&mut self.0);
        places.filter(|(known, _)| **known == danger).for_each(|(_, place)| *place = place.or(Some(kind)));
    }

    /// They, the gravest first.
    pub(super) fn each(&self) -> impl Iterator<Item = (Danger, &'static str)> {
        DANGERS.into_iter().zip(self.0).filter_map(|(danger, kind)| kind.map(|kind| (danger, kind)))
    }
}

/// One file being looked into.
pub(super) struct Look<'a> {
    pub(super) budget: &'a mut Budget,
    pub(super) dangers: Dangers,
}

const TOO_DEEP: &str = "archives nested too deep";
const TOO_MUCH: &str = "an archive that inflates beyond measure";
const TOO_MANY: &str = "an archive of too many files";
const BROKEN: &str = "a broken archive";
const LOCKED: &str = "an archive with a password";

impl Look<'_> {
    /// A leaf of a message's MIME structure; `depth` is that of what holds the message.
    pub(super) fn part(&mut self, raw: &[u8], part: &Part, depth: usize) {
        let body = &raw[part.body.clone()];
        let about = &part.about;
        if is_text(part) {
            if about.encoding != TransferEncoding::Base64 {
                self.uuencoded(body);
            }
            return;
        }
        let named = Named::of(about.names.iter().map(String::as_str), &about.media);
        self.file(&named, Content::Encoded(about.encoding, body), FILE_HEAD, depth);
        if about.encoding == TransferEncoding::Identity {
            self.uuencoded(body);
            self.mislabelled(body);
        }
    }

    /// Files that a text carries.
    fn uuencoded(&mut self, text: &[u8]) {
        for file in uuencode::files(text) {
            self.carried(&file);
        }
    }

    /// One file that a text carries.
    pub(super) fn carried(&mut self, file: &uuencode::Encoded) {
        if !self.budget.take_entry() {
            return self.dangers.add(Danger::Unreadable, TOO_MANY);
        }
        let named = Named::of([file.name.as_str()], "");
        if let Some((danger, kind)) = named.danger {
            self.dangers.add(danger, kind);
        }
        match signature::of(&file.head) {
            Some(Meaning::Dangerous(danger, kind)) => self.dangers.add(disguise(&named, danger), kind),
            Some(Meaning::Container(_)) => self.dangers.add(Danger::Unreadable, "a uuencoded archive"),
            Some(Meaning::Document(_) | Meaning::Harmless) | None => {}
        }
    }

    /// A file in base64 whose header does not say so: some programs save it decoded all the same.
    fn mislabelled(&mut self, body: &[u8]) {
        let line = &body[..body.len().min(60)];
        if line.len() == 60 && line.iter().all(|c| c.is_ascii_alphanumeric() || b"+/".contains(c)) {
            let head = &body[..body.len().min(2 * ENTRY_HEAD)];
            let decoded = transfer::decode(TransferEncoding::Base64, head, ENTRY_HEAD);
            if let Some(Meaning::Dangerous(_, kind)) = signature::of(&decoded) {
                self.dangers.add(Danger::Disguised, kind);
            }
        }
    }

    /// A file with these names and octets, of which `head` octets are looked at unless it holds others; `depth` is
    /// that of what holds it.
    fn file(&mut self, named: &Named, content: Content<'_>, head: usize, depth: usize) {
        if let Some((danger, kind)) = named.danger {
            self.dangers.add(danger, kind);
        }
        let (octets, unread) = content.head(head, self.budget);
        if let Some(unread) = unread {
            self.unread(unread);
        }
        let tails = if depth == 0 { content.tails(FILE_TAIL) } else { Vec::new() };
        let meaning = signature::of(&octets).or_else(|| tails.iter().find_map(|tail| signature::of_trailer(tail)));
        match meaning {
            Some(Meaning::Dangerous(danger, kind)) => self.dangers.add(disguise(named, danger), kind),
            Some(Meaning::Container(container)) => self.container(container, named, content, depth),
            Some(Meaning::Document(Document::Compound)) => match content.whole(self.budget) {
                Ok(whole) => self.document(Document::Compound, &whole),
                Err(unread) => self.unread(unread),
            },
            Some(Meaning::Document(document)) if named.sort != Some(Sort::Message) => self.document(document, &octets),
            Some(Meaning::Document(_) | Meaning::Harmless) | None => self.by_name(named, content, depth),
        }
    }

    fn document(&mut self, document: Document, octets: &[u8]) {
        if let Some((danger, kind)) = document::danger(document, octets) {
            self.dangers.add(danger, kind);
        }
    }

    /// What no signature told of: names say how to look.
    fn by_name(&mut self, named: &Named, content: Content<'_>, depth: usize) {
        match (named.sort, content) {
            (Some(Sort::Message), _) => match content.whole(self.budget) {
                Ok(whole) => self.message(&whole, depth),
                Err(unread) => self.unread(unread),
            },
            (Some(Sort::Zip | Sort::Packed), Content::Encrypted) => self.unread(Unread::Closed),
            (_, Content::Encrypted) => self.dangers.add(Danger::Encrypted, LOCKED),
            // A zip may stand behind other octets; programs find it by its end.
            (Some(Sort::Zip), _) => self.container(Container::Zip, named, content, depth),
            (Some(Sort::Packed), _) => {
                self.dangers.add(Danger::Unreadable, "an archive of a kind that is not looked into");
            }
            _ => {}
        }
    }

    /// What holds files, looked through.
    fn container(&mut self, container: Container, named: &Named, content: Content<'_>, depth: usize) {
        if let Container::Closed(kind) = container {
            return self.dangers.add(Danger::Unreadable, kind);
        }
        if depth == ARCHIVE_DEPTH {
            return self.dangers.add(Danger::Unreadable, TOO_DEEP);
        }
        let whole = match content.whole(self.budget) {
            Ok(whole) => whole,
            Err(unread) => return self.unread(unread),
        };
        let rule = match (container, named.sort) {
            (Container::Zip, Some(Sort::ZippedDocument)) => Rule::Document,
            _ => Rule::Archive,
        };
        let mut level = Level { depth: depth + 1, rule, look: self };
        match container {
            Container::Zip => archive::zip::read(&whole, &mut level),
            Container::Tar => archive::tar::read(&whole, &mut level),
            Container::Rar4 => archive::rar::read_4(&whole, &mut level),
            Container::Rar5 => archive::rar::read_5(&whole, &mut level),
            Container::SevenZip => archive::seven_zip::read(&whole, &mut level),
            Container::Gzip => {
                let names = [archive::gzip::name(&whole), &[]];
                let _only = level.entry(&Entry { names, content: Content::Gzipped(&whole) });
            }
            Container::Closed(_) => {}
        }
    }

    /// An attached message (RFC 2046 §5.2.1): its own parts.
    fn message(&mut self, octets: &[u8], depth: usize) {
        if depth == ARCHIVE_DEPTH {
            return self.dangers.add(Danger::Unreadable, "messages attached within one another too deep");
        }
        match parts::split(octets, 0) {
            Ok(parts) if self.budget.take_parts(parts.len()) => {
                for part in parts.iter().filter(|part| part.form == Form::Leaf) {
                    self.part(octets, part, depth + 1);
                }
            }
            Ok(_) | Err(_) => self.dangers.add(Danger::Unreadable, "an attached message of too many parts"),
        }
    }

    fn unread(&mut self, unread: Unread) {
        self.dangers.add(
            Danger::Unreadable,
            match unread {
                Unread::TooMuch => TOO_MUCH,
                Unread::Broken => BROKEN,
                Unread::Closed => "an archive within one that is not unpacked here",
            },
        );
    }
}

/// What rules an archive's entries are looked at by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// People unpack it: every entry may be opened.
    Archive,
    /// A program opens it as a whole: what is packed in it nobody sees, unless it is a macro.
    Document,
}

/// An archive being read.
struct Level<'a, 'b> {
    depth: usize,
    rule: Rule,
    look: &'a mut Look<'b>,
}

impl Visitor for Level<'_, '_> {
    fn entry(&mut self, entry: &Entry<'_>) -> ControlFlow<()> {
        if !self.look.budget.take_entry() {
            self.look.dangers.add(Danger::Unreadable, TOO_MANY);
            return ControlFlow::Break(());
        }
        let names = entry.names.map(String::from_utf8_lossy);
        let given = names.iter().map(|name| &**name).filter(|name| !name.is_empty());
        let named = Named::of(given, "");
        if names.iter().any(|name| holds_macros(name)) {
            self.look.dangers.add(Danger::Macros, "a document with macros");
        }
        match self.rule {
            Rule::Archive => {
                if matches!(entry.content, Content::Encrypted) {
                    self.look.dangers.add(Danger::Encrypted, LOCKED);
                }
                self.look.file(&named, entry.content, ENTRY_HEAD, self.depth);
            }
            Rule::Document => {
                if let Some((danger, kind)) = named.danger {
                    self.look.dangers.add(danger, kind);
                }
                let (head, _) = entry.content.head(ENTRY_HEAD, self.look.budget);
                if let Some(Meaning::Dangerous(danger, kind)) = signature::of(&head) {
                    self.look.dangers.add(disguise(&named, danger), kind);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn flaw(&mut self, danger: Danger, kind: &'static str) {
        let matters = match self.rule {
            Rule::Archive => true,
            Rule::Document => !matches!(danger, Danger::Unreadable | Danger::Encrypted),
        };
        if matters {
            self.look.dangers.add(danger, kind);
        }
    }
}

/// Whether an entry of this name is where Office (VBA, Excel 4) or LibreOffice (Basic) keeps macros.
fn holds_macros(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("vbaproject.bin") || name.starts_with("xl/macrosheets/") || name.starts_with("basic/script")
}

/// A program under a document's name is disguised.
fn disguise(named: &Named, danger: Danger) -> Danger {
    match named.sort {
        Some(Sort::Document | Sort::ZippedDocument) => Danger::Disguised,
        _ => danger,
    }
}

/// Whether a part is a text to be read, not a file to be saved.
pub(super) fn is_text(part: &Part) -> bool {
    let about = &part.about;
    about.names.is_empty()
        && about.disposition != Disposition::Attachment
        && matches!(about.media.as_str(), "text/plain" | "text/html" | "text/enriched" | "application/xhtml+xml")
}
