//! Just enough HTTP/1.1 to ask a server on this machine whether it is ready, and to make one inbox.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result};

/// Longest wait for a connection and for each piece of an answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Largest answer that is read.
const ANSWER: u64 = 1 << 20;

/// An answer's status and body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its body.
    pub(crate) body: String,
}

/// Sends a request with a JSON body, or an empty one, and reads the answer.
pub(crate) fn ask(server: SocketAddr, method: &str, path: &str, json: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&server, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let length = json.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
    )?;
    let mut bytes = Vec::new();
    stream.take(ANSWER).read_to_end(&mut bytes)?;
    parse(&bytes).with_context(|| format!("{method} {path}: not an HTTP answer"))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let body = &bytes[end + 4..];
    let chunked = head.lines().any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked"));
    let body = if chunked { unchunk(body)? } else { body.to_vec() };
    Some(Answer { status, body: String::from_utf8(body).ok()? })
}

/// Joins the chunks of RFC 9112 §7.1.
fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let from = end + 2;
        body.extend_from_slice(rest.get(from..from.checked_add(size)?)?);
        rest = rest.get(from + size + 2..)?;
    }
}

#[cfg(test)]
mod tests;
