//! Finds the octets that end lines or must not be in them. Never copies, never decides.

/// How many octets are looked at together: wide enough for the compiler to use vector registers.
const STRIDE: usize = 32;

/// Whether `octet` is CR, LF or NUL.
const fn is_special(octet: u8) -> bool {
    // `|`, not `||`: a branch per octet would forbid vectors.
    (octet == b'\r') | (octet == b'\n') | (octet == 0)
}

/// Where the first CR, LF or NUL is.
pub(super) fn special(octets: &[u8]) -> Option<usize> {
    let mut clean = 0;
    for stride in octets.chunks_exact(STRIDE) {
        if stride.iter().fold(false, |hit, octet| hit | is_special(*octet)) {
            break;
        }
        clean += STRIDE;
    }
    octets.get(clean..)?.iter().position(|octet| is_special(*octet)).map(|at| clean + at)
}

#[cfg(test)]
mod tests;
