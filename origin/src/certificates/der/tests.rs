use proptest::prelude::*;

use super::*;

fn made(names: &[&str]) -> rcgen::Certificate {
    let key = rcgen::KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = rcgen::CertificateParams::new(names).unwrap();
    parameters.not_before = rcgen::date_time_ymd(2026, 11, 24);
    parameters.not_after = rcgen::date_time_ymd(2053, 2, 1);
    parameters.serial_number = Some(vec![0x00, 0x87, 0x65].into());
    parameters.use_authority_key_identifier_extension = true;
    parameters.self_signed(&key).unwrap()
}

#[test]
fn a_certificate_says_how_long_and_for_whom() {
    let leaf = Leaf::read(made(&["MX.mayfly.example", "mail.example"]).der()).unwrap();
    // One of the years is written with two digits, the other with four.
    assert_eq!(leaf.validity.from.to_string(), "2026-11-24T00:00:00.000Z");
    assert_eq!(leaf.validity.until.to_string(), "2053-02-01T00:00:00.000Z");
    assert_eq!(leaf.names, ["mx.mayfly.example", "mail.example"]);
    assert!(leaf.covers(["mx.mayfly.example"].iter()));
    assert!(!leaf.covers(["mx.mayfly.example", "other.example"].iter()));
    // The leading zero keeps the number positive and belongs to it.
    assert_eq!(leaf.serial, [0x00, 0x87, 0x65]);
    assert_eq!(leaf.authority_key.len(), 20);
}

#[test]
fn both_ends_of_a_validity_are_within() {
    let at = Timestamp::from_millis;
    let validity = Validity { from: at(10), until: at(20) };
    assert_eq!([9, 10, 20, 21].map(|now| validity.holds(at(now))), [false, true, true, false]);
}

#[test]
fn times_that_are_none_are_refused() {
    let read = |tag: u8, text: &str| {
        let mut octets = vec![tag, u8::try_from(text.len()).unwrap()];
        octets.extend(text.as_bytes());
        time(&mut octets.as_slice()).map(|time| time.to_string())
    };
    assert_eq!(read(UTC_TIME, "491231235959Z").as_deref(), Some("2049-12-31T23:59:59.000Z"));
    assert_eq!(read(UTC_TIME, "750101000000Z").as_deref(), Some("1975-01-01T00:00:00.000Z"));
    assert_eq!(read(UTC_TIME, "500101000000Z").as_deref(), Some("1970-01-01T00:00:00.000Z"));
    assert_eq!(read(GENERALIZED_TIME, "99991231235959Z").as_deref(), Some("9999-12-31T23:59:59.000Z"));
    for (tag, text) in [
        (UTC_TIME, "4912312359Z"),
        (UTC_TIME, "491331235959Z"),
        (UTC_TIME, "49123123595\u{e9}"),
        (UTC_TIME, "491231235959+"),
        (GENERALIZED_TIME, "491231235959Z"),
        (INTEGER, "491231235959Z"),
    ] {
        assert_eq!(read(tag, text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn no_octets_break_it(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Leaf::read(&octets);
    }

    #[test]
    fn a_certificate_cut_short_is_none(share in 0.0..1.0_f64) {
        let whole = made(&["mx.mayfly.example"]).der().to_vec();
        let kept = whole.iter().enumerate().filter(|(at, _)| (*at as f64) < whole.len() as f64 * share);
        let cut: Vec<u8> = kept.map(|(_, octet)| *octet).collect();
        prop_assert!(cut.len() == whole.len() || Leaf::read(&cut).is_err());
    }
}
