//! `BDAT` (RFC 3030 §2). A chunk is always read, even one that is refused: otherwise its octets would be
//! taken for commands. What cannot be read to its end within bounds ends the session instead.

use super::{
    Action, After, Announced, Answers, Chunk, Envelope, Gatherer, Hello, Place, Reply, Session, State, Then, Timestamp,
    TraceLen, Verdict, attempt::Why, reply,
};
use crate::{intake::buffer::Buffer, limits::RESERVE_UNANNOUNCED};

/// Whether a refusal is counted as an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// It is.
    Error,
    /// The error was counted before, or is not the client's; yet it may not be repeated for ever.
    Idle,
}

impl Session {
    pub(super) fn bdat(&mut self, state: State, chunk: Chunk, now: Timestamp) -> Action {
        let limit = self.site.message_octets;
        match state {
            State::Recipients(hello, envelope) if chunk.octets > limit => {
                let answers = self.missed(envelope, Why::TooLarge, &reply::TOO_LARGE);
                self.refuse(After::failure(hello, answers, chunk), chunk, reply::TOO_LARGE, Counted::Error)
            }
            State::Recipients(hello, envelope) => {
                let announcement = self.announce(&hello, &envelope, Then::Chunk(chunk), now);
                let octets = announcement.plan.reserve();
                self.state = State::Reserving(hello, envelope, announcement);
                Action::Reserve(octets)
            }
            State::Between(hello, envelope, _, gatherer) if chunk.octets > limit.saturating_sub(gatherer.octets()) => {
                drop(gatherer);
                let answers = self.missed(envelope, Why::TooLarge, &reply::TOO_LARGE);
                self.refuse(After::failure(hello, answers, chunk), chunk, reply::TOO_LARGE, Counted::Error)
            }
            State::Between(hello, envelope, trace, gatherer) => self.gather(hello, envelope, trace, gatherer, chunk),
            // It pipelined, and every recipient was refused. A recipient after this chunk would get but the rest.
            State::Sender(hello, _) => {
                let (none, reply) = (self.site.protocol.answers(), self.site.protocol.no_recipients());
                self.refuse(After::failure(hello, none, chunk), chunk, reply, Counted::Idle)
            }
            State::Spoiled(hello, answers) => {
                self.refuse(After::failure(hello, answers, chunk), chunk, reply::CHUNK_FAILED, Counted::Idle)
            }
            State::Identified(hello) => self.refuse(After::Identified(hello), chunk, reply::MAIL_FIRST, Counted::Error),
            _ => self.refuse(After::Connected, chunk, self.site.protocol.hello_first(), Counted::Error),
        }
    }

    /// There is memory: lets the first chunk in.
    pub(super) fn first_chunk(
        &mut self,
        hello: Hello,
        envelope: Envelope,
        trace: TraceLen,
        buffer: Buffer,
        chunk: Chunk,
    ) -> Action {
        let gatherer = Box::new(Gatherer::new(buffer, envelope.sender.body));
        self.gather(hello, envelope, trace, gatherer, chunk)
    }

    /// There is none.
    pub(super) fn no_room_for_chunk(&mut self, hello: Hello, answers: Answers, chunk: Chunk) -> Action {
        self.refuse(After::failure(hello, answers, chunk), chunk, reply::NO_ROOM, Counted::Idle)
    }

    /// A chunk has come in whole.
    pub(super) fn gathered(
        &mut self,
        hello: Hello,
        envelope: Envelope,
        trace: TraceLen,
        chunk: Chunk,
        gatherer: Box<Gatherer>,
        now: Timestamp,
    ) -> Action {
        match chunk.place {
            Place::Last => match gatherer.finish() {
                Ok(buffer) => self.deliver(hello, envelope, trace, buffer, now),
                Err(fault) => self.faulty(hello, envelope, fault),
            },
            Place::Inner => match gatherer.check() {
                Err(fault) => self.spoilt(hello, envelope, fault),
                Ok(()) if chunk.octets == 0 => {
                    self.idle(State::Between(hello, envelope, trace, gatherer), reply::CHUNK_OK)
                }
                Ok(()) => self.say(State::Between(hello, envelope, trace, gatherer), reply::CHUNK_OK),
            },
        }
    }

    /// A refused chunk has been read to its end.
    pub(super) fn skipped(&mut self, after: After, reply: Reply, counted: Counted) -> Action {
        let (state, answers) = after.into_parts();
        answers.with(match counted {
            Counted::Error => self.error(state, reply),
            Counted::Idle => self.idle(state, reply),
        })
    }

    fn gather(
        &mut self,
        hello: Hello,
        envelope: Envelope,
        trace: TraceLen,
        gatherer: Box<Gatherer>,
        chunk: Chunk,
    ) -> Action {
        self.state = State::Gathering(hello, envelope, trace, chunk);
        Action::Gather(gatherer, chunk.octets)
    }

    /// Reads a chunk and keeps none of it, or ends the session if it is too long for that.
    fn refuse(&mut self, after: After, chunk: Chunk, reply: Reply, counted: Counted) -> Action {
        match self.tally.skip(chunk.octets, &self.site) {
            Verdict::Enough => Action::Close(reply::TOO_LARGE),
            Verdict::GoOn => {
                self.state = State::Skipping(after, reply, counted);
                Action::Skip(chunk.octets)
            }
        }
    }
}

impl After {
    /// A chunk of a message failed: what follows of the message is refused, too, up to its last chunk.
    fn failure(hello: Hello, answers: Answers, chunk: Chunk) -> Self {
        match chunk.place {
            Place::Inner => Self::Spoiled(hello, answers),
            Place::Last => Self::Over(hello, answers),
        }
    }

    /// How it goes on, and which replies the chunk has.
    fn into_parts(self) -> (State, Answers) {
        match self {
            Self::Connected => (State::Connected, Answers::Together),
            Self::Identified(hello) => (State::Identified(hello), Answers::Together),
            Self::Over(hello, answers) => (State::Identified(hello), answers),
            Self::Spoiled(hello, answers) => (State::Spoiled(hello, answers), Answers::Together),
        }
    }
}

/// What a first chunk tells about the message's size: all of it, if it is the last; else at least so much.
pub(super) fn announced(by_mail: Announced, chunk: Chunk) -> Announced {
    match (by_mail, chunk) {
        (_, Chunk { octets: 0, .. }) => by_mail,
        (_, Chunk { octets, place: Place::Last }) => Announced::Octets(octets),
        (Announced::Octets(announced), Chunk { octets, .. }) => Announced::Octets(announced.max(octets)),
        (Announced::Nothing, Chunk { octets, .. }) if octets > RESERVE_UNANNOUNCED => Announced::Octets(octets),
        (Announced::Nothing, _) => Announced::Nothing,
    }
}
