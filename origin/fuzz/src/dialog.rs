//! Whole sessions, `BDAT` above all: the same replies and the same messages, however the octets were split.

use std::{
    net::Ipv4Addr,
    sync::{Arc, OnceLock},
};

use origin::{
    budget::Budget,
    intake::{
        chunk::Gatherer,
        data::{Progress, Receiver},
        line::Lines,
        session::{Action, Found, Input, Protocol, Recipient, Session, Site, TlsOffer},
    },
    limits::RECIPIENTS,
    mail::Destination,
    ports::{Delivery, Unreachable},
};
use protocol::{
    id::InboxId,
    sealing::{KeyPair, PublicKey, Suite},
    time::Timestamp,
};

use crate::split::Split;

const NOW: Timestamp = Timestamp::from_millis(1_795_467_240_000);
const ROOM: usize = 1 << 30;
const LIMIT: usize = 1 << 20;

/// Where in what the fuzzer made up the client waits for the server.
const WAITS: u8 = 0xff;

/// What the server says to commands that came before their time; it depends on what had come, and so on the split.
const TOO_SOON: &[u8] = b"554 5.5.0 ";

/// What a dialog came to.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    said: Vec<u8>,
    taken: Vec<Vec<u8>>,
}

/// A dialog is the same however it is split; and chunks of any octets are the message that was sent, octet for octet.
pub fn bdat(made_up: &[u8]) {
    let Some((split, octets)) = Split::take(made_up) else { return };
    let whole = Pure::play([&b"EHLO a.example\r\n"[..]].into_iter().chain(octets.split(|octet| *octet == WAITS)));
    let groups = octets.split(|octet| *octet == WAITS).flat_map(|group| split.pieces(group));
    let pieces = Pure::play([&b"EHLO a.example\r\n"[..]].into_iter().chain(groups));
    if whole.said.windows(TOO_SOON.len()).all(|window| window != TOO_SOON) {
        assert_eq!(whole.shown(), pieces.shown(), "the split changed the dialog");
        assert_eq!(whole.taken, pieces.taken, "the split changed the messages");
    }
    chunks(octets, split);
}

/// Any octets, in chunks as large as the pieces, under `BINARYMIME`.
fn chunks(message: &[u8], split: Split) {
    let mut sent = b"EHLO a.example\r\n".to_vec();
    let mut pure = Pure::new();
    pure.send(&sent);
    sent = b"MAIL FROM:<a@b.example> BODY=BINARYMIME\r\nRCPT TO:<c@mayfly.example>\r\n".to_vec();
    for chunk in split.pieces(message) {
        sent.extend_from_slice(format!("BDAT {}\r\n", chunk.len()).as_bytes());
        sent.extend_from_slice(chunk);
    }
    sent.extend_from_slice(b"BDAT 0 LAST\r\n");
    pure.send(&sent);
    let outcome = pure.outcome;
    assert_eq!(outcome.taken, [message], "not what was sent: {}", outcome.shown());
}

impl Outcome {
    fn shown(&self) -> String {
        self.said.escape_ascii().to_string()
    }
}

/// A session and its client in one place.
struct Pure {
    budget: Budget,
    lines: Lines,
    outcome: Outcome,
    phase: Phase,
}

enum Phase {
    Commands(Session),
    Message(Session, Box<Receiver>),
    Chunk(Session, Box<Gatherer>, usize),
    Refused(Session, usize),
    Over,
}

impl Pure {
    fn play<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Outcome {
        let mut pure = Self::new();
        pieces.for_each(|piece| pure.send(piece));
        pure.outcome
    }

    fn new() -> Self {
        let site = Site {
            hostname: "mx.mayfly.example".to_owned(),
            tls: TlsOffer::Offered,
            message_octets: LIMIT,
            recipients: RECIPIENTS,
            messages: usize::MAX,
            errors: usize::MAX,
            idle_commands: usize::MAX,
            protocol: Protocol::Smtp,
        };
        let session = Session::new(Arc::new(site), Ipv4Addr::LOCALHOST.into());
        let outcome = Outcome { said: Vec::new(), taken: Vec::new() };
        let mut pure = Self { budget: Budget::new(ROOM, ROOM), lines: Lines::default(), outcome, phase: Phase::Over };
        pure.step(session, Input::Opened);
        pure
    }

    fn send(&mut self, octets: &[u8]) {
        self.lines.push(octets);
        while self.take() {}
    }

    /// Takes what is next of what came; whether there may be more.
    fn take(&mut self) -> bool {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Over => return false,
            Phase::Commands(session) => {
                // Out of `self`, so that the line may be lent to the session.
                let mut lines = std::mem::take(&mut self.lines);
                let went_on = match lines.take() {
                    Some((line, behind)) => {
                        self.step(session, Input::Line(line, behind));
                        true
                    }
                    None => {
                        self.phase = Phase::Commands(session);
                        false
                    }
                };
                self.lines = lines;
                return went_on;
            }
            Phase::Message(session, mut receiver) => match receiver.feed(self.lines.rest()) {
                Progress::More => {
                    self.lines.skip(self.lines.rest().len());
                    self.phase = Phase::Message(session, receiver);
                    return false;
                }
                Progress::End { used } => {
                    self.lines.skip(used);
                    self.step(session, Input::Message(receiver.finish()));
                }
                Progress::Flood => self.step(session, Input::Flooded),
            },
            Phase::Chunk(session, mut gatherer, left) => {
                let piece = &self.lines.rest()[..left.min(self.lines.rest().len())];
                gatherer.feed(piece);
                let taken = piece.len();
                self.lines.skip(taken);
                if taken < left {
                    self.phase = Phase::Chunk(session, gatherer, left - taken);
                    return false;
                }
                self.step(session, Input::Gathered(gatherer));
            }
            Phase::Refused(session, left) => {
                let taken = left.min(self.lines.rest().len());
                self.lines.skip(taken);
                if taken < left {
                    self.phase = Phase::Refused(session, left - taken);
                    return false;
                }
                self.step(session, Input::Skipped);
            }
        }
        true
    }

    /// Goes on until the session waits for the client.
    fn step(&mut self, session: Session, input: Input<'_>) {
        let (mut session, mut action) = session.step(input, NOW);
        loop {
            let input = match action {
                Action::Say(reply) => {
                    reply.write(&mut self.outcome.said);
                    self.phase = Phase::Commands(session);
                    return;
                }
                Action::Listen => {
                    self.phase = Phase::Commands(session);
                    return;
                }
                Action::LookUp(recipient) => Input::Found(found(&recipient)),
                Action::Reserve(octets) => Input::Room(self.budget.reserve(octets)),
                Action::Receive(reply, receiver) => {
                    reply.write(&mut self.outcome.said);
                    self.phase = Phase::Message(session, receiver);
                    return;
                }
                Action::Gather(gatherer, octets) => {
                    self.phase = Phase::Chunk(session, gatherer, octets);
                    return;
                }
                Action::Skip(octets) => {
                    self.phase = Phase::Refused(session, octets);
                    return;
                }
                Action::Deliver(message, _room) => {
                    self.outcome.taken.push(message.raw[message.trace_len..].to_vec());
                    Input::Delivered(Delivery::Stored)
                }
                Action::SayAll(_) | Action::DeliverEach(..) => unreachable!("an answer for each recipient is LMTP's"),
                Action::StartTls(reply) | Action::Close(reply) => {
                    reply.write(&mut self.outcome.said);
                    self.phase = Phase::Over;
                    return;
                }
            };
            (session, action) = session.step(input, NOW);
        }
    }
}

/// Everyone is there but `unknown`.
fn found(recipient: &Recipient) -> Found {
    static KEY: OnceLock<Arc<PublicKey>> = OnceLock::new();
    let key = KEY.get_or_init(|| Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key()));
    match recipient {
        Recipient::Nobody(_) => Found::Unreachable(Unreachable::Unknown),
        Recipient::Inbox(address) if address.domain().as_str() != "mayfly.example" => Found::NotServed,
        Recipient::Inbox(address) if address.local().as_str() == "unknown" => Found::Unreachable(Unreachable::Unknown),
        Recipient::Inbox(address) | Recipient::Postmaster(address) => Found::Inbox(Destination {
            inbox: InboxId::from_bytes([1; 16]),
            public_key: Arc::clone(key),
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            tag: address.tag().map(str::to_owned),
        }),
    }
}
