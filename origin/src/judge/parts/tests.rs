//! The structure of whole and of broken MIME.

use super::*;

fn shape(message: &str) -> Vec<(String, String)> {
    let raw = message.replace('\n', "\r\n").into_bytes();
    let parts = split(&raw, 0).unwrap();
    let leaves = parts.iter().filter(|part| part.form == Form::Leaf);
    leaves
        .map(|part| (part.about.media.clone(), String::from_utf8_lossy(&raw[part.body.clone()]).into_owned()))
        .collect()
}

fn leaf(media: &str, body: &str) -> (String, String) {
    (media.to_owned(), body.replace('\n', "\r\n"))
}

const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\n\n";

#[test]
fn the_line_break_before_a_delimiter_is_its_own() {
    assert_eq!(
        shape(&format!("{MIXED}--b\n\none\n\n--b\n\ntwo\n--b--\nepilogue\n")),
        [leaf("text/plain", "one\n"), leaf("text/plain", "two")]
    );
    assert_eq!(shape(&format!("{MIXED}--b\n\n--b\n\n\n--b--")), [leaf("text/plain", ""), leaf("text/plain", "")]);
}

#[test]
fn a_boundary_is_a_whole_line() {
    let message = format!("{MIXED}--b\n\n--bb\nx --b\n--b2--\n --b\n--b \t\n\ntwo\n--b--");
    assert_eq!(shape(&message), [leaf("text/plain", "--bb\nx --b\n--b2--\n --b"), leaf("text/plain", "two")]);
}

#[test]
fn an_outer_boundary_ends_what_was_left_open() {
    let inner = "--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\nContent-Type: text/html\n\n<p>\n--b\n\nlast\n--b--";
    assert_eq!(shape(&format!("{MIXED}{inner}")), [leaf("text/html", "<p>"), leaf("text/plain", "last")]);
}

#[test]
fn a_multipart_without_a_part_is_text() {
    assert_eq!(shape(&format!("{MIXED}no delimiter\n")), [leaf("text/plain", "no delimiter\n")]);
    assert_eq!(shape("Content-Type: multipart/mixed\n\nno boundary\n")[0].1, "no boundary\r\n");
    assert_eq!(shape(&format!("{MIXED}pre\n--b--\npost")), [leaf("text/plain", "pre")]);
}

#[test]
fn a_header_that_runs_into_a_delimiter_has_no_body() {
    assert_eq!(
        shape(&format!("{MIXED}--b\nContent-Type: text/html\n--b\n\nx")),
        [leaf("text/html", ""), leaf("text/plain", "x")]
    );
}

#[test]
fn a_digest_holds_messages() {
    let message = "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: a\n\nb\n--d--";
    assert_eq!(shape(message), [leaf("message/rfc822", "Subject: a\n\nb")]);
}

#[test]
fn lines_may_end_with_a_bare_line_feed() {
    let raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n";
    let parts = split(raw, 0).unwrap();
    assert_eq!(&raw[parts[1].body.clone()], b"one");
}

#[test]
fn what_a_header_says_is_read_within_its_bound() {
    let filler = format!("X: {}\r\n", "x".repeat(PART_HEADER_OCTETS));
    let part = format!("{filler}Content-Type: text/html\r\n\r\n");
    assert_eq!(split(part.as_bytes(), 0).unwrap()[0].about.media, "text/html");
    let raw = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{part}");
    assert_eq!(split(raw.as_bytes(), 0).unwrap()[1].about.media, "text/plain");
}
