//! Archives: any octets of a file are looked through within bounds, and what is taken out leaves the rest in its place.

use origin::{
    judge::{Evidence, judge},
    policy::{Attachments, Mode, OnSuspect, Policy},
    verdict::Verdict,
};

use crate::mime::received;

/// A name of no meaning, so that the octets alone decide.
const BEFORE: &[u8] = b"Subject: file\r\nContent-Type: multipart/mixed; boundary=made-up-by-nobody\r\n\r\n\
    --made-up-by-nobody\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\
    Content-Disposition: attachment; filename=file.bin\r\n\r\n";
const AFTER: &[u8] = b"\r\n--made-up-by-nobody\r\nContent-Disposition: attachment; filename=last.txt\r\n\r\nlast\r\n\
    --made-up-by-nobody--\r\n";

/// Whatever the file is, it is judged, twice the same; where it is withheld its octets are gone, and what comes after it
/// is where the table says.
pub fn archive(file: &[u8]) {
    let message = [BEFORE, file, AFTER].concat();
    let (first, second) = (told(&message), told(&message));
    assert_eq!(first, second, "judged otherwise the second time");
}

fn told(message: &[u8]) -> Option<String> {
    let attachments = Attachments {
        mode: Mode::Strip,
        macros: OnSuspect::Refuse,
        encrypted: OnSuspect::Refuse,
        unreadable: OnSuspect::Refuse,
    };
    let policy = Policy { attachments, ..Policy::default() };
    let Verdict::Accepted(accepted) = judge(received(message), &Evidence::default(), policy) else { return None };
    let (raw, content) = (accepted.raw(), accepted.content());
    assert!(raw.len() <= message.len() + 4096, "what was taken out left more behind");
    for attachment in &content.attachments {
        let (from, length) = (usize::try_from(attachment.offset).ok()?, usize::try_from(attachment.length).ok()?);
        let octets = raw.get(from..).and_then(|rest| rest.get(..length));
        let octets = octets.unwrap_or_else(|| panic!("a file beyond the end of its message"));
        if attachment.summary.filename == "last.txt" {
            assert_eq!(octets, b"last", "a file in another's place");
        }
        assert!(attachment.summary.withheld.is_none() || octets.is_empty(), "a withheld file is there");
    }
    Some(format!("{:?}{content:?}", accepted.summary()))
}
