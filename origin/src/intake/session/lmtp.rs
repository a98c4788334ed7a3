//! Where LMTP (RFC 2033) is not SMTP: how a client introduces itself, and how the end of a message is answered.

use super::{Action, Envelope, Hello, Session, State, chunk::Counted, reply};
use crate::{
    intake::{
        command::Command,
        reply::Reply,
        session::{Manner, TlsOffer},
    },
    ports::Delivery,
    verdict::Deferral,
};

/// What is spoken at a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// With the world (RFC 5321): the end of a message has one reply.
    Smtp,
    /// With a mail server of the operator's own (RFC 2033): the end of a message has a reply for each recipient,
    /// and the client keeps the message for those who did not get it.
    Lmtp,
}

/// Which replies the end of a message has.
pub(super) enum Answers {
    /// One, for all recipients.
    Together,
    /// One for each recipient that was accepted, in their order, be it the same inbox twice (RFC 2033 §4.2): where
    /// among the inboxes it stands.
    #[expect(clippy::box_collection, reason = "sessions of SMTP, of which there are many, carry this too")]
    Each(Box<Vec<usize>>),
}

impl Protocol {
    pub(super) fn answers(self) -> Answers {
        match self {
            Self::Smtp => Answers::Together,
            Self::Lmtp => Answers::Each(Box::default()),
        }
    }

    pub(super) const fn hello_first(self) -> Reply {
        match self {
            Self::Smtp => reply::HELLO_FIRST,
            Self::Lmtp => reply::LHLO_FIRST,
        }
    }

    pub(super) const fn help(self) -> Reply {
        match self {
            Self::Smtp => reply::HELP,
            Self::Lmtp => reply::LMTP_HELP,
        }
    }

    /// `DATA` or `BDAT` when every recipient was refused; RFC 2033 §4.2 wants another code for it.
    pub(super) const fn no_recipients(self) -> Reply {
        match self {
            Self::Smtp => reply::NO_RECIPIENTS,
            Self::Lmtp => reply::RECIPIENTS_FIRST,
        }
    }

    /// What is offered at a listener that could speak TLS as `tls` says: within one machine there is none.
    #[must_use]
    pub const fn offer(self, tls: TlsOffer) -> TlsOffer {
        match self {
            Self::Smtp => tls,
            Self::Lmtp => TlsOffer::Unavailable,
        }
    }
}

impl Answers {
    /// The recipients that the replies are for, as far as they are counted.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Together => 0,
            Self::Each(which) => which.len(),
        }
    }

    /// Makes one reply to the end of a message as many as it has. What ends the session is said once.
    pub(super) fn with(&self, action: Action) -> Action {
        match (self, action) {
            (Self::Each(which), Action::Say(reply)) => Action::SayAll(vec![reply; which.len()]),
            (_, action) => action,
        }
    }
}

impl Envelope {
    /// The recipient at `inbox` was accepted.
    pub(super) fn answer(&mut self, inbox: usize) {
        if let Answers::Each(which) = &mut self.answers {
            which.push(inbox);
        }
    }
}

impl Session {
    /// RFC 2033 §4.1: `LHLO` is in the place of `EHLO` and `HELO`, which are unknown.
    pub(super) fn introduction(&mut self, state: State, command: Command<'_>) -> Action {
        match (self.site.protocol, command) {
            (Protocol::Smtp, Command::Ehlo(name)) | (Protocol::Lmtp, Command::Lhlo(name)) => {
                self.hello(name, Manner::Ehlo)
            }
            (Protocol::Smtp, Command::Helo(name)) => self.hello(name, Manner::Helo),
            (Protocol::Smtp, _) => self.error(state, reply::NOT_OFFERED),
            (Protocol::Lmtp, _) => self.error(state, reply::UNKNOWN_COMMAND),
        }
    }

    /// Goes on in `state`: what a recipient or a message is refused for. A client of LMTP passes on what others sent
    /// to whom they named, so there it is counted for nothing: cut off, it could not deliver the rest.
    pub(super) fn refused(&mut self, state: State, reply: Reply, counted: Counted) -> Action {
        match (self.site.protocol, counted) {
            (Protocol::Lmtp, _) => self.say(state, reply),
            (Protocol::Smtp, Counted::Error) => self.error(state, reply),
            (Protocol::Smtp, Counted::Idle) => self.idle(state, reply),
        }
    }

    /// Each recipient's own outcome.
    pub(super) fn delivered_each(&mut self, hello: Hello, which: &[usize], outcomes: &[Delivery]) -> Action {
        self.tally.message();
        let unknown = Delivery::Deferred(Deferral::StoreUnavailable);
        let outcome = |inbox: &usize| outcomes.get(*inbox).copied().unwrap_or(unknown).into();
        self.state = State::Identified(hello);
        Action::SayAll(which.iter().map(outcome).collect())
    }
}
