//! A session in memory of its own while it is driven.
//!
//! The compiler keeps a place for a value in each future that it passes through, used or not: several, for each of
//! 50,000 sessions that wait. A pointer passes instead.

use protocol::time::Timestamp;

use crate::{
    intake::{
        session::{Action, Input, Session, Waiting},
        stress::Level,
    },
    ports::Attempt,
};

/// A session, as it stands.
pub(super) struct Held(Box<Session>);

impl Held {
    pub(super) fn new(session: Session) -> Self {
        Self(Box::new(session))
    }

    /// [`Session::step`].
    pub(super) fn step(self, input: Input<'_>, now: Timestamp) -> (Self, Action) {
        let Self(mut place) = self;
        let (session, action) = (*place).step(input, now);
        *place = session;
        (Self(place), action)
    }

    /// [`Session::under`].
    pub(super) fn under(self, level: Level) -> Self {
        let Self(mut place) = self;
        *place = (*place).under(level);
        Self(place)
    }

    /// [`Session::waiting`].
    pub(super) fn waiting(&self) -> Waiting {
        self.0.waiting()
    }

    /// [`Session::take_failed`].
    pub(super) fn take_failed(&mut self) -> Option<Attempt> {
        self.0.take_failed()
    }

    /// [`Session::broken_off`].
    pub(super) fn broken_off(self) -> Option<Attempt> {
        (*self.0).broken_off()
    }
}
