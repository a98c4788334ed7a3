//! Deflating (RFC 1951) what gains by it.
//!
//! Never copies what does not: incompressible octets are borrowed.

use flate2::{Compress, Compression, FlushCompress, Status};
use protocol::sealing::Payload;
use zeroize::Zeroizing;

/// Up to this many octets deflating is tried whatever a sample says: it costs less than it may gain.
const SMALL: usize = 64 * 1024;

/// Octets of the sample that decides for larger ones, and the pieces it is gathered from: a message's
/// beginning says little about its attachments.
const SAMPLE: usize = 16 * 1024;
const PIECES: usize = 4;

/// The sample must shrink to fewer hundredths than this.
const GAIN_PERCENT: usize = 95;

/// A payload as it will be sealed; wiped when dropped where it is a copy.
#[derive(Debug)]
pub(super) enum Packed<'a> {
    /// As it is, somebody else's.
    Borrowed(&'a [u8]),
    /// As it is.
    Identity(Zeroizing<Vec<u8>>),
    /// Deflated.
    Deflated(Zeroizing<Vec<u8>>),
}

impl Packed<'_> {
    pub(super) fn payload(&self) -> Payload<'_> {
        match self {
            Self::Borrowed(bytes) => Payload::Identity(bytes),
            Self::Identity(bytes) => Payload::Identity(bytes),
            Self::Deflated(bytes) => Payload::Deflate(bytes),
        }
    }
}

/// Packs octets that are somebody else's.
pub(super) fn pack(bytes: &[u8]) -> Packed<'_> {
    deflated(bytes).map_or(Packed::Borrowed(bytes), Packed::Deflated)
}

/// Packs octets of our own.
pub(super) fn pack_owned(bytes: Zeroizing<Vec<u8>>) -> Packed<'static> {
    match deflated(&bytes) {
        Some(deflated) => Packed::Deflated(deflated),
        None => Packed::Identity(bytes),
    }
}

/// The octets deflated, where that is shorter.
fn deflated(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if bytes.len() > SMALL {
        let sample = sample(bytes);
        let shrunk = run(&sample, Compression::fast())?;
        if shrunk.len() * 100 >= sample.len() * GAIN_PERCENT {
            return None;
        }
        return run(bytes, Compression::fast());
    }
    run(bytes, Compression::default())
}

fn sample(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut sample = Zeroizing::new(Vec::with_capacity(SAMPLE));
    let piece = SAMPLE / PIECES;
    let step = (bytes.len() - piece) / (PIECES - 1);
    for at in (0..PIECES).map(|n| n * step) {
        sample.extend_from_slice(&bytes[at..at + piece]);
    }
    sample
}

/// One stream; none where it does not fit into fewer octets than it had.
fn run(bytes: &[u8], level: Compression) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len().saturating_sub(1)));
    let mut stream = Compress::new(level, false);
    let mut from = 0;
    loop {
        let before = (stream.total_in(), stream.total_out());
        let status = stream.compress_vec(&bytes[from..], &mut out, FlushCompress::Finish).ok()?;
        if status == Status::StreamEnd {
            return Some(out);
        }
        if before == (stream.total_in(), stream.total_out()) || out.len() == out.capacity() {
            return None;
        }
        from = usize::try_from(stream.total_in()).ok()?;
    }
}
