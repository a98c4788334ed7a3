//! A change of a zone as octets: UPDATE (RFC 2136) of one TXT record, signed with TSIG (RFC 8945, HMAC-SHA256), and
//! what the server answers.
//!
//! Pure: time, the message's number and the key are arguments. An answer is believed only when it is signed over
//! our request's signature; what it says beside that is not read.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use protocol::time::Timestamp;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Name;
use crate::{
    limits::{CHALLENGE_TTL, TSIG_FUDGE},
    ports::ZoneError,
};

/// Octets of a message's head (RFC 1035 §4.1.1).
const HEAD: usize = 12;

/// Opcode UPDATE in the second pair of octets (RFC 2136 §2.2), and where a response's bit and the opcode stand.
const UPDATE: u16 = 5 << 11;
const RESPONSE: u16 = 1 << 15;
const OPCODE: u16 = 0xf << 11;

const SOA: u16 = 6;
const TXT: u16 = 16;
const TSIG: u16 = 250;

const IN: u16 = 1;
/// RFC 2136 §2.5.4: this record and no other is deleted.
const NONE: u16 = 254;
const ANY: u16 = 255;

/// RFC 8945 §6.
const ALGORITHM: &str = "hmac-sha256";
const MAC_OCTETS: usize = 32;

/// RFC 8945 §3, and §5.2 for what a server says of our signature.
const NOTAUTH: u8 = 9;
const BADSIG: u16 = 16;
const BADKEY: u16 = 17;
const BADTIME: u16 = 18;

/// Records of an answer that are walked over: an answer to an update has none but the signature.
const RECORDS: usize = 64;

/// A secret that is shared with a server, and its name there.
#[derive(Clone)]
pub struct TsigKey {
    name: Name,
    secret: Zeroizing<Vec<u8>>,
}

impl TsigKey {
    /// Reads `NAME:SECRET` or `hmac-sha256:NAME:SECRET`, the secret in base64 of at least 16 octets (RFC 8945 §8
    /// asks for as many as the hash has; RFC 2104 §3 forbids fewer than half).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(':')).unwrap_or(text);
        let (name, secret) = text.split_once(':')?;
        let secret = Zeroizing::new(BASE64.decode(secret.as_bytes()).ok()?);
        Some(Self { name: Name::parse(name)?, secret }).filter(|key| key.secret.len() >= MAC_OCTETS / 2)
    }

    /// The signature of `parts`; a key of any length is one for HMAC.
    fn sign(&self, parts: &[&[u8]]) -> Option<[u8; MAC_OCTETS]> {
        Some(self.hmac(parts)?.finalize().into_bytes().into())
    }

    fn hmac(&self, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
        let mut hmac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        parts.iter().for_each(|part| hmac.update(part));
        Some(hmac)
    }
}

impl std::fmt::Debug for TsigKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TsigKey").finish_non_exhaustive()
    }
}

/// What is done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is added to those that are there.
    Add,
    /// It is deleted, and others of its name stay.
    Delete,
}

/// A request that is ready to be sent, and what its answer is checked against.
#[derive(Debug)]
pub struct Request {
    /// The message, without the length that stands before it on TCP.
    pub octets: Vec<u8>,
    id: u16,
    mac: [u8; MAC_OCTETS],
}

/// Writes a request: in `zone`, the TXT record `text` of `name` is added or deleted.
///
/// # Errors
/// [`ZoneError::TooLong`], for a text of more than 255 octets.
pub fn request(
    (change, zone): (Change, &Name),
    (name, text): (&Name, &str),
    key: &TsigKey,
    id: u16,
    now: Timestamp,
) -> Result<Request, ZoneError> {
    let length = u8::try_from(text.len()).map_err(|_| ZoneError::TooLong)?;
    let (class, ttl) = match change {
        Change::Add => (IN, CHALLENGE_TTL),
        Change::Delete => (NONE, 0),
    };
    let mut octets = Vec::with_capacity(512);
    // One zone, no prerequisites, one update, and no signature as yet.
    for number in [id, UPDATE, 1, 0, 1, 0] {
        octets.extend(number.to_be_bytes());
    }
    octets.extend(wire(zone));
    octets.extend([SOA, IN].map(u16::to_be_bytes).as_flattened());
    octets.extend(wire(name));
    octets.extend([TXT, class].map(u16::to_be_bytes).as_flattened());
    octets.extend(ttl.to_be_bytes());
    octets.extend((u16::from(length) + 1).to_be_bytes());
    octets.push(length);
    octets.extend(text.as_bytes());

    let signed = Signed { at: now.as_secs(), fudge: TSIG_FUDGE, error: 0, other: &[] };
    let mac = key.sign(&[&octets, &signed.variables(&key.name)]).ok_or(ZoneError::TooLong)?;
    octets.extend(signed.record(&key.name, &mac, id));
    octets[11] = 1;
    Ok(Request { octets, id, mac })
}

/// What a signature covers beside the message (RFC 8945 §4.3.3).
struct Signed<'a> {
    at: u64,
    fudge: u16,
    error: u16,
    other: &'a [u8],
}

impl Signed<'_> {
    fn variables(&self, key: &Name) -> Vec<u8> {
        let mut out = wire(key);
        out.extend(ANY.to_be_bytes());
        out.extend(0_u32.to_be_bytes());
        out.extend(labels(ALGORITHM));
        self.times(&mut out);
        self.rest(&mut out);
        out
    }

    fn record(&self, key: &Name, mac: &[u8; MAC_OCTETS], id: u16) -> Vec<u8> {
        let mut data = labels(ALGORITHM);
        self.times(&mut data);
        data.extend(len(mac));
        data.extend(mac);
        data.extend(id.to_be_bytes());
        self.rest(&mut data);
        let mut out = wire(key);
        out.extend([TSIG, ANY].map(u16::to_be_bytes).as_flattened());
        out.extend(0_u32.to_be_bytes());
        out.extend(len(&data));
        out.extend(data);
        out
    }

    /// Seconds in 48 bits, and how far off they may be.
    fn times(&self, out: &mut Vec<u8>) {
        out.extend(&self.at.to_be_bytes()[2..]);
        out.extend(self.fudge.to_be_bytes());
    }

    fn rest(&self, out: &mut Vec<u8>) {
        out.extend(self.error.to_be_bytes());
        out.extend(len(self.other));
        out.extend(self.other);
    }
}

impl Request {
    /// What an answer says.
    ///
    /// # Errors
    /// [`ZoneError`]: the change was not made, or nobody knows whether it was.
    pub fn answered(&self, answer: &[u8], key: &TsigKey, now: Timestamp) -> Result<(), ZoneError> {
        let (head, signature) = parse(answer).ok_or(ZoneError::Malformed)?;
        let flags = head[1];
        if head[0] != self.id || flags & (RESPONSE | OPCODE) != (RESPONSE | UPDATE) {
            return Err(ZoneError::Malformed);
        }
        let code = u8::try_from(flags & 0xf).unwrap_or_default();
        // A server that does not accept the signature cannot sign its answer: it is believed in that alone.
        match (code, signature.as_ref().map(|signature| signature.error)) {
            (NOTAUTH, Some(BADSIG)) => return Err(ZoneError::KeyWrong),
            (NOTAUTH, Some(BADKEY)) => return Err(ZoneError::KeyUnknown),
            (NOTAUTH, Some(BADTIME)) => return Err(ZoneError::Clock),
            (0, _) => {}
            _ => return Err(ZoneError::Refused(code)),
        }
        let signature = signature.ok_or(ZoneError::Unsigned)?;
        if signature.key != wire(&key.name) || signature.algorithm != labels(ALGORITHM) {
            return Err(ZoneError::Unsigned);
        }
        let signed =
            Signed { at: signature.at, fudge: signature.fudge, error: signature.error, other: signature.other };
        // RFC 8945 §5.3: over our signature, the answer as it was before its own was added, and the variables.
        let mut before = answer.get(..signature.begins).ok_or(ZoneError::Malformed)?.to_vec();
        let additional = head[5].saturating_sub(1).to_be_bytes();
        before[10..HEAD].copy_from_slice(&additional);
        before[..2].copy_from_slice(&signature.id.to_be_bytes());
        let parts = [&len(&self.mac)[..], &self.mac, &before, &signed.variables(&key.name)];
        let hmac = key.hmac(&parts).ok_or(ZoneError::Unsigned)?;
        hmac.verify_slice(signature.mac).map_err(|_| ZoneError::Unsigned)?;
        if signature.at.abs_diff(now.as_secs()) > u64::from(signature.fudge.min(TSIG_FUDGE)) {
            return Err(ZoneError::Clock);
        }
        Ok(())
    }
}

/// The signature that an answer ends with.
struct Signature<'a> {
    begins: usize,
    key: Vec<u8>,
    algorithm: Vec<u8>,
    at: u64,
    fudge: u16,
    mac: &'a [u8],
    id: u16,
    error: u16,
    other: &'a [u8],
}

/// The six numbers of the head, and the signature where the last record is one.
fn parse(answer: &[u8]) -> Option<([u16; 6], Option<Signature<'_>>)> {
    let mut at = 0;
    let mut head = [0; 6];
    for number in &mut head {
        *number = number_at(answer, &mut at)?;
    }
    let records = head[3..].iter().map(|count| usize::from(*count)).sum::<usize>();
    if usize::from(head[2]) > RECORDS || records > RECORDS {
        return None;
    }
    for _ in 0..head[2] {
        name_at(answer, &mut at)?;
        take(answer, &mut at, 4)?;
    }
    let mut last = None;
    for left in (0..records).rev() {
        let begins = at;
        let name = name_at(answer, &mut at)?;
        let kind = number_at(answer, &mut at)?;
        take(answer, &mut at, 6)?;
        let length = usize::from(number_at(answer, &mut at)?);
        let (data, end) = (at, at.checked_add(length)?);
        take(answer, &mut at, length)?;
        if left == 0 && kind == TSIG && head[5] > 0 {
            last = Some(signature(answer.get(..end)?, begins, name, data)?);
        }
    }
    (at == answer.len()).then_some((head, last))
}

fn signature(answer: &[u8], begins: usize, key: Vec<u8>, mut at: usize) -> Option<Signature<'_>> {
    let algorithm = name_at(answer, &mut at)?;
    let seconds = take(answer, &mut at, 6)?.iter().fold(0, |seconds, octet| seconds << 8 | u64::from(*octet));
    let fudge = number_at(answer, &mut at)?;
    let length = number_at(answer, &mut at)?;
    let mac = take(answer, &mut at, usize::from(length))?;
    let (id, error) = (number_at(answer, &mut at)?, number_at(answer, &mut at)?);
    let length = number_at(answer, &mut at)?;
    let other = take(answer, &mut at, usize::from(length))?;
    Some(Signature { begins, key, algorithm, at: seconds, fudge, mac, id, error, other })
}

/// A name in lower case, as it is without compression; pointers lead backwards only (RFC 1035 §4.1.4), hence end.
fn name_at(message: &[u8], at: &mut usize) -> Option<Vec<u8>> {
    let (mut name, mut from, mut after) = (Vec::new(), *at, None);
    loop {
        let length = *message.get(from)?;
        if length >= 0xc0 {
            let target = usize::from(length & 0x3f) << 8 | usize::from(*message.get(from + 1)?);
            after.get_or_insert(from + 2);
            if target >= from {
                return None;
            }
            from = target;
            continue;
        }
        let label = message.get(from..from + usize::from(length) + 1)?;
        name.extend(label.iter().map(u8::to_ascii_lowercase));
        from += label.len();
        if length == 0 {
            *at = after.unwrap_or(from);
            return Some(name);
        }
        if length > 63 || name.len() > 255 {
            return None;
        }
    }
}

fn number_at(message: &[u8], at: &mut usize) -> Option<u16> {
    take(message, at, 2).map(|octets| u16::from_be_bytes([octets[0], octets[1]]))
}

fn take<'a>(message: &'a [u8], at: &mut usize, length: usize) -> Option<&'a [u8]> {
    let octets = message.get(*at..at.checked_add(length)?)?;
    *at += length;
    Some(octets)
}

/// A name as it is written: labels with their lengths.
fn wire(name: &Name) -> Vec<u8> {
    labels(name.as_str())
}

fn labels(text: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).unwrap_or_default()], label.as_bytes()].concat();
    text.split('.').flat_map(label).chain([0]).collect()
}

/// The length of what is signed or written here: always far below 65,536.
fn len(octets: &[u8]) -> [u8; 2] {
    u16::try_from(octets.len()).unwrap_or_default().to_be_bytes()
}

#[cfg(test)]
mod tests;
