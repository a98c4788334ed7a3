//! The messages that are sent: of a wished size, ready to be written in one piece.

use anyhow::Result;
use clap::ValueEnum;

/// A message as it goes over the wire.
#[derive(Clone)]
pub(crate) struct Mail {
    stuffed: Vec<u8>,
    chunk: Vec<u8>,
}

/// What a message is made of: it decides what compressing it costs and brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Content {
    /// Words: deflates to a third or so.
    #[default]
    Words,
    /// A file in base64: what is in it does not deflate.
    File,
    /// One line of prose and digits, over and over, as the generator of the peers' figures sends.
    Line,
}

/// Longest line, with its CRLF.
const LINE: usize = 78;

const PROSE: &str = "The quick brown fox jumps over the lazy dog 0123456789 abcdefghijklmnopqrst";

const WORDS: &[&str] = &[
    "account", "always", "arrive", "balance", "before", "button", "careful", "colour", "comfort", "delivery", "during",
    "enough", "evening", "forward", "garden", "harbour", "invoice", "journey", "kitchen", "letter", "market",
    "morning", "number", "office", "order", "please", "quiet", "receipt", "season", "street", "summer", "thank",
    "together", "travel", "under", "village", "window", "winter", "without", "yellow",
];

impl Mail {
    /// Of `octets`, header included; a few more if it is very short.
    pub(crate) fn new(octets: usize, content: Content) -> Self {
        Self::of(Self::text(octets, content).as_bytes())
    }

    /// The same behind the header field that `sign` makes of it.
    pub(crate) fn signed(octets: usize, content: Content, sign: impl FnOnce(&str) -> Result<String>) -> Result<Self> {
        let text = Self::text(octets, content);
        Ok(Self::of(format!("{}{text}", sign(&text)?).as_bytes()))
    }

    fn text(octets: usize, content: Content) -> String {
        let kind = match content {
            Content::Words | Content::Line => "Content-Type: text/plain; charset=utf-8\r\n",
            Content::File => {
                "Content-Type: application/pdf; name=report.pdf\r\nContent-Disposition: attachment; \
                 filename=report.pdf\r\nContent-Transfer-Encoding: base64\r\n"
            }
        };
        let mut text = format!(
            "From: Load <load@sender.example>\r\nTo: <reader@mayfly.test>\r\nSubject: Your sign-in code\r\n\
             Date: Mon, 23 Nov 2026 20:54:00 +0000\r\nMessage-ID: <1.load@sender.example>\r\nMIME-Version: 1.0\r\n\
             {kind}\r\n"
        );
        if content == Content::Words {
            text.push_str("Your verification code is 482913. It is valid for ten minutes.\r\n");
        }
        let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
        while text.len() + 2 < octets {
            let room = (octets - text.len()).min(LINE) - 2;
            let line = match content {
                Content::Words => draw.words(room),
                Content::Line => PROSE.get(..room).unwrap_or(PROSE).to_owned(),
                Content::File => draw.base64(room),
            };
            text.push_str(&line);
            text.push_str("\r\n");
        }
        text
    }

    fn of(text: &[u8]) -> Self {
        let mut stuffed = Vec::with_capacity(text.len() + 8);
        for line in text.split_inclusive(|octet| *octet == b'\n') {
            if line.starts_with(b".") {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        stuffed.extend_from_slice(b".\r\n");
        let mut chunk = format!("BDAT {} LAST\r\n", text.len()).into_bytes();
        chunk.extend_from_slice(text);
        Self { stuffed, chunk }
    }

    /// What follows `DATA`: dots stuffed, and the end (RFC 5321 §4.5.2).
    pub(crate) fn stuffed(&self) -> &[u8] {
        &self.stuffed
    }

    /// `BDAT` and its chunk.
    pub(crate) fn chunk(&self) -> &[u8] {
        &self.chunk
    }
}

/// The same letters in every run (xorshift64): figures of two runs are of the same octets.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(usize::try_from(self.next() % all.len().max(1) as u64).unwrap_or(0))
    }

    fn words(&mut self, room: usize) -> String {
        let mut line = String::with_capacity(room + 16);
        while line.len() < room {
            line.push_str(self.one_of(WORDS).copied().unwrap_or_default());
            line.push(' ');
        }
        line.truncate(room);
        line
    }

    fn base64(&mut self, room: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        (0..room).map(|_| char::from(self.one_of(LETTERS).copied().unwrap_or(b'A'))).collect()
    }
}

#[cfg(test)]
mod tests;
