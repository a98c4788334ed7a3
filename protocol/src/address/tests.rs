use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> (String, Option<String>) {
    let address = Address::parse(text).unwrap();
    (address.canonical(), address.tag().map(str::to_owned))
}

#[test]
fn an_address_is_found_in_any_case_and_with_any_tag() {
    assert_eq!(parsed("quiet-heron-4821@mayfly.test"), ("quiet-heron-4821@mayfly.test".into(), None));
    assert_eq!(parsed("Quiet-HERON-4821@Mayfly.TEST"), ("quiet-heron-4821@mayfly.test".into(), None));
    assert_eq!(parsed("name+Shop@mayfly.test"), ("name@mayfly.test".into(), Some("Shop".into())));
    assert_eq!(parsed("name+a+b.c=d@mayfly.test"), ("name@mayfly.test".into(), Some("a+b.c=d".into())));
    assert_eq!(parsed("name+@mayfly.test"), ("name@mayfly.test".into(), None));
}

#[test]
fn an_address_without_two_sides_has_the_wrong_shape() {
    for text in ["", "@", "name", "name@", "@mayfly.test"] {
        assert_eq!(Address::parse(text), Err(AddressError::Shape), "{text}");
    }
}

#[test]
fn local_parts_that_no_address_of_ours_has_are_refused() {
    let long = format!("{}@mayfly.test", "a".repeat(65));
    let long_tag = format!("a+{}@mayfly.test", "a".repeat(63));
    let others = [
        "a b@mayfly.test",
        "a..b@mayfly.test",
        ".a@mayfly.test",
        "a.@mayfly.test",
        "+tag@mayfly.test",
        "ä@mayfly.test",
        "\"a\"@mayfly.test",
        "a@b@mayfly.test",
        "a\r\n@mayfly.test",
        "a\0@mayfly.test",
        "a+t t@mayfly.test",
        "a+\"@mayfly.test",
        "a+ü@mayfly.test",
        &long,
        &long_tag,
    ];
    for text in others {
        assert_eq!(Address::parse(text), Err(AddressError::Local), "{text}");
    }
    assert!(Address::parse(&format!("{}@mayfly.test", "a".repeat(64))).is_ok());
}

#[test]
fn domains_are_names_of_dns_in_lower_case() {
    assert_eq!(Domain::parse("Mail-1.Example.ORG").unwrap().as_str(), "mail-1.example.org");
    assert_eq!(Domain::parse("xn--mnchen-3ya.example").unwrap().to_string(), "xn--mnchen-3ya.example");
    assert!(Domain::parse(&format!("{}.example", "a".repeat(63))).is_ok());
    let label = format!("{}.example", "a".repeat(64));
    let name = format!("{}test", "a.".repeat(125));
    assert_eq!(name.len(), 254);
    let others = [
        "",
        ".",
        "example.",
        ".example",
        "a..b",
        "-a.example",
        "a-.example",
        "a_b.example",
        "münchen.example",
        "a b.example",
        "192.0.2.1",
        "[192.0.2.1]",
        "example.1",
        "a.example\n",
        &label,
        &name,
    ];
    for text in others {
        assert_eq!(Domain::parse(text), Err(AddressError::Domain), "{text}");
    }
    assert!(Domain::parse(&name[2..]).is_ok());
}

#[test]
fn a_name_that_is_asked_for_has_bounds() {
    assert_eq!(Local::parse("My.Name_1-x").unwrap().as_str(), "my.name_1-x");
    assert!(Local::parse("abc").is_ok() && Local::parse(&"a".repeat(40)).is_ok());
    let long = "a".repeat(41);
    for text in ["", "ab", ".abc", "abc.", "-abc", "abc-", "_abc", "a..b", "a+b", "a b", "äbc", "abé", "a@b", &long] {
        assert_eq!(Local::parse(text), Err(AddressError::Local), "{text}");
    }
}

#[test]
fn an_address_has_no_text_but_the_one_asked_for() {
    let address = Address::parse("name+tag@mayfly.test").unwrap();
    assert_eq!(format!("{address:?} {:?}", address.local()), "Address(…) Local(…)");
    assert_eq!(format!("{:?}", address.domain()), "Domain(mayfly.test)");
}

proptest! {
    #[test]
    fn the_canonical_text_is_its_own_canonical_text(local in "[A-Za-z0-9_-]{1,20}(\\.[a-z0-9]{1,10}){0,2}", tag in "(\\+[a-z.]{0,9})?", domain in "[A-Za-z]{1,9}\\.[A-Za-z]{2,9}") {
        let address = Address::parse(&format!("{local}{tag}@{domain}")).unwrap();
        let canonical = address.canonical();
        prop_assert_eq!(&canonical, &canonical.to_ascii_lowercase());
        let again = Address::parse(&canonical).unwrap();
        prop_assert!(again == Address::new(address.local().clone(), address.domain().clone()));
        prop_assert_eq!(again.canonical(), canonical);
    }

    #[test]
    fn any_text_is_an_answer_and_no_panic(text in "\\PC{0,20}[@+.]{0,3}\\PC{0,20}") {
        if let Ok(address) = Address::parse(&text) {
            prop_assert!(address.canonical().is_ascii());
        }
        if let Ok(local) = Local::parse(&text) {
            prop_assert_eq!(local.as_str(), text.to_ascii_lowercase());
        }
    }
}
