//! The origin beside other servers, in turns within one run: the machine's speed drifts, ratios drift less.
//!
//! Server and load are on a processor each, where there are two. What is compared is the server's own processor time
//! for each message; the wall-clock figures beside it are those of both programs together.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    channel::From,
    client::Transfer,
    machine::{self, Machine},
    mail::{Content, Mail},
    names::Names,
    options::{Compare, Server, Way},
    origin::{Asks, Descriptors, Keeper, Origin, Port, Setup},
    peers::{Running, Sink},
    table::{self, Verdict, row},
    throughput::{Figures, measure},
};

/// A way of sending.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    name: &'static str,
    size: usize,
    content: Content,
    pipelined: bool,
    transfer: Transfer,
    tls: bool,
    sender: Sender,
    load: Load,
}

/// What the origin can learn of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    /// Nothing: it asks nobody.
    Unknown,
    /// From DNS, once, and then from its memory: SPF and DMARC.
    Known,
    /// The same, and an RSA signature of 2,048 bits.
    Signed,
}

/// How many at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Load {
    /// In fifty sessions, each message as soon as the one before it is taken.
    Full,
    /// In one session: how long a message takes rather than how many there can be.
    Single,
    /// In fifty sessions, half as many a second as the same server took of the first scenario, when they are due.
    Half,
}

const KEPT: Scenario = Scenario {
    name: "4 KiB",
    size: 4 << 10,
    content: Content::Words,
    pipelined: false,
    transfer: Transfer::Data,
    tls: false,
    sender: Sender::Unknown,
    load: Load::Full,
};

const SCENARIOS: &[Scenario] = &[
    KEPT,
    Scenario { name: "4 KiB judged", sender: Sender::Known, ..KEPT },
    Scenario { name: "4 KiB judged and signed", sender: Sender::Signed, ..KEPT },
    Scenario { name: "4 KiB at half load", load: Load::Half, ..KEPT },
    Scenario { name: "4 KiB, one session", load: Load::Single, ..KEPT },
    Scenario { name: "4 KiB, one session, pipelined", load: Load::Single, pipelined: true, ..KEPT },
    Scenario { name: "4 KiB pipelined", pipelined: true, ..KEPT },
    Scenario { name: "4 KiB pipelined BDAT", pipelined: true, transfer: Transfer::Bdat, ..KEPT },
    Scenario { name: "4 KiB TLS", tls: true, ..KEPT },
    Scenario { name: "100 KiB of words", size: 100 << 10, ..KEPT },
    Scenario { name: "100 KiB of one line", size: 100 << 10, content: Content::Line, ..KEPT },
    Scenario { name: "100 KiB file", size: 100 << 10, content: Content::File, ..KEPT },
];

/// Who is compared.
#[derive(Clone, Debug)]
enum Peer {
    Origin(PathBuf),
    Sink(PathBuf),
    Running(Running),
}

/// All runs of one server in one scenario; the first server is whom the others are divided by.
struct Line {
    scenario: &'static str,
    peer: String,
    figures: Vec<Figures>,
}

/// Runs all of it and prints the table.
pub(crate) async fn run(options: &Compare) -> Result<Verdict> {
    println!("{}", Machine::here());
    let mut peers = Vec::new();
    match Sink::find(options.sink.as_deref()) {
        Some(sink) => peers.push(Peer::Sink(sink)),
        None => println!("smtp-sink is not here: it is left out (Debian: postfix)"),
    }
    peers.extend(options.peer.iter().cloned().map(Peer::Running));
    peers.push(Peer::Origin(options.program.path()?));
    let names = Names::start().await?;
    let mut lines: Vec<Line> = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| scenario.name.contains(&options.only)) {
        let mut figures: Vec<Vec<Figures>> = vec![Vec::new(); peers.len()];
        for _ in 0..options.rounds {
            for (peer, all) in peers.iter().zip(&mut figures) {
                if !peer.speaks(scenario) {
                    continue;
                }
                let full = lines.iter().find(|line| line.scenario == KEPT.name && line.peer == peer.name());
                let full = full.map(|line| line.median(|figures| figures.per_second));
                match turn(peer, scenario, full, options, &names).await {
                    Ok(one) => all.push(one),
                    Err(error) => println!("{}, {}: {error:#}", scenario.name, peer.name()),
                }
            }
        }
        for (peer, figures) in peers.iter().zip(figures) {
            if !figures.is_empty() {
                lines.push(Line { scenario: scenario.name, peer: peer.name().to_owned(), figures });
            }
        }
    }
    show(&lines);
    println!("{}", Machine::here());
    let clean = lines.iter().flat_map(|line| &line.figures).all(|figures| figures.troubles.is_empty());
    Ok(Verdict::of(clean && !lines.is_empty()))
}

/// One server, started for one run; `full` messages a second are what it takes.
async fn turn(
    peer: &Peer,
    scenario: &Scenario,
    full: Option<f64>,
    options: &Compare,
    names: &Names,
) -> Result<Figures> {
    let messages = if scenario.size > KEPT.size { (options.messages / 4).max(10) } else { options.messages };
    let way = Way {
        messages,
        size: scenario.size,
        content: scenario.content,
        sessions: if scenario.load == Load::Single { 1 } else { 50 },
        per_session: 900,
        pipelined: scenario.pipelined,
        transfer: scenario.transfer,
        tls: scenario.tls,
        rate: (scenario.load == Load::Half).then(|| half(full.unwrap_or(FIRST))),
        warm_up: (messages / 4).min(1_000),
        seconds: 60,
    };
    let mail = match scenario.sender {
        Sender::Unknown | Sender::Known => Mail::new(scenario.size, scenario.content),
        Sender::Signed => Mail::signed(scenario.size, scenario.content, |text| names.sign(text))?,
    };
    let server = |smtp, pid| Server { smtp, http: Vec::new(), to: options.to.clone(), pid };
    match peer {
        Peer::Running(running) => {
            machine::pin(1);
            measure(&server(running.smtp, running.pids.clone()), &way, From::Anywhere, mail).await
        }
        Peer::Sink(program) => {
            let sink = pinned(|| Sink::start(program)).await?;
            let figures = measure(&server(sink.smtp, vec![sink.pid()?]), &way, From::Anywhere, mail).await;
            sink.stop().await?;
            figures
        }
        Peer::Origin(program) => {
            let (from, asks) = match scenario.sender {
                Sender::Unknown => (From::Anywhere, Asks::Nobody),
                Sender::Known | Sender::Signed => (From::Afar, Asks::At(names.address())),
            };
            let setup = Setup {
                sessions: 50_000,
                port: Port::Own,
                descriptors: Descriptors::AsHere,
                asks,
                keeper: Keeper::Memory,
            };
            let origin = pinned(|| Origin::start(program, setup)).await?;
            let server = Server { http: vec![origin.http], ..server(origin.smtp, vec![origin.pid()?]) };
            let figures = measure(&server, &way, from, mail).await;
            origin.stop().await?;
            figures
        }
    }
}

/// What a server is taken to manage whose first scenario was not run.
const FIRST: f64 = 4_000.0;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate within the option's bounds")]
fn half(full: f64) -> u32 {
    (full / 2.0).clamp(1.0, 100_000.0) as u32
}

/// Starts a server on the first processor, and goes on on the second.
async fn pinned<T, F: Future<Output = Result<T>>>(start: impl FnOnce() -> F) -> Result<T> {
    machine::pin(0);
    let started = start().await;
    machine::pin(1);
    started
}

fn show(lines: &[Line]) {
    let mut rows = vec![row([
        "scenario",
        "server",
        "µs of CPU a message",
        "least-most",
        "ratio",
        "messages/s",
        "p50 ms",
        "p99 ms",
        "switches",
        "others",
    ])];
    for line in lines {
        let first = lines.iter().find(|other| other.scenario == line.scenario);
        let micros = line.median(|figures| figures.processor_micros);
        let base = first.map_or(micros, |first| first.median(|figures| figures.processor_micros));
        let all = line.figures.iter().map(|figures| figures.processor_micros);
        let (least, most) = (all.clone().fold(f64::MAX, f64::min), all.fold(0.0, f64::max));
        rows.push(vec![
            line.scenario.to_owned(),
            line.peer.clone(),
            format!("{micros:.1}"),
            format!("{least:.1}-{most:.1}"),
            format!("{:.2}", micros / base.max(f64::MIN_POSITIVE)),
            format!("{:.0}", line.median(|figures| figures.per_second)),
            format!("{:.2}", line.median(|figures| figures.latency.p50)),
            format!("{:.2}", line.median(|figures| figures.latency.p99)),
            format!("{:.2}", line.median(|figures| figures.switches)),
            format!("{:.0} %", line.median(|figures| figures.others) * 100.0),
        ]);
    }
    table::print(&rows);
}

impl Line {
    fn median(&self, of: impl Fn(&Figures) -> f64) -> f64 {
        let mut values: Vec<f64> = self.figures.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    }
}

impl Peer {
    fn name(&self) -> &str {
        match self {
            Self::Origin(_) => "mayfly",
            Self::Sink(_) => "smtp-sink",
            Self::Running(running) => &running.name,
        }
    }

    /// smtp-sink knows neither TLS nor, before Postfix 3.4, chunks.
    fn speaks(&self, scenario: &Scenario) -> bool {
        match self {
            Self::Origin(_) => true,
            Self::Sink(_) => !scenario.tls && scenario.transfer == Transfer::Data,
            Self::Running(_) => scenario.transfer == Transfer::Data && !scenario.tls,
        }
    }
}
