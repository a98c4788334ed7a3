use std::sync::Arc;

use protocol::time::Timestamp;

use super::*;
use crate::{metrics::Metrics, ports::StoreStatus};

const NAME: &str = "mx.mayfly.example";

fn pem(names: &[&str]) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

#[test]
fn a_certificate_is_made_for_any_host_name() {
    for name in [NAME, "localhost"] {
        let made = Certified::self_made(name).unwrap();
        assert!(made.leaf().covers([name].iter()));
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let ((chain, key), (_, other)) = (pem(&[NAME]), pem(&[NAME]));
    let read = |chain: &str, key: &str| Certified::from_pem(chain.as_bytes(), key.as_bytes());
    assert!(read(&chain, &key).is_ok());
    assert!(matches!(read("", &key), Err(CertificateError::NoCertificate)));
    assert!(matches!(read(&chain[..chain.len() / 2], &key), Err(CertificateError::Chain(_))));
    assert!(matches!(read(&chain, ""), Err(CertificateError::Key(_))));
    assert!(matches!(read(&chain, &key[..key.len() / 2]), Err(CertificateError::Key(_))));
    assert!(matches!(read(&chain, &other), Err(CertificateError::Unusable(_))));
    // Both in one text, in either order.
    let (one, two) = (format!("{chain}{key}"), format!("{key}{chain}"));
    assert!(read(&one, &one).is_ok() && read(&two, &two).is_ok());
}

#[test]
fn one_that_is_over_is_not_good() {
    let made = Certified::self_made(NAME).unwrap();
    let until = made.leaf().validity.until;
    assert!(made.clone().good_at(until).is_ok());
    let late = Timestamp::from_millis(until.as_millis() + 1);
    assert!(matches!(made.good_at(late), Err(CertificateError::NotNow(_))));
}

#[test]
fn a_swap_is_seen_by_the_next_handshake_and_told_as_a_metric() {
    let metrics = Arc::new(Metrics::new());
    let (first, second) = (Certified::self_made(NAME).unwrap(), Certified::self_made(NAME).unwrap());
    let wanted = second.key.cert.first().cloned();
    let in_use = InUse::new(first, Arc::clone(&metrics));
    assert_ne!(in_use.shown(), wanted);
    in_use.swap(second);
    assert_eq!(in_use.shown(), wanted);
    in_use.kept();
    let told = metrics.render(&StoreStatus::default(), Timestamp::from_millis(0)).unwrap();
    assert!(told.contains("mayfly_certificate_reload_failures_total 1"), "{told}");
    // The year 4096, as rcgen has it.
    assert!(told.contains("mayfly_certificate_expires_at_seconds 67090118400"), "{told}");
    assert!(told.contains("mayfly_certificate_orders_total{outcome=\"issued\"} 0"), "{told}");
}
