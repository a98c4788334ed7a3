//! Sealing's costly steps by AWS-LC, whose ML-KEM, X25519 and ChaCha20-Poly1305 are in assembly.
//!
//! The octets have the same form as those of `protocol`'s own, and open alike. Chance comes from AWS-LC's generator,
//! which is seeded by the operating system: it takes none from outside for ML-KEM.

use aws_lc_rs::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral},
    digest::{Context, SHA3_256},
    kem::{EncapsulationKey, ML_KEM_768},
    rand::SystemRandom,
};
use protocol::sealing::{
    PartKey,
    primitives::{ENCAPSULATION_OCTETS, Encapsulated, PUBLIC_KEY_OCTETS, Primitives},
};
use zeroize::Zeroizing;

/// Octets of ML-KEM-768's public key and ciphertext (FIPS 203 §8): X25519's 32 follow.
const ML_KEM_KEY: usize = 1184;
const ML_KEM_CIPHERTEXT: usize = 1088;

/// What sets X-Wing's hash apart (draft-connolly-cfrg-xwing-kem §5.3).
const LABEL: &[u8; 6] = br"\.//^\";

/// AWS-LC, as the primitives of a sealer.
#[derive(Clone, Copy, Debug)]
pub struct AwsLc;

impl Primitives for AwsLc {
    /// `None` for keys whose X25519 half is a point of low order, too: AWS-LC agrees on no secret of zeros
    /// (RFC 7748 §6.1), where X-Wing relies on ML-KEM alone.
    fn encapsulate(&self, public_key: &[u8; PUBLIC_KEY_OCTETS]) -> Option<Encapsulated> {
        let (key_m, key_x) = public_key.split_at(ML_KEM_KEY);
        let (cipher_m, secret_m) = EncapsulationKey::new(&ML_KEM_768, key_m).ok()?.encapsulate().ok()?;
        let ephemeral = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new()).ok()?;
        let cipher_x = ephemeral.compute_public_key().ok()?;
        let combined = agree_ephemeral(ephemeral, UnparsedPublicKey::new(&X25519, key_x), (), |secret_x| {
            Ok(combine([secret_m.as_ref(), secret_x, cipher_x.as_ref(), key_x]))
        });
        let mut ciphertext = [0; ENCAPSULATION_OCTETS];
        let (to_m, to_x) = ciphertext.split_at_mut(ML_KEM_CIPHERTEXT);
        fill(to_m, cipher_m.as_ref())?;
        fill(to_x, cipher_x.as_ref())?;
        Some(Encapsulated { ciphertext, shared_secret: combined.ok()?? })
    }

    #[expect(
        clippy::expect_used,
        reason = "the key has its length by its type, and a part is shorter than 2^32 octets"
    )]
    fn encrypt(&self, key: &PartKey, buffer: &mut [u8]) -> [u8; 16] {
        let nonce = Nonce::assume_unique_for_key(*key.nonce());
        UnboundKey::new(&CHACHA20_POLY1305, key.key())
            .map(LessSafeKey::new)
            .and_then(|unbound| unbound.seal_in_place_separate_tag(nonce, Aad::from(key.additional_data()), buffer))
            .ok()
            .and_then(|tag| tag.as_ref().try_into().ok())
            .expect("ChaCha20-Poly1305 takes any key of 32 octets and up to 2^38 octets")
    }
}

/// X-Wing's Combiner (draft-connolly-cfrg-xwing-kem §5.3) of both shared secrets, X25519's ciphertext and its public key.
fn combine(pieces: [&[u8]; 4]) -> Option<Zeroizing<[u8; 32]>> {
    let mut hash = Context::new(&SHA3_256);
    pieces.into_iter().chain([LABEL.as_slice()]).for_each(|piece| hash.update(piece));
    hash.finish().as_ref().try_into().ok().map(Zeroizing::new)
}

fn fill(to: &mut [u8], from: &[u8]) -> Option<()> {
    (to.len() == from.len()).then(|| to.copy_from_slice(from))
}

#[cfg(test)]
mod tests;
