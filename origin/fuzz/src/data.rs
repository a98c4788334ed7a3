//! `DATA`: the message that a simple reference finds, however the octets were split.

use origin::{
    budget::Budget,
    intake::{
        buffer::{Announced, Buffer, Plan},
        data::{Progress, Receiver},
    },
    limits::TEXT_LINE,
};

use crate::split::Split;

const ROOM: usize = 1 << 30;
const LIMIT: usize = 1 << 20;

/// What became of the octets: the message, or that it is refused; and how many octets the end took.
type Outcome = Option<(Result<Vec<u8>, Refused>, usize)>;

#[derive(Debug, PartialEq, Eq)]
struct Refused;

/// The end is where the first CRLF.CRLF is, dots are unstuffed, and what has a bare CR, a bare LF or a NUL is refused,
/// wherever the pieces end.
pub fn data(made_up: &[u8]) {
    let Some((split, octets)) = Split::take(made_up) else { return };
    if octets.len() > LIMIT {
        return;
    }
    let expected = reference(octets);
    assert_eq!(receive([octets]), expected, "not what the reference finds");
    assert_eq!(receive(split.pieces(octets)), expected, "the split changed the message");
}

fn receive<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let budget = Budget::new(ROOM, ROOM);
    let plan = Plan { announced: Announced::Nothing, trace: 0, recipients: 1, limit: LIMIT };
    let room = budget.reserve(plan.reserve()).ok()?;
    let mut receiver = Receiver::new(Buffer::new(b"", plan, room), LIMIT);
    let mut before = 0;
    for piece in pieces {
        match receiver.feed(piece) {
            Progress::More => before += piece.len(),
            Progress::End { used } => {
                let message = receiver.finish().map(|buffer| buffer.into_parts().0.to_vec());
                return Some((message.map_err(|_| Refused), before + used));
            }
            Progress::Flood => panic!("a flood within the limit"),
        }
    }
    None
}

/// Slow and plain: RFC 5321 §4.5.2, as it is written.
fn reference(octets: &[u8]) -> Outcome {
    const END: &[u8] = b"\r\n.\r\n";
    // The line before the first is the command's own.
    let lines = [b"\r\n", octets].concat();
    let at = lines.windows(END.len()).position(|window| window == END)?;
    let (message, used) = (&lines[2..at + 2], at + END.len() - 2);
    let mut unstuffed = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|window| window == b"\r\n").map_or(rest.len(), |end| end + 2);
        let (line, tail) = rest.split_at(end);
        let text = line.strip_suffix(b"\r\n").unwrap_or(line);
        if line.len() > TEXT_LINE || text.iter().any(|octet| b"\r\n\0".contains(octet)) {
            return Some((Err(Refused), used));
        }
        unstuffed.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        rest = tail;
    }
    Some((Ok(unstuffed), used))
}
