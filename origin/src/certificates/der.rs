//! What a certificate says of itself (RFC 5280 §4.1), read from its DER: how long it is good, for which hosts,
//! and by which number its authority knows it.
//!
//! No signature is checked here and no chain built: the certificate is our own, and its readers judge it. Lengths
//! are checked against what is there before anything is taken; nothing is allocated for what is not.

use protocol::time::Timestamp;

use super::Validity;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// `[0]` and `[3]` of `TBSCertificate`.
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

/// `[0]` of `AuthorityKeyIdentifier` and `[2]` of `GeneralName`.
const KEY_IDENTIFIER: u8 = 0x80;
const DNS_NAME: u8 = 0x82;

/// 2.5.29.17 (RFC 5280 §4.2.1.6) and 2.5.29.35 (§4.2.1.1).
const SUBJECT_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 0x23];

/// What is read of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// How long it is good.
    pub validity: Validity,
    /// The hosts that it is for, in lower case.
    pub names: Vec<String>,
    /// Its number, as it stands in the certificate.
    pub serial: Vec<u8>,
    /// Which key of its authority signed it; empty where it does not say.
    pub authority_key: Vec<u8>,
}

/// The octets are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no X.509 certificate")]
pub struct NotACertificate;

impl Leaf {
    /// Reads a certificate.
    ///
    /// # Errors
    /// [`NotACertificate`].
    pub fn read(der: &[u8]) -> Result<Self, NotACertificate> {
        leaf(der).ok_or(NotACertificate)
    }

    /// Whether the certificate is for each of `names`.
    #[must_use]
    pub fn covers(&self, mut names: impl Iterator<Item = impl AsRef<str>>) -> bool {
        names.all(|name| self.names.iter().any(|own| own == name.as_ref()))
    }
}

fn leaf(mut der: &[u8]) -> Option<Leaf> {
    let mut certificate = take(&mut der, SEQUENCE)?;
    let mut body = take(&mut certificate, SEQUENCE)?;
    if body.first() == Some(&VERSION) {
        take(&mut body, VERSION)?;
    }
    let serial = take(&mut body, INTEGER)?.to_vec();
    // The signature's algorithm and the issuer.
    take(&mut body, SEQUENCE)?;
    take(&mut body, SEQUENCE)?;
    let mut times = take(&mut body, SEQUENCE)?;
    let validity = Validity { from: time(&mut times)?, until: time(&mut times)? };
    let mut found = Leaf { validity, names: Vec::new(), serial, authority_key: Vec::new() };
    while !body.is_empty() {
        let (tag, mut content) = element(&mut body)?;
        if tag == EXTENSIONS {
            let mut list = take(&mut content, SEQUENCE)?;
            while !list.is_empty() {
                extension(take(&mut list, SEQUENCE)?, &mut found)?;
            }
        }
    }
    Some(found)
}

fn extension(mut content: &[u8], found: &mut Leaf) -> Option<()> {
    let kind = take(&mut content, OBJECT_IDENTIFIER)?;
    let mut value = &[][..];
    // `critical` may stand between.
    while !content.is_empty() {
        if let (OCTET_STRING, octets) = element(&mut content)? {
            value = octets;
        }
    }
    if kind == SUBJECT_NAMES {
        let mut names = take(&mut value, SEQUENCE)?;
        while !names.is_empty() {
            if let (DNS_NAME, name) = element(&mut names)? {
                found.names.push(std::str::from_utf8(name).ok()?.to_ascii_lowercase());
            }
        }
    } else if kind == AUTHORITY_KEY {
        let mut fields = take(&mut value, SEQUENCE)?;
        while !fields.is_empty() {
            if let (KEY_IDENTIFIER, key) = element(&mut fields)? {
                found.authority_key = key.to_vec();
            }
        }
    }
    Some(())
}

/// RFC 5280 §4.1.2.5: always in UTC, with seconds; two digits of a year from 50 on are the last century's.
fn time(input: &mut &[u8]) -> Option<Timestamp> {
    let (tag, text) = element(input)?;
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    let (year, rest) = match tag {
        UTC_TIME if text.len() == 13 => {
            let century = if text.as_bytes()[0] >= b'5' { "19" } else { "20" };
            (format!("{century}{}", &text[..2]), &text[2..])
        }
        GENERALIZED_TIME if text.len() == 15 => (text[..4].to_owned(), &text[4..]),
        _ => return None,
    };
    let part = |at: usize| &rest[at..at + 2];
    let (day, clock) = ([part(0), part(2)].join("-"), [part(4), part(6), part(8)].join(":"));
    let written = format!("{year}-{day}T{clock}{}", &rest[10..]);
    // Times before 1970 are none of ours, but for a beginning: certificates that are always good begin early.
    let early = year.as_str() < "1970";
    if early { Some(Timestamp::from_millis(0)) } else { Timestamp::parse(&written).ok() }
}

/// The content of the next element, which must be of this tag.
fn take<'a>(input: &mut &'a [u8], wanted: u8) -> Option<&'a [u8]> {
    element(input).filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
}

/// The next element's tag and content; its length is of up to four octets (X.690 §8.1.3, §10.1).
fn element<'a>(input: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[tag, first], mut rest) = input.split_first_chunk()?;
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let (octets, after) = rest.split_at_checked(count)?;
        rest = after;
        octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet))
    };
    let (content, after) = rest.split_at_checked(length)?;
    *input = after;
    Some((tag, content))
}

#[cfg(test)]
mod tests;
