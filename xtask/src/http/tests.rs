use super::*;

fn answer(status: u16, body: &str) -> Option<Answer> {
    Some(Answer { status, body: body.to_owned() })
}

#[test]
fn answers_are_read_plain_and_chunked() {
    assert_eq!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), answer(200, "ok"));
    assert_eq!(parse(b"HTTP/1.1 204 No Content\r\n\r\n"), answer(204, ""));
    let chunked = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
    assert_eq!(parse(chunked), answer(201, "abcde"));
}

#[test]
fn what_is_no_answer_is_none() {
    for bytes in [
        &b""[..],
        b"220 mx.mayfly.test ESMTP\r\n\r\n",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    ] {
        assert_eq!(parse(bytes), None, "{}", String::from_utf8_lossy(bytes));
    }
}
