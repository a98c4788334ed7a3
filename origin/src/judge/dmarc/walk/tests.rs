use proptest::prelude::*;

use super::*;
use crate::ports::Lookup;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// What is known where these domains have these records and all others have none.
fn known(start: &str, records: &[(&str, &str)]) -> Known {
    let mut known = Known::default();
    for domain in way(&name(start)) {
        let record = records.iter().find(|(at, _)| *at == domain.as_str());
        let answer = record
            .map_or(Lookup::NoSuchName, |(_, tags)| Lookup::Records(vec![format!("v=DMARC1; {tags}").into_bytes()]));
        known.learn(name(&format!("_dmarc.{}", domain.as_str())), &answer);
    }
    known
}

fn organization(start: &str, records: &[(&str, &str)]) -> String {
    let known = known(start, records);
    Walk::from(&name(start), &known).unwrap().organization().as_str().to_owned()
}

#[test]
fn long_names_are_cut_to_seven_labels() {
    let way = |start: &str| super::way(&name(start)).map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    // RFC 9989 §4.10.
    let wanted = [
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com",
        "i.j.mail.example.com",
        "j.mail.example.com",
        "mail.example.com",
        "example.com",
        "com",
    ];
    assert_eq!(way(wanted[0]), wanted);
    assert_eq!(way("1.2.3.4.5.6.7.8").len(), 8);
    assert_eq!(way("1.2.3.4.5.6.7.8.9")[..2], ["1.2.3.4.5.6.7.8.9", "3.4.5.6.7.8.9"]);
    assert_eq!(way("example.com"), ["example.com", "com"]);
    assert_eq!(way("com"), ["com"]);
}

#[test]
fn the_organization_is_where_the_rules_put_it() {
    let table: [(&str, &[_], &str); 9] = [
        // RFC 9989 §4.10.2, its three examples.
        ("a.mail.example.com", &[("mail.example.com", "p=none"), ("example.com", "p=none")], "example.com"),
        ("a.mail.example.com", &[("mail.example.com", "psd=n"), ("example.com", "p=none")], "mail.example.com"),
        ("a.mail.example.com", &[("com", "psd=y")], "example.com"),
        // Nothing found: the start.
        ("a.mail.example.com", &[], "a.mail.example.com"),
        // A public suffix that is where the walk starts, and one above another that stops it.
        ("bank.example", &[("bank.example", "psd=y"), ("example", "psd=y")], "bank.example"),
        ("giant.bank.example", &[("bank.example", "psd=y"), ("example", "p=none")], "giant.bank.example"),
        ("mail.giant.bank.example", &[("bank.example", "psd=y"), ("giant.bank.example", "")], "giant.bank.example"),
        ("example.com", &[("example.com", "psd=u"), ("com", "psd=u")], "com"),
        // One label below, though the walk never asked about it.
        ("1.2.3.4.5.6.7.8.9", &[("3.4.5.6.7.8.9", "psd=y")], "2.3.4.5.6.7.8.9"),
    ];
    for (start, records, wanted) in table {
        assert_eq!(organization(start, records), wanted, "{start} {records:?}");
    }
}

#[test]
fn a_fault_matters_only_where_the_walk_comes_by() {
    let mut known = known("a.example.com", &[("example.com", "psd=n")]);
    known.learn(name("_dmarc.com"), &Lookup::Failed);
    assert!(Walk::from(&name("a.example.com"), &known).is_ok());
    known.learn(name("_dmarc.a.example.com"), &Lookup::Failed);
    assert_eq!(Walk::from(&name("a.example.com"), &known).err(), Some(Halt::Fault));
}

#[test]
fn what_is_not_known_is_asked_at_once() {
    let mut known = Known::default();
    let asked = |known: &Known| match Walk::from(&name("a.example.com"), known) {
        Err(Halt::Ask(names)) => names,
        _ => panic!("asks nothing"),
    };
    assert_eq!(asked(&known), ["_dmarc.a.example.com", "_dmarc.example.com", "_dmarc.com"].map(name));
    known.learn(name("_dmarc.example.com"), &Lookup::Records(vec![b"v=DMARC1; psd=n".to_vec()]));
    assert_eq!(asked(&known), [name("_dmarc.a.example.com")]);
}

#[test]
fn a_name_too_long_for_the_label_has_no_record() {
    let long = name(&["x".repeat(63), "x".repeat(63), "x".repeat(63), "x".repeat(61)].join("."));
    assert!(Known::default().record(&long).unwrap().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_walk_asks_at_most_eight_questions(labels in prop::collection::vec("[a-z0-9_-]{1,8}", 1..28)) {
        let start = name(&labels.join("."));
        let way: Vec<_> = way(&start).collect();
        prop_assert!((1..=TREE_LOOKUPS).contains(&way.len()));
        prop_assert!(way.iter().all(|name| start.is_within(name)));
        match Walk::from(&start, &Known::default()) {
            Err(Halt::Ask(names)) => prop_assert_eq!(names.len(), way.len()),
            _ => prop_assert!(false, "asks nothing"),
        }
    }
}
