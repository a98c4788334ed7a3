//! What a file is by its octets: our table of signatures.
//!
//! Never believes a name, and never reads further than what it is given.

use protocol::message::Danger;

/// What octets mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Dangerous to open.
    Dangerous(Danger, &'static str),
    /// An archive, or another file that holds files.
    Container(Container),
    /// A document that may hold what runs.
    Document(Document),
    /// Known, and nothing that a system runs.
    Harmless,
}

/// Archives by how they are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// PKZIP's.
    Zip,
    /// RFC 1952.
    Gzip,
    /// POSIX's.
    Tar,
    /// RAR before version 5.
    Rar4,
    /// RAR since version 5.
    Rar5,
    /// 7-Zip's.
    SevenZip,
    /// One that nothing here looks into.
    Closed(&'static str),
}

/// Documents by what is looked for in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// Microsoft's compound file: Word, Excel, PowerPoint before 2007, and installers.
    Compound,
    /// ISO 32000.
    Pdf,
    /// Rich Text.
    Rtf,
    /// HTML or SVG.
    Markup,
}

/// One signature: these octets at this place.
struct Signature {
    at: usize,
    octets: &'static [u8],
    meaning: Meaning,
    /// What must hold beside, where the octets are too few to be sure.
    holds: fn(&[u8]) -> bool,
}

const fn at(at: usize, octets: &'static [u8], meaning: Meaning) -> Signature {
    Signature { at, octets, meaning, holds: always }
}

const fn sure(octets: &'static [u8], meaning: Meaning, holds: fn(&[u8]) -> bool) -> Signature {
    Signature { at: 0, octets, meaning, holds }
}

const fn program(kind: &'static str) -> Meaning {
    Meaning::Dangerous(Danger::Program, kind)
}

const fn script(kind: &'static str) -> Meaning {
    Meaning::Dangerous(Danger::Script, kind)
}

const fn closed(kind: &'static str) -> Meaning {
    Meaning::Container(Container::Closed(kind))
}

const IMAGE: Meaning = Meaning::Dangerous(Danger::DiskImage, "a disk image");
const SHORTCUT: Meaning = Meaning::Dangerous(Danger::Shortcut, "a shortcut");
const ONENOTE: Meaning = Meaning::Dangerous(Danger::Shortcut, "a OneNote section");
const MACHO: Meaning = program("a macOS program");
const ZIP: Meaning = Meaning::Container(Container::Zip);

/// First match wins.
const SIGNATURES: &[Signature] = &[
    sure(b"MZ", program("a Windows program"), is_dos_program),
    at(0, b"\x7fELF", program("a Linux program")),
    at(0, b"\xfe\xed\xfa\xce", MACHO),
    at(0, b"\xfe\xed\xfa\xcf", MACHO),
    at(0, b"\xce\xfa\xed\xfe", MACHO),
    at(0, b"\xcf\xfa\xed\xfe", MACHO),
    // Fat binaries begin as Java classes do; a class has its version where they have their few architectures.
    sure(b"\xca\xfe\xba\xbe\0\0\0", MACHO, |octets| octets.get(7).is_some_and(|count| *count < 40)),
    at(0, b"\xca\xfe\xba\xbf\0\0\0", MACHO),
    at(0, b"\xca\xfe\xba\xbe", program("a Java class")),
    at(0, b"dex\n0", program("an Android program")),
    sure(b"FWS", program("a Flash program"), |octets| octets.get(7) == Some(&0)),
    sure(b"CWS", program("a Flash program"), |octets| octets.get(7) == Some(&0)),
    at(0, b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", SHORTCUT),
    at(0, b"[InternetShortcut]", SHORTCUT),
    at(0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", ONENOTE),
    at(0, b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", ONENOTE),
    at(0, b"ITSF", script("a help file")),
    at(0, b"Windows Registry Editor", script("a registry file")),
    at(0, b"\xff\xfeW\0i\0n\0d\0o\0w\0s\0 \0R\0e\0g\0", script("a registry file")),
    at(0, b"REGEDIT4", script("a registry file")),
    at(0, b"#@~^", script("a Windows script")),
    sure(b"#!", script("a Unix script"), |octets| octets[2..].trim_ascii_start().starts_with(b"/")),
    at(0, b"MSCF\0\0\0\0", Meaning::Dangerous(Danger::Installer, "a Windows cabinet")),
    at(0, b"ISc(", Meaning::Dangerous(Danger::Installer, "an InstallShield cabinet")),
    at(0, b"!<arch>\ndebian-binary", Meaning::Dangerous(Danger::Installer, "a Linux package")),
    at(0, b"\xed\xab\xee\xdb", Meaning::Dangerous(Danger::Installer, "a Linux package")),
    at(0, b"xar!\0", Meaning::Dangerous(Danger::Installer, "a macOS installer")),
    at(0, b"Cr24", Meaning::Dangerous(Danger::Installer, "a browser's extension")),
    at(0x8001, b"CD001", IMAGE),
    at(0x8001, b"BEA01", IMAGE),
    at(0, b"conectix", IMAGE),
    at(0, b"vhdxfile", IMAGE),
    at(0, b"KDMV", IMAGE),
    at(0, b"QFI\xfb", IMAGE),
    at(0, b"MSWIM\0\0\0", IMAGE),
    at(0, b"PK\x03\x04", ZIP),
    at(0, b"PK\x05\x06", ZIP),
    at(0, b"PK\x07\x08PK", ZIP),
    at(0, b"PK00PK", ZIP),
    at(0, b"\x1f\x8b\x08", Meaning::Container(Container::Gzip)),
    at(0, b"Rar!\x1a\x07\0", Meaning::Container(Container::Rar4)),
    at(0, b"Rar!\x1a\x07\x01\0", Meaning::Container(Container::Rar5)),
    at(0, b"7z\xbc\xaf\x27\x1c", Meaning::Container(Container::SevenZip)),
    at(257, b"ustar", Meaning::Container(Container::Tar)),
    at(0, b"\xfd7zXZ\0", closed("an xz archive")),
    at(0, b"LZIP\x01", closed("an lzip archive")),
    at(0, b"\x28\xb5\x2f\xfd", closed("a zstd archive")),
    at(0, b"\x04\x22\x4d\x18", closed("an lz4 archive")),
    sure(b"BZh", closed("a bzip2 archive"), |octets| octets.get(4..10) == Some(b"1AY&SY")),
    at(0, b"SZDD\x88\xf0\x27\x33", closed("a packed Windows file")),
    at(7, b"**ACE**", closed("an ACE archive")),
    Signature {
        at: 2,
        octets: b"-lh",
        meaning: closed("an LHA archive"),
        holds: |octets| octets.get(6) == Some(&b'-'),
    },
    sure(b"\x60\xea", closed("an ARJ archive"), is_arj),
    // MS-OXTNEF §2.1.3.1.
    at(0, b"\x78\x9f\x3e\x22", closed("a winmail.dat")),
    at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Meaning::Document(Document::Compound)),
    at(0, b"{\\rtf", Meaning::Document(Document::Rtf)),
    at(0, b"\0asm", Meaning::Harmless),
    at(0, b"\x89PNG\r\n\x1a\n", Meaning::Harmless),
    at(0, b"\xff\xd8\xff", Meaning::Harmless),
    at(0, b"GIF8", Meaning::Harmless),
];

/// What a file that begins with `head` is; none where the table does not know it.
pub(super) fn of(head: &[u8]) -> Option<Meaning> {
    let matches =
        |it: &&Signature| head.get(it.at..).is_some_and(|rest| rest.starts_with(it.octets)) && (it.holds)(head);
    if let Some(signature) = SIGNATURES.iter().find(matches) {
        return Some(signature.meaning);
    }
    // PDF readers look for the mark in the first 1,024 octets.
    if contains(&head[..head.len().min(1024)], b"%PDF-") {
        return Some(Meaning::Document(Document::Pdf));
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.starts_with(b"<").then_some(Meaning::Document(Document::Markup))
}

/// What a file that ends with `tail` is: disk images have their mark in a trailer of 512 octets.
pub(super) fn of_trailer(tail: &[u8]) -> Option<Meaning> {
    let trailer = tail.get(tail.len().checked_sub(512)?..)?;
    [b"koly\0\0\0\x04".as_slice(), b"conectix"].iter().any(|mark| trailer.starts_with(mark)).then_some(IMAGE)
}

fn always(_: &[u8]) -> bool {
    true
}

/// A text may begin with the two letters: a program has NULs in its first header, or another header where it says.
fn is_dos_program(octets: &[u8]) -> bool {
    let place = octets.get(0x3c..0x40).map(|place| u32::from_le_bytes([place[0], place[1], place[2], place[3]]));
    let next = place.and_then(|place| octets.get(usize::try_from(place).ok()?..)).unwrap_or_default();
    let is_new = [b"PE\0\0".as_slice(), b"NE", b"LE", b"LX"].iter().any(|mark| next.starts_with(mark));
    is_new || octets[..octets.len().min(64)].contains(&0)
}

/// ARJ's two octets are too few: its first header is at most 2,600 octets long and of the type "comment".
fn is_arj(octets: &[u8]) -> bool {
    let length = octets.get(2..4).map(|length| u16::from_le_bytes([length[0], length[1]]));
    length.is_some_and(|length| (30..=2600).contains(&length)) && octets.get(10) == Some(&2)
}

/// Whether `needle` is somewhere in `octets`; fast where its first octet is rare.
pub(super) fn contains(octets: &[u8], needle: &[u8]) -> bool {
    find(octets, needle).is_some()
}

/// Where `needle` is first; an empty one is nowhere.
pub(super) fn find(octets: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(step) = octets.get(from..)?.iter().position(|octet| *octet == first) {
        from += step;
        if octets[from..].starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
    None
}

#[cfg(test)]
mod tests;
