//! Takes the octets of `BDAT` (RFC 3030): as many as were announced, as they are, with no end to look for.
//!
//! A text may be split anywhere, between a CR and its LF too; what holds for lines under `DATA` holds
//! for it as a whole. A binary message (`BODY=BINARYMIME`) has no lines. It never asks whether the
//! octets of a chunk look like commands.

use super::{buffer::Buffer, data::Fault, scan::special};
use crate::{
    limits::TEXT_LINE,
    verdict::{Deferral, Refusal},
};

/// What `BDAT` announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Octets of the chunk; what no counter holds is as large as a counter gets.
    pub octets: usize,
    /// Whether the message ends with it.
    pub place: Place,
}

/// Where in its message a chunk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Others follow.
    Inner,
    /// It is the last.
    Last,
}

/// What a message is made of (RFC 6152, RFC 3030 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Lines: `7BIT` and `8BITMIME`.
    Text,
    /// Any octets: `BINARYMIME`.
    Binary,
}

/// A message that comes in chunks, as far as it has come.
pub struct Gatherer {
    rule: Rule,
    octets: usize,
    kept: Kept,
}

/// What the octets are held to.
#[derive(Clone, Copy)]
enum Rule {
    Lines(Line),
    Nothing,
}

/// Where in a line the next octet is.
#[derive(Clone, Copy)]
struct Line {
    octets: usize,
    behind: Behind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    Text,
    Cr,
}

enum Kept {
    Message(Buffer),
    Nothing(Fault),
}

impl Gatherer {
    /// Of a message of `body`, into `buffer`.
    #[must_use]
    pub const fn new(buffer: Buffer, body: Body) -> Self {
        let rule = match body {
            Body::Text => Rule::Lines(Line { octets: 0, behind: Behind::Text }),
            Body::Binary => Rule::Nothing,
        };
        Self { rule, octets: 0, kept: Kept::Message(buffer) }
    }

    /// How many octets have come.
    #[must_use]
    pub const fn octets(&self) -> usize {
        self.octets
    }

    /// Takes a piece of a chunk, however it is split. That no more comes than is allowed is seen to before
    /// a chunk is let in: its size is known by then.
    pub fn feed(&mut self, piece: &[u8]) {
        self.octets = self.octets.saturating_add(piece.len());
        let Kept::Message(buffer) = &mut self.kept else { return };
        let fault = match &mut self.rule {
            Rule::Lines(line) => line.follow(piece).err(),
            Rule::Nothing => None,
        };
        let full = || buffer.append(piece).err().map(|_| Fault::Deferred(Deferral::NoRoom));
        if let Some(fault) = fault.or_else(full) {
            // The buffer is wiped and its room given back here, not when the rest has come.
            self.kept = Kept::Nothing(fault);
        }
    }

    /// How it stands at the end of a chunk that is not the last.
    ///
    /// # Errors
    /// [`Fault`]: why no more of it is taken.
    pub const fn check(&self) -> Result<(), Fault> {
        match &self.kept {
            Kept::Message(_) => Ok(()),
            Kept::Nothing(fault) => Err(*fault),
        }
    }

    /// The message, once its last chunk has come.
    ///
    /// # Errors
    /// [`Fault`]: why it cannot be taken.
    pub fn finish(self) -> Result<Buffer, Fault> {
        match (self.kept, self.rule) {
            (Kept::Message(_), Rule::Lines(Line { behind: Behind::Cr, .. })) => Err(BARE),
            (Kept::Message(buffer), _) => Ok(buffer),
            (Kept::Nothing(fault), _) => Err(fault),
        }
    }
}

const BARE: Fault = Fault::Refused(Refusal::BareLineEnding);

impl Line {
    /// Goes on through `piece`.
    fn follow(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let mut rest = piece;
        loop {
            if self.behind == Behind::Cr {
                match rest.split_first() {
                    None => return Ok(()),
                    Some((b'\n', tail)) => {
                        self.grow(1)?;
                        (*self, rest) = (Self { octets: 0, behind: Behind::Text }, tail);
                    }
                    Some(_) => return Err(BARE),
                }
            }
            let Some(at) = special(rest) else { return self.grow(rest.len()) };
            if rest[at] != b'\r' {
                return Err(BARE);
            }
            self.grow(at + 1)?;
            self.behind = Behind::Cr;
            rest = &rest[at + 1..];
        }
    }

    fn grow(&mut self, octets: usize) -> Result<(), Fault> {
        self.octets = self.octets.saturating_add(octets);
        if self.octets > TEXT_LINE { Err(Fault::LongLine { limit: TEXT_LINE }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
