//! Content transfer encodings undone (RFC 2045 §6), and attachments cut from the raw message.
//!
//! Decoding never fails, and never gives more than it was given: what is no part of an encoding is passed over (§6.8) or
//! kept as it is (§6.7), as the RFC advises.

use zeroize::Zeroizing;

use crate::message::{Attachment, TransferEncoding};

/// Cuts `attachment` from the raw message and decodes it; none where its range does not lie within `raw`.
#[must_use]
pub fn attachment(raw: &[u8], attachment: &Attachment) -> Option<Zeroizing<Vec<u8>>> {
    let start = usize::try_from(attachment.offset).ok()?;
    let end = start.checked_add(usize::try_from(attachment.length).ok()?)?;
    let range = raw.get(start..end)?;
    Some(decode(attachment.encoding, range, range.len()))
}

/// The octets that `bytes` stand for, at most `limit` of them.
#[must_use]
pub fn decode(encoding: TransferEncoding, bytes: &[u8], limit: usize) -> Zeroizing<Vec<u8>> {
    // Four characters of base64 are three octets.
    let most = if encoding == TransferEncoding::Base64 { bytes.len().div_ceil(4) * 3 } else { bytes.len() };
    // Enough from the start, so that no copy is left behind by growth.
    let mut out = Zeroizing::new(Vec::with_capacity(most.min(limit)));
    each(encoding, bytes, |octets| {
        let room = limit - out.len();
        out.extend_from_slice(&octets[..octets.len().min(room)]);
    });
    out
}

/// How many octets `bytes` stand for.
#[must_use]
pub fn decoded_len(encoding: TransferEncoding, bytes: &[u8]) -> usize {
    let mut length = 0;
    each(encoding, bytes, |octets| length += octets.len());
    length
}

fn each(encoding: TransferEncoding, bytes: &[u8], out: impl FnMut(&[u8])) {
    match encoding {
        TransferEncoding::Identity => {
            let mut out = out;
            out(bytes);
        }
        TransferEncoding::Base64 => base64(bytes, out),
        TransferEncoding::QuotedPrintable => quoted_printable(bytes, out),
    }
}

/// RFC 2045 §6.8. A `=` ends a group; some senders concatenate encoded pieces, so what follows is read on.
fn base64(bytes: &[u8], mut out: impl FnMut(&[u8])) {
    let (mut bits, mut count) = (0u32, 0u32);
    for &byte in bytes {
        let value = BASE64[usize::from(byte)];
        if value < 64 {
            bits = bits << 6 | u32::from(value);
            count += 1;
            if count == 4 {
                out(&bits.to_be_bytes()[1..]);
                (bits, count) = (0, 0);
            }
        } else if byte == b'=' {
            flush(bits, count, &mut out);
            (bits, count) = (0, 0);
        }
    }
    flush(bits, count, &mut out);
}

fn flush(bits: u32, count: u32, out: &mut impl FnMut(&[u8])) {
    match count {
        2 => out(&(bits << 12).to_be_bytes()[1..2]),
        3 => out(&(bits << 6).to_be_bytes()[1..3]),
        _ => {}
    }
}

const BASE64: [u8; 256] = {
    let mut table = [u8::MAX; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    table
};

/// RFC 2045 §6.7: `=XX`, soft line breaks, and white space at a line's end, which is not the sender's.
fn quoted_printable(bytes: &[u8], mut out: impl FnMut(&[u8])) {
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let ending: &[u8] = match line {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\n'] => b"\n",
            _ => b"",
        };
        let (text, soft) = text.strip_suffix(b"=").map_or((text, false), |text| (text, true));
        let mut rest = text;
        while let Some(position) = rest.iter().position(|byte| *byte == b'=') {
            out(&rest[..position]);
            rest = match rest[position..] {
                [_, high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    out(&[nibble(high) << 4 | nibble(low)]);
                    &rest[position + 3..]
                }
                _ => {
                    out(b"=");
                    &rest[position + 1..]
                }
            };
        }
        out(rest);
        if !soft {
            out(ending);
        }
    }
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests;
