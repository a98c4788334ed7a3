//! Finds the octets that end lines or must not be in them. Never copies, never decides.

use crate::octets::first_of;

/// Where the first CR, LF or NUL is.
pub(super) fn special(octets: &[u8]) -> Option<usize> {
    first_of(octets, [b'\r', b'\n', 0])
}

#[cfg(test)]
mod tests;
