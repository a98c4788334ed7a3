//! `DATA`, and what becomes of a message, however it came.

use super::{
    Action, Answers, Body, Buffer, Channel, Chunk, Delivery, Envelope, Fault, Hello, Manner, Plan, Protocol, Receiver,
    Sender, Session, State, Timestamp,
    attempt::Why,
    chunk::{self, Counted},
    reply,
};
use crate::{
    budget::Reservation,
    intake::{
        command::Charset,
        trace::{Trace, With},
    },
    limits::RESULTS_OCTETS,
    mail::{Hop, Received, Secret},
};

/// What is known about a message before it comes: the trace fields before it, and the memory it needs.
pub(super) struct Announcement {
    pub(super) trace: String,
    pub(super) plan: Plan,
    pub(super) then: Then,
}

/// How the message comes, once there is memory for it.
#[derive(Clone, Copy)]
pub(super) enum Then {
    Data,
    Chunk(Chunk),
}

/// Octets of the trace fields, which stand before the message.
#[derive(Clone, Copy)]
pub(super) struct TraceLen(pub(super) usize);

impl Session {
    /// Nothing is said before there is memory for the message.
    pub(super) fn data(&mut self, state: State, now: Timestamp) -> Action {
        match state {
            State::Recipients(_, Envelope { sender: Sender { body: Body::Binary, .. }, .. }) => {
                self.error(state, reply::CHUNKS_ONLY)
            }
            State::Recipients(hello, envelope) => {
                let announcement = self.announce(&hello, &envelope, Then::Data, now);
                let octets = announcement.plan.reserve();
                self.state = State::Reserving(hello, envelope, announcement);
                Action::Reserve(octets)
            }
            // What has come of it would be half a message.
            State::Between(hello, envelope, ..) => {
                let answers = self.missed(envelope, Why::Interrupted, &reply::CHUNKS_BEGUN);
                self.error(State::Spoiled(hello, answers), reply::CHUNKS_BEGUN)
            }
            State::Spoiled(..) => self.error(state, reply::CHUNKS_BEGUN),
            // It pipelined, and every recipient was refused: each of these errors has been counted.
            State::Sender(..) => self.say(state, self.site.protocol.no_recipients()),
            State::Identified(_) => self.error(state, reply::MAIL_FIRST),
            other => self.error(other, self.site.protocol.hello_first()),
        }
    }

    /// What is known of the message that is to come.
    pub(super) fn announce(&self, hello: &Hello, envelope: &Envelope, then: Then, now: Timestamp) -> Announcement {
        let trace = self.trace(hello, envelope, now);
        let announced = match then {
            Then::Data => envelope.sender.announced,
            Then::Chunk(first) => chunk::announced(envelope.sender.announced, first),
        };
        let (recipients, limit) = (envelope.recipients.len(), self.site.message_octets);
        // What is found out about the message is written before it too, and must not move it to another buffer.
        let plan = Plan { announced, trace: trace.len() + RESULTS_OCTETS, recipients, limit };
        Announcement { trace, plan, then }
    }

    pub(super) fn no_room(&mut self, hello: Hello, envelope: Envelope, then: Then) -> Action {
        let answers = self.missed(envelope, Why::NoRoom, &reply::NO_ROOM);
        match then {
            Then::Data => self.idle(State::Identified(hello), reply::NO_ROOM),
            Then::Chunk(chunk) => self.no_room_for_chunk(hello, answers, chunk),
        }
    }

    pub(super) fn receive(
        &mut self,
        hello: Hello,
        envelope: Envelope,
        Announcement { trace, plan, then }: &Announcement,
        room: Reservation,
    ) -> Action {
        let buffer = Buffer::new(trace.as_bytes(), *plan, room);
        let trace = TraceLen(trace.len());
        match *then {
            Then::Chunk(chunk) => self.first_chunk(hello, envelope, trace, buffer, chunk),
            Then::Data => {
                self.state = State::Receiving(hello, envelope, trace);
                Action::Receive(reply::GO_AHEAD, Box::new(Receiver::new(buffer, plan.limit)))
            }
        }
    }

    pub(super) fn deliver(
        &mut self,
        hello: Hello,
        envelope: Envelope,
        trace: TraceLen,
        buffer: Buffer,
        now: Timestamp,
    ) -> Action {
        let (raw, room) = buffer.into_parts();
        let tls = match self.channel {
            Channel::Plain => None,
            Channel::Tls(version) => Some(version.to_owned()),
        };
        let received = Received {
            reverse_path: envelope.sender.path,
            recipients: envelope.recipients,
            raw,
            trace_len: trace.0,
            hop: Hop { client: self.client, helo: Secret(hello.name.0.clone()), tls },
            received_at: now,
        };
        let deliver = match envelope.answers {
            Answers::Together => Action::Deliver,
            Answers::Each(_) => Action::DeliverEach,
        };
        self.state = State::Delivering(hello, envelope.answers);
        deliver(Box::new(received), room)
    }

    /// The message has ended, and cannot be taken.
    pub(super) fn faulty(&mut self, hello: Hello, envelope: Envelope, fault: Fault) -> Action {
        let answers = self.missed(envelope, Why::Fault(fault), &fault.into());
        answers.with(self.fail(State::Identified(hello), fault))
    }

    /// A chunk of it cannot be taken, and others follow.
    pub(super) fn spoilt(&mut self, hello: Hello, envelope: Envelope, fault: Fault) -> Action {
        let answers = self.missed(envelope, Why::Fault(fault), &fault.into());
        self.fail(State::Spoiled(hello, answers), fault)
    }

    fn fail(&mut self, state: State, fault: Fault) -> Action {
        self.tally.message();
        match fault {
            Fault::Deferred(_) => self.say(state, fault.into()),
            Fault::Refused(_) | Fault::LongLine { .. } => self.refused(state, fault.into(), Counted::Error),
        }
    }

    /// So much came that nobody waits for the end.
    pub(super) fn flooded(&mut self, envelope: Envelope) -> Action {
        self.missed(envelope, Why::TooLarge, &reply::TOO_LARGE);
        Action::Close(reply::TOO_LARGE)
    }

    pub(super) fn delivered(&mut self, hello: Hello, delivery: Delivery) -> Action {
        self.tally.message();
        self.say(State::Identified(hello), delivery.into())
    }

    fn trace(&self, hello: &Hello, envelope: &Envelope, now: Timestamp) -> String {
        let with = match (self.site.protocol, envelope.sender.charset, hello.manner, self.channel) {
            (Protocol::Lmtp, Charset::Utf8, ..) => With::Utf8Lmtp,
            (Protocol::Lmtp, Charset::Ascii, ..) => With::Lmtp,
            (Protocol::Smtp, Charset::Utf8, _, Channel::Plain) => With::Utf8Smtp,
            (Protocol::Smtp, Charset::Utf8, _, Channel::Tls(_)) => With::Utf8Smtps,
            (Protocol::Smtp, Charset::Ascii, Manner::Ehlo, Channel::Plain) => With::Esmtp,
            (Protocol::Smtp, Charset::Ascii, Manner::Ehlo, Channel::Tls(_)) => With::Esmtps,
            (Protocol::Smtp, Charset::Ascii, Manner::Helo, _) => With::Smtp,
        };
        Trace {
            reverse_path: &envelope.sender.path,
            helo: &hello.name.0,
            client: self.client,
            hostname: &self.site.hostname,
            with,
            tls: match self.channel {
                Channel::Plain => None,
                Channel::Tls(version) => Some(version),
            },
            at: now,
        }
        .fields()
    }
}
