//! The proof of 50,000 sessions: origins that share a port, as many as the limit of descriptors asks for, and what each
//! session takes while new mail comes in.

use anyhow::{Context as _, Result};

use crate::{
    holders::Channels,
    idle::{self, Figures},
    machine::{Machine, raise_descriptors},
    options::{Herd, Holding, Kind, Server},
    origin::{Asks, Descriptors, Keeper, Origin, Port, Setup},
    table::{self, Verdict, row},
};

/// Octets of the server's memory that a session may take.
const PLAIN_OCTETS: f64 = 2.0 * 1024.0;
const TLS_OCTETS: f64 = 12.0 * 1024.0;

/// How long ninety-nine of a hundred new messages may take.
const NEWS_MILLIS: f64 = 5.0;

/// The kernel spreads connections by chance: each origin gets its share and, now and then, some hundreds more.
const SLACK: usize = 1_500;

/// Of an origin's sessions, the hundredths that stand before it gets impatient.
const CALM_PERCENT: usize = 70;

/// Runs the proof and prints it.
pub(crate) async fn run(options: &Herd) -> Result<Verdict> {
    let limit = usize::try_from(raise_descriptors()).unwrap_or(usize::MAX);
    let most = limit.saturating_sub(SLACK).max(1);
    let origins = options.origins.unwrap_or_else(|| options.sessions.div_ceil(most).max(3));
    println!("{}; {limit} descriptors a process; {origins} origins share a port", Machine::here());
    let kinds: &[(&str, Channels, f64)] = match options.kind {
        Kind::Both => &[("plain", Channels::Plain, PLAIN_OCTETS), ("TLS 1.3", Channels::Tls, TLS_OCTETS)],
        Kind::Plain => &[("plain", Channels::Plain, PLAIN_OCTETS)],
        Kind::Tls => &[("TLS 1.3", Channels::Tls, TLS_OCTETS)],
    };
    let mut rows = vec![row(["", "measured", "goal", ""])];
    let mut verdict = Verdict::Met;
    for (name, channel, octets) in kinds {
        let figures = prove(options, origins, *channel).await?;
        println!("\n{name}:\n{figures}");
        let goals = goals(options, &figures, *octets);
        for (what, measured, goal, met) in goals {
            rows.push(vec![format!("{name}: {what}"), measured, goal, met.word().to_owned()]);
            verdict = verdict.and(met);
        }
    }
    println!();
    table::print(&rows);
    println!("\n{}", Machine::here());
    Ok(verdict)
}

fn goals(options: &Herd, figures: &Figures, octets: f64) -> [(&'static str, String, String, Verdict); 4] {
    let Figures { held, released, meanwhile, .. } = figures;
    let all = options.sessions;
    let (p99, failed) = (meanwhile.latency.p99, meanwhile.failed);
    [
        ("sessions held", held.to_string(), all.to_string(), Verdict::of(*held == all)),
        ("alive at the end", released.alive.to_string(), all.to_string(), Verdict::of(released.alive == all)),
        (
            "octets of memory a session",
            format!("{:.0}", figures.octets),
            format!("at most {octets:.0}"),
            Verdict::of(figures.octets <= octets),
        ),
        (
            "new mail meanwhile, p99 of whole sessions",
            format!("{p99:.2} ms, {failed} failed"),
            format!("at most {NEWS_MILLIS:.0} ms, none failed"),
            Verdict::of(p99 <= NEWS_MILLIS && failed == 0),
        ),
    ]
}

async fn prove(options: &Herd, count: usize, channel: Channels) -> Result<Figures> {
    let program = options.program.path()?;
    let sessions = (options.sessions / count + SLACK) * 100 / CALM_PERCENT;
    let setup = Setup {
        sessions,
        port: Port::Open,
        descriptors: Descriptors::AsHere,
        asks: Asks::Nobody,
        keeper: Keeper::Memory,
    };
    let mut origins = vec![Origin::start(&program, setup).await?];
    let smtp = origins.first().context("no origin")?.smtp;
    for _ in 1..count {
        origins.push(Origin::start(&program, Setup { port: Port::Joined(smtp), ..setup }).await?);
    }
    let server = Server {
        smtp,
        http: origins.iter().map(|origin| origin.http).collect(),
        to: String::new(),
        pid: origins.iter().map(Origin::pid).collect::<Result<_>>()?,
    };
    let holding = Holding {
        sessions: options.sessions,
        per_process: 15_000,
        ramp: 64,
        rate: options.rate,
        seconds: options.seconds,
    };
    let figures = idle::measure(&server, &holding, channel).await;
    for origin in origins {
        origin.stop().await?;
    }
    figures
}
