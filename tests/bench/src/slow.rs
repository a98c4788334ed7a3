//! Slow clients of every kind: how the server ends each, and after how long.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    channel::From,
    client::{Client, Opening, Security, Trouble},
    clock::Moment,
    loopback::{Source, Target},
    machine::Machine,
    options::{Server, Slow},
    origin::{Asks, Descriptors, Keeper, Origin, Port, Setup},
    recipients::Recipients,
    table::{self, Verdict},
};

/// How slow: one octet at a time, with this much between two.
const PAUSE: Duration = Duration::from_millis(500);

/// A kind of slow client.
#[derive(Clone, Copy, Debug)]
struct Kind {
    name: &'static str,
    /// Where in the dialogue it becomes slow.
    at: At,
    /// What it then says, over and over, octet by octet; nothing: it is silent.
    drip: &'static [u8],
    /// The server's promise, and what a busy machine may add.
    at_most: Duration,
}

/// A point of the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Proxied,
    Greeted,
    Securing,
    Data,
    Body,
    Chunk,
}

/// How it ended.
enum Ended {
    /// With a last reply, or with none.
    Said(Option<u16>),
    /// Not at all.
    Never,
}

const fn kind(name: &'static str, at: At, drip: &'static [u8], at_most: u64) -> Kind {
    Kind { name, at, drip, at_most: Duration::from_secs(at_most) }
}

/// A command is due within 30 s, a handshake within 10, a PROXY header within 5; a message has 30 s and what it earns
/// at 500 octets a second, which is hardly anything.
const KINDS: &[Kind] = &[
    kind("silent after the greeting", At::Greeted, b"", 35),
    kind("command, octet by octet", At::Greeted, b"N", 35),
    kind("PROXY header, octet by octet", At::Proxied, b"PROXY TCP4 192.0.2.1 127.0.0.1 40000 25\r\n", 10),
    kind("TLS handshake, silent", At::Securing, b"", 15),
    kind("TLS handshake, octet by octet", At::Securing, b"\x16\x03\x01\x02\x00\x01", 15),
    kind("silent after DATA", At::Data, b"", 35),
    kind("header, octet by octet", At::Data, b"X-Slow: a\r\n", 35),
    kind("body, octet by octet", At::Body, b"a\r\n", 35),
    kind("BDAT chunk, octet by octet", At::Chunk, b"a", 35),
];

/// Runs all kinds at once against an origin of its own.
pub(crate) async fn run(options: &Slow) -> Result<Verdict> {
    let setup = Setup {
        sessions: 1_000,
        port: Port::Own,
        descriptors: Descriptors::AsHere,
        asks: Asks::Nobody,
        keeper: Keeper::Memory,
    };
    let origin = Origin::start(&options.program.path()?, setup).await?;
    let server = Server { smtp: origin.smtp, http: vec![origin.http], to: String::new(), pid: Vec::new() };
    let recipient = Recipients::for_messages(1, &server, "slow").await?.of(0).to_owned();
    let mut running = JoinSet::new();
    for (nth, kind) in KINDS.iter().copied().enumerate() {
        let (target, recipient, most) = (origin.smtp, recipient.clone(), Duration::from_secs(options.seconds));
        running.spawn(async move {
            let start = Moment::now();
            let ended = timeout(most, drip(target, &recipient, kind)).await.unwrap_or(Ok(Ended::Never));
            (nth, kind, ended, start.elapsed())
        });
    }
    let mut all = Vec::new();
    while let Some(one) = running.join_next().await {
        all.push(one?);
    }
    all.sort_by_key(|(nth, ..)| *nth);
    let mut verdict = Verdict::Met;
    let mut rows = vec![table::row(["slow client", "ended", "after", "goal", ""])];
    for (_, kind, ended, took) in all {
        let ended = ended.with_context(|| format!("{}: the dialogue went wrong before", kind.name))?;
        let met = Verdict::of(!matches!(ended, Ended::Never) && took <= kind.at_most);
        verdict = verdict.and(met);
        let goal = format!("{} s", kind.at_most.as_secs());
        rows.push(vec![
            kind.name.to_owned(),
            ended.to_string(),
            format!("{:.1} s", took.as_secs_f64()),
            goal,
            met.word().to_owned(),
        ]);
    }
    println!("{}", Machine::here());
    table::print(&rows);
    origin.stop().await?;
    Ok(verdict)
}

/// Goes where it becomes slow, and drips until it is ended.
async fn drip(target: Target, recipient: &str, kind: Kind) -> Result<Ended, Trouble> {
    let from = if kind.at == At::Proxied { From::Address(Source::PROXY) } else { From::Anywhere };
    let opening = Opening { target, from, security: Security::Plain, patience: Duration::from_secs(20) };
    let mut client = Client::connect(&opening).await?;
    if kind.at != At::Proxied {
        client.expect(2).await?;
    }
    if matches!(kind.at, At::Securing | At::Data | At::Body | At::Chunk) {
        client.hello().await?;
    }
    match kind.at {
        At::Proxied | At::Greeted => {}
        At::Securing => client.say("STARTTLS", 2).await?,
        At::Data | At::Body | At::Chunk => {
            client.say("MAIL FROM:<load@sender.example>", 2).await?;
            client.say(&format!("RCPT TO:<{recipient}>"), 2).await?;
            if kind.at == At::Chunk {
                client.write(b"BDAT 1000000\r\n").await?;
            } else {
                client.say("DATA", 3).await?;
            }
            if kind.at == At::Body {
                client.write(b"Subject: slow\r\n\r\n").await?;
            }
        }
    }
    let mut octets = kind.drip.iter().cycle();
    loop {
        let octet = octets.next();
        tokio::select! {
            code = client.unhurried_reply() => return Ok(Ended::Said(code.ok())),
            () = sleep(PAUSE) => {}
        }
        if let Some(octet) = octet
            && client.write(&[*octet]).await.is_err()
        {
            // What it said last may still be there.
            return Ok(Ended::Said(client.reply().await.ok()));
        }
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Said(Some(code)) => write!(f, "with {code}"),
            Self::Said(None) => f.write_str("closed"),
            Self::Never => f.write_str("never"),
        }
    }
}
