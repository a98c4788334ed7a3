//! The channel to the client, plain or under TLS, read without a buffer of its own.
//!
//! What is read lies on the stack of one poll and is handed on at once: a session that waits holds
//! no memory for what may come. The stack is wiped, since mail passes over it.

use std::{
    future::poll_fn,
    hint::black_box,
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::timeout,
};
use tokio_rustls::server::TlsStream;

use crate::limits;

/// A channel.
pub(super) enum Wire<S> {
    Plain(S),
    /// Boxed, so that a plain session is not as large as one under TLS.
    Tls(Box<TlsStream<S>>),
    /// In the hands of a handshake that did not succeed.
    Lost,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Waits for octets, hands them to `take`; returns how many there were, zero at the end.
    // An `async fn` would keep `take` twice, in every session that waits.
    pub(super) fn read<const N: usize>(
        &mut self,
        mut take: impl FnMut(&[u8]),
    ) -> impl Future<Output = io::Result<usize>> {
        poll_fn(move |context| self.poll_take::<N>(context, &mut take))
    }

    /// Takes what is there already, without waiting; `None` if nothing is.
    pub(super) async fn read_now<const N: usize>(&mut self, mut take: impl FnMut(&[u8])) -> Option<io::Result<usize>> {
        poll_fn(|context| match self.poll_take::<N>(context, &mut take) {
            Poll::Ready(read) => Poll::Ready(Some(read)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    fn poll_take<const N: usize>(
        &mut self,
        context: &mut Context<'_>,
        take: &mut impl FnMut(&[u8]),
    ) -> Poll<io::Result<usize>> {
        let mut space = [MaybeUninit::uninit(); N];
        let mut read = ReadBuf::uninit(&mut space);
        ready!(self.poll_read(context, &mut read))?;
        take(read.filled());
        let octets = read.filled().len();
        read.filled_mut().fill(0);
        black_box(&mut space); // Without it the compiler may leave the wiping out.
        Poll::Ready(Ok(octets))
    }

    /// Writes all of it.
    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(octets).await,
            Self::Tls(stream) => {
                stream.write_all(octets).await?;
                stream.flush().await
            }
            Self::Lost => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Ends the connection so that the last words arrive: octets that are never read would turn the
    /// end into a reset, which may overtake them.
    pub(super) async fn part(&mut self) {
        let farewell = async {
            self.shutdown().await?;
            let mut discarded = 0;
            while discarded < limits::LINGER_OCTETS {
                match self.read::<{ limits::COMMAND_READ }>(|_| {}).await? {
                    0 => break,
                    octets => discarded += octets,
                }
            }
            io::Result::Ok(())
        };
        // Whether the peer stayed to the end is its own affair.
        let _ = timeout(limits::LINGER.as_duration(), farewell).await;
    }

    async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
            Self::Lost => Ok(()),
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, read),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, read),
            Self::Lost => Poll::Ready(Ok(())),
        }
    }
}
