//! `DATA`, and what becomes of the message.

use super::{
    Action, Announcement, Buffer, Channel, Delivery, Envelope, Fault, Hello, Manner, Plan, Receiver, Session, State,
    Timestamp, TraceLen, reply,
};
use crate::{
    budget::Reservation,
    intake::{
        command::Charset,
        trace::{Trace, With},
    },
    mail::{Hop, Received, Secret},
};

impl Session {
    /// Nothing is said before there is memory for the message.
    pub(super) fn data(&mut self, state: State, now: Timestamp) -> Action {
        match state {
            State::Recipients(hello, envelope) => {
                let trace = self.trace(&hello, &envelope, now);
                let plan = Plan {
                    announced: envelope.sender.announced,
                    trace: trace.len(),
                    recipients: envelope.recipients.len(),
                    limit: self.site.message_octets,
                };
                self.state = State::Reserving(hello, envelope, Announcement { trace, plan });
                Action::Reserve(plan.reserve())
            }
            // It pipelined, and every recipient was refused: each of these errors has been counted.
            State::Sender(..) => self.say(state, reply::NO_RECIPIENTS),
            State::Identified(_) => self.error(state, reply::MAIL_FIRST),
            other => self.error(other, reply::HELLO_FIRST),
        }
    }

    pub(super) fn no_room(&mut self, hello: Hello) -> Action {
        self.idle(State::Identified(hello), reply::NO_ROOM)
    }

    pub(super) fn receive(
        &mut self,
        hello: Hello,
        envelope: Envelope,
        Announcement { trace, plan }: &Announcement,
        room: Reservation,
    ) -> Action {
        let buffer = Buffer::new(trace.as_bytes(), *plan, room);
        let receiver = Box::new(Receiver::new(buffer, plan.limit));
        self.state = State::Receiving(hello, envelope, TraceLen(trace.len()));
        Action::Receive(reply::GO_AHEAD, receiver)
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
        self.state = State::Delivering(hello);
        Action::Deliver(Box::new(received), room)
    }

    pub(super) fn faulty(&mut self, hello: Hello, fault: Fault) -> Action {
        self.tally.message();
        match fault {
            Fault::Deferred(_) => self.say(State::Identified(hello), fault.into()),
            Fault::Refused(_) | Fault::LongLine { .. } => self.error(State::Identified(hello), fault.into()),
        }
    }

    pub(super) fn delivered(&mut self, hello: Hello, delivery: Delivery) -> Action {
        self.tally.message();
        self.say(State::Identified(hello), delivery.into())
    }

    fn trace(&self, hello: &Hello, envelope: &Envelope, now: Timestamp) -> String {
        let with = match (envelope.sender.charset, hello.manner, self.channel) {
            (Charset::Utf8, _, Channel::Plain) => With::Utf8Smtp,
            (Charset::Utf8, _, Channel::Tls(_)) => With::Utf8Smtps,
            (Charset::Ascii, Manner::Ehlo, Channel::Plain) => With::Esmtp,
            (Charset::Ascii, Manner::Ehlo, Channel::Tls(_)) => With::Esmtps,
            (Charset::Ascii, Manner::Helo, _) => With::Smtp,
        };
        Trace {
            reverse_path: &envelope.sender.path,
            helo: &hello.name.0,
            client: self.client,
            hostname: &self.site.hostname,
            with,
            at: now,
        }
        .fields()
    }
}
