use proptest::prelude::*;

use super::*;

const NOW: u64 = 1_795_478_400;

fn key() -> TsigKey {
    TsigKey::parse("hmac-sha256:Acme-Key:AAECAwQFBgcICQoLDA0ODw==").unwrap()
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn asked(change: Change) -> Request {
    let (zone, name) = (Name::parse("z.example").unwrap(), Name::parse("_acme-challenge.mx.z.example").unwrap());
    request((change, &zone), (&name, "text"), &key(), 0x1234, at(NOW)).unwrap()
}

/// A server's answer, signed over `mac` as RFC 8945 §5.3 has it.
fn answer(request: &Request, code: u16, key: &TsigKey, seconds: u64) -> Vec<u8> {
    let mut octets = Vec::new();
    for number in [request.id, RESPONSE | UPDATE | code, 1, 0, 0, 0] {
        octets.extend(number.to_be_bytes());
    }
    octets.extend(labels("z.example"));
    octets.extend([0, 6, 0, 1]);
    let signed = Signed { at: seconds, fudge: 300, error: 0, other: &[] };
    let mac = key.sign(&[&[0, 32], &request.mac, &octets, &signed.variables(&key.name)]).unwrap();
    octets.extend(signed.record(&key.name, &mac, request.id));
    octets[11] = 1;
    octets
}

/// One that is not signed, for the server could not check ours.
fn unsigned(request: &Request, error: u16) -> Vec<u8> {
    let mut octets = answer(request, u16::from(NOTAUTH), &key(), NOW);
    let end = octets.len();
    // The error is before the length of what else there is.
    octets[end - 4..end - 2].copy_from_slice(&error.to_be_bytes());
    octets
}

#[test]
fn keys_are_read_in_both_forms() {
    assert_eq!(key().name.as_str(), "acme-key");
    assert!(TsigKey::parse("k:AAECAwQFBgcICQoLDA0ODw==").is_some());
    for text in ["", "k", "k:", "k:AAEC", "k:not base64!", ":AAECAwQFBgcICQoLDA0ODw==", "hmac-md5:k:AAEC"] {
        assert!(TsigKey::parse(text).is_none(), "{text}");
    }
    assert!(!format!("{:?}", key()).contains("acme-key"));
}

/// Put together by hand from RFC 2136 §2 and RFC 8945 §4.2, all but the signature's 32 octets.
#[test]
fn a_request_is_octet_for_octet_what_the_rfcs_say() {
    let add = asked(Change::Add).octets;
    let mut wanted = vec![0x12, 0x34, 0x28, 0, 0, 1, 0, 0, 0, 1, 0, 1];
    wanted.extend(b"\x01z\x07example\0\0\x06\0\x01");
    wanted.extend(b"\x0f_acme-challenge\x02mx\x01z\x07example\0\0\x10\0\x01\0\0\0\x3c\0\x05\x04text");
    wanted.extend(b"\x08acme-key\0\0\xfa\0\xff\0\0\0\0\0\x3d\x0bhmac-sha256\0");
    wanted.extend([&NOW.to_be_bytes()[2..], &[1, 44, 0, 32]].concat());
    let (before, after) = (wanted.len(), [0x12, 0x34, 0, 0, 0, 0]);
    assert_eq!(add[..before], wanted);
    assert_eq!(add[before + MAC_OCTETS..], after);
    // Deletion differs in class and time to live.
    let delete = asked(Change::Delete).octets;
    let differs: Vec<_> = (0..before).filter(|octet| add[*octet] != delete[*octet]).collect();
    let class = wanted.windows(5).position(|octets| octets == [0, 0x10, 0, 1, 0]).unwrap() + 3;
    assert_eq!(differs, [class, class + 4]);
    assert_eq!((delete[class], delete[class + 4]), (254, 0));
}

#[test]
fn a_text_that_does_not_fit_is_refused() {
    let name = Name::parse("z.example").unwrap();
    let long = "x".repeat(256);
    let refused = request((Change::Add, &name), (&name, &long), &key(), 1, at(NOW));
    assert!(matches!(refused, Err(ZoneError::TooLong)));
}

#[test]
fn an_answer_is_believed_when_it_is_signed_over_our_signature() {
    let request = asked(Change::Add);
    let other = TsigKey::parse("acme-key:AAECAwQFBgcICQoLDA0OEA==").unwrap();
    let mine = |octets: &[u8]| request.answered(octets, &key(), at(NOW));
    let good = answer(&request, 0, &key(), NOW);
    assert_eq!(mine(&good), Ok(()));
    assert_eq!(mine(&answer(&request, 0, &other, NOW)), Err(ZoneError::Unsigned));
    assert_eq!(mine(&answer(&asked(Change::Delete), 0, &key(), NOW)), Err(ZoneError::Unsigned));
    assert_eq!(mine(&answer(&request, 0, &key(), NOW + 301)), Err(ZoneError::Clock));
    assert_eq!(mine(&answer(&request, 5, &key(), NOW)), Err(ZoneError::Refused(5)));
    assert_eq!(mine(&answer(&request, 2, &key(), NOW)), Err(ZoneError::Refused(2)));
    // Without any signature, a yes is nobody's.
    let mut bare = good[..12 + 11 + 4].to_vec();
    bare[11] = 0;
    assert_eq!(mine(&bare), Err(ZoneError::Unsigned));
    let mut strange = good;
    strange[0] ^= 1;
    assert_eq!(mine(&strange), Err(ZoneError::Malformed));
    assert_eq!(mine(&request.octets), Err(ZoneError::Malformed), "a request is no answer");
}

#[test]
fn a_server_that_cannot_check_our_signature_is_understood() {
    let request = asked(Change::Add);
    for (error, wanted) in [(BADSIG, ZoneError::KeyWrong), (BADKEY, ZoneError::KeyUnknown), (BADTIME, ZoneError::Clock)]
    {
        assert_eq!(request.answered(&unsigned(&request, error), &key(), at(NOW)), Err(wanted));
    }
    let other = unsigned(&request, 99);
    assert_eq!(request.answered(&other, &key(), at(NOW)), Err(ZoneError::Refused(NOTAUTH)));
}

#[test]
fn names_may_be_compressed_and_never_lead_in_circles() {
    let message = [3, b'A', b'b', b'c', 0, 1, b'x', 0xc0, 0, 0xc0, 9, 9];
    let mut from = 5;
    assert_eq!(name_at(&message, &mut from), Some(b"\x01x\x03abc\0".to_vec()));
    assert_eq!(from, 9);
    let mut from = 9;
    assert_eq!(name_at(&message, &mut from), None);
}

proptest! {
    #[test]
    fn no_change_of_an_answer_is_believed(at_octet in 0_usize..200, flip in 1_u8..=255) {
        let request = asked(Change::Add);
        let mut octets = answer(&request, 0, &key(), NOW);
        let place = at_octet % octets.len();
        octets[place] ^= flip;
        // Names are compared without case, and nobody looks at the class and time to live of a signature.
        let believed = request.answered(&octets, &key(), at(NOW)).is_ok();
        let begins = 12 + 11 + 4;
        let harmless = (begins..begins + 10).contains(&place) || (begins + 12..begins + 18).contains(&place)
            || (begins + 20..begins + 33).contains(&place);
        prop_assert!(!believed || harmless, "octet {}", place);
    }

    #[test]
    fn no_octets_break_it(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(asked(Change::Add).answered(&octets, &key(), at(NOW)).is_err());
    }
}
