use proptest::prelude::*;

use super::{Header, Origin, PROXY_OCTETS, ProxyError, SIGNATURE, TEXT_OCTETS, read};

fn client(text: &str, used: usize) -> Result<Header, ProxyError> {
    Ok(Header::Whole(Origin::Client(text.parse().unwrap()), used))
}

fn binary(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family][..], &length, body].concat()
}

fn v4() -> Vec<u8> {
    binary(0x21, 0x11, &[192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 4, 0, 25])
}

#[test]
fn headers_of_version_1_name_the_client() {
    let header = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n";
    assert_eq!(read(header.as_bytes()), client("192.0.2.1", header.len()));
    assert_eq!(read(format!("{header}EHLO a\r\n").as_bytes()), client("192.0.2.1", header.len()));
    assert_eq!(read(b"PROXY TCP6 2001:db8::1 2001:db8::2 1 25\r\n"), client("2001:db8::1", 41));
    assert_eq!(read(b"PROXY TCP6 ::ffff:192.0.2.1 ::1 1 25\r\n"), client("192.0.2.1", 38));
    assert_eq!(read(b"PROXY UNKNOWN\r\n"), Ok(Header::Whole(Origin::Peer, 15)));
    assert_eq!(read(b"PROXY UNKNOWN whatever it says\r\n"), Ok(Header::Whole(Origin::Peer, 32)));
}

#[test]
fn headers_of_version_2_name_the_client() {
    assert_eq!(read(&v4()), client("192.0.2.1", 28));
    let mut body = [0; 36 + 7];
    body[..16].copy_from_slice(&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(read(&binary(0x21, 0x21, &body)), client("2001:db8::1", 16 + 43));
    assert_eq!(read(&binary(0x20, 0x00, b"")), Ok(Header::Whole(Origin::Peer, 16)));
    assert_eq!(read(&binary(0x20, 0x11, &[0; 12])), Ok(Header::Whole(Origin::Peer, 28)));
    assert_eq!(read(&binary(0x21, 0x00, &[1, 2, 3])), Ok(Header::Whole(Origin::Peer, 19)));
}

#[test]
fn what_is_no_header_is_told() {
    for (octets, error) in [
        (&b"EHLO client.example\r\n"[..], ProxyError::Missing),
        (b"PROXX", ProxyError::Missing),
        (b"\r\n\r\nQ", ProxyError::Missing),
        (b"PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n", ProxyError::Malformed),
        (b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 65536\r\n", ProxyError::Malformed),
        (b"PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n", ProxyError::Malformed),
        (b"PROXY TCP4 2001:db8::1 ::1 1 2\r\n", ProxyError::Malformed),
        (b"PROXY TCP4 192.0.2.1  198.51.100.1 1 2\r\n", ProxyError::Malformed),
        (b"PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n", ProxyError::Malformed),
        (b"PROXY \xff\r\n", ProxyError::Malformed),
        (&binary(0x21, 0x11, &[0; 11]), ProxyError::Malformed),
        (&binary(0x21, 0x21, &[0; 35]), ProxyError::Malformed),
        (&binary(0x11, 0x11, &[0; 12]), ProxyError::Malformed),
        (&binary(0x22, 0x11, &[0; 12]), ProxyError::Malformed),
        (&binary(0x21, 0x12, &[0; 12]), ProxyError::Protocol),
        (&binary(0x21, 0x11, &[0; PROXY_OCTETS]), ProxyError::TooLong { limit: PROXY_OCTETS }),
        (&[&b"PROXY "[..], &[b'a'; TEXT_OCTETS]].concat(), ProxyError::TooLong { limit: TEXT_OCTETS }),
    ] {
        assert_eq!(read(octets), Err(error), "{}", octets.escape_ascii());
    }
}

proptest! {
    #[test]
    fn a_header_is_partial_up_to_its_last_octet(tail in proptest::collection::vec(any::<u8>(), 0..20)) {
        for header in [b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n".to_vec(), v4()] {
            for end in 0..header.len() {
                prop_assert_eq!(read(&header[..end]), Ok(Header::Partial));
            }
            let octets = [&header[..], &tail].concat();
            prop_assert_eq!(read(&octets), client("192.0.2.1", header.len()));
        }
    }

    #[test]
    fn any_octets_are_read_without_panic(
        version in 0..3_usize, octets in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let octets = [[&b""[..], b"PROXY ", SIGNATURE][version], &octets].concat();
        if let Ok(Header::Whole(_, used)) = read(&octets) {
            prop_assert!(used <= octets.len());
        }
    }
}
