//! Content transfer encodings (RFC 2045 §6), undone for an attachment that is cut from the raw message.
//!
//! Lenient as mail needs it: what is no part of the encoding is skipped, and never more comes out than went in.

use protocol::message::TransferEncoding;

/// The decoded octets of `range`.
#[must_use]
pub fn decode(encoding: TransferEncoding, range: &[u8]) -> Vec<u8> {
    match encoding {
        TransferEncoding::Identity => range.to_vec(),
        TransferEncoding::Base64 => base64(range),
        TransferEncoding::QuotedPrintable => quoted_printable(range),
    }
}

/// RFC 2045 §6.8: characters outside the alphabet are ignored, padding begins anew.
fn base64(range: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(range.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for octet in range {
        let value = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.extend((bits >> count).to_be_bytes().last());
        }
    }
    out
}

/// RFC 2045 §6.7: `=XX`, soft line breaks, and white space at the end of a line dropped.
fn quoted_printable(range: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(range.len());
    for line in range.split_inclusive(|octet| *octet == b'\n') {
        let text = line.trim_ascii_end();
        let ending = match line {
            [.., b'\r', b'\n'] => &b"\r\n"[..],
            [.., b'\n'] => b"\n",
            _ => b"",
        };
        let (text, ending) = text.strip_suffix(b"=").map_or((text, ending), |text| (text, &b""[..]));
        let mut rest = text;
        while let Some((octet, after)) = rest.split_first() {
            let pair = after
                .split_first_chunk::<2>()
                .and_then(|([high, low], after)| Some((hex(*high)? << 4 | hex(*low)?, after)));
            match pair {
                Some((value, after)) if *octet == b'=' => {
                    out.push(value);
                    rest = after;
                }
                Some(_) | None => {
                    out.push(*octet);
                    rest = after;
                }
            }
        }
        out.extend_from_slice(ending);
    }
    out
}

/// A hexadecimal digit's value; lower case is no part of the standard and common.
fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests;
