use proptest::prelude::*;

use super::*;

fn base64(text: &str) -> Vec<u8> {
    decode(TransferEncoding::Base64, text.as_bytes())
}

fn quoted(text: &str) -> String {
    String::from_utf8(decode(TransferEncoding::QuotedPrintable, text.as_bytes())).unwrap()
}

#[test]
fn base64_is_decoded_whatever_stands_between() {
    assert_eq!(base64("SGVsbG8="), b"Hello");
    assert_eq!(base64("SGVs\r\nbG8=\r\n"), b"Hello");
    assert_eq!(base64("SG Vs!bG8"), b"Hello");
    assert_eq!(base64("SGk=SGVsbG8="), b"HiHello", "padding ends one run, another may follow");
    assert_eq!(base64("===="), b"");
}

#[test]
fn quoted_printable_is_decoded_with_its_line_breaks() {
    assert_eq!(quoted("caf=C3=A9"), "café");
    assert_eq!(quoted("one=\r\n two"), "one two");
    assert_eq!(quoted("trailing  \r\nnext"), "trailing\r\nnext");
    assert_eq!(quoted("soft = \r\nend"), "soft end");
    assert_eq!(quoted("=3d=3D"), "==");
    assert_eq!(quoted("100=% sure =XY ="), "100=% sure =XY ");
    assert_eq!(quoted("a\nb"), "a\nb");
}

#[test]
fn identity_is_left_alone() {
    assert_eq!(decode(TransferEncoding::Identity, b"\0=\r\n"), b"\0=\r\n");
}

proptest! {
    #[test]
    fn base64_undoes_an_independent_encoder(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(base64(&data_encoding::BASE64_MIME.encode(&octets)), octets);
    }

    #[test]
    fn quoted_printable_undoes_full_quoting(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let text: String = octets.iter().map(|octet| format!("={octet:02X}")).collect();
        prop_assert_eq!(decode(TransferEncoding::QuotedPrintable, text.as_bytes()), octets);
    }

    #[test]
    fn nothing_grows(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        for encoding in [TransferEncoding::Identity, TransferEncoding::Base64, TransferEncoding::QuotedPrintable] {
            prop_assert!(decode(encoding, &octets).len() <= octets.len());
        }
    }
}
