use std::fs;

use super::{TlsError, from_pem, self_made};

#[test]
fn a_certificate_is_made_for_any_host_name() {
    assert!(self_made("mx.mayfly.example").is_ok());
    assert!(self_made("localhost").is_ok());
}

#[test]
fn pem_files_are_used_and_others_named() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["mx.mayfly.example".to_owned()]).unwrap();
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    assert!(matches!(from_pem(&chain, &key), Err(TlsError::File { .. })));
    fs::write(&chain, "").unwrap();
    fs::write(&key, "").unwrap();
    assert!(matches!(from_pem(&chain, &key), Err(TlsError::NoCertificate { .. })));
    fs::write(&chain, made.cert.pem()).unwrap();
    assert!(matches!(from_pem(&chain, &key), Err(TlsError::Pem { .. })));
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    assert!(from_pem(&chain, &key).is_ok());
    let other = rcgen::KeyPair::generate().unwrap();
    fs::write(&key, other.serialize_pem()).unwrap();
    assert!(matches!(from_pem(&chain, &key), Err(TlsError::Unusable(_))));
}
