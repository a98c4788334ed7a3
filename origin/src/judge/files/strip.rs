//! Takes ranges out of the raw message, a note in place of each.
//!
//! Works in place: no second copy of a message is made, and what is taken out is overwritten.

use data_encoding::BASE64;
use protocol::message::TransferEncoding;
use zeroize::Zeroize;

use super::Cut;

/// What stands where a file was.
const NOTE: &[u8] = b"[A dangerous file was withheld here.]\r\n";

/// Where octets went.
pub(super) struct Moves(Vec<Move>);

struct Move {
    /// Where the taken range began and ended, and where what followed it is now.
    begin: usize,
    end: usize,
    begin_now: usize,
    end_now: usize,
}

impl Moves {
    /// Where an octet of the old message is in the new one; one that was taken out, where it was.
    pub(super) fn of(&self, old: usize) -> usize {
        match self.0.iter().rev().find(|moved| moved.begin < old || moved.begin == old && moved.end == old) {
            Some(moved) if old >= moved.end => moved.end_now + (old - moved.end),
            Some(moved) => moved.begin_now,
            None => old,
        }
    }
}

/// Takes `cuts`, which do not overlap, out of `raw`.
pub(super) fn cut(raw: &mut Vec<u8>, cuts: &[Cut]) -> Moves {
    let mut ordered: Vec<&Cut> = cuts.iter().collect();
    ordered.sort_by_key(|cut| cut.range.start);
    let mut moves = Vec::with_capacity(ordered.len());
    let (mut read, mut write) = (0, 0);
    for Cut { range, encoding } in ordered {
        raw.copy_within(read..range.start, write);
        let begin_now = write + (range.start - read);
        let note = note(*encoding, range.len());
        raw[begin_now..begin_now + note.len()].copy_from_slice(&note);
        write = begin_now + note.len();
        read = range.end;
        moves.push(Move { begin: range.start, end: range.end, begin_now, end_now: write });
    }
    let length = raw.len();
    raw.copy_within(read..length, write);
    write += length - read;
    raw[write..].zeroize();
    raw.truncate(write);
    Moves(moves)
}

/// The note as the part's encoding has it, where it is no longer than what it stands for.
fn note(encoding: TransferEncoding, room: usize) -> Vec<u8> {
    let note = match encoding {
        TransferEncoding::Base64 => (BASE64.encode(NOTE) + "\r\n").into_bytes(),
        TransferEncoding::Identity | TransferEncoding::QuotedPrintable => NOTE.to_vec(),
    };
    if note.len() <= room { note } else { Vec::new() }
}
