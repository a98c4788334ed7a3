//! What the tests of intake run against: a reception that knows a few inboxes, and a client that
//! speaks to a session without any I/O.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use protocol::{
    address::{Address, Domain},
    id::InboxId,
    sealing::{KeyPair, PublicKey, Suite},
    time::Timestamp,
};

use crate::{
    budget::{Budget, NoRoom, Reservation},
    intake::{
        chunk::Gatherer,
        data::{Progress, Receiver},
        line::Lines,
        session::{Action, Found, Input, Protocol, Recipient, Session, Site, TlsOffer},
        tcp::Bounds,
    },
    mail::{Client, Destination, Received, ReversePath},
    ports::{Attempt, Clock, Delivery, Door, Reception, Unreachable},
    verdict::{Deferral, Refusal},
};

/// 2026-11-23T20:54:00Z.
pub(in crate::intake) const NOW: Timestamp = Timestamp::from_millis(1_795_467_240_000);

/// A message as the reception got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) struct Taken {
    pub(in crate::intake) reverse_path: String,
    pub(in crate::intake) recipients: usize,
    pub(in crate::intake) trace: String,
    pub(in crate::intake) body: Vec<u8>,
    pub(in crate::intake) tls: Option<String>,
}

/// Serves mayfly.example. Inboxes named unknown, expired, full and broken are what their names say;
/// a message whose body names a refusal or a deferral gets it.
pub(in crate::intake) struct Fake {
    pub(in crate::intake) budget: Budget,
    pub(in crate::intake) taken: Mutex<Vec<Taken>>,
    pub(in crate::intake) door: Mutex<Vec<Door>>,
    pub(in crate::intake) failed: Mutex<Vec<Attempt>>,
    key: Arc<PublicKey>,
}

impl Fake {
    pub(in crate::intake) fn new(octets: usize) -> Self {
        let key = Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key());
        let (taken, door, failed) = Default::default();
        Self { budget: Budget::new(octets, octets), taken, door, failed, key }
    }

    fn find(&self, recipient: &Address) -> Result<Destination, Unreachable> {
        let local = recipient.local().as_str();
        match local {
            "unknown" => Err(Unreachable::Unknown),
            "expired" => Err(Unreachable::Expired),
            "full" => Err(Unreachable::Full),
            "broken" => Err(Unreachable::Unavailable),
            known => {
                let mut id = [0; 16];
                for (octet, letter) in id.iter_mut().zip(known.bytes()) {
                    *octet = letter;
                }
                let tag = recipient.tag().map(str::to_owned);
                Ok(Destination {
                    inbox: InboxId::from_bytes(id),
                    public_key: Arc::clone(&self.key),
                    wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
                    tag,
                })
            }
        }
    }

    fn serves_domain(domain: &Domain) -> bool {
        domain.as_str() == "mayfly.example"
    }

    /// As [`Self::take`], but for those whose inboxes have meanwhile become what their names say.
    fn take_each(&self, message: &Received) -> Vec<Delivery> {
        let delivery = self.take(message);
        let each = |destination: &Destination| match (delivery, &destination.inbox.as_bytes()[..5]) {
            (Delivery::Stored, b"later") => Delivery::Deferred(Deferral::InboxFull),
            (Delivery::Stored, b"ended") => Delivery::Deferred(Deferral::InboxGone),
            (delivery, _) => delivery,
        };
        message.recipients.iter().map(each).collect()
    }

    fn take(&self, message: &Received) -> Delivery {
        let (trace, body) = message.raw.split_at(message.trace_len);
        let text = String::from_utf8_lossy(body);
        let outcomes = [
            ("X-Outcome: loop", Delivery::Refused(Refusal::Loop { hops: 101, limit: 100 })),
            ("X-Outcome: header", Delivery::Refused(Refusal::HeaderTooLarge { octets: 2, limit: 1 })),
            ("X-Outcome: parts", Delivery::Refused(Refusal::TooManyParts { parts: 2, limit: 1 })),
            ("X-Outcome: deep", Delivery::Refused(Refusal::TooDeep { depth: 2, limit: 1 })),
            ("X-Outcome: no room", Delivery::Deferred(Deferral::NoRoom)),
            ("X-Outcome: unavailable", Delivery::Deferred(Deferral::StoreUnavailable)),
            ("X-Outcome: full", Delivery::Deferred(Deferral::InboxFull)),
            ("X-Outcome: gone", Delivery::Deferred(Deferral::InboxGone)),
        ];
        if let Some((_, delivery)) = outcomes.into_iter().find(|(name, _)| text.contains(name)) {
            return delivery;
        }
        let reverse_path = match &message.reverse_path {
            ReversePath::Null => String::new(),
            ReversePath::Mailbox(mailbox) => mailbox.0.clone(),
        };
        self.taken.lock().unwrap().push(Taken {
            reverse_path,
            recipients: message.recipients.len(),
            trace: String::from_utf8(trace.to_vec()).unwrap(),
            body: body.to_vec(),
            tls: message.hop.tls.clone(),
        });
        Delivery::Stored
    }
}

#[async_trait]
impl Reception for Fake {
    async fn destination(&self, recipient: &Address) -> Result<Destination, Unreachable> {
        self.find(recipient)
    }

    fn serves(&self, domain: &Domain) -> bool {
        Self::serves_domain(domain)
    }

    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.budget.reserve(octets)
    }

    async fn deliver(&self, message: Received, room: Reservation) -> Delivery {
        assert!(room.octets() >= message.raw.len());
        self.take(&message)
    }

    async fn deliver_each(&self, message: Received, room: Reservation) -> Vec<Delivery> {
        assert!(room.octets() >= message.raw.len());
        self.take_each(&message)
    }

    async fn full(&self, recipient: &Address) -> Option<Destination> {
        let tag = recipient.tag().map(str::to_owned);
        Some(Destination {
            inbox: InboxId::from_bytes([9; 16]),
            public_key: Arc::clone(&self.key),
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            tag,
        })
    }

    fn failed(&self, attempt: Attempt) {
        self.failed.lock().unwrap().push(attempt);
    }

    fn at_the_door(&self, what: Door) {
        self.door.lock().unwrap().push(what);
    }
}

/// A clock that stands still.
pub(in crate::intake) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

pub(in crate::intake) fn site(protocol: Protocol, bounds: &Bounds, tls: TlsOffer) -> Site {
    Site {
        protocol,
        hostname: "mx.mayfly.example".to_owned(),
        tls: protocol.offer(tls),
        message_octets: bounds.message_octets,
        recipients: bounds.recipients,
        messages: bounds.messages,
        errors: bounds.errors,
        idle_commands: bounds.idle_commands,
    }
}

/// A session and its client, in the same place: octets in, octets out.
pub(in crate::intake) struct Pure {
    fake: Arc<Fake>,
    lines: Lines,
    out: Vec<u8>,
    phase: Phase,
}

/// Where the octets of a chunk go.
enum Into {
    Message(Box<Gatherer>),
    Nothing,
}

enum Phase {
    Commands(Session),
    Message(Session, Box<Receiver>),
    Chunk(Session, Into, usize),
    Securing,
    Closed,
}

impl Pure {
    pub(in crate::intake) fn new(fake: Arc<Fake>, site: Site) -> Self {
        let client = match site.protocol {
            Protocol::Smtp => Client::Host("192.0.2.1".parse().unwrap()),
            Protocol::Lmtp => Client::Local,
        };
        let session = Session::new(Arc::new(site), client);
        let mut pure = Self { fake, lines: Lines::default(), out: Vec::new(), phase: Phase::Closed };
        let (session, action) = session.step(Input::Opened, NOW);
        pure.perform(session, action);
        pure
    }

    /// What was said since the last time.
    pub(in crate::intake) fn heard(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    pub(in crate::intake) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// Hands over a piece of what the client sends.
    pub(in crate::intake) fn send(&mut self, octets: &[u8]) {
        self.lines.push(octets);
        loop {
            match std::mem::replace(&mut self.phase, Phase::Closed) {
                Phase::Commands(session) => match self.lines.take() {
                    Some((line, behind)) => {
                        let (session, action) = session.step(Input::Line(line, behind), NOW);
                        self.perform(session, action);
                    }
                    None => {
                        self.phase = Phase::Commands(session);
                        return;
                    }
                },
                Phase::Message(session, mut receiver) => match receiver.feed(self.lines.rest()) {
                    Progress::More => {
                        self.lines.skip(self.lines.rest().len());
                        self.phase = Phase::Message(session, receiver);
                        return;
                    }
                    Progress::End { used } => {
                        self.lines.skip(used);
                        let (session, action) = session.step(Input::Message(receiver.finish()), NOW);
                        self.perform(session, action);
                    }
                    Progress::Flood => {
                        let (session, action) = session.step(Input::Flooded, NOW);
                        self.perform(session, action);
                    }
                },
                Phase::Chunk(session, mut into, left) => {
                    let piece = &self.lines.rest()[..left.min(self.lines.rest().len())];
                    if let Into::Message(gatherer) = &mut into {
                        gatherer.feed(piece);
                    }
                    let left = left - piece.len();
                    self.lines.skip(piece.len());
                    if left > 0 {
                        self.phase = Phase::Chunk(session, into, left);
                        return;
                    }
                    let came = match into {
                        Into::Message(gatherer) => Input::Gathered(gatherer),
                        Into::Nothing => Input::Skipped,
                    };
                    let (session, action) = session.step(came, NOW);
                    self.perform(session, action);
                }
                ended @ (Phase::Securing | Phase::Closed) => {
                    self.phase = ended;
                    return;
                }
            }
        }
    }

    fn perform(&mut self, session: Session, action: Action) {
        let (mut session, mut action) = (session, action);
        loop {
            let input = match action {
                Action::Say(reply) => {
                    reply.write(&mut self.out);
                    self.phase = Phase::Commands(session);
                    return;
                }
                Action::SayAll(replies) => {
                    replies.iter().for_each(|reply| reply.write(&mut self.out));
                    self.phase = Phase::Commands(session);
                    return;
                }
                Action::Listen => {
                    self.phase = Phase::Commands(session);
                    return;
                }
                Action::LookUp(recipient) => Input::Found(self.look_up(&recipient)),
                Action::Reserve(octets) => Input::Room(self.fake.budget.reserve(octets)),
                Action::Receive(reply, receiver) => {
                    reply.write(&mut self.out);
                    self.phase = Phase::Message(session, receiver);
                    return;
                }
                Action::Gather(gatherer, octets) => {
                    self.phase = Phase::Chunk(session, Into::Message(gatherer), octets);
                    return;
                }
                Action::Skip(octets) => {
                    self.phase = Phase::Chunk(session, Into::Nothing, octets);
                    return;
                }
                Action::Deliver(message, _room) => Input::Delivered(self.fake.take(&message)),
                Action::DeliverEach(message, _room) => Input::DeliveredEach(self.fake.take_each(&message)),
                Action::StartTls(reply) => {
                    reply.write(&mut self.out);
                    self.phase = Phase::Securing;
                    return;
                }
                Action::Close(reply) => {
                    reply.write(&mut self.out);
                    self.phase = Phase::Closed;
                    return;
                }
            };
            (session, action) = session.step(input, NOW);
        }
    }

    fn look_up(&self, recipient: &Recipient) -> Found {
        match recipient {
            Recipient::Inbox(address) if !Fake::serves_domain(address.domain()) => Found::NotServed,
            Recipient::Nobody(domain) if !Fake::serves_domain(domain) => Found::NotServed,
            Recipient::Nobody(_) => Found::Unreachable(Unreachable::Unknown),
            Recipient::Inbox(address) | Recipient::Postmaster(address) => match self.fake.find(address) {
                Ok(destination) => Found::Inbox(destination),
                Err(unreachable) => Found::Unreachable(unreachable),
            },
        }
    }
}
