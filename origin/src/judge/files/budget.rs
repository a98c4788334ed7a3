//! What looking into one message's files may cost: one value for all of its archives, however they nest.
//!
//! Never grows back: what one archive has used, the next does not have.

use flate2::{Decompress, FlushDecompress, Status};
use zeroize::Zeroizing;

use crate::limits::{ARCHIVE_ENTRIES, INFLATED_OCTETS, INFLATION_RATIO, INFLATION_SLACK, LOOKED_OCTETS};

/// What is left.
#[derive(Debug)]
pub(super) struct Budget {
    entries: usize,
    parts: usize,
    inflation: usize,
    reading: usize,
}

/// Octets that came out of deflate (RFC 1951).
pub(super) struct Inflated {
    /// They.
    pub(super) octets: Zeroizing<Vec<u8>>,
    /// Why there are no more.
    pub(super) end: End,
}

/// How inflating ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The stream did, after so many octets of it.
    Finished(usize),
    /// As many as wanted.
    Enough,
    /// The budget's or the ratio's end.
    TooMuch,
    /// It is no deflate, or cut off.
    Broken,
}

impl Budget {
    /// For a message of so many octets that has so many MIME parts left: a small message may cost little.
    pub(super) fn new(message: usize, parts: usize) -> Self {
        let most = most(message);
        let (inflation, reading) = (most.min(INFLATED_OCTETS), most.min(LOOKED_OCTETS));
        Self { entries: ARCHIVE_ENTRIES, parts, inflation, reading }
    }

    /// Takes one entry of an archive; none left: false.
    #[must_use]
    pub(super) fn take_entry(&mut self) -> bool {
        let left = self.entries.checked_sub(1);
        self.entries = left.unwrap_or(0);
        left.is_some()
    }

    /// Takes an attached message's parts; fewer left: false.
    #[must_use]
    pub(super) fn take_parts(&mut self, count: usize) -> bool {
        let left = self.parts.checked_sub(count);
        self.parts = left.unwrap_or(0);
        left.is_some()
    }

    /// Takes octets that are read through; fewer left: false.
    #[must_use]
    pub(super) fn take_reading(&mut self, octets: usize) -> bool {
        let left = self.reading.checked_sub(octets);
        self.reading = left.unwrap_or(0);
        left.is_some()
    }

    /// Inflates what `packed` begins with, to at most `wanted` octets.
    pub(super) fn inflate(&mut self, packed: &[u8], wanted: usize) -> Inflated {
        let allowed = most(packed.len()).min(self.inflation);
        let limit = wanted.min(allowed);
        // Deflate may go on for megabytes without giving an octet.
        let readable = &packed[..packed.len().min(self.reading)];
        let mut inflater = Decompress::new(false);
        // Deflate does not say how much comes: growth is by doubling, and each outgrown buffer is wiped.
        let mut octets = Zeroizing::new(Vec::with_capacity(limit.min(packed.len().saturating_mul(4).max(256))));
        let end = loop {
            let read = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
            let before = (inflater.total_in(), inflater.total_out());
            let rest = readable.get(read..).unwrap_or_default();
            let status = inflater.decompress_vec(rest, &mut octets, FlushDecompress::None);
            let stuck = before == (inflater.total_in(), inflater.total_out());
            match status {
                Ok(Status::StreamEnd) => {
                    break End::Finished(usize::try_from(inflater.total_in()).unwrap_or(usize::MAX));
                }
                Err(_) => break End::Broken,
                Ok(_) if octets.len() >= limit => break if limit == wanted { End::Enough } else { End::TooMuch },
                Ok(_) if octets.len() == octets.capacity() => grow(&mut octets, limit),
                Ok(_) if stuck => break if readable.len() < packed.len() { End::TooMuch } else { End::Broken },
                Ok(_) => {}
            }
        };
        octets.truncate(limit);
        self.inflation -= octets.len().min(self.inflation);
        self.reading -= usize::try_from(inflater.total_in()).unwrap_or(usize::MAX).min(self.reading);
        Inflated { octets, end }
    }

    /// Octets that may still be inflated, and read.
    #[cfg(test)]
    pub(super) const fn left(&self) -> [usize; 2] {
        [self.inflation, self.reading]
    }
}

/// What `packed` octets may inflate to.
const fn most(packed: usize) -> usize {
    packed.saturating_mul(INFLATION_RATIO).saturating_add(INFLATION_SLACK)
}

fn grow(octets: &mut Zeroizing<Vec<u8>>, limit: usize) {
    let mut larger = Zeroizing::new(Vec::with_capacity(octets.len().saturating_mul(2).clamp(256, limit.max(256))));
    larger.extend_from_slice(octets);
    *octets = larger;
}
