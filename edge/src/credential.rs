//! What a client shows: `Authorization: Bearer …` (RFC 6750 §2.1), checked against an inbox.

use protocol::{
    batch::InboxRecord,
    capability::{Credential, ReadTokenHash},
    problem::Kind,
};

use crate::refusal::Refusal;

/// Longest header that is looked at, in octets: a scheme and a credential fit four times.
const HEADER_OCTETS: usize = 256;

/// Reads the credential from the `Authorization` header.
///
/// # Errors
/// A 401 with the challenge that RFC 9110 §11.6.1 asks for.
pub fn read(header: Option<&str>) -> Result<Credential, Refusal> {
    let Some(header) = header else {
        return Err(Refusal::new(
            Kind::Unauthorized,
            "Send Authorization: Bearer and the inbox's read token (r…), or its capability (1…) to have mail opened here.",
        )
        .with("www-authenticate", "Bearer realm=\"mayfly\""));
    };
    let malformed = || {
        Refusal::new(Kind::Unauthorized, "Authorization must be Bearer and a read token (r…) or a capability (1…).")
            .with("www-authenticate", "Bearer realm=\"mayfly\", error=\"invalid_token\"")
    };
    let (scheme, token) = header.split_once(' ').filter(|_| header.len() <= HEADER_OCTETS).ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(malformed());
    }
    token.trim_matches(' ').parse().map_err(|_| malformed())
}

/// Whether `credential` is the one of `record`'s inbox; compared in constant time.
#[must_use]
pub fn admits(record: &InboxRecord, credential: &Credential) -> bool {
    <[u8; 32]>::try_from(record.read_token_hash.as_slice())
        .is_ok_and(|hash| ReadTokenHash::from_bytes(hash).admits(&credential.read_token()))
}

#[cfg(test)]
mod tests;
