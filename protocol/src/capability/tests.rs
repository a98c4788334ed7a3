use proptest::prelude::*;

use super::*;
use crate::sealing::tests::Seeded;

fn capability() -> Capability {
    Capability::from_bytes([0x5a; 32])
}

#[test]
fn a_capability_is_its_version_and_43_characters() {
    let text = capability().to_text();
    assert_eq!(text.len(), 44);
    assert!(text.starts_with('1'));
    assert_eq!(text.capacity(), 44, "the text is written once");
    assert!(text.parse() == Ok(capability()));
}

#[test]
fn a_credential_is_told_by_its_first_character() {
    let token = capability().read_token();
    assert!(capability().to_text().parse() == Ok(Credential::Capability(capability())));
    assert!(token.to_text().parse() == Ok(Credential::ReadToken(token.clone())));
    let credential = Credential::Capability(capability());
    assert!(credential.read_token() == token, "a capability implies its read token");
}

#[test]
fn one_secret_has_one_text() {
    let text = capability().to_text();
    let mut stray = text.clone().into_bytes();
    stray[43] = if stray[43] == b'_' { b'-' } else { b'_' };
    let stray = String::from_utf8(stray).unwrap();
    let others = [
        text[1..].to_owned(),
        format!("2{}", &text[1..]),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
        text.replace('1', "r") + "A",
        stray,
        String::new(),
        "r".to_owned(),
        "1é".to_owned(),
    ];
    for other in others {
        assert!(other.parse::<Capability>().is_err());
        assert!(other.parse::<Credential>().is_err());
    }
    assert!(capability().read_token().to_text().parse::<Capability>().is_err());
}

#[test]
fn the_hash_admits_its_token_alone() {
    let token = capability().read_token();
    assert!(token.hash().admits(&token));
    let other = Capability::from_bytes([0x5b; 32]).read_token();
    assert!(!token.hash().admits(&other));
}

#[test]
fn everything_derived_differs() {
    let capability = capability();
    let token = capability.read_token();
    let hash = token.hash();
    assert_ne!(token.to_text()[1..], capability.to_text()[1..]);
    assert_ne!(&hash.as_bytes()[..16], hash.inbox_id().as_bytes());
    assert_eq!(capability.inbox_id(), hash.inbox_id());
    assert_ne!(hash.as_bytes(), &*capability.expand(READ_TOKEN_LABEL));
    assert_ne!(*capability.expand(KEM_LABEL), *capability.expand(READ_TOKEN_LABEL));
}

#[test]
fn a_capability_opens_what_is_sealed_to_its_public_key() {
    let pair = capability().key_pair();
    assert_eq!(pair.suite(), capability().suite());
    assert!(pair.public_key() == capability().key_pair().public_key());
}

#[test]
fn two_draws_differ() {
    let mut rng = Seeded(1);
    assert!(Capability::generate(&mut rng) != Capability::generate(&mut rng));
}

#[test]
fn secrets_have_no_text_but_the_one_asked_for() {
    let capability = capability();
    let token = capability.read_token();
    assert_eq!(format!("{capability:?}"), "Capability(secret)");
    assert_eq!(format!("{token:?}"), "ReadToken(secret)");
    assert_eq!(format!("{:?}", token.hash()), "ReadTokenHash(…)");
    assert_eq!(format!("{:?}", Credential::ReadToken(token)), "Credential(secret)");
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(bytes: [u8; 32]) {
        let capability = Capability::from_bytes(bytes);
        prop_assert!(capability.to_text().parse() == Ok(capability.clone()));
        let token = capability.read_token();
        prop_assert!(token.to_text().parse() == Ok(Credential::ReadToken(token)));
    }

    #[test]
    fn any_text_is_an_answer_and_no_panic(text in "[1r]?[A-Za-z0-9_-]{42,44}|.{0,50}") {
        match text.parse() {
            Ok(Credential::Capability(capability)) => prop_assert_eq!(capability.to_text(), text),
            Ok(Credential::ReadToken(token)) => prop_assert_eq!(token.to_text(), text),
            Err(NotACredential) => prop_assert!(text.parse::<Capability>().is_err()),
        }
    }
}
