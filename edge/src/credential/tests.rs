use proptest::prelude::*;
use protocol::{bytes::Base64, capability::Capability, cursor::Seq, time::Timestamp};

use super::*;

fn capability(seed: u8) -> Capability {
    Capability::from_bytes([seed; 32])
}

fn record(hash: Vec<u8>) -> InboxRecord {
    InboxRecord {
        id: capability(1).inbox_id(),
        region: "fsn".to_owned(),
        read_token_hash: Base64(hash),
        sealed_address: Base64(Vec::new()),
        domain: "mail.example".to_owned(),
        created_at: Timestamp::default(),
        expires_at: Timestamp::default(),
        seq: Seq(0),
        entries: Vec::new(),
        deleted: Vec::new(),
        deliveries: Vec::new(),
    }
}

#[test]
fn both_credentials_are_read_whatever_the_schemes_case() {
    let capability = capability(1);
    let token = capability.read_token().to_text();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let read = read(Some(&format!("{scheme} {token}"))).unwrap();
        assert!(read == Credential::ReadToken(capability.read_token()));
    }
    let read = read(Some(&format!("Bearer {}", capability.to_text()))).unwrap();
    assert!(read == Credential::Capability(capability));
}

#[test]
fn everything_else_is_challenged() {
    assert_eq!(read(None).unwrap_err().headers, [("www-authenticate", "Bearer realm=\"mayfly\"".to_owned())]);
    let long = format!("Bearer {}", "1".repeat(300));
    for header in ["", "Bearer", "Bearer ", "Bearer x", "Basic dTpw", "Token r", &long] {
        let refusal = read(Some(header)).unwrap_err();
        assert_eq!(refusal.problem.status, 401, "{header}");
        assert!(refusal.headers[0].1.contains("invalid_token"), "{header}");
    }
}

#[test]
fn an_inbox_admits_its_own_token_and_capability_alone() {
    let record_of = |hash: &[u8]| record(hash.to_vec());
    let own = record_of(capability(1).read_token().hash().as_bytes());
    assert!(admits(&own, &Credential::ReadToken(capability(1).read_token())));
    assert!(admits(&own, &Credential::Capability(capability(1))));
    assert!(!admits(&own, &Credential::ReadToken(capability(2).read_token())));
    assert!(!admits(&own, &Credential::Capability(capability(2))));
    assert!(!admits(&record_of(&[0; 31]), &Credential::Capability(capability(1))));
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(header in ".{0,120}") {
        let _any = read(Some(&header)).is_ok();
        let bearer = format!("Bearer {header}");
        prop_assert!(read(Some(&bearer)).is_err());
    }
}
