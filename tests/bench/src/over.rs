//! More clients than there is room for: those over the limit must hear 421 at once, it must cost next to nothing, and
//! new mail must flow again once there is room.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::{
    channel::From,
    client::{Opening, Security},
    clock::Moment,
    hold::Holding,
    holders::{Channels, Holders, Order},
    loopback::Source,
    machine::{Machine, Used},
    news::{self, Plan},
    options::{Over, Server},
    origin::{Asks, Descriptors, Keeper, Origin, Port, Setup},
    recipients::Recipients,
    table::{self, Verdict, row},
};

/// How long a client waits for anything: who hears nothing by then was left in silence.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the server's processor time is watched while it is full and clients keep coming.
const WATCHED: Duration = Duration::from_secs(3);

/// Clients a second that come to a full server meanwhile.
const KNOCKS: u32 = 20;

/// Processor time that being full may take, in hundredths of one processor.
const BUSY_PERCENT: f64 = 5.0;

/// Clients over the limit.
const TOO_MANY: usize = 500;

/// Messages afterwards.
const AFTERWARDS: usize = 100;

/// What came of one part.
struct Figures {
    holding: Holding,
    knocks: usize,
    heard: usize,
    busy_percent: f64,
    afterwards: news::News,
}

/// Runs both parts, each against an origin of its own.
pub(crate) async fn run(options: &Over) -> Result<Verdict> {
    println!("{}", Machine::here());
    let program = options.program.path()?;
    let parts = [
        (
            format!("over {} sessions", options.sessions),
            options.sessions,
            Setup {
                sessions: options.sessions,
                port: Port::Own,
                descriptors: Descriptors::AsHere,
                asks: Asks::Nobody,
                keeper: Keeper::Memory,
            },
        ),
        (
            format!("over {} descriptors", options.descriptors),
            options.descriptors,
            Setup {
                sessions: 50_000,
                port: Port::Own,
                descriptors: Descriptors::AtMost(options.descriptors),
                asks: Asks::Nobody,
                keeper: Keeper::Memory,
            },
        ),
    ];
    let mut rows =
        vec![row(["", "held", "421", "other ends", "CPU % while full", "421 while full", "new mail afterwards", ""])];
    let mut verdict = Verdict::Met;
    for (name, room, setup) in parts {
        let origin = Origin::start(&program, setup).await?;
        let figures = measure(&origin, room).await?;
        origin.stop().await?;
        let told = figures.holding.troubles.get("421").copied().unwrap_or(0);
        let others = figures.holding.troubles.values().sum::<usize>() - told;
        let met = Verdict::of(
            others == 0
                && figures.heard == figures.knocks
                && figures.busy_percent < BUSY_PERCENT
                && figures.afterwards.failed == 0,
        );
        verdict = verdict.and(met);
        let others = if others == 0 { "none".to_owned() } else { format!("{:?}", figures.holding.troubles) };
        rows.push(vec![
            name,
            figures.holding.held.to_string(),
            told.to_string(),
            others,
            format!("{:.1}", figures.busy_percent),
            format!("{} of {}", figures.heard, figures.knocks),
            format!(
                "{} of {AFTERWARDS}, p99 {:.2} ms",
                AFTERWARDS - figures.afterwards.failed,
                figures.afterwards.latency.p99
            ),
            met.word().to_owned(),
        ]);
    }
    table::print(&rows);
    Ok(verdict)
}

async fn measure(origin: &Origin, room: usize) -> Result<Figures> {
    let pids = [origin.pid()?];
    let server = Server { smtp: origin.smtp, http: vec![origin.http], to: String::new(), pid: pids.to_vec() };
    let knocks = usize::try_from(u64::from(KNOCKS) * WATCHED.as_secs())?;
    let recipients = Recipients::for_messages(knocks + AFTERWARDS, &server, "over").await?;
    let opening = Opening {
        target: origin.smtp,
        from: From::Address(Source::NEWS),
        security: Security::Plain,
        patience: PATIENCE,
    };
    let order = Order {
        target: origin.smtp,
        sessions: room + TOO_MANY,
        per_process: 16_000,
        ramp: 64,
        channel: Channels::Plain,
        patience: PATIENCE,
        first: 0,
    };
    let (holders, holding) = Holders::start(&order).await?;
    // What was turned away is being read to its end, for a second at most.
    sleep(Duration::from_secs(2)).await;
    let (used, start) = (Used::by(&pids), Moment::now());
    let plan = Plan { rate: KNOCKS, messages: knocks, octets: 1_000 };
    let full = news::send(&opening, &recipients, plan).await?;
    let busy = Used::by(&pids).since(used).processor.as_secs_f64() / start.elapsed().as_secs_f64();
    let heard = full.troubles.named().get("421").copied().unwrap_or(0);
    holders.release().await?;
    let afterwards = Plan { rate: KNOCKS, messages: AFTERWARDS, octets: 1_000 };
    let afterwards = news::send(&opening, &recipients, afterwards).await?;
    Ok(Figures { holding, knocks, heard, busy_percent: busy * 100.0, afterwards })
}
