//! What the session, the line cutter and the data receiver cost, without any I/O. The buffer's wiping is
//! counted in.

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use origin::{
    budget::Budget,
    intake::{
        buffer::{Announced, Buffer, Plan},
        command::Command,
        data::{Progress, Receiver},
        line::Lines,
        session::{Action, Found, Input, Protocol, Session, Site, TlsOffer},
    },
    limits,
    mail::Destination,
    ports::Delivery,
};
use protocol::{
    id::InboxId,
    limits::MESSAGE_OCTETS,
    sealing::{KeyPair, PublicKey, Suite},
    time::Timestamp,
};

const NOW: Timestamp = Timestamp::from_millis(1_795_467_240_000);
const GROUP: &[u8] = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<anna@mayfly.example>\r\nDATA\r\n";

/// A message of lines of 78 octets, as it goes over the wire.
fn message(octets: usize) -> Vec<u8> {
    let line = [&[b'a'; 76][..], b"\r\n"].concat();
    let mut message = line.repeat(octets / line.len());
    message.extend_from_slice(b".\r\n");
    message
}

fn receive(budget: &Budget, sent: &[u8]) -> Option<Buffer> {
    let plan = Plan { announced: Announced::Octets(sent.len()), trace: 0, recipients: 1, limit: MESSAGE_OCTETS };
    let room = budget.reserve(plan.reserve()).ok()?;
    let mut receiver = Receiver::new(Buffer::new(b"", plan, room), plan.limit);
    for chunk in sent.chunks(limits::DATA_READ) {
        if matches!(receiver.feed(chunk), Progress::End { .. }) {
            return receiver.finish().ok();
        }
    }
    None
}

/// One whole transaction, pipelined; everything behind the session answers at once.
fn transaction(mut session: Session, budget: &Budget, key: &Arc<PublicKey>, sent: &[u8], out: &mut Vec<u8>) -> Session {
    let mut lines = Lines::default();
    lines.push(GROUP);
    let mut action = Action::Listen;
    loop {
        let input = match action {
            Action::Say(reply) => {
                reply.write(out);
                action = Action::Listen;
                continue;
            }
            Action::Listen => match lines.take() {
                Some((line, behind)) => Input::Line(line, behind),
                None => return session,
            },
            Action::LookUp(_) => {
                let destination = Destination {
                    inbox: InboxId::from_bytes([1; 16]),
                    public_key: Arc::clone(key),
                    wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
                    tag: None,
                };
                Input::Found(Found::Inbox(destination))
            }
            Action::Reserve(octets) => Input::Room(budget.reserve(octets)),
            Action::Receive(reply, mut receiver) => {
                reply.write(out);
                black_box(receiver.feed(sent));
                Input::Message(receiver.finish())
            }
            Action::Deliver(message, _room) => {
                black_box(message.raw.len());
                Input::Delivered(Delivery::Stored)
            }
            Action::SayAll(_)
            | Action::DeliverEach(..)
            | Action::Gather(..)
            | Action::Skip(_)
            | Action::StartTls(_)
            | Action::Close(_) => return session,
        };
        (session, action) = session.step(input, NOW);
    }
}

fn session() -> Session {
    let site = Site {
        protocol: Protocol::Smtp,
        hostname: "mx.mayfly.example".to_owned(),
        tls: TlsOffer::Unavailable,
        message_octets: MESSAGE_OCTETS,
        recipients: limits::RECIPIENTS,
        messages: usize::MAX,
        errors: limits::ERRORS_PER_SESSION,
        idle_commands: limits::IDLE_COMMANDS,
    };
    let mut session = Session::new(Arc::new(site), std::net::Ipv4Addr::LOCALHOST.into());
    let mut lines = Lines::default();
    lines.push(b"EHLO client.example\r\n");
    (session, _) = session.step(Input::Opened, NOW);
    if let Some((line, behind)) = lines.take() {
        (session, _) = session.step(Input::Line(line, behind), NOW);
    }
    session
}

fn intake(criterion: &mut Criterion) {
    let budget = Budget::new(1 << 30, 1 << 30);
    let key = Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key());

    criterion.bench_function("command/mail", |bencher| {
        bencher
            .iter(|| Command::parse(black_box(b"MAIL FROM:<anna.smith+tag@mail.example.org> SIZE=4096 BODY=8BITMIME")));
    });
    criterion.bench_function("session/transaction of 4 KiB", |bencher| {
        let sent = message(4096);
        let mut held = Some(session());
        let mut out = Vec::new();
        bencher.iter(|| {
            out.clear();
            held = held.take().map(|session| transaction(session, &budget, &key, &sent, &mut out));
        });
    });
    let mut group = criterion.benchmark_group("data");
    for octets in [4 << 10, 100 << 10, 5 << 20] {
        let sent = message(octets);
        group.throughput(Throughput::Bytes(sent.len() as u64));
        group.bench_function(format!("{} KiB", octets >> 10), |bencher| {
            bencher.iter(|| receive(&budget, black_box(&sent)));
        });
    }
    group.finish();
}

criterion_group!(benches, intake);
criterion_main!(benches);
