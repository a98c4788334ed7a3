use proptest::prelude::*;

use super::*;

fn authors(header: &str) -> (Vec<String>, Naming) {
    let authors = read(header.as_bytes());
    (authors.domains.iter().map(|domain| domain.as_str().to_owned()).collect(), authors.naming)
}

fn plain(header: &str, domains: &[&str]) {
    assert_eq!(
        authors(header),
        (domains.iter().map(|domain| (*domain).to_owned()).collect(), Naming::Plain),
        "{header}"
    );
}

fn doubtful(header: &str, domains: &[&str]) {
    let wanted = (domains.iter().map(|domain| (*domain).to_owned()).collect(), Naming::Doubtful);
    assert_eq!(authors(header), wanted, "{header}");
}

#[test]
fn one_field_names_its_authors() {
    plain("From: anna@shop.example\r\n", &["shop.example"]);
    plain(
        "Received: by there\r\nfrom : Anna <anna@Shop.Example>\r\nTo: b@c.example\r\n\r\nFrom: x@y.example",
        &["shop.example"],
    );
    plain("From: \"x@bank.example\" <anna@shop.example>\r\n", &["shop.example"]);
    plain("From: Anna\r\n <anna@shop.example> (a shop)\r\n", &["shop.example"]);
    plain("From: a@shop.example, b@shop.example, c@news.example\r\n", &["shop.example", "news.example"]);
    plain("From: Team: a@shop.example, b@news.example;\r\n", &["shop.example", "news.example"]);
    plain("From: a@shop.example.\r\n", &["shop.example"]);
}

#[test]
fn other_scripts_become_a_labels() {
    plain("From: a@b\u{fc}cher.example\r\n", &["xn--bcher-kva.example"]);
    plain("From: a@B\u{dc}CHER\u{3002}example\r\n", &["xn--bcher-kva.example"]);
    plain("From: a@xn--bcher-kva.example\r\n", &["xn--bcher-kva.example"]);
    doubtful("From: a@\u{200e}.example\r\n", &[]);
}

#[test]
fn what_names_no_single_author_is_doubtful() {
    doubtful("", &[]);
    doubtful("Subject: Hello\r\n\r\n", &[]);
    doubtful("From:\r\n", &[]);
    doubtful("From: Anna\r\n", &[]);
    doubtful("From: <>\r\n", &[]);
    doubtful("From: undisclosed:;\r\n", &[]);
    doubtful("From: a@[192.0.2.1]\r\n", &[]);
    doubtful("From: a@shop..example\r\n", &[]);
    doubtful("From: @shop.example\r\n", &["shop.example"]);
    doubtful("From: a@shop.example\r\nFROM: a@shop.example\r\n", &["shop.example"]);
    doubtful("From: a@shop.example, Anna\r\n", &["shop.example"]);
    doubtful("From: a@bank.example@shop.example\r\n", &["shop.example"]);
    doubtful("From: <a@bank.example> <b@shop.example>\r\n", &["shop.example"]);
}

#[test]
fn domains_are_bounded() {
    let list = |count| (0..count).map(|n| format!("a@d{n}.example")).collect::<Vec<_>>().join(", ");
    let (domains, naming) = authors(&format!("From: {}\r\n", list(AUTHOR_DOMAINS)));
    assert_eq!((domains.len(), naming), (AUTHOR_DOMAINS, Naming::Plain));
    let (domains, naming) = authors(&format!("From: {}\r\n", list(AUTHOR_DOMAINS + 1)));
    assert_eq!((domains.len(), naming), (AUTHOR_DOMAINS, Naming::Doubtful));
    doubtful(&format!("From: a@shop.example\r\nX: {}\r\n", "x".repeat(SECTION_OCTETS)), &[]);
    let full = format!("X: {}\r\nFrom: a@shop.example\r\n", "x".repeat(HEADER_OCTETS));
    assert_eq!(authors(&full), (vec!["shop.example".to_owned()], Naming::Plain));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_from_is_read(value in "([a-z]{1,6}|[;=\"*'%<>@,:() \\\\.?\\t\\[\\]]|=\\?utf-8\\?[qb]\\?|\\?=|\r\n |\\PC){0,40}") {
        let authors = read(format!("From: {value}\r\n\r\n").as_bytes());
        prop_assert!(authors.domains.len() <= AUTHOR_DOMAINS);
        prop_assert!(authors.naming == Naming::Doubtful || !authors.domains.is_empty());
    }
}
