use std::convert::Infallible;

use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};

use super::{primitives::Primitives as _, *};
use crate::{message::Part, wrap::WRAP_OCTETS};

/// Numbers that are the same in every run (splitmix64): chance for tests alone.
pub(crate) struct Seeded(pub(crate) u64);

impl TryRng for Seeded {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let bytes = self.try_next_u64()?.to_be_bytes();
        Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }
    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for chunk in to.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

const SUITES: [Suite; 2] = [Suite::XWing, Suite::X25519];
const PARTS: [Part; 5] = [Part::Summary, Part::Content, Part::Raw, Part::Address, Part::Delivery];
const LIMIT: usize = 1 << 20;

fn binding() -> Binding {
    Binding { inbox: InboxId::from_bytes([1; 16]), message: MessageId::from_bytes([2; 16]) }
}

fn key_pair(suite: Suite) -> KeyPair {
    KeyPair::from_seed(suite, &[7; 32])
}

fn sealer(suite: Suite) -> Sealer {
    Sealer::new(&key_pair(suite).public_key(), binding(), &mut Seeded(9))
}

fn sealed(suite: Suite, part: Part, payload: Payload<'_>) -> Vec<u8> {
    sealer(suite).seal(part, payload)
}

/// Seals `plaintext` as it stands, header and all: what a sealer other than ours could have made.
fn sealed_as_it_stands(plaintext: &[u8]) -> Vec<u8> {
    let suite = Suite::X25519;
    let part = Part::Summary;
    let empty = sealed(suite, part, Payload::Identity(b""));
    let encapsulation = &empty[2..2 + suite.encapsulation_octets()];
    let key = key_pair(suite).part_key(&binding(), part, encapsulation).unwrap();
    let mut ciphertext = plaintext.to_vec();
    let tag = primitives::Portable.encrypt(&key, &mut ciphertext);
    [&empty[..2], encapsulation, &ciphertext, &tag].concat()
}

fn open(suite: Suite, part: Part, blob: &[u8]) -> Result<Vec<u8>, OpenError> {
    key_pair(suite).open(&binding(), part, blob)?.inflate(LIMIT).map(|plaintext| plaintext.to_vec())
}

fn is_send_and_sync<T: Send + Sync>(_: &T) {}

#[test]
fn what_is_sealed_opens_in_both_suites_and_encodings() {
    let text = b"your code is 483920 ".repeat(50);
    let deflated = miniz_oxide::deflate::compress_to_vec(&text, 6);
    for suite in SUITES {
        is_send_and_sync(&sealer(suite));
        for part in PARTS {
            assert_eq!(open(suite, part, &sealed(suite, part, Payload::Identity(&text))).unwrap(), text);
            assert_eq!(open(suite, part, &sealed(suite, part, Payload::Deflate(&deflated))).unwrap(), text);
        }
    }
}

#[test]
fn an_empty_payload_and_a_large_one_open() {
    for len in [0, 1, 251, 252, 100_000] {
        let payload = vec![0xa5; len];
        let blob = sealed(Suite::XWing, Part::Raw, Payload::Identity(&payload));
        assert_eq!(open(Suite::XWing, Part::Raw, &blob).unwrap(), payload);
    }
}

#[test]
fn all_parts_of_a_message_repeat_one_encapsulation_and_share_no_key() {
    let payload = Payload::Identity(b"x");
    let payloads = MessageParts { summary: payload, content: payload, raw: payload };
    let MessageParts { summary, content, raw } = sealer(Suite::XWing).seal_message(payloads);
    for (part, blob) in [(Part::Summary, &summary), (Part::Content, &content), (Part::Raw, &raw)] {
        assert_eq!(open(Suite::XWing, part, blob).unwrap(), b"x");
        assert_eq!(blob[2..1122], summary[2..1122]);
    }
    assert_ne!(summary[1122..], content[1122..]);
    assert_ne!(summary[1122..], raw[1122..]);
    assert_ne!(content[1122..], raw[1122..]);
}

#[test]
fn two_messages_share_no_encapsulation() {
    let key = key_pair(Suite::XWing).public_key();
    let mut rng = Seeded(1);
    let [one, two] = [(); 2].map(|()| Sealer::new(&key, binding(), &mut rng).seal(Part::Raw, Payload::Identity(b"")));
    assert_ne!(one[2..1122], two[2..1122]);
}

#[test]
fn small_payloads_look_alike_and_are_written_once() {
    for suite in SUITES {
        let short = sealed(suite, Part::Summary, Payload::Identity(b""));
        let longer = sealed(suite, Part::Summary, Payload::Identity(&[1; 251]));
        assert_eq!(short.len(), longer.len());
        assert_eq!(short.len(), 2 + suite.encapsulation_octets() + 256 + 16);
        assert_eq!(longer.capacity(), longer.len() + WRAP_OCTETS, "one buffer of its final size, wrapped");
    }
}

#[test]
fn another_key_inbox_or_message_opens_nothing() {
    for suite in SUITES {
        let blob = sealed(suite, Part::Content, Payload::Identity(b"secret"));
        let other_key = KeyPair::from_seed(suite, &[8; 32]);
        let other_inbox = Binding { inbox: InboxId::from_bytes([3; 16]), ..binding() };
        let other_message = Binding { message: MessageId::from_bytes([3; 16]), ..binding() };
        let swapped = Binding { inbox: InboxId::from_bytes([2; 16]), message: MessageId::from_bytes([1; 16]) };
        assert_eq!(other_key.open(&binding(), Part::Content, &blob).unwrap_err(), OpenError::Seal);
        for other in [other_inbox, other_message, swapped] {
            assert_eq!(key_pair(suite).open(&other, Part::Content, &blob).unwrap_err(), OpenError::Seal);
        }
    }
}

#[test]
fn another_part_or_suite_is_named() {
    let mut blob = sealed(Suite::XWing, Part::Content, Payload::Identity(b"secret"));
    assert_eq!(open(Suite::XWing, Part::Raw, &blob), Err(OpenError::Part(2)));
    assert_eq!(open(Suite::X25519, Part::Content, &blob), Err(OpenError::Suite(1)));
    blob[1] = Part::Raw as u8;
    assert_eq!(open(Suite::XWing, Part::Raw, &blob), Err(OpenError::Seal), "a part cannot be renamed");
    blob[0] = 9;
    assert_eq!(open(Suite::XWing, Part::Raw, &blob), Err(OpenError::Suite(9)));
}

#[test]
fn every_truncation_is_refused() {
    let blob = sealed(Suite::X25519, Part::Summary, Payload::Identity(b"secret"));
    let least = 2 + 32 + 16;
    for len in 0..blob.len() {
        let expected = if len < least { OpenError::Truncated { len } } else { OpenError::Seal };
        assert_eq!(open(Suite::X25519, Part::Summary, &blob[..len]), Err(expected));
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let blob = sealed(Suite::X25519, Part::Summary, Payload::Identity(b"secret"));
    for bit in 0..blob.len() * 8 {
        let mut flipped = blob.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // The topmost bit of an X25519 point is ignored (RFC 7748 §5), yet HPKE binds the octets as they are sent.
        assert!(open(Suite::X25519, Part::Summary, &flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn a_seal_that_holds_around_a_malformed_payload_is_told_apart() {
    let malformed: [&[u8]; 7] = [
        b"",
        b"\0\0\0\0",
        b"\0\0\0\x01\0",
        b"\xff\xff\xff\xff\0a",
        b"\0\0\0\x01\x02a",
        b"\0\0\0\x01\0a\x01",
        b"\0\0\0\0\0\0\0\x80",
    ];
    for plaintext in malformed {
        assert_eq!(open(Suite::X25519, Part::Summary, &sealed_as_it_stands(plaintext)), Err(OpenError::Payload));
    }
    assert_eq!(open(Suite::X25519, Part::Summary, &sealed_as_it_stands(b"\0\0\0\x01\0a")), Ok(b"a".to_vec()));
    assert_eq!(open(Suite::X25519, Part::Summary, &sealed_as_it_stands(b"\0\0\0\x01\0a\0\0")), Ok(b"a".to_vec()));
}

#[test]
fn inflating_stops_at_its_bound() {
    let zeros = vec![0; 3_000_000];
    let bomb = miniz_oxide::deflate::compress_to_vec(&zeros, 9);
    let inflate = |limit| Opened::Deflate(bomb.clone().into()).inflate(limit);
    assert_eq!(inflate(2_999_999).unwrap_err(), OpenError::TooLarge { limit: 2_999_999 });
    assert_eq!(inflate(0).unwrap_err(), OpenError::TooLarge { limit: 0 });
    assert_eq!(inflate(3_000_000).unwrap().len(), 3_000_000);
    assert_eq!(Opened::Identity(vec![0; 5].into()).inflate(4).unwrap_err(), OpenError::TooLarge { limit: 4 });
    assert_eq!(*Opened::Identity(vec![0; 5].into()).inflate(5).unwrap(), vec![0; 5]);
}

#[test]
fn an_exact_bound_is_kept_for_every_small_length() {
    for len in 0..600 {
        let text: Vec<u8> = (0..len).map(|n: u32| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        let deflated = miniz_oxide::deflate::compress_to_vec(&text, 6);
        let inflate = |limit| Opened::Deflate(deflated.clone().into()).inflate(limit);
        assert_eq!(*inflate(text.len()).unwrap(), text);
        if let Some(less) = text.len().checked_sub(1) {
            assert_eq!(inflate(less).unwrap_err(), OpenError::TooLarge { limit: less });
        }
    }
}

#[test]
fn a_broken_or_trailed_deflate_stream_is_malformed() {
    let whole = miniz_oxide::deflate::compress_to_vec(&b"code 1234 ".repeat(40), 6);
    let cut = whole[..whole.len() - 2].to_vec();
    let trailed = [&whole[..], b"x"].concat();
    for broken in [cut, trailed, vec![0xff; 40], Vec::new()] {
        assert_eq!(Opened::Deflate(broken.into()).inflate(LIMIT).unwrap_err(), OpenError::Payload);
    }
}

#[test]
fn padding_keeps_few_bits_and_adds_little() {
    assert_eq!(padding::padded(0), padding::FLOOR);
    assert_eq!(padding::padded(256), 256);
    assert_eq!(padding::padded(257), 272);
    assert_eq!(padding::padded(1000), 1024);
    assert_eq!(padding::padded(100_000), 100_352);
    assert_eq!(padding::padded(usize::MAX), usize::MAX);
}

#[test]
fn public_keys_are_checked_when_they_are_made() {
    for suite in SUITES {
        let key = key_pair(suite).public_key();
        assert_eq!(key.as_bytes().len(), suite.public_key_octets());
        assert!(PublicKey::from_bytes(suite, key.as_bytes()) == Ok(key.clone()));
        let short = &key.as_bytes()[1..];
        let expected = suite.public_key_octets();
        assert_eq!(PublicKey::from_bytes(suite, short), Err(NotAKey { suite, len: expected - 1, expected }));
    }
    // ML-KEM refuses coefficients at or above its modulus (FIPS 203 §7.2).
    assert!(PublicKey::from_bytes(Suite::XWing, &[0xff; 1216]).is_err());
}

#[test]
fn points_of_low_order_are_no_keys() {
    let mut one = [0; 32];
    one[0] = 1;
    let order_eight: [u8; 32] = [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
        0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ];
    for point in [[0; 32], one, order_eight] {
        assert!(PublicKey::from_bytes(Suite::X25519, &point).is_err());
    }
}

#[test]
fn secrets_have_no_text() {
    let pair = key_pair(Suite::X25519);
    assert_eq!(format!("{pair:?}"), "KeyPair(secret)");
    assert_eq!(format!("{:?}", Payload::Identity(b"secret")), "Identity(6 octets)");
    assert_eq!(format!("{:?}", Opened::Deflate(b"secret".to_vec().into())), "Deflate(6 octets)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_payload_comes_back(
        payload: Vec<u8>,
        seed: u64,
        suite in prop::sample::select(&SUITES[..]),
        part in prop::sample::select(&PARTS[..]),
    ) {
        let sealer = Sealer::new(&key_pair(suite).public_key(), binding(), &mut Seeded(seed));
        let blob = sealer.seal(part, Payload::Identity(&payload));
        prop_assert_eq!(blob.len(), 2 + suite.encapsulation_octets() + padding::padded(5 + payload.len()) + 16);
        prop_assert_eq!(open(suite, part, &blob), Ok(payload));
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused(bit in 0_usize..(2 + 1120 + 256 + 16) * 8) {
        let mut blob = sealed(Suite::XWing, Part::Summary, Payload::Identity(b"secret"));
        blob[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(open(Suite::XWing, Part::Summary, &blob).is_err());
    }

    #[test]
    fn a_truncated_part_is_refused(len in 0_usize..2 + 1120 + 256 + 16) {
        let blob = sealed(Suite::XWing, Part::Summary, Payload::Identity(b"secret"));
        let error = open(Suite::XWing, Part::Summary, &blob[..len]).unwrap_err();
        prop_assert_eq!(error, if len < 1138 { OpenError::Truncated { len } } else { OpenError::Seal });
    }

    #[test]
    fn any_octets_are_an_error_and_no_panic(
        mut blob in prop::collection::vec(any::<u8>(), 0..1400),
        suite in prop::sample::select(&SUITES[..]),
        envelope: bool,
    ) {
        if envelope && blob.len() > 2 {
            blob[0] = suite.octet();
            blob[1] = Part::Raw as u8;
        }
        prop_assert!(open(suite, Part::Raw, &blob).is_err());
    }

    #[test]
    fn any_key_octets_are_an_answer_and_no_panic(mut bytes in prop::collection::vec(any::<u8>(), 1216), x25519: [u8; 32]) {
        // Small coefficients, so that many of these pass the check of the modulus.
        bytes[..1184].iter_mut().for_each(|octet| *octet &= 0x33);
        if let Ok(key) = PublicKey::from_bytes(Suite::XWing, &bytes) {
            let _ = Sealer::new(&key, binding(), &mut Seeded(1)).seal(Part::Raw, Payload::Identity(b""));
        }
        if let Ok(key) = PublicKey::from_bytes(Suite::X25519, &x25519) {
            let _ = Sealer::new(&key, binding(), &mut Seeded(1)).seal(Part::Raw, Payload::Identity(b""));
        }
    }

    #[test]
    fn any_deflate_stream_ends_within_its_bound(stream: Vec<u8>, limit in 0_usize..5000) {
        if let Ok(plaintext) = Opened::Deflate(stream.into()).inflate(limit) {
            prop_assert!(plaintext.len() <= limit);
        }
    }

    #[test]
    fn padding_is_monotonous_idempotent_and_bounded(len in 0_usize..1 << 40, more in 0_usize..1 << 20) {
        let padded = padding::padded(len);
        prop_assert!(padded >= len && padded >= padding::FLOOR);
        prop_assert!(padded <= padding::FLOOR || (padded - len) * 100 <= len * 12);
        prop_assert_eq!(padding::padded(padded), padded);
        prop_assert!(padding::padded(len + more) >= padded);
    }
}
