use proptest::prelude::*;

use super::*;

const FORMS: [Canonicalization; 2] = [Canonicalization::Simple, Canonicalization::Relaxed];

fn whole(body: &[u8], form: Canonicalization) -> [u8; 32] {
    *Hashes::of(body, form, std::iter::empty()).get(Length::Whole).unwrap()
}

fn sha256(octets: &[u8]) -> [u8; 32] {
    Sha256::digest(octets).into()
}

/// The canonical forms, word by word from RFC 6376 §3.4.
fn written_out(body: &str, form: Canonicalization) -> String {
    let text = match form {
        Canonicalization::Simple => body.to_owned(),
        Canonicalization::Relaxed => {
            let squeezed = |line: &str| {
                let mut squeezed = String::new();
                for c in line.trim_end_matches([' ', '\t']).chars().map(|c| if c == '\t' { ' ' } else { c }) {
                    if c != ' ' || !squeezed.ends_with(' ') {
                        squeezed.push(c);
                    }
                }
                squeezed
            };
            body.split("\r\n").map(squeezed).collect::<Vec<_>>().join("\r\n")
        }
    };
    let text = text.trim_end_matches("\r\n");
    match form {
        Canonicalization::Relaxed if text.is_empty() => String::new(),
        _ => format!("{text}\r\n"),
    }
}

#[test]
fn bodies_of_the_rfc_have_its_forms() {
    // RFC 6376 §3.4.5.
    let body = b" C \r\nD \t E\r\n\r\n\r\n";
    assert_eq!(whole(body, Canonicalization::Relaxed), sha256(b" C\r\nD E\r\n"));
    assert_eq!(whole(body, Canonicalization::Simple), sha256(b" C \r\nD \t E\r\n"));
    // §3.4.3, §3.4.4: of an empty body.
    assert_eq!(whole(b"", Canonicalization::Simple), sha256(b"\r\n"));
    assert_eq!(whole(b"", Canonicalization::Relaxed), sha256(b""));
}

#[test]
fn lines_of_white_space_at_the_end_are_no_part_of_a_relaxed_body() {
    for body in ["Hello.\r\n \r\n", "Hello.\r\n\t\r\n \r\n\r\n", "Hello.\r\n\r\n \t"] {
        assert_eq!(whole(body.as_bytes(), Canonicalization::Relaxed), sha256(b"Hello.\r\n"), "{body:?}");
    }
}

#[test]
fn a_length_is_reached_or_not() {
    let lengths = [6, 0, 3, 7, 3].map(Length::Octets);
    let hashes = Hashes::of(b"a  b\r\n\r\n", Canonicalization::Simple, lengths.into_iter().chain([Length::Whole]));
    assert_eq!(hashes.get(Length::Octets(0)), Some(&sha256(b"")));
    assert_eq!(hashes.get(Length::Octets(3)), Some(&sha256(b"a  ")));
    assert_eq!(hashes.get(Length::Octets(6)), Some(&sha256(b"a  b\r\n")));
    assert_eq!(hashes.get(Length::Octets(7)), None);
    assert_eq!(hashes.get(Length::Whole), Some(&sha256(b"a  b\r\n")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_body_has_its_form(body in "([ab.]|[ \t]{1,2}|\r\n){0,24}", length in 0..40_u64) {
        for form in FORMS {
            let expected = written_out(&body, form);
            let hashes = Hashes::of(body.as_bytes(), form, [Length::Octets(length)].into_iter());
            prop_assert_eq!(hashes.get(Length::Whole), Some(&sha256(expected.as_bytes())));
            let cut = expected.as_bytes().get(..usize::try_from(length).unwrap()).map(sha256);
            prop_assert_eq!(hashes.get(Length::Octets(length)), cut.as_ref());
        }
    }
}
