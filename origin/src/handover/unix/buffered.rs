//! Buffers between the socket and what passes over it, wiped when dropped: pieces of inboxes hold keys.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use crate::limits::HANDOVER_BUFFER;

/// Reads ahead.
pub(super) struct Reader<R> {
    from: R,
    buffer: Zeroizing<Vec<u8>>,
    read: usize,
    filled: usize,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, buffer: Zeroizing::new(vec![0; HANDOVER_BUFFER]), read: 0, filled: 0 }
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.read == self.filled {
            // What is as long as the buffer gains nothing by it.
            if to.len() >= self.buffer.len() {
                return self.from.read(to);
            }
            (self.read, self.filled) = (0, 0);
            self.filled = self.from.read(&mut self.buffer)?;
        }
        let ready = &self.buffer[self.read..self.filled];
        let octets = ready.len().min(to.len());
        to[..octets].copy_from_slice(&ready[..octets]);
        self.read += octets;
        Ok(octets)
    }
}

/// Gathers what is written.
pub(super) struct Writer<W> {
    to: W,
    buffer: Zeroizing<Vec<u8>>,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, buffer: Zeroizing::new(Vec::with_capacity(HANDOVER_BUFFER)) }
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        // Never past its capacity: what grows is copied, and the old place is not wiped.
        if octets.len() > self.buffer.capacity() - self.buffer.len() {
            self.to.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        if octets.len() >= self.buffer.capacity() {
            return self.to.write(octets);
        }
        self.buffer.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.buffer)?;
        self.buffer.clear();
        self.to.flush()
    }
}

#[cfg(test)]
mod tests;
