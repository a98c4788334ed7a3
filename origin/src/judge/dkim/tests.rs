use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::BASE64;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);
const BODY: &str = "Hello.\r\n";

fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap()
}

fn record() -> String {
    format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(pair().public_key().as_ref()))
}

/// A signature over `From` and the body, with more tags; both forms are simple.
fn signature(from: &str, tags: &str) -> String {
    let hash = BASE64.encode(&Sha256::digest(BODY));
    let field = format!("DKIM-Signature: v=1; a=ed25519-sha256; d=shop.example; s=one; h=from; bh={hash}; {tags}b=");
    let digest = Sha256::digest(format!("{from}{field}"));
    format!("{field}{}\r\n", BASE64.encode(pair().sign(&digest).as_ref()))
}

const FROM: &str = "From: anna@shop.example\r\n";

fn message(tags: &str) -> String {
    format!("{}{FROM}\r\n{BODY}", signature(FROM, tags))
}

fn known(record: Lookup<Vec<u8>>) -> Known {
    let mut known = Known::default();
    known.learn(Name::parse("one._domainkey.shop.example").unwrap(), record);
    known
}

fn text(record: &str) -> Known {
    known(Lookup::Records(vec![record.as_bytes().to_vec()]))
}

fn only(message: &str, known: &Known) -> Signature {
    let (Dkim::Checked(signatures), Chain::None) = verify(message.as_bytes(), known, NOW) else {
        panic!("not checked")
    };
    let [signature] = signatures.as_slice() else { panic!("{signatures:?}") };
    signature.clone()
}

fn outcome(message: &str, known: &Known) -> Outcome {
    only(message, known).outcome
}

#[test]
fn a_signature_holds_and_is_told_of() {
    let message = message("");
    let found = only(&message, &text(&record()));
    assert_eq!((found.domain.as_str(), found.selector.as_str()), ("shop.example", "one"));
    assert_eq!((found.outcome, found.covers), (Outcome::Pass, Covers::Whole));
    assert_eq!((found.detail.algorithm, found.detail.key), (Algorithm::Ed25519Sha256, Standing::InUse));
    assert!(found.vouches() && message.contains(&format!("b={}", found.detail.begins)));
    assert_eq!(found.detail.begins.len(), 8);
}

#[test]
fn what_was_changed_does_not_hold() {
    let known = text(&record());
    assert_eq!(outcome(&message("").replace("Hello", "Hullo"), &known), Outcome::Fail);
    assert_eq!(outcome(&message("").replace("anna", "anne"), &known), Outcome::Fail);
    assert_eq!(outcome(&message("x=1795000001; "), &known), Outcome::Pass);
    assert_eq!(outcome(&message("x=1795000000; "), &known), Outcome::Fail);
    assert_eq!(outcome(&message("t=1795003600; "), &known), Outcome::Pass);
    assert_eq!(outcome(&message("t=1795003601; "), &known), Outcome::Fail);
}

#[test]
fn keys_come_from_what_is_known_alone() {
    // No runtime is here that could ask anybody.
    let message = message("");
    assert_eq!(questions(message.as_bytes()), [Name::parse("one._domainkey.shop.example").unwrap()]);
    assert_eq!(outcome(&message, &Known::default()), Outcome::Temperror);
    assert_eq!(outcome(&message, &known(Lookup::Failed)), Outcome::Temperror);
    assert_eq!(outcome(&message, &known(Lookup::NoRecords)), Outcome::Permerror);
    assert_eq!(outcome(&message, &known(Lookup::NoSuchName)), Outcome::Permerror);
    assert_eq!(outcome(&message, &text("v=DKIM1; k=ed25519; p=")), Outcome::Permerror);
    assert_eq!(outcome(&message, &text(&record().replace("k=ed25519", "k=rsa"))), Outcome::Permerror);
}

#[test]
fn a_key_in_trial_condemns_nothing() {
    let known = text(&record().replace("k=", "t=y; k="));
    assert_eq!(outcome(&message(""), &known), Outcome::Pass);
    let failed = only(&message("").replace("Hello", "Hullo"), &known);
    assert_eq!((failed.outcome, failed.detail.key), (Outcome::Neutral, Standing::InTrial));
}

#[test]
fn a_signature_for_as_much_as_there_is_is_for_all_of_it() {
    let message = message("l=8; ");
    let found = only(&message, &text(&record()));
    assert_eq!((found.outcome, found.covers), (Outcome::Pass, Covers::Whole));
    assert!(found.vouches());
    // Where DNS does not say, nobody knows yet whether it vouches: its author is not disowned for that.
    let found = only(&message, &Known::default());
    assert_eq!((found.outcome, found.covers), (Outcome::Temperror, Covers::Whole));
}

#[test]
fn a_signature_of_the_beginning_vouches_for_nothing() {
    let message = message("l=8; ") + "Buy this.\r\n";
    let found = only(&message, &text(&record()));
    assert_eq!((found.outcome, found.covers), (Outcome::Pass, Covers::Beginning));
    assert!(!found.vouches());
    assert_eq!(verify(message.as_bytes(), &text(&record()), NOW).0.outcome(), Outcome::Neutral);
    assert_eq!(outcome(&self::message("l=9; "), &text(&record())), Outcome::Permerror);
}

#[test]
fn an_author_added_is_no_authors_signature() {
    let added = format!("From: eve@evil.example\r\n{}", message(""));
    assert_eq!(outcome(&added, &text(&record())), Outcome::Permerror);
}

#[test]
fn what_cannot_be_read_is_told_of_and_asks_nothing() {
    let known = text(&record());
    let old = message("").replace("ed25519-sha256", "rsa-sha1");
    assert!(questions(old.as_bytes()).is_empty());
    let found = only(&old, &known);
    assert_eq!((found.domain.as_str(), found.outcome), ("shop.example", Outcome::Permerror));
    let found = only(&format!("DKIM-Signature: nonsense\r\n{FROM}\r\n{BODY}"), &known);
    assert_eq!((found.domain.as_str(), found.outcome), ("", Outcome::Permerror));
}

#[test]
fn a_message_without_signatures_asks_nothing() {
    let message = format!("{FROM}\r\n{BODY}");
    assert!(questions(message.as_bytes()).is_empty());
    assert_eq!(verify(message.as_bytes(), &Known::default(), NOW), (Dkim::Checked(Vec::new()), Chain::None));
}

#[test]
fn of_many_signatures_the_first_are_verified() {
    let many: String = (0..100).map(|n| signature(FROM, "").replace("s=one", &format!("s=s{n}"))).collect();
    let message = format!("{many}{FROM}\r\n{BODY}");
    assert_eq!(questions(message.as_bytes()).len(), SIGNATURES);
    let (Dkim::Checked(found), _) = verify(message.as_bytes(), &Known::default(), NOW) else { panic!("not checked") };
    assert_eq!(found.len(), SIGNATURES);
    assert_eq!(found[0].selector, "s0");
}

#[test]
fn a_header_that_is_too_long_is_not_checked() {
    let message = format!("X: {}\r\n{}", "x".repeat(crate::limits::HEADER_OCTETS), message(""));
    assert!(questions(message.as_bytes()).is_empty());
    assert_eq!(verify(message.as_bytes(), &text(&record()), NOW), (Dkim::Unchecked, Chain::None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_comes_is_judged(rest in "(ARC-Seal|ARC-Message-Signature|DKIM-Signature|From)?(:|=|;|i=1|[ -~]|\r\n){0,80}") {
        let message = message("").replacen("\r\n", &format!("\r\n{rest}"), 1);
        prop_assert!(questions(message.as_bytes()).len() <= SIGNATURES + crate::limits::ARC_SETS + 1);
        let (found, _) = verify(message.as_bytes(), &Known::default(), NOW);
        prop_assert!(found.outcome() != Outcome::Pass, "nothing is known of any key");
    }
}
