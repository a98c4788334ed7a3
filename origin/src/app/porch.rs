//! Where the next process asks for what this one holds, and how it gets it.

use std::{io::ErrorKind, os::fd::OwnedFd, time::Duration};

use tokio::{net::UnixListener, task::spawn_blocking, time::sleep};
use zeroize::Zeroizing;

use super::{
    handover::{HandoverError, room},
    jobs::Kept,
    serving::Site,
    store::{Estate, Held},
};
use crate::{
    config::Handover,
    handover::{
        Frame, Keys, OperatorKey, Purpose, fits,
        turns::{Elder, ElderAction, ElderEvent},
        unix::{Beside, Broken, Channel, Door, Patience, SocketFile},
    },
    limits::ACCEPT_PAUSE_MAX,
    operator::Holder,
};

/// Where the next process asks; nowhere, where nothing is handed over.
pub(super) enum Porch {
    Closed,
    Open { _file: SocketFile, socket: UnixListener, wait: Duration },
}

/// A process that is ready to take all.
pub(super) struct Successor {
    channel: Channel,
    elder: Elder,
}

/// A porch that is not open yet: all that may fail has been done.
pub(super) enum Unopened {
    Off,
    Ready { beside: Beside, wait: Duration },
}

impl Unopened {
    /// Gets ready what `config` says.
    pub(super) fn prepare(config: &Handover) -> Result<Self, HandoverError> {
        let Handover::Socket { path, wait } = config else { return Ok(Self::Off) };
        let beside = Beside::bind(path).map_err(|reason| HandoverError::Broken { path: path.clone(), reason })?;
        Ok(Self::Ready { beside, wait: wait.as_duration() })
    }

    /// Opens it. This process may own what it took over by now: it serves, come what may.
    pub(super) fn open(self) -> Porch {
        let Self::Ready { beside, wait } = self else { return Porch::Closed };
        let opened = beside.open().and_then(|Door { socket, file }| Ok((UnixListener::from_std(socket)?, file)));
        match opened {
            Ok((socket, file)) => Porch::Open { socket, _file: file, wait },
            Err(error) => {
                tracing::error!(kind = ?error.kind(), "nothing can be handed over: handover.socket cannot be had");
                Porch::Closed
            }
        }
    }
}

impl Porch {
    /// The next process that asks; never, where none can.
    pub(super) async fn knock(&self) -> std::os::unix::net::UnixStream {
        let Self::Open { socket, .. } = self else { return std::future::pending().await };
        loop {
            if let Ok(stream) = socket.accept().await.and_then(|(stream, _)| stream.into_std()) {
                return stream;
            }
            // Without descriptors or memory only waiting helps.
            sleep(ACCEPT_PAUSE_MAX.as_duration()).await;
        }
    }

    /// A process that comes after this one was told to end, and within the time for which it is to wait.
    pub(super) async fn last_chance(&self, site: &Site) -> LastChance {
        let wait = match self {
            Self::Open { wait, .. } if !wait.is_zero() => *wait,
            Self::Open { .. } | Self::Closed => return LastChance::Missed,
        };
        tracing::info!("told to end: waiting for a process to hand over to");
        tokio::select! {
            () = sleep(wait) => LastChance::Missed,
            stream = self.knock() => LastChance::Taken(greet(stream, site).await),
        }
    }
}

/// What is left to a successor.
struct Will {
    estate: Estate,
    queues: Kept,
    operator: OperatorKey,
}

/// What became of the time for which a process waits that was told to end.
pub(super) enum LastChance {
    /// Somebody came, and may be fit to have everything.
    Taken(Option<Successor>),
    /// Nobody came.
    Missed,
}

/// Hears who is there, and makes an offer. Nothing stops for that.
pub(super) async fn greet(stream: std::os::unix::net::UnixStream, site: &Site) -> Option<Successor> {
    let passed = site.sockets.to_pass_on().ok()?;
    let held = site.parts.estate.held.clone();
    match spawn_blocking(move || Successor::greet(stream, &held, &passed)).await {
        Ok(Ok(successor)) => successor,
        Ok(Err(reason)) => {
            tracing::warn!("a process asked for what is held, and got nothing: {reason}");
            None
        }
        Err(_) => None,
    }
}

impl Successor {
    /// None, where it only looked whether anybody is here.
    fn greet(
        stream: std::os::unix::net::UnixStream,
        held: &Held,
        sockets: &[(Purpose, OwnedFd)],
    ) -> Result<Option<Self>, Broken> {
        use std::os::fd::AsFd as _;
        let mut channel = Channel::new(stream)?;
        let (version, room_there) = match channel.hear(Patience::STALL) {
            Ok(Frame::Hello { version, room }) => (version, room),
            Ok(_) => return Err(Broken::OutOfTurn),
            Err(Broken::System(error)) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        };
        let weight = room(held.weight());
        if let Err(refusal) = fits(version, room_there, weight) {
            channel.say(&Frame::Refused(refusal))?;
            return Err(refusal.into());
        }
        let (elder, _) = Elder::Serving.step(ElderEvent::Hello);
        let purposes = sockets.iter().map(|(purpose, _)| *purpose).collect();
        let passed = sockets.iter().map(|(_, socket)| socket.as_fd()).collect::<Vec<_>>();
        channel.say_with(&Frame::Offer { held: weight, sockets: purposes }, &passed)?;
        match channel.hear(Patience::STALL)? {
            Frame::Take => Ok(Some(Self { channel, elder })),
            _ => Err(Broken::OutOfTurn),
        }
    }

    /// Gives it everything. `Gone`: it is another process's now. Else it is this one's as before, and thawed.
    pub(super) async fn give(self, site: &Site) -> Elder {
        let estate = &site.parts.estate;
        let operator = match &site.intake.operator.holder {
            Holder::Operator => OperatorKey::Configured,
            Holder::Process(capability) => OperatorKey::Drawn(Zeroizing::new(*capability.as_bytes())),
        };
        let will = Will { estate: estate.clone(), queues: site.parts.queues.kept.clone(), operator };
        let elder = spawn_blocking(move || self.drive(&will)).await.unwrap_or(Elder::Serving);
        if elder.owns() {
            estate.held.thaw();
        }
        elder
    }

    fn drive(mut self, will: &Will) -> Elder {
        let (mut elder, mut action) = self.elder.step(ElderEvent::Take);
        loop {
            let event = match action {
                ElderAction::Give => self.send(will),
                ElderAction::Part => self.channel.say(&Frame::Yours).map(|()| ElderEvent::Told),
                ElderAction::End | ElderAction::Resume | ElderAction::Stay => return elder,
                ElderAction::Offer | ElderAction::Refuse => Err(Broken::OutOfTurn),
            };
            let event = event.unwrap_or_else(|reason| {
                tracing::warn!("the hand-over failed, and this process goes on: {reason}");
                ElderEvent::Lost
            });
            (elder, action) = elder.step(event);
        }
    }

    fn send(&mut self, will: &Will) -> Result<ElderEvent, Broken> {
        let Estate { held, hasher } = &will.estate;
        held.freeze();
        // Only now: an hour may have begun, and its first message come, while this process drained.
        let keys = Keys { hasher: hasher.clone(), operator: will.operator.clone(), epochs: held.epochs() };
        let jobs = will.queues.pieces().into_iter().map(|piece| (Zeroizing::new(piece), Vec::new()));
        self.channel.give(keys, held.pieces().map(|piece| (piece.head, piece.body)).chain(jobs))?;
        match self.channel.hear(Patience::STALL)? {
            Frame::Have => Ok(ElderEvent::Have),
            _ => Err(Broken::OutOfTurn),
        }
    }
}

#[cfg(test)]
mod tests;
