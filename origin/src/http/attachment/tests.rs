use proptest::prelude::*;
use protocol::message::{Attachment, AttachmentSummary, TransferEncoding};

use super::{decode, disposition};

fn attachment(offset: u64, length: u64, encoding: TransferEncoding) -> Attachment {
    let summary = AttachmentSummary { n: 0, filename: String::new(), content_type: String::new(), size: 0 };
    Attachment { summary, offset, length, encoding }
}

fn decoded(raw: &[u8], encoding: TransferEncoding) -> Vec<u8> {
    decode(raw, &attachment(0, raw.len() as u64, encoding)).unwrap().to_vec()
}

#[test]
fn ranges_are_decoded_as_they_say() {
    assert_eq!(decoded(b"as it is", TransferEncoding::Identity), b"as it is");
    assert_eq!(decoded(b"aGVs\r\nbG8=\r\n", TransferEncoding::Base64), b"hello");
    assert_eq!(decoded(b"", TransferEncoding::Base64), b"");
    assert_eq!(decoded(b"h=C3=A9=\r\nllo", TransferEncoding::QuotedPrintable), "héllo".as_bytes());
    assert_eq!(decode(b"01234567", &attachment(2, 3, TransferEncoding::Identity)).unwrap().as_slice(), b"234");
}

#[test]
fn a_range_outside_of_the_message_is_none() {
    for (offset, length) in [(0, 9), (9, 0), (8, 1), (u64::MAX, 1), (1, u64::MAX), (u64::MAX, u64::MAX)] {
        assert!(decode(b"01234567", &attachment(offset, length, TransferEncoding::Identity)).is_none());
    }
}

#[test]
fn file_names_are_safe_and_true() {
    assert_eq!(disposition("report.pdf"), "attachment; filename=\"report.pdf\"; filename*=UTF-8''report.pdf");
    assert_eq!(disposition("é €.txt"), "attachment; filename=\"_ _.txt\"; filename*=UTF-8''%C3%A9%20%E2%82%AC.txt");
    assert_eq!(disposition("../../etc/passwd"), disposition("_.._etc_passwd"));
    assert_eq!(disposition("\u{202e}fdp.exe"), disposition("fdp.exe"));
    assert_eq!(disposition(" .. "), disposition("attachment"));
    assert!(disposition("100%41.txt").starts_with("attachment; filename=\"100_41.txt\""));
}

proptest! {
    #[test]
    fn no_file_name_leaves_its_header(name in any::<String>()) {
        let header = disposition(&name);
        prop_assert!(header.bytes().all(|octet| (b' '..=b'~').contains(&octet)));
        prop_assert_eq!(header.matches('"').count(), 2);
        prop_assert!(!header.contains(['/', '\\']));
        prop_assert!(header.len() < 4_096);
    }

    #[test]
    fn no_octets_break_a_decoder(raw in prop::collection::vec(any::<u8>(), 0..300)) {
        for encoding in [TransferEncoding::Identity, TransferEncoding::Base64, TransferEncoding::QuotedPrintable] {
            prop_assert!(decoded(&raw, encoding).len() <= raw.len() + 3);
        }
    }
}
