//! What documents hold that runs: macros, scripts, installers in disguise.
//!
//! Never parses a document: it looks for the marks that what runs cannot do without.

use protocol::message::Danger;

use super::signature::{Document, contains, find};

/// Length of a directory entry of a compound file (MS-CFB §2.6.1).
const ENTRY: usize = 128;

/// The class of an installer's root (MS-CFB §2.6.1 puts it at 80): `000C1084-0000-0000-C000-000000000046`, and those
/// of patches and transforms beside it.
const INSTALLER: &[u8] = b"\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";

/// What is dangerous about a document of this kind; `octets` are all of it, or for other kinds than
/// [`Document::Compound`] at least its beginning.
pub(super) fn danger(document: Document, octets: &[u8]) -> Option<(Danger, &'static str)> {
    match document {
        Document::Compound => compound(octets),
        Document::Pdf => {
            let marks: [&[u8]; 3] = [b"/Launch", b"/JavaScript", b"/JS"];
            let runs = marks.iter().any(|mark| is_name(octets, mark));
            runs.then_some((Danger::Macros, "a PDF that runs something"))
        }
        Document::Rtf => {
            let runs = contains(octets, b"\\objdata") || contains(octets, b"\\objupdate");
            runs.then_some((Danger::Macros, "a text with an object in it"))
        }
        Document::Markup => {
            let lower = octets.to_ascii_lowercase();
            if contains(&lower, b"<hta:application") {
                return Some((Danger::Script, "an HTML application"));
            }
            let runs = contains(&lower, b"<script") || contains(&lower, b"javascript:");
            runs.then_some((Danger::Macros, "a page with scripts"))
        }
    }
}

/// Whether a PDF has this name (ISO 32000 §7.3.5), not only a longer one.
fn is_name(octets: &[u8], name: &[u8]) -> bool {
    let mut rest = octets;
    while let Some(at) = find(rest, name) {
        rest = &rest[at + name.len()..];
        if rest.first().is_none_or(|next| !next.is_ascii_alphanumeric()) {
            return true;
        }
    }
    false
}

/// Directory entries lie at multiples of their length, whatever the sector size: no chain need be followed, and
/// none that is broken hides one.
fn compound(octets: &[u8]) -> Option<(Danger, &'static str)> {
    let mut found = None;
    for entry in octets.chunks_exact(ENTRY).skip(4) {
        let length = usize::from(u16::from_le_bytes([entry[64], entry[65]]));
        let kind = entry[66];
        // MS-CFB §2.6.1: 1 a storage, 2 a stream, 5 the root; names are at most 31 characters and a NUL.
        if !(2..=64).contains(&length) || !length.is_multiple_of(2) || !matches!(kind, 1 | 2 | 5) {
            continue;
        }
        if kind == 5 && matches!(entry[80], 0x82 | 0x84 | 0x86) && entry[81..96] == *INSTALLER {
            return Some((Danger::Installer, "a Windows installer"));
        }
        let name = &entry[..length - 2];
        if [b"_VBA_PROJECT".as_slice(), b"_VBA_PROJECT_CUR", b"VBA"].iter().any(|known| is_wide(name, known)) {
            found = Some((Danger::Macros, "a document with macros"));
        } else if is_wide(name, b"EncryptedPackage") {
            found = found.or(Some((Danger::Encrypted, "an encrypted document")));
        } else if is_wide(name, b"\x01Ole10Native") {
            found = found.or(Some((Danger::Macros, "a document with a file in it")));
        }
    }
    found
}

/// Whether UTF-16 text is this ASCII text, in whatever case.
fn is_wide(wide: &[u8], text: &[u8]) -> bool {
    wide.len() == 2 * text.len()
        && wide.chunks_exact(2).zip(text).all(|(pair, c)| pair[1] == 0 && pair[0].eq_ignore_ascii_case(c))
}
