//! Chance, from the platform's generator. The only file that asks it.

/// 32 octets that nobody can foretell.
#[expect(clippy::disallowed_methods, reason = "this is the edge's one source of chance")]
pub(super) fn secret() -> worker::Result<[u8; 32]> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|_| worker::Error::from("no randomness"))?;
    Ok(secret)
}
