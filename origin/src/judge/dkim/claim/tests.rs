use protocol::time::Millis;

use super::*;

const GOOD: &str = "v=1; a=rsa-sha256; d=Shop.example; s=One; h=From:To; bh=AAAA; b=AAAA";

fn read(text: &str) -> Option<Claim> {
    Claim::dkim(&Tags::read(text.as_bytes()).unwrap())
}

#[test]
fn a_claim_says_who_signed_what() {
    let claim = read(&format!("{GOOD}; c=relaxed; l=5; i=anna@Mail.shop.example")).unwrap();
    assert_eq!(claim.signer.domain.as_str(), "shop.example");
    assert_eq!(claim.signer.key.as_str(), "one._domainkey.shop.example");
    assert_eq!(claim.scope.fields, ["from", "to"]);
    assert_eq!((claim.scope.header, claim.scope.body), (Canonicalization::Relaxed, Canonicalization::Simple));
    assert_eq!(claim.scope.length, Length::Octets(5));
    assert!(claim.suits(Names::Below) && !claim.suits(Names::Exactly));
    assert!(read(GOOD).unwrap().suits(Names::Exactly));
    assert_eq!(read(GOOD).unwrap().scope.body, Canonicalization::Simple);
}

#[test]
fn a_domain_in_other_letters_is_asked_about_in_ascii() {
    let claim = read(&GOOD.replace("Shop.example", "Bücher.example")).unwrap();
    assert_eq!(claim.signer.domain.as_str(), "xn--bcher-kva.example");
}

#[test]
fn what_breaks_a_rule_is_no_claim() {
    for (old, new) in [
        ("v=1; ", ""),
        ("v=1", "v=2"),
        ("rsa-sha256", "rsa-sha1"),
        ("rsa-sha256", "dsa"),
        ("d=Shop.example; ", ""),
        ("Shop.example", "shop..example"),
        ("s=One", "s="),
        ("From:To", "To"),
        ("From:To", "From::To"),
        ("bh=AAAA", "bh=A"),
        ("b=AAAA", "b="),
        ("b=AAAA", "b=AAAA; l=-1"),
        ("b=AAAA", "b=AAAA; t=20; x=10"),
        ("b=AAAA", "b=AAAA; c=relaxed/other"),
        ("b=AAAA", "b=AAAA; q=http"),
        ("b=AAAA", "b=AAAA; i=anna@mall.example"),
        ("b=AAAA", "b=AAAA; i=anna@evilshop.example"),
        ("b=AAAA", "b=AAAA; i=shop.example"),
    ] {
        let text = GOOD.replacen(old, new, 1);
        assert!(text != GOOD && read(&text).is_none(), "{text}");
    }
    let many = format!("From:{}", vec!["x"; SIGNED_FIELDS].join(":"));
    assert!(read(&GOOD.replace("From:To", &many)).is_none());
}

#[test]
fn a_claim_is_good_from_a_while_before_it_was_made_until_it_expires() {
    let scope = read(&format!("{GOOD}; t=10000; x=20000")).unwrap().scope;
    let at = |seconds: u64| scope.is_good_at(Timestamp::from_millis(seconds * 1_000));
    let earliest = 10_000 - SIGNER_AHEAD.as_millis() / 1_000;
    assert!(!at(earliest - 1) && at(earliest) && at(19_999) && !at(20_000));
    assert!(read(GOOD).unwrap().scope.is_good_at(Timestamp::from_millis(0).plus(Millis::from_secs(1 << 40))));
}

#[test]
fn a_chains_signature_has_no_author_and_leaves_seals_alone() {
    let read = |text: &str| Claim::message(&Tags::read(text.as_bytes()).unwrap());
    let good = GOOD.replace("v=1", "i=1");
    assert!(read(&good).is_some());
    assert!(read(&good.replace("From:To", "From:ARC-Seal")).is_none());
}
