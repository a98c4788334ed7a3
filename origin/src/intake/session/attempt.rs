//! Attempts that failed for recipients who are known: what their owners are told (`ports::Attempt`).
//!
//! The one place where a session notes them. What fails behind the end of the data, the reception knows itself.

use super::{Action, Announced, Answers, Envelope, Fault, Sender, Session, State, reply::Reply};
use crate::{
    mail::{Destination, ReversePath},
    ports::{Attempt, reason},
    verdict::{Deferral, Refusal},
};

/// Why an attempt failed.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// For what came.
    Fault(Fault),
    /// More was announced, or came, than is taken.
    TooLarge,
    /// There is no memory for it.
    NoRoom,
    /// It stopped coming.
    Interrupted,
}

impl Session {
    /// What failed in the last step, if something did for somebody.
    pub fn take_failed(&mut self) -> Option<Attempt> {
        self.failed.take().map(|attempt| *attempt)
    }

    /// The client is gone: the attempt that thereby failed, if a message was on its way.
    #[must_use]
    pub fn broken_off(self) -> Option<Attempt> {
        let envelope = self.state.into_coming()?;
        Some(attempt(envelope.recipients, &envelope.sender, Why::Interrupted))
    }

    /// Notes that the envelope's recipients do not get their message; `reply` is what is said of it.
    /// Gives which replies the end of the message has.
    pub(super) fn missed(&mut self, envelope: Envelope, why: Why, reply: &Reply) -> Answers {
        let attempt = attempt(envelope.recipients, &envelope.sender, why);
        self.failed = Some(Box::new(Attempt { reply: reply.line(), ..attempt }));
        envelope.answers
    }

    /// Notes that an inbox is full.
    pub(super) fn missed_for_being_full(&mut self, destination: Destination, sender: &Sender) {
        let attempt = attempt(vec![destination], sender, Why::Fault(Fault::Deferred(Deferral::InboxFull)));
        self.failed = Some(Box::new(attempt));
    }

    /// Ends the session for what the client did or did not do: a message on its way does not arrive.
    pub(super) fn close(&mut self, state: State, reply: Reply) -> Action {
        if let Some(envelope) = state.into_coming() {
            self.missed(envelope, Why::Interrupted, &reply);
        }
        Action::Close(reply)
    }

    /// What was noted in this step tells what is really said: one error too many says something else.
    pub(super) fn note_reply(&mut self, action: &Action) {
        if let (Some(attempt), Action::Say(reply) | Action::Close(reply)) = (&mut self.failed, action) {
            attempt.reply = reply.line();
        }
        if let (Some(attempt), Action::SayAll(replies)) = (&mut self.failed, action) {
            attempt.reply = replies.first().map_or_else(String::new, Reply::line);
        }
    }
}

impl State {
    /// The envelope of the message that is on its way, if one is.
    fn into_coming(self) -> Option<Envelope> {
        match self {
            Self::Receiving(_, envelope, _) | Self::Gathering(_, envelope, ..) | Self::Between(_, envelope, ..) => {
                Some(envelope)
            }
            _ => None,
        }
    }
}

fn attempt(recipients: Vec<Destination>, sender: &Sender, why: Why) -> Attempt {
    let announced = match sender.announced {
        Announced::Nothing => None,
        Announced::Octets(octets) => Some(octets),
    };
    let (reason, counted) = match why {
        Why::Fault(Fault::Refused(refusal @ Refusal::TooLarge { octets, .. })) => (refusal.name(), Some(octets)),
        Why::Fault(Fault::Refused(refusal)) => (refusal.name(), None),
        Why::Fault(Fault::Deferred(deferral)) => (deferral.name(), None),
        Why::Fault(Fault::LongLine { .. }) => (reason::LONG_LINE, None),
        Why::TooLarge => (reason::TOO_LARGE, None),
        Why::NoRoom => (Deferral::NoRoom.name(), None),
        Why::Interrupted => (reason::INTERRUPTED, None),
    };
    let reverse_path: ReversePath = sender.path.clone();
    Attempt { recipients, reverse_path, octets: counted.or(announced), reason, reply: String::new() }
}
