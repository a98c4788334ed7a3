use proptest::prelude::*;

use super::{Behind, COMMAND_LINE, COMMAND_LINE_DRAIN, Line, Lines};

/// What the chunks are cut into; ends at what ends a session.
fn cut<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut lines = Lines::default();
    let mut told = Vec::new();
    for chunk in chunks {
        lines.push(chunk);
        while let Some((line, _)) = lines.take() {
            told.push(match line {
                Line::Text(text) => format!("text {}", String::from_utf8_lossy(text)),
                other => format!("{other:?}"),
            });
            if matches!(line, Line::BareLf | Line::Endless | Line::TlsHello) {
                return told;
            }
        }
    }
    told
}

#[test]
fn only_crlf_ends_a_line() {
    for (octets, expected) in [
        (&b"NOOP\r\nQUIT\r\n"[..], vec!["text NOOP", "text QUIT"]),
        (b"NOOP\r\nQUI", vec!["text NOOP"]),
        (b"NOOP\r", vec![]),
        (b"\r\n", vec!["text "]),
        (b"NOOP\nQUIT\r\n", vec!["BareLf"]),
        (b"NO\rOP\r\nQUIT\r\n", vec!["Unclean", "text QUIT"]),
        (b"NOOP\r\r\nQUIT\r\n", vec!["Unclean", "text QUIT"]),
        (b"NO\0OP\r\nQUIT\r\n", vec!["Unclean", "text QUIT"]),
        (b"\x16\x03\x01\x02\x00", vec!["TlsHello"]),
        (b"NOOP\r\n\x16\x03\x01", vec!["text NOOP", "TlsHello"]),
    ] {
        assert_eq!(cut([octets]), expected, "{octets:?}");
    }
}

#[test]
fn the_longest_line_passes_and_one_octet_more_is_drained_and_told() {
    let mut line = vec![b'a'; COMMAND_LINE - 2];
    line.extend_from_slice(b"\r\nNOOP\r\n");
    assert!(cut([&line[..]])[0].starts_with("text aaa"));
    line.insert(0, b'a');
    assert_eq!(cut([&line[..]]), ["TooLong", "text NOOP"]);
    assert_eq!(cut(line.chunks(7)), ["TooLong", "text NOOP"]);
}

#[test]
fn a_line_without_end_is_given_up_with_bounded_memory() {
    let mut lines = Lines::default();
    for _ in 0..COMMAND_LINE_DRAIN / 64 {
        lines.push(&[b'a'; 64]);
        assert_eq!(lines.take(), None);
        assert!(lines.rest().len() <= COMMAND_LINE + 64);
    }
    lines.push(b"a");
    assert_eq!(lines.take(), Some((Line::Endless, Behind::Nothing)));
}

#[test]
fn tells_what_came_behind_and_holds_nothing_when_empty() {
    let mut lines = Lines::default();
    lines.push(b"DATA\r\nx");
    assert_eq!(lines.take(), Some((Line::Text(b"DATA"), Behind::More)));
    assert_eq!(lines.rest(), b"x");
    lines.skip(1);
    lines.push(b"DATA\r\n");
    assert_eq!(lines.take(), Some((Line::Text(b"DATA"), Behind::Nothing)));
    lines.release();
    assert_eq!(lines.held.capacity(), 0);
}

proptest! {
    #[test]
    fn any_split_gives_the_same_lines(
        octets in proptest::collection::vec(prop_oneof![4 => Just(b'a'), 2 => Just(b'\r'), 2 => Just(b'\n'), 1 => Just(0)], 0..200),
        stretch in 0..3_usize,
        sizes in proptest::collection::vec(1..60_usize, 1..100),
    ) {
        // Runs long enough to pass both bounds.
        let mut octets: Vec<u8> = octets;
        let run = vec![b'b'; stretch * (COMMAND_LINE_DRAIN / 2 - 50)];
        octets.splice(octets.len() / 2..octets.len() / 2, run);
        let whole = cut([&octets[..]]);
        let mut chunks = Vec::new();
        let mut rest = &octets[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() { break; }
            let (chunk, tail) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = tail;
        }
        prop_assert_eq!(whole, cut(chunks));
    }
}
