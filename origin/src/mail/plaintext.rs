//! Octets in the clear: in one buffer, wiped when dropped, never printed.

use std::{
    fmt, mem,
    ops::{Deref, DerefMut},
};

use zeroize::{Zeroize as _, Zeroizing};

/// Octets in the clear, in one buffer that is wiped when dropped.
///
/// `Zeroizing<Vec<u8>>` does the same octet by octet, two nanoseconds each; this does it in one piece. Capacity that was
/// never written to is left alone. Whoever lets it grow past its capacity leaves a copy behind.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Plaintext(Vec<u8>);

impl Plaintext {
    /// Empty, with room for this many octets.
    #[must_use]
    pub fn with_capacity(octets: usize) -> Self {
        Self(Vec::with_capacity(octets))
    }

    /// Wipes a text, and leaves an empty one.
    pub fn wipe(text: &mut String) {
        drop(Self(mem::take(text).into_bytes()));
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl Deref for Plaintext {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Plaintext {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl From<Zeroizing<Vec<u8>>> for Plaintext {
    fn from(mut octets: Zeroizing<Vec<u8>>) -> Self {
        Self(mem::take(&mut *octets))
    }
}

impl fmt::Debug for Plaintext {
    /// Says how long it is and nothing of what it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} octets)", self.0.len())
    }
}
