//! A channel whose peer must take what is written to it, at a least rate.
//!
//! Octets that nobody reads stay in our memory. So a write that has to wait starts a clock, and what is taken in
//! time stops it; reading is bounded elsewhere.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::limits::HTTP_STEADY_OCTETS;

/// The channel.
pub(super) struct Steady<S> {
    stream: S,
    patience: Duration,
    stall: Stall,
}

/// Whether the peer is behind.
enum Stall {
    /// It takes what it is given.
    None,
    /// It must take [`HTTP_STEADY_OCTETS`], or all that there is, before the time is over.
    Until { end: Pin<Box<Sleep>>, taken: usize },
}

impl<S: Unpin> Steady<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, stall: Stall::None }
    }

    /// Judges what a write of `offered` octets came to.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        offered: usize,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(octets)) => {
                if let Stall::Until { taken, .. } = &mut self.stall {
                    *taken = taken.saturating_add(*octets);
                    if *octets == offered || *taken >= HTTP_STEADY_OCTETS {
                        self.stall = Stall::None;
                    }
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                if matches!(self.stall, Stall::None) {
                    self.stall = Stall::Until { end: Box::pin(sleep(self.patience)), taken: 0 };
                }
                let Stall::Until { end, .. } = &mut self.stall else { return Poll::Pending };
                end.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Steady<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Steady<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, octets);
        self.judge(context, octets.len(), written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let offered = slices.iter().map(|slice| slice.len()).sum();
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, offered, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
