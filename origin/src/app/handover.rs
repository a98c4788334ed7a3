//! How this process takes over what the one before it holds. [`super::porch`] hands it to the next.
//!
//! What is said, and who owns the content when, stands in [`crate::handover`]; here its two machines are driven. A new
//! process gets ready all that may fail before the old one stops anything. Both hold the content while it passes, so
//! a hand-over takes twice its memory for as long as it lasts.

use std::{
    net::{SocketAddr, TcpListener},
    os::{fd::OwnedFd, unix::net::UnixListener},
    path::PathBuf,
};

use protocol::capability::Capability;
use tokio::task::spawn_blocking;

use super::{
    jobs::Kept,
    store::{Estate, Held},
};
use crate::{
    config::Handover,
    handover::{
        Frame, Keys, OperatorKey, Purpose, Room, VERSION,
        turns::{Heir, HeirAction, HeirEvent},
        unix::{Broken, Channel, Patience, knock},
    },
    intake::unix,
    limits::HANDOVER_PATIENCE,
    store::memory::Weight,
};

/// Why nothing is taken over.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// It came to nothing; the process before goes on.
    #[error("the process at handover.socket ({path}) does not hand over: {reason}")]
    Broken {
        /// Where it is.
        path: PathBuf,
        /// Why.
        reason: Broken,
    },
    /// A thread was lost.
    #[error("the hand-over was broken off")]
    Lost,
}

/// What is there at start.
pub(super) enum Before {
    /// No process: this is the first, or hands nothing over.
    Nobody,
    /// One that offers what it holds.
    Offer(Offer),
}

/// An offer.
pub(super) struct Offer {
    path: PathBuf,
    channel: Channel,
    heir: Heir,
    sockets: Vec<(Purpose, OwnedFd)>,
}

/// What an estate weighs, as it is told.
pub(super) fn room(weight: Weight) -> Room {
    let octets = |octets: usize| u64::try_from(octets).unwrap_or(u64::MAX);
    Room { octets: octets(weight.octets), records: octets(weight.records) }
}

impl Before {
    /// Asks at the socket of `config` for a store that may hold `capacity`.
    pub(super) async fn ask(config: &Handover, capacity: Weight) -> Result<Self, HandoverError> {
        let Handover::Socket { path, .. } = config else { return Ok(Self::Nobody) };
        let path = path.clone();
        let asked = spawn_blocking(move || {
            let asked = Offer::ask(path.clone(), room(capacity));
            asked.map_err(|reason| HandoverError::Broken { path, reason })
        });
        Ok(asked.await.map_err(|_| HandoverError::Lost)??.map_or(Self::Nobody, Self::Offer))
    }

    /// A socket that comes with the offer and is at `address`; where that leaves the port open, any port will do.
    pub(super) fn tcp(&mut self, purpose: Purpose, address: SocketAddr) -> Option<TcpListener> {
        let socket = TcpListener::from(self.socket(purpose)?);
        let bound = socket.local_addr().ok()?;
        let there = bound == address || (address.port() == 0 && bound.ip() == address.ip());
        there.then_some(socket)
    }

    /// The Unix socket that comes with the offer, if it is at `path`.
    pub(super) fn lmtp(&mut self, path: &std::path::Path) -> Option<unix::Listener> {
        let socket = UnixListener::from(self.socket(Purpose::Lmtp)?);
        let there = socket.local_addr().is_ok_and(|bound| bound.as_pathname() == Some(path));
        there.then(|| unix::Listener::passed_on(socket, path))
    }

    fn socket(&mut self, purpose: Purpose) -> Option<OwnedFd> {
        let Self::Offer(offer) = self else { return None };
        let index = offer.sockets.iter().position(|(of, _)| *of == purpose)?;
        Some(offer.sockets.swap_remove(index).1)
    }

    /// Takes what is offered into `estate`; returns what is to be known of the operator's inbox. From then on it is
    /// this process's.
    pub(super) async fn take(self, estate: &mut Estate, queues: &Kept) -> Result<OperatorKey, HandoverError> {
        let Self::Offer(offer) = self else { return Ok(OperatorKey::Configured) };
        let (held, queues, path) = (estate.held.clone(), queues.clone(), offer.path.clone());
        let taken = spawn_blocking(move || offer.take(&held, &queues)).await.map_err(|_| HandoverError::Lost)?;
        let keys = taken.map_err(|reason| HandoverError::Broken { path, reason })?;
        estate.inherit(keys.hasher, keys.epochs);
        tracing::info!(octets = estate.held.weight().octets, "took over from the process before");
        Ok(keys.operator)
    }
}

impl Offer {
    fn ask(path: PathBuf, room: Room) -> Result<Option<Self>, Broken> {
        let Some(stream) = knock(&path)? else { return Ok(None) };
        let mut channel = Channel::new(stream)?;
        channel.say(&Frame::Hello { version: VERSION, room })?;
        let (Frame::Offer { sockets: purposes, .. }, sockets) = channel.hear_with(Patience::STALL)? else {
            return Err(Broken::OutOfTurn);
        };
        if purposes.len() != sockets.len() {
            return Err(Broken::OutOfTurn);
        }
        let (heir, _) = Heir::Asking.step(HeirEvent::Offered);
        Ok(Some(Self { path, channel, heir, sockets: purposes.into_iter().zip(sockets).collect() }))
    }

    fn take(mut self, held: &Held, queues: &Kept) -> Result<Keys, Broken> {
        let (mut heir, mut action) = self.heir.step(HeirEvent::Ready);
        let mut taken = Err(Broken::OutOfTurn);
        loop {
            let event = match action {
                HeirAction::Take => {
                    taken = self.receive(held, queues);
                    if taken.is_ok() { HeirEvent::Whole } else { HeirEvent::Lost }
                }
                HeirAction::Have => {
                    match self.channel.say(&Frame::Have).and_then(|()| self.channel.hear(Patience::ENDLESS)) {
                        Ok(Frame::Yours) => HeirEvent::Yours,
                        Ok(_) | Err(_) => HeirEvent::Lost,
                    }
                }
                HeirAction::Probe => match knock(&self.path) {
                    Ok(None) => HeirEvent::ElderDead,
                    Ok(Some(_)) | Err(_) => HeirEvent::ElderAlive,
                },
                HeirAction::Serve => return taken,
                HeirAction::Prepare | HeirAction::Leave => return Err(taken.err().unwrap_or(Broken::OutOfTurn)),
            };
            (heir, action) = heir.step(event);
        }
    }

    fn receive(&mut self, held: &Held, queues: &Kept) -> Result<Keys, Broken> {
        self.channel.say(&Frame::Take)?;
        let admits = |octets| held.admits(octets).map_err(|refused| refused.to_string());
        let keep = |head: &[u8], body: &bytes::Bytes| match queues.import(head) {
            Some(taken) => taken.map_err(|refused| refused.to_string()),
            None => held.import(head, body).map_err(|refused| refused.to_string()),
        };
        self.channel.take(Patience::of(HANDOVER_PATIENCE), admits, keep)
    }
}

/// The operator's capability, where the process before drew it.
pub(super) fn drawn_before(key: &OperatorKey) -> Option<Capability> {
    match key {
        OperatorKey::Configured => None,
        OperatorKey::Drawn(octets) => Some(Capability::from_bytes(**octets)),
    }
}
