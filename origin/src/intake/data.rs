//! Takes the octets of `DATA` (RFC 5321 §4.5.2): dots unstuffed, ended by CRLF.CRLF alone.
//!
//! A bare CR, a bare LF or a NUL never ends anything: the message is read to its true end and
//! refused there, so that no other receiver's idea of an end can smuggle a second message past us.

use super::{buffer::Buffer, scan::special};
use crate::{
    limits::{DRAIN_FACTOR, TEXT_LINE},
    verdict::{Deferral, Refusal},
};

/// Where in a line the next octet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before its first octet: a dot here is stuffing, or the end.
    LineStart,
    /// Within it.
    Text,
    /// Behind a CR.
    Cr,
    /// Behind a dot that was its first octet, and that is not kept.
    Dot,
    /// Behind such a dot and a CR.
    DotCr,
}

/// Why a message that was read to its end cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused for good.
    Refused(Refusal),
    /// Put off.
    Deferred(Deferral),
    /// A line longer than the limit.
    LongLine {
        /// The limit, in octets.
        limit: usize,
    },
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More is to come.
    More,
    /// The end was seen.
    End {
        /// How many octets of the chunk belong to the message and its end; commands follow.
        used: usize,
    },
    /// So much more than the limit came that waiting for the end is not worth it.
    Flood,
}

/// A message on its way in.
pub struct Receiver {
    at: At,
    /// Octets of the current line, in earlier chunks.
    line: usize,
    /// Octets of the message so far, whether kept or not.
    octets: usize,
    limit: usize,
    kept: Kept,
}

enum Kept {
    Message(Buffer),
    Nothing(Fault),
}

impl Receiver {
    /// Of a message of at most `limit` octets, into `buffer`.
    #[must_use]
    pub const fn new(buffer: Buffer, limit: usize) -> Self {
        // The line before the first is DATA itself: its CRLF counts, so that `.` as the first line is an end.
        Self { at: At::LineStart, line: 0, octets: 0, limit, kept: Kept::Message(buffer) }
    }

    /// Takes a chunk of what came, however it is split. Not to be called after the end.
    pub fn feed(&mut self, chunk: &[u8]) -> Progress {
        let (mut at, mut span, mut line_start) = (0, 0, 0);
        while let Some(octet) = chunk.get(at).copied() {
            match (self.at, octet) {
                (At::LineStart, b'.') => {
                    self.keep(&chunk[span..at]);
                    (self.at, at) = (At::Dot, at + 1);
                    span = at;
                }
                (At::LineStart | At::Text, _) => {
                    let Some(found) = special(&chunk[at..]) else {
                        self.at = At::Text;
                        break;
                    };
                    at += found + 1;
                    self.at = if chunk[at - 1] == b'\r' { At::Cr } else { self.spoil() };
                }
                (At::Cr, b'\n') => {
                    (self.at, at) = (At::LineStart, at + 1);
                    self.measure(self.line + at - line_start);
                    (self.line, line_start) = (0, at);
                }
                (At::DotCr, b'\n') => return Progress::End { used: at + 1 },
                (At::Cr | At::DotCr, b'\r') => {
                    self.spoil();
                    (self.at, at) = (At::Cr, at + 1);
                }
                (At::Cr | At::DotCr, _) => self.at = self.spoil(),
                (At::Dot, b'\r') => {
                    (self.at, at) = (At::DotCr, at + 1);
                    span = at;
                }
                (At::Dot, _) => self.at = At::Text,
            }
        }
        self.keep(&chunk[span..]);
        self.line += chunk.len() - line_start;
        self.measure(self.line);
        if self.octets > self.limit.saturating_mul(DRAIN_FACTOR) { Progress::Flood } else { Progress::More }
    }

    /// The message, once its end was seen.
    ///
    /// # Errors
    /// [`Fault`]: why it cannot be taken.
    pub fn finish(self) -> Result<Buffer, Fault> {
        match self.kept {
            Kept::Message(buffer) => Ok(buffer),
            Kept::Nothing(Fault::Refused(Refusal::TooLarge { limit, .. })) => {
                Err(Fault::Refused(Refusal::TooLarge { octets: self.octets, limit }))
            }
            Kept::Nothing(fault) => Err(fault),
        }
    }

    /// A bare CR, LF or NUL was seen; goes on within the line, since only CRLF begins one.
    fn spoil(&mut self) -> At {
        self.fail(Fault::Refused(Refusal::BareLineEnding));
        At::Text
    }

    /// Keeps nothing more, for the first reason found.
    fn fail(&mut self, fault: Fault) {
        if matches!(self.kept, Kept::Message(_)) {
            self.kept = Kept::Nothing(fault);
        }
    }

    fn measure(&mut self, line: usize) {
        if line > TEXT_LINE {
            self.fail(Fault::LongLine { limit: TEXT_LINE });
        }
    }

    fn keep(&mut self, span: &[u8]) {
        self.octets += span.len();
        if self.octets > self.limit {
            self.fail(Fault::Refused(Refusal::TooLarge { octets: self.octets, limit: self.limit }));
        } else if let Kept::Message(buffer) = &mut self.kept
            && buffer.append(span).is_err()
        {
            self.kept = Kept::Nothing(Fault::Deferred(Deferral::NoRoom));
        }
    }
}

#[cfg(test)]
mod tests;
