//! One descriptor kept back, so that a client can be told that there are none left.

use std::task::{Context, Poll, Waker};

use super::source::{Connection as _, Source};
use crate::intake::reply;
use socket2::{Domain, Socket, Type};

/// The descriptor, or its place.
pub(super) enum Spare {
    Held(#[expect(dead_code, reason = "held for its descriptor alone")] Socket),
    Missing,
}

impl Spare {
    pub(super) fn new() -> Self {
        Socket::new(Domain::IPV4, Type::STREAM, None).map_or(Self::Missing, Self::Held)
    }

    /// Takes one waiting connection with the spare descriptor, says `421` and closes it. Returns
    /// whether that went well; if not, only waiting helps.
    pub(super) fn turn_away(&mut self, listener: &impl Source) -> bool {
        let held = matches!(self, Self::Held(_));
        *self = Self::Missing;
        let accepted = if held { accept_now(listener) } else { false };
        *self = Self::new();
        accepted
    }
}

/// Accepts without waiting: the connection that could not be had is still in the queue.
fn accept_now(listener: &impl Source) -> bool {
    let accepted = listener.poll_accept(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Ok((stream, _))) = accepted else { return false };
    let mut words = Vec::new();
    reply::NO_DESCRIPTORS.write(&mut words);
    let _ = stream.try_write(&words);
    true
}
