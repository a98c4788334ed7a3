//! Bounds on how attachments are looked into, each for a message as a whole.

/// Archives and attached messages within one another that are looked into: real mail nests once or twice.
pub const ARCHIVE_DEPTH: usize = 3;

/// Entries of archives whose names are read, in all.
pub const ARCHIVE_ENTRIES: usize = 1_000;

/// Octets that are inflated, in all: an attachment of the largest message, packed three times over.
pub const INFLATED_OCTETS: usize = 64 * 1024 * 1024;

/// Octets that are read for it, in all: the largest message several times over, since archives may lie within one
/// another as they are, and the same octets may be said to be many files.
pub const LOOKED_OCTETS: usize = 128 * 1024 * 1024;

/// How many times its packed form a file or message may inflate to: text packs to a tenth, deflate's best is a thousandth.
pub const INFLATION_RATIO: usize = 100;

/// What may be inflated whatever the ratio: small files of blanks are harmless.
pub const INFLATION_SLACK: usize = 1024 * 1024;

/// The beginning of an attachment in which its kind shows; an ISO 9660 image says so at 32 KiB.
pub const FILE_HEAD: usize = 64 * 1024;

/// The beginning of an archive's entry in which its kind shows: a tar's at 257, a program's within a few hundred.
pub const ENTRY_HEAD: usize = 4 * 1024;

/// The end of an attachment in which its kind shows: the trailers of Apple's and Microsoft's disk images.
pub const FILE_TAIL: usize = 512;

/// The end of a file name that says what it is, in characters: two extensions fit many times.
pub const NAME_TAIL: usize = 128;
