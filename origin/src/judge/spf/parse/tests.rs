use proptest::prelude::*;

use super::*;

fn choose(texts: &[&str]) -> Policy {
    Policy::choose(&texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>())
}

fn is_read(text: &str) -> bool {
    matches!(choose(&[text]), Policy::One(_))
}

#[test]
fn one_record_among_other_texts_is_chosen() {
    assert_eq!(choose(&["v=spf10", "something else", "v=spf1mx"]), Policy::Nothing);
    assert_eq!(choose(&["other", "V=sPf1"]), Policy::One(Record::default()));
    assert_eq!(choose(&["v=spf1 -all", "v=SPF1 -all"]), Policy::Several);
    let long = format!("v=spf1 {}", "ip4:192.0.2.1 ".repeat(SPF_RECORD_OCTETS / 14));
    assert_eq!(choose(&[&long]), Policy::TooLong);
}

#[test]
fn prefixes_are_numbers_within_their_bounds() {
    for good in ["ip4:192.0.2.1", "ip4:192.0.2.1/0", "ip4:192.0.2.1/32", "ip6:::1/128", "a/24", "a//64", "mx/24//64"] {
        assert!(is_read(&format!("v=spf1 {good}")), "{good}");
    }
    for bad in [
        "ip4:192.0.2.1/33",
        "ip4:192.0.2.1/",
        "ip4:192.0.2.1/032",
        "ip4:192.0.2.1/+8",
        "ip4:192.0.2",
        "ip4:::1",
        "ip4",
        "ip6:192.0.2.1",
        "ip6:::1/129",
        "ip6:::1//64",
        "ip4:192.0.2.1//32",
        "a/33",
        "a//129",
        "a/24/64",
        "a/",
        "a//",
        "a/024",
        "a///64",
        "ptr/24",
        "all/8",
        "include:a.example/24",
        "a:b.example/",
    ] {
        assert_eq!(choose(&[&format!("v=spf1 {bad} -all")]), Policy::Malformed, "{bad}");
    }
}

#[test]
fn modifiers_stand_once_and_unknown_ones_are_only_read() {
    assert!(is_read("v=spf1 moo.cow-far_out=man:dog/cat a=b -all"));
    for bad in ["exp=a.b exp=c.d", "redirect=a.b redirect=a.b", "exp=", "redirect=x", "1a=b", "=b", "x=%", "-exp=a.b"] {
        assert_eq!(choose(&[&format!("v=spf1 {bad}")]), Policy::Malformed, "{bad}");
    }
}

#[test]
fn only_spaces_part_terms() {
    assert!(is_read("v=spf1  a   -all  "));
    for bad in ["v=spf1 a\tmx", "v=spf1 a\r-all", "v=spf1 a\u{e4}.example", "v=spf1 a:b.example\0"] {
        assert_eq!(choose(&[bad]), Policy::Malformed, "{bad:?}");
    }
}

#[test]
fn prefixes_of_nothing_and_of_all_compare() {
    let (one, other) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(203, 0, 113, 9));
    assert!(agree_v4(one, other, 0) && agree_v4(one, one, 32) && !agree_v4(one, other, 32));
    assert!(agree_v4(one, Ipv4Addr::new(192, 0, 2, 200), 24));
    assert!(agree_v6(Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED, 127));
    assert!(!agree_v6(Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED, 128));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "v=spf1( [-+~?]?(all|a|mx|ptr|ip4|ip6|include|exists|exp=|redirect=|x=)[:/%{}a-z0-9.-]{0,20}){0,6}") {
        let policy = choose(&[&text]);
        prop_assert!(matches!(policy, Policy::One(_) | Policy::Malformed));
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let policy = Policy::choose(&[[b"v=spf1 ".as_slice(), &octets].concat()]);
        prop_assert!(matches!(policy, Policy::One(_) | Policy::Malformed));
    }
}
