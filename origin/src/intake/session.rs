//! The SMTP session as a value: what is said and asked next, given what came (RFC 5321 §3, §4.3).
//!
//! [`Session::step`] takes one input and gives one action; whoever drives it performs the action and
//! comes back with its outcome. The session does no I/O, reads no clock and keeps no octet of a
//! message. Its replies depend on what came, never on how that was split into packets.

mod attempt;
mod chunk;
mod envelope;
mod hello;
mod lmtp;
mod message;
mod small;
mod tally;

use std::{mem, sync::Arc};

use protocol::{
    address::{Address, Domain},
    time::Timestamp,
};

pub use self::lmtp::Protocol;
use self::{
    chunk::Counted,
    envelope::{Envelope, Sender},
    lmtp::Answers,
    message::{Announcement, Then, TraceLen},
    tally::{Tally, Verdict},
};
use super::{
    buffer::{Announced, Buffer, Plan},
    chunk::{Body, Chunk, Gatherer, Place},
    command::{Command, CommandError},
    data::{Fault, Receiver},
    line::{Behind, Line},
    reply::{self, Reply},
    stress::Level,
};
use crate::{
    budget::{NoRoom, Reservation},
    mail::{Client, Destination, Received, Secret},
    ports::{Attempt, Delivery, Unreachable},
};

/// What all sessions of a listener have in common.
#[derive(Clone, Debug)]
pub struct Site {
    /// What is spoken.
    pub protocol: Protocol,
    /// The name that we greet with.
    pub hostname: String,
    /// Whether `STARTTLS` is offered.
    pub tls: TlsOffer,
    /// Largest message, as `SIZE` announces it.
    pub message_octets: usize,
    /// Most recipients of one message.
    pub recipients: usize,
    /// Most messages of one session.
    pub messages: usize,
    /// Most errors of one session.
    pub errors: usize,
    /// Most commands that do no work between two messages.
    pub idle_commands: usize,
}

/// Whether a listener can speak TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsOffer {
    /// `STARTTLS` is offered.
    Offered,
    /// There is no certificate.
    Unavailable,
}

/// A session.
pub struct Session {
    site: Arc<Site>,
    client: Client,
    channel: Channel,
    level: Level,
    tally: Tally,
    state: State,
    failed: Option<Box<Attempt>>,
}

/// What came.
pub enum Input<'a> {
    /// The connection stands, and the client waits for the greeting.
    Opened,
    /// The connection stands, and the client did not wait (RFC 5321 §4.3.1): it is a program that pours out what
    /// it has, whatever it hears.
    TalkedFirst,
    /// A line, and whether more had come behind it.
    Line(Line<'a>, Behind),
    /// The answer to [`Action::LookUp`].
    Found(Found),
    /// The answer to [`Action::Reserve`].
    Room(Result<Reservation, NoRoom>),
    /// The end of a message was seen: the answer to [`Action::Receive`].
    Message(Result<Buffer, Fault>),
    /// So much came beyond the limit that the end was not waited for: another answer to it.
    Flooded,
    /// A chunk has come in whole: the answer to [`Action::Gather`].
    Gathered(Box<Gatherer>),
    /// So has one that is not kept: the answer to [`Action::Skip`].
    Skipped,
    /// The answer to [`Action::Deliver`].
    Delivered(Delivery),
    /// The answer to [`Action::DeliverEach`], in the order of the recipients' inboxes.
    DeliveredEach(Vec<Delivery>),
    /// The handshake is done, with this version of TLS: the answer to [`Action::StartTls`].
    Secured(&'static str),
    /// A deadline has passed.
    Expired,
    /// The service ends, and the client was being waited for.
    ShuttingDown,
}

/// What is to be done next.
pub enum Action {
    /// Say this, and wait for a line.
    Say(Reply),
    /// Say these, which may be none, and wait for a line.
    SayAll(Vec<Reply>),
    /// Wait for a line.
    Listen,
    /// Find a recipient's inbox.
    LookUp(Recipient),
    /// Promise that many octets of memory.
    Reserve(usize),
    /// Say this, and let the message in.
    Receive(Reply, Box<Receiver>),
    /// Let that many octets in, as they are.
    Gather(Box<Gatherer>, usize),
    /// Read that many octets, and forget them.
    Skip(usize),
    /// Judge, seal and store.
    Deliver(Box<Received>, Reservation),
    /// The same, and tell what became of each recipient's copy.
    DeliverEach(Box<Received>, Reservation),
    /// Say this, and begin TLS.
    StartTls(Reply),
    /// Say this, and end the connection.
    Close(Reply),
}

/// Where a session that waits for a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// What came so far needs no answer.
    BetweenMessages,
    /// Part of a message has come and was accepted.
    WithinMessage,
}

/// A recipient that is to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// It may be an inbox, if its domain is served.
    Inbox(Address),
    /// Postmaster without a domain: of the service itself, whether its own name is a mail domain or not
    /// (RFC 5321 §4.5.1).
    Postmaster(Address),
    /// A local part that no inbox has; the domain says whether it is unknown or not ours.
    Nobody(Domain),
}

/// What a look-up found.
pub enum Found {
    /// An inbox.
    Inbox(Destination),
    /// One that is full; its owner is to be told.
    Full(Destination),
    /// None that mail can go to.
    Unreachable(Unreachable),
    /// The domain is not served.
    NotServed,
}

/// How the client is connected.
#[derive(Clone, Copy)]
enum Channel {
    Plain,
    Tls(&'static str),
}

/// How far the dialogue is; each variant carries what is valid then.
enum State {
    /// Not greeted yet.
    Opening,
    /// Greeted; the client has not said who it is.
    Connected,
    /// It has.
    Identified(Hello),
    /// `MAIL` was accepted, no recipient yet.
    Sender(Hello, Sender),
    /// At least one recipient was accepted.
    Recipients(Hello, Envelope),
    /// A recipient is being looked up.
    Finding(Hello, Envelope),
    /// Memory is being asked for.
    Reserving(Hello, Envelope, Announcement),
    /// The message is coming.
    Receiving(Hello, Envelope, TraceLen),
    /// A chunk of the message is coming.
    Gathering(Hello, Envelope, TraceLen, Chunk),
    /// Chunks of the message have come, and others will.
    Between(Hello, Envelope, TraceLen, Box<Gatherer>),
    /// A chunk was refused, so the rest of its message is.
    Spoiled(Hello, Answers),
    /// A refused chunk is coming; then this is said.
    Skipping(After, Reply, Counted),
    /// The message is being judged, sealed and stored.
    Delivering(Hello, Answers),
    /// A TLS handshake is under way.
    Securing,
    /// Nothing more is said.
    Closed,
}

/// How far the dialogue is behind a refused chunk.
enum After {
    Connected,
    Identified(Hello),
    /// It was the last of its message.
    Over(Hello, Answers),
    Spoiled(Hello, Answers),
}

/// How the client introduced itself.
struct Hello {
    name: Secret,
    manner: Manner,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Helo,
    Ehlo,
}

impl Session {
    /// With `client`, before the greeting.
    #[must_use]
    pub const fn new(site: Arc<Site>, client: Client) -> Self {
        let (channel, level, tally, state) = (Channel::Plain, Level::Green, Tally::new(), State::Opening);
        Self { site, client, channel, level, tally, state, failed: None }
    }

    /// From now on under that much stress.
    #[must_use]
    pub const fn under(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Takes what came; gives what is to be done next.
    #[must_use]
    pub fn step(mut self, input: Input<'_>, now: Timestamp) -> (Self, Action) {
        let state = mem::replace(&mut self.state, State::Closed);
        let action = match (state, input) {
            (State::Opening, Input::Opened) => self.open(),
            (State::Opening, Input::TalkedFirst) => Action::Close(reply::TALKED_FIRST),
            (state, Input::Expired) => self.close(state, reply::TIMED_OUT),
            (state, Input::ShuttingDown) => self.close(state, reply::SHUTTING_DOWN),
            (
                state @ (State::Connected
                | State::Identified(_)
                | State::Sender(..)
                | State::Recipients(..)
                | State::Between(..)
                | State::Spoiled(..)),
                Input::Line(line, behind),
            ) => self.line(state, line, behind, now),
            (State::Finding(hello, envelope), Input::Found(found)) => self.found(hello, envelope, found),
            (State::Reserving(hello, envelope, announcement), Input::Room(Ok(room))) => {
                self.receive(hello, envelope, &announcement, room)
            }
            (State::Reserving(hello, envelope, announcement), Input::Room(Err(_))) => {
                self.no_room(hello, envelope, announcement.then)
            }
            (State::Receiving(hello, envelope, trace), Input::Message(Ok(buffer))) => {
                self.deliver(hello, envelope, trace, buffer, now)
            }
            (State::Receiving(hello, envelope, _), Input::Message(Err(fault))) => self.faulty(hello, envelope, fault),
            (State::Receiving(_, envelope, _), Input::Flooded) => self.flooded(envelope),
            (State::Gathering(hello, envelope, trace, chunk), Input::Gathered(gatherer)) => {
                self.gathered(hello, envelope, trace, chunk, gatherer, now)
            }
            (State::Skipping(after, reply, counted), Input::Skipped) => self.skipped(after, reply, counted),
            (State::Delivering(hello, Answers::Together), Input::Delivered(delivery)) => {
                self.delivered(hello, delivery)
            }
            (State::Delivering(hello, Answers::Each(which)), Input::DeliveredEach(outcomes)) => {
                self.delivered_each(hello, &which, &outcomes)
            }
            (State::Securing, Input::Secured(version)) => self.secured(version),
            // The driver is at fault; saying so and leaving is better than taking the process down.
            _ => Action::Close(reply::CONFUSED),
        };
        self.note_reply(&action);
        (self, action)
    }

    fn line(&mut self, state: State, line: Line<'_>, behind: Behind, now: Timestamp) -> Action {
        let line = match line {
            Line::Text(line) => line,
            Line::TooLong => return self.error(state, reply::LINE_TOO_LONG),
            Line::Unclean => return self.error(state, reply::UNCLEAN_LINE),
            Line::BareLf => return self.close(state, reply::BARE_LF),
            Line::Endless => return self.close(state, reply::LINE_TOO_LONG),
            Line::TlsHello => return self.close(state, reply::NOT_TLS),
        };
        match Command::parse(line) {
            Ok(command) => self.command(state, command, behind, now),
            Err(CommandError::Chunk) => self.close(state, reply::BAD_CHUNK),
            Err(error) => self.error(state, error.into()),
        }
    }

    fn command(&mut self, state: State, command: Command<'_>, behind: Behind, now: Timestamp) -> Action {
        let waits = matches!(
            command,
            Command::Ehlo(_) | Command::Helo(_) | Command::Lhlo(_) | Command::Data | Command::StartTls
        );
        if waits && behind == Behind::More {
            // RFC 2920 §3.1; behind STARTTLS it is how commands are injected (RFC 3207 §6).
            return self.close(state, reply::TOO_SOON);
        }
        match command {
            Command::Ehlo(_) | Command::Helo(_) | Command::Lhlo(_) => self.introduction(state, command),
            Command::StartTls => self.start_tls(state),
            Command::Mail(mail) => self.mail(state, mail),
            Command::Rcpt(path) => self.rcpt(state, path),
            Command::Data => self.data(state, now),
            Command::Bdat(chunk) => self.bdat(state, chunk, now),
            Command::Rset => self.reset(state),
            Command::Noop => self.idle(state, reply::OK),
            Command::Vrfy => self.idle(state, reply::VERIFY),
            Command::Help => self.idle(state, self.site.protocol.help()),
            Command::Quit => Action::Close(reply::BYE),
            Command::Auth => self.error(state, reply::NO_AUTH),
            Command::NotOffered => self.error(state, reply::NOT_OFFERED),
            Command::Http => self.close(state, reply::NOT_HTTP),
        }
    }

    /// Whether a message is on its way: one whose end the service waits for before it ends.
    #[must_use]
    pub const fn waiting(&self) -> Waiting {
        match self.state {
            State::Between(..) => Waiting::WithinMessage,
            _ => Waiting::BetweenMessages,
        }
    }

    /// Goes on in `state`.
    fn say(&mut self, state: State, reply: Reply) -> Action {
        self.state = state;
        Action::Say(reply)
    }

    /// Goes on in `state`, unless there were too many errors.
    fn error(&mut self, state: State, reply: Reply) -> Action {
        match self.tally.error(&self.site, self.level) {
            Verdict::GoOn => self.say(state, reply),
            Verdict::Enough => self.close(state, reply::TOO_MANY_ERRORS),
        }
    }

    /// Goes on in `state`, unless this was one command too many that does no work.
    fn idle(&mut self, state: State, reply: Reply) -> Action {
        match self.tally.idle(&self.site, self.level) {
            Verdict::GoOn => self.say(state, reply),
            Verdict::Enough => self.close(state, reply::TOO_MANY_ERRORS),
        }
    }
}

impl State {
    const fn has_transaction(&self) -> bool {
        matches!(self, Self::Sender(..) | Self::Recipients(..) | Self::Between(..) | Self::Spoiled(..))
    }
}

#[cfg(test)]
pub(super) mod tests;
