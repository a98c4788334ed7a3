//! Padding: how long a plaintext is made, so that its length says little.
//!
//! Padmé, from Nikitin, Barman, Lueks, Underwood, Hubaux and Ford, "Reducing Metadata Leakage from Encrypted
//! Files and Communication with PURBs" (PoPETs 2019, §4): a length keeps only as many significant bits as its
//! exponent has digits. Of a length up to `M` it leaves O(log log M) bits to see, and it adds at most 12 %, less the
//! longer the plaintext is. It hides nothing about when or how often.

/// No padded plaintext is shorter, so that a code, a short address and an empty body look alike.
pub(super) const FLOOR: usize = 256;

/// The padded length of a plaintext of `len` octets; never less than `len`.
pub(super) const fn padded(len: usize) -> usize {
    if len <= FLOOR {
        return FLOOR;
    }
    // `len` is above FLOOR, so both logarithms are of a number above zero.
    let exponent = len.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1 << (exponent - kept)) - 1;
    // Saturation leaves the topmost lengths of the address space unpadded: no such plaintext exists.
    match len.checked_add(mask) {
        Some(sum) => sum & !mask,
        None => len,
    }
}
