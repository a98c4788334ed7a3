//! A file's octets as they lie in what holds it, read as far as is needed and no further.
//!
//! Never decodes twice what one look needs, and never without the budget.

use std::ops::Deref;

use protocol::{message::TransferEncoding, transfer};
use zeroize::Zeroizing;

use super::{
    archive::gzip,
    budget::{Budget, End, Inflated},
};

/// How a file lies in what holds it.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    /// As it is.
    Plain(&'a [u8]),
    /// In a transfer encoding (RFC 2045 §6).
    Encoded(TransferEncoding, &'a [u8]),
    /// In deflate (RFC 1951).
    Deflated(&'a [u8]),
    /// In gzip (RFC 1952).
    Gzipped(&'a [u8]),
    /// Behind a password.
    Encrypted,
    /// Packed in a way that is not undone here.
    Closed,
}

/// Octets, borrowed or decoded; the latter are wiped.
pub(super) enum Held<'a> {
    Borrowed(&'a [u8]),
    Owned(Zeroizing<Vec<u8>>),
}

impl Deref for Held<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(octets) => octets,
            Self::Owned(octets) => octets,
        }
    }
}

/// Why a file cannot be read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It would be more than the budget has, or inflate too much for what it is.
    TooMuch,
    /// It is broken.
    Broken,
    /// It is behind a password, or packed in a way that is not undone here.
    Closed,
}

impl<'a> Content<'a> {
    /// At most `wanted` octets of its beginning, and why there are no more where there should be.
    pub(super) fn head(self, wanted: usize, budget: &mut Budget) -> (Held<'a>, Option<Unread>) {
        match self {
            Self::Plain(octets) => (Held::Borrowed(&octets[..octets.len().min(wanted)]), None),
            Self::Encoded(TransferEncoding::Identity, octets) => Self::Plain(octets).head(wanted, budget),
            Self::Encoded(encoding, octets) => {
                // What encodings and their line breaks add is less than this; quoted-printable takes three for one.
                let enough = octets.len().min(wanted.saturating_mul(4));
                (Held::Owned(transfer::decode(encoding, &octets[..enough], wanted)), None)
            }
            Self::Deflated(packed) => head(budget.inflate(packed, wanted)),
            Self::Gzipped(packed) => head(gzip::inflate(packed, wanted, budget)),
            Self::Encrypted | Self::Closed => (Held::Borrowed(&[]), None),
        }
    }

    /// All of it.
    pub(super) fn whole(self, budget: &mut Budget) -> Result<Held<'a>, Unread> {
        let inflated = match self {
            Self::Plain(octets) | Self::Encoded(_, octets) if !budget.take_reading(octets.len()) => {
                return Err(Unread::TooMuch);
            }
            Self::Plain(octets) | Self::Encoded(TransferEncoding::Identity, octets) => {
                return Ok(Held::Borrowed(octets));
            }
            Self::Encoded(encoding, octets) => {
                return Ok(Held::Owned(transfer::decode(encoding, octets, octets.len())));
            }
            Self::Deflated(packed) => budget.inflate(packed, usize::MAX),
            Self::Gzipped(packed) => gzip::inflate(packed, usize::MAX, budget),
            Self::Encrypted | Self::Closed => return Err(Unread::Closed),
        };
        // What came out is read through once more.
        let within = budget.take_reading(inflated.octets.len());
        match why(inflated.end).or((!within).then_some(Unread::TooMuch)) {
            Some(unread) => Err(unread),
            None => Ok(Held::Owned(inflated.octets)),
        }
    }

    /// Its last octets, where they can be had without the rest: one reading for each way in which the end of a
    /// broken base64 may be aligned.
    pub(super) fn tails(self, wanted: usize) -> Vec<Held<'a>> {
        match self {
            Self::Plain(octets) | Self::Encoded(TransferEncoding::Identity, octets) => {
                vec![Held::Borrowed(&octets[octets.len().saturating_sub(wanted)..])]
            }
            Self::Encoded(TransferEncoding::Base64, octets) => {
                let end = &octets[octets.len().saturating_sub(wanted.saturating_mul(2))..];
                let aligned = |skip: usize| {
                    let begin = end.iter().enumerate().filter(|(_, c)| c.is_ascii_alphanumeric()).nth(skip);
                    let from = begin.map_or(end.len(), |(at, _)| at);
                    let decoded = transfer::decode(TransferEncoding::Base64, &end[from..], end.len());
                    Held::Owned(Zeroizing::new(decoded[decoded.len().saturating_sub(wanted)..].to_vec()))
                };
                (0..4).map(aligned).collect()
            }
            Self::Encoded(TransferEncoding::QuotedPrintable, _)
            | Self::Deflated(_)
            | Self::Gzipped(_)
            | Self::Encrypted
            | Self::Closed => Vec::new(),
        }
    }
}

fn head<'a>(inflated: Inflated) -> (Held<'a>, Option<Unread>) {
    let unread = why(inflated.end);
    (Held::Owned(inflated.octets), unread)
}

fn why(end: End) -> Option<Unread> {
    match end {
        End::Finished(_) | End::Enough => None,
        End::TooMuch => Some(Unread::TooMuch),
        End::Broken => Some(Unread::Broken),
    }
}
