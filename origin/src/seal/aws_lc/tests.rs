use data_encoding::HEXLOWER;
use proptest::prelude::*;
use protocol::{
    id::{InboxId, MessageId},
    message::Part,
    sealing::{Binding, KeyPair, Payload, PublicKey, Sealer, Suite, primitives::Portable},
};

use super::*;

/// No sealer may draw from it: its primitives draw for themselves.
struct Untouched;

impl rand_core::TryRng for Untouched {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        panic!("drawn from")
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        panic!("drawn from")
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        panic!("drawn from")
    }
}

impl rand_core::TryCryptoRng for Untouched {}

/// Always the same.
struct Constant;

impl rand_core::TryRng for Constant {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(7)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(7)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        out.fill(7);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Constant {}

fn binding() -> Binding {
    Binding { inbox: InboxId::from_bytes([1; 16]), message: MessageId::from_bytes([2; 16]) }
}

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// The test vectors of draft-connolly-cfrg-xwing-kem, appendix C: the shared secrets of both halves as they follow from
/// `sk` and `ct`, the last 32 octets of `ct` and of `pk`, and `ss`.
#[test]
fn the_combiner_is_the_drafts() {
    for [secret_m, secret_x, cipher_x, key_x, combined] in [
        [
            "7631eaf24bcc7ba2d1656d8f53778f8caa5f1ce33180e8ab405b9247eab76dfc",
            "1e53cb26910141b4a09b0664deb8ec55376bcdbdfe2bfc8277883939a76d6131",
            "e56f17576740ce2a32fc5145030145cfb97e63e0e41d354274a079d3e6fb2e15",
            "859edb06eff389b27dce59844570216223593d4ba32d9abac8cd049040ef6534",
            "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
        ],
        [
            "9177e31fee338e5fd415e210c1be872eca3d1e903feae6af84219d380fb8c5cf",
            "20186d4893a532728e4b680920defab6f98fb8e2281cd66c70c3162b149d8258",
            "c91bdf6e0e03200693c9651e469aee6f91c98bea4127ae66312f4ae3ea155b67",
            "9f7ed34bcbb48fd4c562a576549f85b528c953926d96ea8a160b8843f1c89c62",
            "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
        ],
    ] {
        let [m, x, cipher, key] = [secret_m, secret_x, cipher_x, key_x].map(hex);
        assert_eq!(combine([&m, &x, &cipher, &key]).unwrap().as_slice(), hex(combined));
    }
}

#[test]
fn a_point_of_low_order_is_left_to_the_portable_way() {
    let pair = KeyPair::from_seed(Suite::XWing, &[7; 32]);
    let mut octets = pair.public_key().as_bytes().to_vec();
    octets[ML_KEM_KEY..].fill(0);
    assert!(AwsLc.encapsulate(octets.as_slice().try_into().unwrap()).is_none());
    let key = PublicKey::from_bytes(Suite::XWing, &octets).unwrap();
    let one = Sealer::with(AwsLc, &key, binding(), &mut Constant).seal(Part::Raw, Payload::Identity(b"x"));
    let other = Sealer::new(&key, binding(), &mut Constant).seal(Part::Raw, Payload::Identity(b"x"));
    assert_eq!(one, other);
}

#[test]
fn no_two_encapsulations_are_alike() {
    let key = KeyPair::from_seed(Suite::XWing, &[7; 32]).public_key();
    let key = key.as_bytes().try_into().unwrap();
    let [one, two] = [(); 2].map(|()| AwsLc.encapsulate(key).unwrap());
    assert_ne!(one.ciphertext[..ML_KEM_CIPHERTEXT], two.ciphertext[..ML_KEM_CIPHERTEXT]);
    assert_ne!(one.ciphertext[ML_KEM_CIPHERTEXT..], two.ciphertext[ML_KEM_CIPHERTEXT..]);
    assert_ne!(one.shared_secret, two.shared_secret);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What is sealed here opens with `protocol`'s own KEM, key schedule and AEAD.
    #[test]
    fn what_aws_lc_seals_opens(
        seed: [u8; 32],
        payload in prop::collection::vec(any::<u8>(), 0..3000),
        part in prop::sample::select(&[Part::Summary, Part::Content, Part::Raw, Part::Address][..]),
    ) {
        let pair = KeyPair::from_seed(Suite::XWing, &seed);
        let sealer = Sealer::with(AwsLc, &pair.public_key(), binding(), &mut Untouched);
        let blob = sealer.seal(part, Payload::Identity(&payload));
        let own = Sealer::new(&pair.public_key(), binding(), &mut Constant).seal(part, Payload::Identity(&payload));
        prop_assert_eq!(blob.len(), own.len());
        let opened = pair.open(&binding(), part, &blob).unwrap().inflate(payload.len()).unwrap();
        prop_assert_eq!(opened.as_slice(), payload.as_slice());
    }

    /// Suite 2 is encapsulated by `protocol`; with the chance being equal, every octet is.
    #[test]
    fn both_encrypt_alike(seed: [u8; 32], payload in prop::collection::vec(any::<u8>(), 0..3000)) {
        let key = KeyPair::from_seed(Suite::X25519, &seed).public_key();
        let by_aws_lc = Sealer::with(AwsLc, &key, binding(), &mut Constant);
        let by_us = Sealer::with(Portable, &key, binding(), &mut Constant);
        let payload = Payload::Identity(&payload);
        prop_assert_eq!(by_aws_lc.seal(Part::Raw, payload), by_us.seal(Part::Raw, payload));
    }
}
