//! Sessions that do nothing: what each takes of the server's memory, and how new mail fares meanwhile.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use serde::Serialize;
use tokio::time::sleep;

use crate::{
    channel::{From, connector},
    client::{Opening, Security},
    clock::Moment,
    hold::Released,
    holders::{Channels, Holders, Order},
    loopback::Source,
    machine::{Machine, Used, private_memory, slabs},
    news::{self, News, Plan},
    options::{Holding, Idle, Server},
    recipients::Recipients,
    table::Verdict,
};

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Messages before anything is measured: code and allocator are warm then, and what they take is no session's.
const WARM_UP: usize = 300;

/// How long the server's processor time is watched while nothing happens.
const WATCHED: Duration = Duration::from_secs(2);

/// Octets of a new message.
const OCTETS: usize = 4_096;

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    /// Sessions held.
    pub(crate) held: usize,
    /// Those that did not come about.
    pub(crate) troubles: BTreeMap<String, usize>,
    /// How long it took to open them.
    pub(crate) ramp_millis: u64,
    /// Of the server's memory, for each: octets that it holds for itself alone.
    pub(crate) octets: f64,
    /// Of the kernel's, for both ends of each.
    pub(crate) kernel_octets: f64,
    /// Hundredths of one processor that the server takes while all are silent.
    pub(crate) idle_percent: f64,
    /// New mail before.
    pub(crate) before: News,
    /// New mail meanwhile.
    pub(crate) meanwhile: News,
    /// What became of them.
    pub(crate) released: Released,
}

/// Runs it and prints what came of it.
pub(crate) async fn run(options: &Idle) -> Result<Verdict> {
    let channel = if options.tls { Channels::Tls } else { Channels::Plain };
    let figures = measure(&options.server, &options.holding, channel).await?;
    if options.json {
        println!("{}", serde_json::to_string(&figures)?);
    } else {
        println!("{}\n{figures}", Machine::here());
    }
    Ok(Verdict::of(figures.held == options.holding.sessions && figures.released.alive == figures.held))
}

/// Measures before, meanwhile and after.
pub(crate) async fn measure(server: &Server, holding: &Holding, channel: Channels) -> Result<Figures> {
    let plan = Plan {
        rate: holding.rate,
        messages: usize::try_from(u64::from(holding.rate) * holding.seconds)?,
        octets: OCTETS,
    };
    let purpose = if channel == Channels::Tls { "tls" } else { "plain" };
    let recipients = Recipients::for_messages(2 * plan.messages + WARM_UP, server, purpose).await?;
    let from = From::Address(Source::NEWS);
    let opening = Opening { target: server.smtp, from, security: Security::Plain, patience: PATIENCE };
    let secured = match channel {
        Channels::Plain => opening.clone(),
        Channels::Tls => Opening { security: Security::StartTls(connector()?), ..opening.clone() },
    };
    let warm = news::send(&secured, &recipients, Plan { messages: WARM_UP, rate: 200, octets: OCTETS }).await?;
    ensure!(warm.failed == 0, "the server does not take all mail: {}", warm.troubles);
    let before = news::send(&opening, &recipients, plan).await?;

    let (memory, kernel) = (private_memory(&server.pid)?, slabs());
    let order = Order {
        target: server.smtp,
        sessions: holding.sessions,
        per_process: holding.per_process,
        ramp: holding.ramp,
        channel,
        patience: PATIENCE,
        first: 0,
    };
    let (holders, held) = Holders::start(&order).await?;
    let (used, start) = (Used::by(&server.pid), Moment::now());
    sleep(WATCHED).await;
    let idle = Used::by(&server.pid).since(used).processor.as_secs_f64() / start.elapsed().as_secs_f64();
    let (memory_then, kernel_then) = (private_memory(&server.pid)?, slabs());
    let meanwhile = news::send(&opening, &recipients, plan).await?;
    let released = holders.release().await?;
    let each = |then: u64, before: u64| {
        // Sizes and counts are far below 2^52.
        f64::from(u32::try_from(then.saturating_sub(before) / 1024).unwrap_or(u32::MAX)) * 1024.0
            / f64::from(u32::try_from(held.held).unwrap_or(u32::MAX)).max(1.0)
    };
    Ok(Figures {
        held: held.held,
        troubles: held.troubles,
        ramp_millis: held.millis,
        octets: each(memory_then, memory),
        kernel_octets: each(kernel_then, kernel),
        idle_percent: idle * 100.0,
        before,
        meanwhile,
        released,
    })
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { held, troubles, ramp_millis, octets, kernel_octets, idle_percent, before, meanwhile, released } =
            self;
        writeln!(f, "held {held} sessions, opened within {ramp_millis} ms; troubles: {troubles:?}")?;
        writeln!(
            f,
            "memory: {octets:.0} octets a session in the server, {kernel_octets:.0} in the kernel (both ends)"
        )?;
        writeln!(f, "server while all are silent: {idle_percent:.1} % of a processor")?;
        writeln!(f, "new mail before:    {}; failed: {}", before.latency, before.failed)?;
        writeln!(
            f,
            "new mail meanwhile: {}; failed: {} ({})",
            meanwhile.latency, meanwhile.failed, meanwhile.troubles
        )?;
        write!(f, "at the end {} were alive, {} gone", released.alive, released.gone)
    }
}
