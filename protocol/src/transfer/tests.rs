//! Encodings whole and broken.

use data_encoding::BASE64_MIME;
use proptest::prelude::*;

use super::*;
use crate::message::AttachmentSummary;
use TransferEncoding::{Base64, Identity, QuotedPrintable};

fn decoded(encoding: TransferEncoding, text: &str) -> Vec<u8> {
    let out = decode(encoding, text.as_bytes(), usize::MAX);
    assert_eq!(out.len(), decoded_len(encoding, text.as_bytes()));
    out.to_vec()
}

#[test]
fn base64_passes_over_what_is_none_of_its_letters() {
    assert_eq!(decoded(Base64, "aGVs\r\nbG8="), b"hello");
    assert_eq!(decoded(Base64, "aG*Vs bG8"), b"hello");
    assert_eq!(decoded(Base64, "aGVsbG8=aGVsbG8="), b"hellohello");
    assert_eq!(decoded(Base64, "aGVsbG8gd29ybGQ"), b"hello world");
    assert_eq!(decoded(Base64, "a"), b"");
}

#[test]
fn quoted_printable_keeps_what_it_cannot_read() {
    assert_eq!(decoded(QuotedPrintable, "a=3Db=\r\nc  \r\nd=e9"), b"a=bc\r\nd\xe9");
    assert_eq!(decoded(QuotedPrintable, "a=ZZ=4"), b"a=ZZ=4");
    assert_eq!(decoded(QuotedPrintable, "soft= \t\r\nbreak="), b"softbreak");
}

fn within(raw: &[u8], offset: u64, length: u64, encoding: TransferEncoding) -> Option<Vec<u8>> {
    let summary = AttachmentSummary {
        n: 0,
        filename: String::new(),
        content_type: String::new(),
        size: 0,
        danger: None,
        withheld: None,
    };
    attachment(raw, &Attachment { summary, offset, length, encoding }).map(|octets| octets.to_vec())
}

#[test]
fn an_attachment_is_cut_and_decoded() {
    assert_eq!(within(b"01234567", 2, 3, Identity).unwrap(), b"234");
    assert_eq!(within(b"--\r\naGVsbG8=\r\n--", 4, 10, Base64).unwrap(), b"hello");
    assert_eq!(within(b"", 0, 0, Base64).unwrap(), b"");
    for (offset, length) in [(0, 9), (9, 0), (8, 1), (u64::MAX, 1), (1, u64::MAX), (u64::MAX, u64::MAX)] {
        assert_eq!(within(b"01234567", offset, length, Identity), None);
    }
}

#[test]
fn a_limit_cuts() {
    assert_eq!(decode(Base64, b"aGVsbG8=", 4).as_slice(), b"hell");
    assert_eq!(decode(Identity, b"hello", 2).as_slice(), b"he");
    assert_eq!(decode(QuotedPrintable, b"=41=42=43", 2).as_slice(), b"AB");
}

proptest! {
    #[test]
    fn base64_gives_back_what_was_encoded(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(decoded(Base64, &BASE64_MIME.encode(&octets)), octets);
    }

    #[test]
    fn quoted_printable_gives_back_what_was_encoded(octets in prop::collection::vec(any::<u8>(), 0..80)) {
        let encoded: String = octets.iter().map(|octet| format!("={octet:02X}=\r\n")).collect();
        prop_assert_eq!(decoded(QuotedPrintable, &encoded), octets);
    }

    #[test]
    fn any_octets_give_no_more_than_themselves_in_one_buffer(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        for encoding in [Identity, Base64, QuotedPrintable] {
            let out = decode(encoding, &octets, octets.len());
            prop_assert!(out.len() <= octets.len());
            prop_assert!(out.capacity() <= octets.len());
            prop_assert_eq!(out.len(), decoded_len(encoding, &octets));
        }
    }
}
