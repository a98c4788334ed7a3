//! `MAIL` and `RCPT`.

use protocol::address::{Address, Domain};

use super::{
    Action, Announced, Answers, Body, Channel, Found, Hello, Protocol, Recipient, Secret, Session, State, Verdict,
    chunk::Counted, reply,
};
use crate::{
    intake::{
        command::{Charset, Mail, Secrecy},
        path::{Forward, Host, Local, Mailbox, Reverse},
    },
    mail::{Destination, ReversePath},
    ports::Unreachable,
};

/// Who sends, and what was announced.
pub(super) struct Sender {
    pub(super) path: ReversePath,
    pub(super) announced: Announced,
    pub(super) charset: Charset,
    pub(super) body: Body,
}

/// Who sends to whom.
pub(super) struct Envelope {
    pub(super) sender: Sender,
    pub(super) recipients: Vec<Destination>,
    pub(super) answers: Answers,
}

impl Session {
    pub(super) fn mail(&mut self, state: State, mail: Mail<'_>) -> Action {
        let hello = match state {
            State::Identified(hello) => hello,
            _ if state.has_transaction() => return self.error(state, reply::MAIL_ALREADY),
            other => return self.error(other, self.site.protocol.hello_first()),
        };
        if self.tally.next_message(&self.site) == Verdict::Enough {
            return Action::Close(reply::TOO_MANY_MESSAGES);
        }
        if matches!(mail.announced, Announced::Octets(octets) if octets > self.site.message_octets) {
            return self.error(State::Identified(hello), reply::TOO_LARGE);
        }
        if let (Secrecy::TlsRequired, Channel::Plain) = (mail.secrecy, self.channel) {
            return self.error(State::Identified(hello), reply::TLS_REQUIRED);
        }
        let path = match mail.path {
            Reverse::Null => ReversePath::Null,
            Reverse::Mailbox(mailbox) if !mailbox.text.is_ascii() && mail.charset == Charset::Ascii => {
                return self.error(State::Identified(hello), reply::UTF8_NEEDED);
            }
            Reverse::Mailbox(mailbox) => ReversePath::Mailbox(Secret(mailbox.text.to_owned())),
        };
        let sender = Sender { path, announced: mail.announced, charset: mail.charset, body: mail.body };
        self.say(State::Sender(hello, sender), reply::SENDER_OK)
    }

    pub(super) fn rcpt(&mut self, state: State, path: Forward<'_>) -> Action {
        let (hello, envelope) = match state {
            State::Sender(hello, sender) => (hello, Envelope::new(sender, self.site.protocol)),
            State::Recipients(hello, envelope) => (hello, envelope),
            State::Identified(_) => return self.error(state, reply::MAIL_FIRST),
            State::Between(..) | State::Spoiled(..) => return self.error(state, reply::CHUNKS_BEGUN),
            other => return self.error(other, self.site.protocol.hello_first()),
        };
        if envelope.recipients.len().max(envelope.answers.count()) >= self.site.recipients {
            return self.say(State::Recipients(hello, envelope), reply::TOO_MANY_RECIPIENTS);
        }
        match self.recipient(path, envelope.sender.charset) {
            Ok(recipient) => {
                self.state = State::Finding(hello, envelope);
                Action::LookUp(recipient)
            }
            Err(reply) => self.refused(envelope.into_state(hello), reply, Counted::Error),
        }
    }

    pub(super) fn found(&mut self, hello: Hello, mut envelope: Envelope, found: Found) -> Action {
        match found {
            Found::Inbox(destination) => {
                envelope.add(destination);
                self.say(envelope.into_state(hello), reply::RECIPIENT_OK)
            }
            Found::Full(destination) => {
                self.missed_for_being_full(destination, &envelope.sender);
                self.refused(envelope.into_state(hello), reply::INBOX_FULL, Counted::Idle)
            }
            Found::NotServed => self.refused(envelope.into_state(hello), reply::NO_RELAY, Counted::Error),
            Found::Unreachable(unreachable @ (Unreachable::Unknown | Unreachable::Expired)) => {
                self.refused(envelope.into_state(hello), unreachable.into(), Counted::Error)
            }
            // Not the client's fault; yet it costs a look-up, so it may not be repeated for ever.
            Found::Unreachable(unreachable @ (Unreachable::Full | Unreachable::Unavailable)) => {
                self.refused(envelope.into_state(hello), unreachable.into(), Counted::Idle)
            }
        }
    }

    /// Whom to look up for a path.
    fn recipient(&self, path: Forward<'_>, charset: Charset) -> Result<Recipient, reply::Reply> {
        let mailbox = match path {
            Forward::Postmaster => {
                let address = format!("postmaster@{}", self.site.hostname);
                return Address::parse(&address).map(Recipient::Postmaster).map_err(|_| reply::UNKNOWN_INBOX);
            }
            Forward::Mailbox(mailbox) => mailbox,
        };
        if !mailbox.text.is_ascii() && charset == Charset::Ascii {
            return Err(reply::UTF8_NEEDED);
        }
        let Mailbox { text, local, host: Host::Name(host) } = mailbox else { return Err(reply::NO_RELAY) };
        // What DNS has no name for is no domain of ours.
        let domain = Domain::parse(host).map_err(|_| reply::NO_RELAY)?;
        match (local, Address::parse(text)) {
            (Local::Dotted(_), Ok(address)) => Ok(Recipient::Inbox(address)),
            // Inboxes have neither quotes nor letters beyond ASCII.
            (Local::Dotted(_) | Local::Quoted(_), _) => Ok(Recipient::Nobody(domain)),
        }
    }
}

impl Envelope {
    fn new(sender: Sender, protocol: Protocol) -> Self {
        Self { sender, recipients: Vec::new(), answers: protocol.answers() }
    }

    /// An inbox that is named twice gets one copy.
    fn add(&mut self, destination: Destination) {
        let known = self.recipients.iter().position(|known| known.inbox == destination.inbox);
        self.answer(known.unwrap_or(self.recipients.len()));
        if known.is_none() {
            self.recipients.push(destination);
        }
    }

    fn into_state(self, hello: Hello) -> State {
        if self.recipients.is_empty() { State::Sender(hello, self.sender) } else { State::Recipients(hello, self) }
    }
}
