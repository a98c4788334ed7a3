use rustls::{
    ClientConfig, ClientConnection, NamedGroup, ProtocolVersion, RootCertStore, ServerConnection,
    SupportedProtocolVersion,
    crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs::kx_group},
    pki_types::{PrivatePkcs8KeyDer, ServerName},
    sign::{CertifiedKey, SingleCertAndKey},
};

use super::*;

/// The server's side, and what its clients trust.
fn server() -> (Arc<ServerConfig>, RootCertStore) {
    let made = rcgen::generate_simple_self_signed(["mx.mayfly.example".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.der().clone(), PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let key = CertifiedKey::from_der(vec![certificate], key.into(), &aws_lc_rs::default_provider()).unwrap();
    let acceptor = acceptor(Arc::new(SingleCertAndKey::from(key))).unwrap();
    (Arc::clone(acceptor.config()), roots)
}

/// Shakes hands in memory; what the two agree on.
fn agreed(
    versions: &[&'static SupportedProtocolVersion],
    groups: &[&'static dyn SupportedKxGroup],
) -> (ProtocolVersion, NamedGroup) {
    let (server, roots) = server();
    let provider = CryptoProvider { kx_groups: groups.to_vec(), ..aws_lc_rs::default_provider() };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("mx.mayfly.example").unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut server = ServerConnection::new(server).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        let mut wire = Vec::new();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets().unwrap();
    }
    (client.protocol_version().unwrap(), client.negotiated_key_exchange_group().unwrap().name())
}

#[test]
fn the_key_exchange_is_post_quantum_with_whoever_offers_it() {
    let both = &[&rustls::version::TLS13, &rustls::version::TLS12];
    let groups: &[&[&dyn SupportedKxGroup]] =
        &[&[kx_group::X25519MLKEM768, kx_group::X25519], &[kx_group::X25519MLKEM768]];
    for groups in groups {
        assert_eq!(agreed(both, groups), (ProtocolVersion::TLSv1_3, NamedGroup::X25519MLKEM768));
    }
    // As the configuration stands, and not only as a client may force it: ours comes first.
    let ours = server().0.crypto_provider().kx_groups[0].name();
    assert_eq!(ours, NamedGroup::X25519MLKEM768);
}

#[test]
fn who_has_only_older_things_is_served_too() {
    let (new, old) = (&[&rustls::version::TLS13], &[&rustls::version::TLS12]);
    assert_eq!(agreed(new, &[kx_group::X25519]), (ProtocolVersion::TLSv1_3, NamedGroup::X25519));
    assert_eq!(agreed(new, &[kx_group::SECP256R1]), (ProtocolVersion::TLSv1_3, NamedGroup::secp256r1));
    assert_eq!(agreed(old, &[kx_group::X25519]), (ProtocolVersion::TLSv1_2, NamedGroup::X25519));
    assert_eq!(agreed(old, &[kx_group::SECP256R1]), (ProtocolVersion::TLSv1_2, NamedGroup::secp256r1));
}

/// A hello of TLS 1.0 or 1.1, written by hand (RFC 4346 §7.4.1.2): no library that we have would say it.
fn old_hello(minor: u8) -> Vec<u8> {
    let suites = [0xc0, 0x09, 0xc0, 0x13, 0x00, 0x2f];
    let groups = [0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17];
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    body.push(0);
    body.extend([0, 6].iter().chain(&suites).chain(&[1, 0]).chain(&[0, 8]).chain(&groups));
    let length = u8::try_from(body.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(body);
    record
}

#[test]
fn what_is_older_than_tls_1_2_is_refused() {
    /// A record's type, and the level of an alert (RFC 5246 §6.2.1, §7.2).
    const ALERT: u8 = 21;
    const FATAL: u8 = 2;
    /// `handshake_failure`, `protocol_version`.
    const REFUSALS: [u8; 2] = [40, 70];
    for minor in [1, 2] {
        let mut server = ServerConnection::new(server().0).unwrap();
        server.read_tls(&mut old_hello(minor).as_slice()).unwrap();
        assert!(server.process_new_packets().is_err());
        let mut said = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut said).unwrap();
        }
        assert_eq!((said[0], said[5], said.len()), (ALERT, FATAL, 7), "{said:?}");
        assert!(REFUSALS.contains(&said[6]), "{said:?}");
    }
}
