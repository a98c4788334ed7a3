//! LMTP (RFC 2033) over a Unix socket, for those who keep a mail server of their own in front.
//!
//! Whoever may open the socket's file may deliver: its mode is the whole of the admission. A file that a dead
//! process left is taken over; one that somebody listens at never is, nor is anything that is no socket.

use std::{
    fs,
    io::{self, ErrorKind},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _},
    },
    path::{Path, PathBuf},
    sync::Arc,
    task::{Context, Poll, ready},
};

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::watch,
};

use super::{
    session::Protocol,
    tcp::{
        Config, Host,
        source::{Connection, Source},
        take_in,
    },
};
use crate::{
    limits,
    mail::Client,
    ports::{Clock, Reception},
};

/// Why there is no listener at a path.
#[derive(Debug, thiserror::Error)]
pub enum UnixError {
    /// Somebody listens there.
    #[error("another process listens there")]
    InUse,
    /// There is something that is no socket.
    #[error("there is a file that is no socket")]
    NotASocket,
    /// The system says no.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// A listener at a path; the file goes with it, unless somebody else looks after that.
pub struct Listener {
    file: File,
    socket: std::os::unix::net::UnixListener,
}

/// Who looks after a socket's file.
enum File {
    /// This listener.
    Ours(SocketFile),
    /// Another one of the same socket.
    Elsewhere(PathBuf),
}

/// The same at work.
///
/// The file goes first: while the socket is open no other file has its number of node, so that a successor's is
/// never taken for ours.
struct Open {
    _file: File,
    socket: UnixListener,
}

/// The file of a socket. Removed when dropped, unless another process has taken the path over.
struct SocketFile {
    path: PathBuf,
    device: u64,
    node: u64,
}

impl Listener {
    /// Listens at `path`, whose file gets `mode`. Nobody can connect before the mode is set.
    ///
    /// # Errors
    /// [`UnixError`], one variant a reason.
    pub fn bind(path: &Path, mode: u32) -> Result<Self, UnixError> {
        clear(path)?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SockAddr::unix(path)?)?;
        let made = fs::symlink_metadata(path)?;
        let file = File::Ours(SocketFile { path: path.to_owned(), device: made.dev(), node: made.ino() });
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        socket.listen(i32::try_from(limits::BACKLOG).unwrap_or(i32::MAX))?;
        Ok(Self { file, socket: socket.into() })
    }

    /// One at a socket that another process has passed on, which looks after the file still.
    #[must_use]
    pub fn passed_on(socket: std::os::unix::net::UnixListener, path: &Path) -> Self {
        Self { socket, file: File::Elsewhere(path.to_owned()) }
    }

    /// Looks after the file from now on, unless it does already: it gets `mode`, and goes with this listener.
    ///
    /// # Errors
    /// What the system says: there is no such file any more.
    pub fn look_after(&mut self, mode: u32) -> io::Result<()> {
        if let File::Elsewhere(path) = &self.file {
            let found = fs::symlink_metadata(path)?;
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
            let file = SocketFile { path: path.clone(), device: found.dev(), node: found.ino() };
            self.file = File::Ours(file);
        }
        Ok(())
    }

    /// Another one at the same socket; this one goes on looking after the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn again(&self) -> io::Result<Self> {
        Ok(Self { socket: self.socket.try_clone()?, file: File::Elsewhere(self.path().to_owned()) })
    }

    /// Ends, and leaves the file to whom the socket was passed on.
    pub fn leave(self) {
        if let File::Ours(file) = self.file {
            std::mem::forget(file);
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn path(&self) -> &Path {
        match &self.file {
            File::Ours(file) => &file.path,
            File::Elsewhere(path) => path,
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = |found: fs::Metadata| found.dev() == self.device && found.ino() == self.node;
        if fs::symlink_metadata(&self.path).is_ok_and(ours) {
            // What cannot be removed is a dead socket, which the next start clears away.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes a socket that nobody listens at.
fn clear(path: &Path) -> Result<(), UnixError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
        Ok(found) if !found.file_type().is_socket() => return Err(UnixError::NotASocket),
        Ok(_) => {}
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // A listener whose backlog is full would be waited for.
    socket.set_nonblocking(true)?;
    match socket.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(fs::remove_file(path)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Ok(()) => Err(UnixError::InUse),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Err(UnixError::InUse),
        Err(error) => Err(error.into()),
    }
}

/// Takes mail at `listener`, as [`super::serve`] does: of `config` what is about TLS, proxies and where clients
/// come from means nothing here.
///
/// # Errors
/// The listener cannot be used at all.
pub async fn serve(
    listener: Listener,
    config: Config,
    reception: Arc<dyn Reception>,
    clock: Arc<dyn Clock>,
    shutdown: watch::Receiver<bool>,
) -> io::Result<()> {
    let host = Host::new(config, Protocol::Lmtp, reception, clock);
    let open = Open { _file: listener.file, socket: UnixListener::from_std(listener.socket)? };
    take_in(open, host, shutdown).await;
    Ok(())
}

impl Connection for UnixStream {
    fn try_write(&self, octets: &[u8]) -> io::Result<usize> {
        Self::try_write(self, octets)
    }

    async fn readable(&self) -> io::Result<()> {
        Self::readable(self).await
    }
}

impl Source for Open {
    type Connection = UnixStream;

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(UnixStream, Client)>> {
        let (stream, _) = ready!(self.socket.poll_accept(context))?;
        Poll::Ready(Ok((stream, Client::Local)))
    }
}

#[cfg(test)]
mod tests;
