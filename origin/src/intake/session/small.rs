//! `RSET`; the other commands that do no work need nothing of their own.

use super::{Action, Session, State, reply};

impl Session {
    /// RFC 5321 §4.1.1.5.
    pub(super) fn reset(&mut self, state: State) -> Action {
        let state = match state {
            State::Sender(hello, _)
            | State::Recipients(hello, _)
            | State::Between(hello, ..)
            | State::Spoiled(hello, _) => State::Identified(hello),
            other => other,
        };
        self.idle(state, reply::OK)
    }
}
