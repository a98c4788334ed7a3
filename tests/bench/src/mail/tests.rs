use super::{Content, LINE, Mail};

#[test]
fn a_message_is_as_long_as_wished_and_ends_where_it_should() {
    for content in [Content::Words, Content::File] {
        for octets in [1_000, 4_096, 4_097, 102_400] {
            let mail = Mail::new(octets, content);
            assert!(mail.stuffed().ends_with(b"\r\n.\r\n"));
            let head = mail.chunk().iter().position(|octet| *octet == b'\n').unwrap() + 1;
            let chunk = mail.chunk().len() - head;
            assert_eq!(&mail.chunk()[..head], format!("BDAT {chunk} LAST\r\n").as_bytes());
            assert!(chunk.abs_diff(octets) <= 2, "{chunk} for {octets}");
            let lines = mail.stuffed().split_inclusive(|octet| *octet == b'\n');
            assert!(lines.clone().all(|line| line.ends_with(b"\r\n")), "no bare LF");
            assert_eq!(lines.filter(|line| *line == b".\r\n").count(), 1, "one end");
        }
    }
}

#[test]
fn lines_are_short_and_dots_are_stuffed() {
    let mail = Mail::of(b".a\r\n..\r\nb.\r\n");
    assert_eq!(mail.stuffed(), b"..a\r\n...\r\nb.\r\n.\r\n");
    let long = Mail::new(10_000, Content::Words);
    let body = long.stuffed().split(|octet| *octet == b'\n').skip(10);
    assert!(body.into_iter().all(|line| line.len() < LINE));
}
