//! Bounds on signatures, and on what we write about them.

use std::ops::RangeInclusive;

use protocol::time::Millis;

/// DKIM signatures of one message that are verified, the topmost: honest mail has one to three (RFC 6376 §6.1
/// lets a verifier stop). Each costs a question to DNS and a verification.
pub const SIGNATURES: usize = 8;

/// ARC sets of one chain. RFC 8617 §5.2 allows 50; mail that passed more than three intermediaries is rare,
/// and each costs a question to DNS and a verification.
pub const ARC_SETS: usize = 10;

/// Header fields that one signature may name; careful signers name some forty.
pub const SIGNED_FIELDS: usize = 256;

/// Sizes of RSA keys in bits that are believed: at least 1024, and verifiers must take up to 4096 (RFC 8301 §3.2).
/// What is larger costs more than it gives.
pub const RSA_BITS: RangeInclusive<usize> = 1024..=4096;

/// Longest key record in octets: one of an RSA key of 4096 bits has some 750.
pub const KEY_RECORD_OCTETS: usize = 4 * 1024;

/// TXT records at one key's name that are looked through; there should be one (RFC 6376 §3.6.2.2).
pub const KEY_RECORDS: usize = 4;

/// What one verification costs, in octets that are hashed in the same time, beside those that it is for: with an RSA key
/// of 4096 bits less than half of an encapsulation.
pub const VERIFICATION_OCTETS: usize = 8 * 1024;

/// How far ahead of ours a signer's clock may be (RFC 6376 §3.5, `t=`).
pub const SIGNER_AHEAD: Millis = Millis::from_secs(60 * 60);

/// Longest `Authentication-Results` field that we write, kept free in a message's buffer: five or six results with
/// names of common length take half of it. Signatures for which there is no room are left out.
pub const RESULTS_OCTETS: usize = 2 * 1024;
