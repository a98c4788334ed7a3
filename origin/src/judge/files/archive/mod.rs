//! What archives hold: the names of their entries, and where each entry's octets lie.
//!
//! Never unpacks: that is the caller's to want, within its budget. Each reader takes what is at hand, tells a
//! [`Visitor`] of it, and goes on where it can: a flaw does not hide what else there is.

pub(super) mod gzip;
pub(super) mod rar;
pub(super) mod seven_zip;
pub(super) mod tar;
pub(super) mod zip;

use std::ops::ControlFlow;

use protocol::message::Danger;

use super::content::Content;

/// One entry of an archive.
pub(super) struct Entry<'a> {
    /// Its names: some formats keep several, and programs differ in which they use.
    pub(super) names: [&'a [u8]; 2],
    /// Its octets.
    pub(super) content: Content<'a>,
}

/// Who is told.
pub(super) trait Visitor {
    /// Of a file; [`ControlFlow::Break`] where no more are wanted.
    fn entry(&mut self, entry: &Entry<'_>) -> ControlFlow<()>;
    /// Of something that is wrong with the archive itself.
    fn flaw(&mut self, danger: Danger, kind: &'static str);
}

/// Reads little-endian numbers one after the other; past the end there is none.
struct Numbers<'a> {
    rest: &'a [u8],
}

impl<'a> Numbers<'a> {
    fn new(octets: &'a [u8], from: usize) -> Self {
        Self { rest: octets.get(from..).unwrap_or_default() }
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }
}

/// A number as a length in memory; one that does not fit lies past every end.
fn length(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
