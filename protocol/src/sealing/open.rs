//! Opening one sealed part, and inflating what it held.
//!
//! Any octets are an answer and no panic: what is read here came over a network.

use core::fmt;

use miniz_oxide::inflate::{
    TINFLStatus,
    core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF},
};
use zeroize::Zeroizing;

use super::{Binding, ENVELOPE_OCTETS, HEADER_OCTETS, KeyPair, TAG_OCTETS};
use crate::message::Part;

/// Why a part does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short to hold an envelope.
    #[error("{len} octets are too few for a sealed part")]
    Truncated {
        /// How many there are.
        len: usize,
    },
    /// Another suite than the key's, or none that we know.
    #[error("sealed with suite {0}, which this key does not open")]
    Suite(u8),
    /// Another part than the one asked for.
    #[error("this is part {0}, not the one asked for")]
    Part(u8),
    /// Not sealed for this key, inbox, message and part; or changed since.
    #[error("the seal does not hold")]
    Seal,
    /// The seal held and the payload within is malformed.
    #[error("the payload is malformed")]
    Payload,
    /// The payload inflates past its bound.
    #[error("the payload inflates past {limit} octets")]
    TooLarge {
        /// The bound.
        limit: usize,
    },
}

/// An opened payload, before it is inflated: browsers inflate with their own codec.
pub enum Opened {
    /// As it is.
    Identity(Zeroizing<Vec<u8>>),
    /// Deflated (RFC 1951).
    Deflate(Zeroizing<Vec<u8>>),
}

impl KeyPair {
    /// Opens `blob` as `part` of the message that `binding` names.
    ///
    /// # Errors
    /// [`OpenError`], one variant a reason.
    pub fn open(&self, binding: &Binding, part: Part, blob: &[u8]) -> Result<Opened, OpenError> {
        let truncated = OpenError::Truncated { len: blob.len() };
        let (&[suite, kind], rest) = blob.split_first_chunk::<ENVELOPE_OCTETS>().ok_or(truncated)?;
        if suite != self.suite().octet() {
            return Err(OpenError::Suite(suite));
        }
        if kind != part as u8 {
            return Err(OpenError::Part(kind));
        }
        let (encapsulation, rest) = rest.split_at_checked(self.suite().encapsulation_octets()).ok_or(truncated)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_OCTETS>().ok_or(truncated)?;

        let key = self.part_key(binding, part, encapsulation).map_err(|_| OpenError::Seal)?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        key.decrypt(&mut plaintext, tag).map_err(|_| OpenError::Seal)?;
        unpad(plaintext)
    }
}

/// Takes header and padding off, in place.
fn unpad(mut plaintext: Zeroizing<Vec<u8>>) -> Result<Opened, OpenError> {
    let (&[a, b, c, d, encoding], rest) = plaintext.split_first_chunk::<HEADER_OCTETS>().ok_or(OpenError::Payload)?;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).map_err(|_| OpenError::Payload)?;
    let (_, zeros) = rest.split_at_checked(length).ok_or(OpenError::Payload)?;
    if zeros.iter().any(|&octet| octet != 0) {
        return Err(OpenError::Payload);
    }
    plaintext.drain(..HEADER_OCTETS);
    plaintext.truncate(length);
    match encoding {
        0 => Ok(Opened::Identity(plaintext)),
        1 => Ok(Opened::Deflate(plaintext)),
        _ => Err(OpenError::Payload),
    }
}

impl Opened {
    /// The plaintext, inflated where it was deflated; never more than `limit` octets.
    ///
    /// # Errors
    /// [`OpenError::TooLarge`] and [`OpenError::Payload`].
    pub fn inflate(self, limit: usize) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        match self {
            Self::Identity(plaintext) if plaintext.len() > limit => Err(OpenError::TooLarge { limit }),
            Self::Identity(plaintext) => Ok(plaintext),
            Self::Deflate(deflated) => inflate(&deflated, limit),
        }
    }
}

/// Inflates all of `input` into a buffer that doubles as it fills, up to `limit`. Each buffer that was outgrown is
/// wiped.
fn inflate(mut input: &[u8], limit: usize) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut inflator = Box::<DecompressorOxide>::default();
    let mut output = Zeroizing::new(vec![0; input.len().saturating_mul(3).max(512).min(limit)]);
    let mut filled = 0;
    loop {
        let (status, read, written) =
            decompress(&mut inflator, input, &mut output, filled, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
        filled += written;
        input = input.get(read..).ok_or(OpenError::Payload)?;
        match status {
            TINFLStatus::Done if input.is_empty() => {
                output.truncate(filled);
                return Ok(output);
            }
            TINFLStatus::HasMoreOutput if output.len() >= limit => return Err(OpenError::TooLarge { limit }),
            TINFLStatus::HasMoreOutput => {
                let mut larger = Zeroizing::new(vec![0; output.len().saturating_mul(2).min(limit)]);
                larger[..filled].copy_from_slice(&output[..filled]);
                output = larger;
            }
            _ => return Err(OpenError::Payload),
        }
    }
}

impl fmt::Debug for Opened {
    /// Says how long it is and nothing of what it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(payload) => write!(f, "Identity({} octets)", payload.len()),
            Self::Deflate(payload) => write!(f, "Deflate({} octets)", payload.len()),
        }
    }
}
