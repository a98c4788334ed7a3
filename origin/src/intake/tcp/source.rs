//! Where connections come from, as far as the kinds of sockets differ.

use std::{
    io,
    os::fd::AsFd,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};

use crate::mail::Client;

/// A connection to a client.
pub(in crate::intake) trait Connection:
    AsyncRead + AsyncWrite + AsFd + Unpin + Send + Sync + 'static
{
    /// Writes what can be written without waiting.
    fn try_write(&self, octets: &[u8]) -> io::Result<usize>;

    /// Waits until there is something to read.
    fn readable(&self) -> impl Future<Output = io::Result<()>> + Send;
}

/// A listener.
pub(in crate::intake) trait Source: Send + Sync {
    /// What it makes.
    type Connection: Connection;

    /// The next connection, ready for use, and who it is.
    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(Self::Connection, Client)>>;
}

impl Connection for TcpStream {
    fn try_write(&self, octets: &[u8]) -> io::Result<usize> {
        Self::try_write(self, octets)
    }

    async fn readable(&self) -> io::Result<()> {
        Self::readable(self).await
    }
}

impl Source for TcpListener {
    type Connection = TcpStream;

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, Client)>> {
        let (stream, peer) = ready!(Self::poll_accept(self, context))?;
        // Without it Nagle's algorithm and delayed acknowledgement add 40 ms to every group. A socket
        // that refuses it is about to fail anyway.
        let _ = stream.set_nodelay(true);
        Poll::Ready(Ok((stream, Client::Host(peer.ip().to_canonical()))))
    }
}
