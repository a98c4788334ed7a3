use proptest::prelude::*;

use super::*;

const STREAM: &str =
    ": hello\n\nevent: message\nid: c1\ndata: {\"a\":1}\n\nevent: deleted\nid: c2\ndata: {}\n\nevent: me";

fn cut(chunks: &[&[u8]]) -> Vec<String> {
    let mut cutter = Cutter::default();
    chunks.iter().flat_map(|chunk| cutter.push(chunk).unwrap()).collect()
}

#[test]
fn a_stream_is_cut_into_its_events() {
    let events = cut(&[STREAM.as_bytes()]);
    assert_eq!(events, [": hello", "event: message\nid: c1\ndata: {\"a\":1}", "event: deleted\nid: c2\ndata: {}"]);
    assert_eq!(cut(&[STREAM.replace('\n', "\r\n").as_bytes()]), events);
}

#[test]
fn only_messages_have_something_to_open() {
    assert_eq!(message_data("event: message\nid: c1\ndata: {\ndata:}"), Some("{\n}".to_owned()));
    assert_eq!(message_data("event: deleted\ndata: {}"), None);
    assert_eq!(message_data("event: message\nid: c1"), None);
    assert_eq!(message_data(": event: message"), None);
    assert_eq!(message_data("data: {}"), None);
}

#[test]
fn data_is_replaced_and_the_rest_stays() {
    let event = "event: message\nid: c1\ndata: sealed\ndata: more\nretry: 5";
    assert_eq!(with_data(event, "open"), "event: message\nid: c1\nretry: 5\ndata: open\n\n");
    assert_eq!(unchanged(": still here"), ": still here\n\n");
}

#[test]
fn an_event_without_end_ends_the_stream() {
    let mut cutter = Cutter::default();
    assert_eq!(cutter.push(&vec![b'x'; EVENT_OCTETS]), Ok(Vec::new()));
    assert_eq!(cutter.push(b"x"), Err(TooLong));
}

proptest! {
    #[test]
    fn it_does_not_matter_where_the_network_cuts(at in prop::collection::vec(0_usize..STREAM.len(), 0..6)) {
        let mut at = at;
        at.sort_unstable();
        let mut chunks = Vec::new();
        let mut from = 0;
        for to in at {
            chunks.push(&STREAM.as_bytes()[from..to]);
            from = to;
        }
        chunks.push(&STREAM.as_bytes()[from..]);
        prop_assert_eq!(cut(&chunks), cut(&[STREAM.as_bytes()]));
    }

    #[test]
    fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        for event in cut(&[&octets]) {
            prop_assert!(!event.is_empty());
            let _any = message_data(&event);
        }
    }
}
