use proptest::prelude::*;

use super::{Fault, Progress, Receiver, TEXT_LINE};
use crate::{
    budget::Budget,
    intake::buffer::{Announced, Buffer, Plan},
    verdict::{Deferral, Refusal},
};

const LIMIT: usize = 256 * 1024;

/// What became of the octets: the message and how many octets were left behind it, or the fault; `None` without an end.
fn receive_within<'a>(
    room: usize,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> Option<(Result<Vec<u8>, Fault>, usize)> {
    let budget = Budget::new(room, room);
    let plan = Plan { announced: Announced::Nothing, trace: 0, recipients: 1, limit: LIMIT };
    let buffer = Buffer::new(b"", plan, budget.reserve(plan.reserve()).unwrap());
    let mut receiver = Receiver::new(buffer, LIMIT);
    let mut chunks = chunks.into_iter();
    while let Some(chunk) = chunks.next() {
        match receiver.feed(chunk) {
            Progress::More => {}
            Progress::End { used } => {
                let left = chunk.len() - used + chunks.map(<[u8]>::len).sum::<usize>();
                return Some((receiver.finish().map(|buffer| buffer.into_parts().0.to_vec()), left));
            }
            Progress::Flood => panic!("flood"),
        }
    }
    None
}

fn receive<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Option<(Result<Vec<u8>, Fault>, usize)> {
    receive_within(1 << 30, chunks)
}

const BARE: Fault = Fault::Refused(Refusal::BareLineEnding);

#[test]
fn the_message_is_what_was_sent_with_its_dots_unstuffed() {
    for (sent, message) in [
        (&b".\r\n"[..], &b""[..]),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"...\r\n.\r\n", b"..\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"a.\r\n.\r\n", b"a.\r\n"),
        (b"a\r\n..b\r\nc\r\n.\r\n", b"a\r\n.b\r\nc\r\n"),
        (b"a\r\n. \r\n.\r\n", b"a\r\n \r\n"),
    ] {
        assert_eq!(receive([sent]), Some((Ok(message.to_vec()), 0)), "{:?}", sent.escape_ascii().to_string());
    }
    assert_eq!(receive([&b"a\r\n.\r\nMAIL"[..]]), Some((Ok(b"a\r\n".to_vec()), 4)));
}

#[test]
fn nothing_but_crlf_dot_crlf_ends_a_message() {
    // The sequences by which one receiver's message becomes another's two (SMTP smuggling).
    for (before, after) in [
        ("\n", "\n"),
        ("\n", "\r\n"),
        ("\r\n", "\n"),
        ("\r", "\r"),
        ("\r", "\r\n"),
        ("\r\n", "\r"),
        ("\r", "\n"),
        ("\n", "\r"),
        ("\r\n", "\r\r\n"),
        ("\r\r\n", "\r\r\n"),
        ("\n\r", "\n\r"),
        ("\n\n", "\r\n"),
        ("\r\n\0", "\r\n"),
        ("\r\n", "\0\r\n"),
        ("\r\n", "\r\0\n"),
        ("\r\0\n", "\r\n"),
        ("\0", "\r\n"),
    ] {
        let sequence = format!("{before}.{after}");
        let smuggled = format!("a{sequence}MAIL FROM:<b@c.example>\r\n");
        assert_eq!(receive([smuggled.as_bytes()]), None, "{sequence:?} ended the message");
        let whole = format!("{smuggled}.\r\n");
        assert_eq!(receive([whole.as_bytes()]), Some((Err(BARE), 0)), "{sequence:?}");
        assert_eq!(receive(whole.as_bytes().chunks(1)), Some((Err(BARE), 0)), "{sequence:?}, octet by octet");
    }
    // A dot behind a bare line ending does not even begin a line.
    assert_eq!(receive([&b".\n"[..]]), None);
    assert_eq!(receive([&b".\r"[..]]), None);
}

#[test]
fn what_is_too_large_is_read_to_its_end_and_counted() {
    let mut sent = b"a".repeat(76);
    sent.extend_from_slice(b"\r\n");
    let mut sent = sent.repeat(LIMIT / 78 + 1);
    let octets = sent.len();
    sent.extend_from_slice(b".\r\n");
    let fault = Fault::Refused(Refusal::TooLarge { octets, limit: LIMIT });
    assert_eq!(receive(sent.chunks(1000)), Some((Err(fault), 0)));
    assert_eq!(receive([&sent[..]]), Some((Err(fault), 0)));
}

#[test]
fn what_never_ends_is_a_flood() {
    let budget = Budget::new(1 << 30, 1 << 30);
    let plan = Plan { announced: Announced::Nothing, trace: 0, recipients: 1, limit: 1000 };
    let mut receiver = Receiver::new(Buffer::new(b"", plan, budget.reserve(plan.reserve()).unwrap()), 1000);
    let progress: Vec<_> = (0..41).map(|_| receiver.feed(&[b'a'; 100])).collect();
    assert_eq!(progress.iter().position(|progress| *progress == Progress::Flood), Some(40));
    assert_eq!(budget.used(), 0, "what is refused holds no memory");
}

#[test]
fn a_line_may_be_as_long_as_its_limit() {
    let mut sent = vec![b'a'; TEXT_LINE - 2];
    sent.extend_from_slice(b"\r\n.\r\n");
    assert!(matches!(receive([&sent[..]]), Some((Ok(_), 0))));
    sent.insert(0, b'a');
    let fault = Fault::LongLine { limit: TEXT_LINE };
    assert_eq!(receive([&sent[..]]), Some((Err(fault), 0)));
    assert_eq!(receive(sent.chunks(100)), Some((Err(fault), 0)));
}

#[test]
fn running_out_of_memory_on_the_way_puts_the_message_off() {
    let sent = [b"abcdefgh\r\n".repeat(20_000), b".\r\n".to_vec()].concat();
    assert_eq!(receive_within(200_000, sent.chunks(4096)), Some((Err(Fault::Deferred(Deferral::NoRoom)), 0)));
}

/// The plain reading of RFC 5321 §4.5.2, octet by octet.
fn model(sent: &[u8]) -> Option<(Result<Vec<u8>, Fault>, usize)> {
    let framed = [b"\r\n", sent].concat();
    let end = framed.windows(5).position(|window| window == b"\r\n.\r\n")?;
    let left = framed.len() - end - 5;
    let message = &framed[2..(end + 2).max(2)];
    let clean = |(at, octet): (usize, &u8)| match octet {
        b'\r' => message.get(at + 1) == Some(&b'\n'),
        b'\n' => at > 0 && message[at - 1] == b'\r',
        octet => *octet != 0,
    };
    if !message.iter().enumerate().all(clean) {
        return Some((Err(BARE), left));
    }
    let lines = message.split_inclusive(|octet| *octet == b'\n');
    Some((Ok(lines.flat_map(|line| line.strip_prefix(b".").unwrap_or(line)).copied().collect()), left))
}

proptest! {
    #[test]
    fn agrees_with_the_model_however_it_is_split(
        sent in proptest::collection::vec(
            prop_oneof![
                3 => Just(&b"a"[..]), 3 => Just(&b"."[..]), 6 => Just(&b"\r\n"[..]), 1 => Just(&b"\r\n.\r\n"[..]),
                1 => Just(&b"\r"[..]), 1 => Just(&b"\n"[..]), 1 => Just(&b"\0"[..]), 1 => Just(&[b'b'; 70][..]),
            ],
            0..40,
        ),
        sizes in proptest::collection::vec(1..90_usize, 1..20),
    ) {
        let sent = sent.concat();
        let expected = model(&sent);
        prop_assert_eq!(&receive([&sent[..]]), &expected);
        let mut chunks = Vec::new();
        let mut rest = &sent[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() { break; }
            let (chunk, tail) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = tail;
        }
        prop_assert_eq!(receive(chunks), expected);
    }
}
