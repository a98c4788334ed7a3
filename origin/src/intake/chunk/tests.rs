use proptest::prelude::*;

use super::{BARE, Body, Fault, Gatherer, TEXT_LINE};
use crate::{
    budget::Budget,
    intake::buffer::{Announced, Buffer, Plan},
    verdict::Deferral,
};

fn gather_within<'a>(room: usize, body: Body, pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Fault> {
    let budget = Budget::new(room, room);
    let plan = Plan { announced: Announced::Nothing, trace: 0, recipients: 1, limit: 1 << 20 };
    let mut gatherer = Gatherer::new(Buffer::new(b"", plan, budget.reserve(plan.reserve()).unwrap()), body);
    let mut octets = 0;
    for piece in pieces {
        gatherer.feed(piece);
        octets += piece.len();
    }
    assert_eq!(gatherer.octets(), octets, "what is refused is counted, too");
    assert!(gatherer.check().is_ok() || budget.used() == 0, "what is refused holds no memory");
    let finished = gatherer.finish();
    finished.map(|buffer| buffer.into_parts().0.to_vec())
}

fn gather<'a>(body: Body, pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Fault> {
    gather_within(1 << 30, body, pieces)
}

#[test]
fn dots_and_what_ends_data_are_octets_like_others() {
    for text in ["", "a", ".\r\n", "a\r\n.\r\nMAIL FROM:<b@c.example>\r\n", "..\r\n", "a\r\n"] {
        assert_eq!(gather(Body::Text, [text.as_bytes()]), Ok(text.as_bytes().to_vec()), "{text:?}");
    }
}

#[test]
fn a_bare_line_ending_is_refused_in_a_text_wherever_chunks_end() {
    for pieces in [
        &["a\n"][..],
        &["a\r"],
        &["a\0b"],
        &["a\r", "b"],
        &["a\r", "\r\n"],
        &["a", "\n"],
        &["\n"],
        &["a\r\n", "\n"],
        &["a\r\n.", "\n"],
        &["a\n", ".\r\n"],
        &["a\r", "", "\0\n"],
        &["\r\n\r", ".\r\n"],
    ] {
        assert_eq!(gather(Body::Text, pieces.iter().map(|piece| piece.as_bytes())), Err(BARE), "{pieces:?}");
        let whole: Vec<u8> = pieces.concat().into_bytes();
        assert_eq!(gather(Body::Binary, [&whole[..]]), Ok(whole));
    }
    assert_eq!(gather(Body::Text, [&b"a\r"[..], b"", b"\n"]), Ok(b"a\r\n".to_vec()), "a CRLF may be cut in two");
}

#[test]
fn a_line_of_a_text_may_be_as_long_as_its_limit() {
    let mut sent = vec![b'a'; TEXT_LINE - 2];
    sent.extend_from_slice(b"\r\nb");
    assert!(gather(Body::Text, sent.chunks(1000)).is_ok());
    sent.insert(0, b'a');
    assert_eq!(gather(Body::Text, sent.chunks(1000)), Err(Fault::LongLine { limit: TEXT_LINE }));
    assert_eq!(gather(Body::Binary, [&sent[..]]), Ok(sent));
}

#[test]
fn running_out_of_memory_on_the_way_puts_the_message_off() {
    let sent = vec![b'a'; 250_000];
    assert_eq!(gather_within(200_000, Body::Binary, sent.chunks(4096)), Err(Fault::Deferred(Deferral::NoRoom)));
}

proptest! {
    #[test]
    fn agrees_with_the_plain_reading_however_it_is_split(
        sent in proptest::collection::vec(
            prop_oneof![
                6 => Just(&b"a"[..]), 6 => Just(&b"\r\n"[..]), 1 => Just(&b"."[..]), 1 => Just(&[b'b'; 70][..]),
                1 => Just(&b"\r"[..]), 1 => Just(&b"\n"[..]), 1 => Just(&b"\0"[..]),
            ],
            0..30,
        ),
        size in 1..90_usize,
    ) {
        let sent = sent.concat();
        let lines = String::from_utf8(sent.clone()).unwrap().replace("\r\n", "");
        let expected = if lines.contains(['\r', '\n', '\0']) { Err(BARE) } else { Ok(sent.clone()) };
        prop_assert_eq!(&gather(Body::Text, [&sent[..]]), &expected);
        prop_assert_eq!(&gather(Body::Text, sent.chunks(size)), &expected);
        prop_assert_eq!(gather(Body::Binary, sent.chunks(size)), Ok(sent));
    }
}
