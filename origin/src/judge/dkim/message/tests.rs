use super::*;

const RAW: &[u8] = b"A: 1\r\nB : x\r\n\ty\r\na: 2\r\nno field\r\nA: 3\r\n\r\nbody";

fn values(names: &[&str], own: usize) -> Vec<String> {
    let message = Message::read(RAW).unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let selected = message.select(&names, own, &message.index());
    selected.iter().map(|field| String::from_utf8_lossy(field.value).trim().to_owned()).collect()
}

#[test]
fn fields_are_taken_from_the_bottom_and_each_once() {
    assert_eq!(values(&["a", "b", "a", "c", "a", "a"], usize::MAX), ["3", "x\r\n\ty", "2", "1"]);
    assert_eq!(values(&["a", "a", "a"], 2), ["3", "1"]);
}

#[test]
fn fields_and_body_are_as_they_came() {
    let message = Message::read(RAW).unwrap();
    assert_eq!(message.fields.len(), 4);
    assert_eq!((message.fields[1].name, message.fields[1].value), (&b"B "[..], &b" x\r\n\ty\r\n"[..]));
    assert_eq!(message.body, b"body");
    assert_eq!(message.named("A").map(|(place, _)| place).collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn a_header_that_is_too_long_is_not_looked_into() {
    let raw = [b"A: ".as_slice(), &vec![b'x'; HEADER_OCTETS], b"\r\n\r\n"].concat();
    assert!(Message::read(&raw).is_none());
}
