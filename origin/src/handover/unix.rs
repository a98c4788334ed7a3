//! The socket that a successor asks at, and what passes over it.
//!
//! Blocking, with a deadline for each word: to be called where blocking is fine. Both ends see to it that the other is
//! a process of the same user, whoever could reach the file.

mod buffered;

use std::{
    fs,
    io::{self, ErrorKind, IoSlice, IoSliceMut, Read as _, Write as _},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::{
            fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _},
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use rustix::{
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer, SendAncillaryMessage,
        SendFlags, recvmsg, sendmsg, sockopt::socket_peercred,
    },
    process::geteuid,
};
use socket2::{Domain, SockAddr, Socket, Type};
use zeroize::Zeroizing;

use self::buffered::{Reader, Writer};
use super::{Adder, Frame, FrameError, Keys, PREFIX_OCTETS, Prefix, Refusal};
use crate::limits::HANDOVER_STALL;

/// Sockets that may pass at one time: one a purpose.
const SOCKETS: usize = 5;

/// Successors that may wait to be heard: there is one at a time.
const BACKLOG: i32 = 8;

/// Why a hand-over goes no further.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The system says no, the other process is gone, or it took too long.
    #[error("the other process is gone or too slow: {0}")]
    System(#[from] io::Error),
    /// Something came that is no frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Something else came than what should.
    #[error("the other process said something else than what was due")]
    OutOfTurn,
    /// It will not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another user's process.
    #[error("the other process belongs to another user")]
    Stranger,
    /// There is a file that is no socket.
    #[error("there is a file that is no socket")]
    NotASocket,
    /// What came is not what was sent.
    #[error("what came is not what was sent: {came} pieces of {sent}, or some that differ")]
    Damaged {
        /// How many came.
        came: u64,
        /// How many were sent.
        sent: u64,
    },
    /// What came cannot be kept.
    #[error("what came cannot be kept: {0}")]
    Unkept(String),
}

/// A socket that listens beside its place, until it is put there.
pub struct Beside {
    file: SocketFile,
    socket: UnixListener,
    place: PathBuf,
}

/// A socket in its place: whoever starts next asks here. Its file goes with it, unless another process's is there.
///
/// The file goes first: while the socket is open no other file has its number of node, so that a successor's is
/// never taken for ours.
pub struct Door {
    /// Its file.
    pub file: SocketFile,
    /// The socket.
    pub socket: UnixListener,
}

/// The file of a socket. Removed when dropped, unless it is another's by then.
pub struct SocketFile {
    path: PathBuf,
    device: u64,
    node: u64,
}

impl Beside {
    /// Listens beside `place`, for this user alone: all that may fail before the place is taken.
    ///
    /// # Errors
    /// [`Broken`]: there is something else, or the folder cannot be written.
    pub fn bind(place: &Path) -> Result<Self, Broken> {
        match fs::symlink_metadata(place) {
            Ok(found) if !found.file_type().is_socket() => return Err(Broken::NotASocket),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let mut path = place.as_os_str().to_owned();
        path.push(format!(".{}", std::process::id()));
        let path = PathBuf::from(path);
        // Nobody but a dead process had our number before.
        let _ = fs::remove_file(&path);
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SockAddr::unix(&path)?)?;
        let made = fs::symlink_metadata(&path)?;
        let file = SocketFile { path: path.clone(), device: made.dev(), node: made.ino() };
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        socket.listen(BACKLOG)?;
        Ok(Self { socket: socket.into(), file, place: place.to_owned() })
    }

    /// Puts it there, whoever was there before.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(mut self) -> io::Result<Door> {
        fs::rename(&self.file.path, &self.place)?;
        self.file.path = self.place;
        Ok(Door { socket: self.socket, file: self.file })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = |found: fs::Metadata| found.dev() == self.device && found.ino() == self.node;
        if fs::symlink_metadata(&self.path).is_ok_and(ours) {
            // What cannot be removed is a dead socket, which the next start takes the place of.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a process listens at `place`.
///
/// # Errors
/// [`Broken`], where nobody can say.
pub fn knock(place: &Path) -> Result<Option<UnixStream>, Broken> {
    match UnixStream::connect(place) {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A connection between the two.
pub struct Channel(UnixStream);

impl Channel {
    /// Over `stream`, if the other end is ours.
    ///
    /// # Errors
    /// [`Broken::Stranger`].
    pub fn new(stream: UnixStream) -> Result<Self, Broken> {
        let peer = socket_peercred(&stream).map_err(io::Error::from)?;
        if peer.uid != geteuid() {
            return Err(Broken::Stranger);
        }
        stream.set_nonblocking(false)?;
        stream.set_write_timeout(Some(HANDOVER_STALL.as_duration()))?;
        Ok(Self(stream))
    }

    /// Says one thing.
    ///
    /// # Errors
    /// [`Broken::System`].
    pub fn say(&mut self, frame: &Frame) -> Result<(), Broken> {
        Ok((&self.0).write_all(&frame.write())?)
    }

    /// Says one thing, and passes `sockets` on with it.
    ///
    /// # Errors
    /// [`Broken::System`].
    pub fn say_with(&mut self, frame: &Frame, sockets: &[BorrowedFd<'_>]) -> Result<(), Broken> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !control.push(SendAncillaryMessage::ScmRights(sockets)) {
            return Err(Broken::OutOfTurn);
        }
        let octets = frame.write();
        let sent = sendmsg(&self.0, &[IoSlice::new(&octets)], &mut control, SendFlags::NOSIGNAL);
        Ok((&self.0).write_all(&octets[sent.map_err(io::Error::from)?..])?)
    }

    /// Hears one thing.
    ///
    /// # Errors
    /// [`Broken`]; a refusal is one.
    pub fn hear(&mut self, patience: Patience) -> Result<Frame, Broken> {
        self.0.set_read_timeout(patience.0)?;
        let mut reader = &self.0;
        read_frame(&mut reader).map(|(frame, _)| frame)
    }

    /// Hears one thing, and takes the sockets that come with it.
    ///
    /// # Errors
    /// [`Broken`]; a refusal is one.
    pub fn hear_with(&mut self, patience: Patience) -> Result<(Frame, Vec<OwnedFd>), Broken> {
        self.0.set_read_timeout(patience.0)?;
        let mut prefix = [0; PREFIX_OCTETS];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut prefix)];
        let received = recvmsg(&self.0, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC).map_err(io::Error::from)?;
        let mut sockets = Vec::new();
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(passed) = message {
                sockets.extend(passed);
            }
        }
        if received.flags.contains(ReturnFlags::CTRUNC) {
            return Err(Broken::OutOfTurn);
        }
        (&self.0).read_exact(&mut prefix[received.bytes..])?;
        let frame = read_rest(Prefix::read(&prefix)?, &mut &self.0)?.0;
        Ok((frame, sockets))
    }

    /// Gives everything: keys, pieces, and what they add up to.
    ///
    /// # Errors
    /// [`Broken::System`].
    pub fn give(
        &mut self,
        keys: Keys,
        pieces: impl Iterator<Item = (Zeroizing<Vec<u8>>, Vec<Bytes>)>,
    ) -> Result<(), Broken> {
        let mut out = Writer::new(&self.0);
        out.write_all(&Frame::Keys(keys).write())?;
        let mut adder = Adder::default();
        for (head, parts) in pieces {
            let frame = Frame::Piece { head, body: parts.iter().map(Bytes::len).sum() }.write();
            adder.add(&frame, parts.iter().map(Bytes::as_ref));
            out.write_all(&frame)?;
            for part in &parts {
                out.write_all(part)?;
            }
        }
        out.write_all(&Frame::End(adder.sum()).write())?;
        Ok(out.flush()?)
    }

    /// Takes everything: asks `admits` before it reads a body of so many octets, hands each piece to `keep`, and
    /// returns the keys once all is known to have come.
    ///
    /// # Errors
    /// [`Broken`]: what was kept by then is to be dropped.
    pub fn take(
        &mut self,
        patience: Patience,
        admits: impl Fn(usize) -> Result<(), String>,
        keep: impl Fn(&[u8], &Bytes) -> Result<(), String>,
    ) -> Result<Keys, Broken> {
        let Frame::Keys(keys) = self.hear(patience)? else { return Err(Broken::OutOfTurn) };
        self.0.set_read_timeout(Patience::STALL.0)?;
        let mut reader = Reader::new(&self.0);
        let mut adder = Adder::default();
        loop {
            let (frame, octets) = read_frame(&mut reader)?;
            match frame {
                Frame::Piece { head, body: length } => {
                    admits(length).map_err(Broken::Unkept)?;
                    let mut body = Vec::with_capacity(length);
                    if reader.by_ref().take(length as u64).read_to_end(&mut body)? < length {
                        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
                    }
                    let body = Bytes::from(body);
                    adder.add(&octets, [body.as_ref()]);
                    keep(&head, &body).map_err(Broken::Unkept)?;
                }
                Frame::End(sent) => {
                    let came = adder.sum();
                    if came != sent {
                        return Err(Broken::Damaged { came: came.pieces, sent: sent.pieces });
                    }
                    return Ok(keys);
                }
                _ => return Err(Broken::OutOfTurn),
            }
        }
    }
}

/// How long a word is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience(Option<Duration>);

impl Patience {
    /// As long as a process may take that has nothing else to do.
    pub const STALL: Self = Self(Some(HANDOVER_STALL.as_duration()));

    /// Until it comes, or the connection ends.
    pub const ENDLESS: Self = Self(None);

    /// So long.
    #[must_use]
    pub const fn of(length: protocol::time::Millis) -> Self {
        Self(Some(length.as_duration()))
    }
}

fn read_frame(reader: &mut impl io::Read) -> Result<(Frame, Zeroizing<Vec<u8>>), Broken> {
    let mut prefix = [0; PREFIX_OCTETS];
    reader.read_exact(&mut prefix)?;
    let (frame, head) = read_rest(Prefix::read(&prefix)?, reader)?;
    let mut octets = Zeroizing::new(Vec::with_capacity(PREFIX_OCTETS + head.len()));
    octets.extend_from_slice(&prefix);
    octets.extend_from_slice(&head);
    Ok((frame, octets))
}

fn read_rest(prefix: Prefix, reader: &mut impl io::Read) -> Result<(Frame, Zeroizing<Vec<u8>>), Broken> {
    let mut head = Zeroizing::new(vec![0; prefix.head]);
    reader.read_exact(&mut head)?;
    match prefix.frame(&head)? {
        Frame::Refused(refusal) => Err(refusal.into()),
        frame => Ok((frame, head)),
    }
}

/// A socket as it is passed on.
///
/// # Errors
/// What the system says.
pub fn duplicate(socket: impl AsFd) -> io::Result<OwnedFd> {
    socket.as_fd().try_clone_to_owned()
}

#[cfg(test)]
mod tests;
