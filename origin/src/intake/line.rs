//! Cuts what was read into command lines (RFC 5321 §2.3.8): bounded, and ended by CRLF alone.
//!
//! The result depends on the octets, never on how they were split into reads. What is no line (a
//! bare LF, a TLS hello, a line without end) is told as what it is; nothing is repaired.

use super::scan::special;
use crate::limits::{COMMAND_LINE, COMMAND_LINE_DRAIN};

/// The first octet of a TLS record that carries a handshake (RFC 8446 §5.1); no command begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// What the octets up to here are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line, without its CRLF.
    Text(&'a [u8]),
    /// A line longer than [`COMMAND_LINE`]; it was read to its end and dropped.
    TooLong,
    /// A line with a bare CR or a NUL in it.
    Unclean,
    /// A LF without its CR: whatever follows cannot be trusted to be what the client meant.
    BareLf,
    /// No end within [`COMMAND_LINE_DRAIN`].
    Endless,
    /// A TLS hello, where a command is due.
    TlsHello,
}

/// Whether more octets had come when a line was taken: for some commands that is too early (RFC 2920 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The client waits, as far as we can see.
    Nothing,
    /// It went on.
    More,
}

/// Octets that have been read and not yet taken as lines. Empty, it holds no memory.
#[derive(Default)]
pub struct Lines {
    held: Vec<u8>,
    /// Where the current line begins in `held`.
    start: usize,
    /// How much of the current line has been searched.
    searched: usize,
    /// How much of the current, too long line has been dropped.
    dropped: usize,
    purity: Purity,
}

#[derive(Clone, Copy, Default)]
enum Purity {
    #[default]
    Clean,
    Unclean,
}

/// How the current line ends.
#[derive(Clone, Copy)]
enum End {
    /// With the CRLF there.
    Crlf(usize),
    BareLf,
    Nowhere,
    TlsHello,
}

impl Lines {
    /// Adds what was read.
    pub fn push(&mut self, octets: &[u8]) {
        self.held.drain(..self.start);
        self.start = 0;
        self.held.extend_from_slice(octets);
    }

    /// Whether there is a line to [`take`](Self::take), or what ends the session in its stead.
    pub fn is_ready(&mut self) -> bool {
        self.find().is_some()
    }

    /// Takes the next line, if it is complete; and whether anything had come behind it.
    pub fn take(&mut self) -> Option<(Line<'_>, Behind)> {
        match self.find()? {
            End::Crlf(at) => Some(self.finished(at)),
            End::BareLf => Some((Line::BareLf, Behind::Nothing)),
            End::Nowhere => Some((Line::Endless, Behind::Nothing)),
            End::TlsHello => Some((Line::TlsHello, Behind::Nothing)),
        }
    }

    /// Gives back the memory, if nothing is held: an idle session has no buffer.
    pub fn release(&mut self) {
        if self.start == self.held.len() {
            self.held = Vec::new();
            self.start = 0;
        }
    }

    /// What is held and no line yet: the beginning of a message, where one is due.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.held.get(self.start..).unwrap_or_default()
    }

    /// Skips `octets` of [`Self::rest`], which were no line.
    pub fn skip(&mut self, octets: usize) {
        self.start = (self.start + octets).min(self.held.len());
    }

    /// Searches on from where it last stopped; finds the same again until it is taken.
    fn find(&mut self) -> Option<End> {
        loop {
            let rest = self.held.get(self.start..)?;
            if self.dropped == 0 && rest.first() == Some(&TLS_HANDSHAKE) {
                return Some(End::TlsHello);
            }
            let Some(at) = special(&rest[self.searched..]).map(|at| self.searched + at) else {
                self.searched = rest.len();
                return self.unfinished();
            };
            self.searched = at;
            if self.dropped + at > COMMAND_LINE_DRAIN {
                return Some(End::Nowhere);
            }
            match (rest[at], rest.get(at + 1)) {
                (b'\n', _) => return Some(End::BareLf),
                (b'\r', None) => return self.unfinished(),
                (b'\r', Some(b'\n')) => return Some(End::Crlf(at)),
                _ => {
                    self.purity = Purity::Unclean;
                    self.searched = at + 1;
                }
            }
        }
    }

    fn finished(&mut self, at: usize) -> (Line<'_>, Behind) {
        let from = self.start;
        let octets = self.dropped + at + 2;
        let purity = self.purity;
        self.start += at + 2;
        (self.searched, self.dropped, self.purity) = (0, 0, Purity::Clean);
        let behind = if self.start == self.held.len() { Behind::Nothing } else { Behind::More };
        let line = match purity {
            _ if octets > COMMAND_LINE => Line::TooLong,
            Purity::Unclean => Line::Unclean,
            Purity::Clean => Line::Text(&self.held[from..from + at]),
        };
        (line, behind)
    }

    /// There is no end of line up to `searched`: drops what is too long to be kept.
    fn unfinished(&mut self) -> Option<End> {
        let seen = self.dropped + self.searched;
        if seen > COMMAND_LINE_DRAIN {
            return Some(End::Nowhere);
        }
        if seen > COMMAND_LINE {
            self.start += self.searched;
            self.dropped = seen;
            self.searched = 0;
        }
        None
    }
}

#[cfg(test)]
mod tests;
