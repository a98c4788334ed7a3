use super::*;

fn packed(seq: u8, received: u8, told: u8) -> Vec<u8> {
    let mut octets = Vec::new();
    for number in [seq, received, 0, 0] {
        octets.extend([0, 0, 0, 0, 0, number]);
    }
    octets.extend([0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 1, 2, told]);
    octets
}

#[test]
fn a_head_is_read_as_it_is_packed() {
    let head = Head::parse(&packed(7, 9, 1)).unwrap();
    assert_eq!((head.seq, head.received_at, head.raw, head.behind), (Seq(7), Timestamp::from_millis(9), 258, false));
    assert!(Head::parse(&packed(7, 9, 0)).unwrap().behind);
    assert_eq!(Head::parse(&packed(7, 9, 0)[1..]).err(), Some(NotAnAnswer));
}

#[test]
fn messages_are_told_oldest_first_and_evicted_ones_not_at_all() {
    let text = |octets: Vec<u8>| Value::BulkString(octets);
    let message = |n: u8, summary: Vec<u8>| Value::Array(vec![text(vec![n; 16]), text(packed(n, n, 0)), text(summary)]);
    let all = Value::Array(vec![message(3, vec![1]), message(2, vec![]), message(1, vec![1])]);
    let seqs = messages(all).unwrap().iter().map(|(head, _)| head.seq).collect::<Vec<_>>();
    assert_eq!(seqs, [Seq(1), Seq(3)]);
}
