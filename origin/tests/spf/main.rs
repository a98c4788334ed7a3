//! SPF against the official suite of RFC 7208: every scenario's zone in memory, and as real DNS on loopback.
//!
//! The suite is another project's and no part of this repository; `cargo xtask test` fetches it and names it in
//! `MAYFLY_SPF_SUITE`. Where it is not there, these tests say so; where `CI` is set, they fail.

#![expect(clippy::print_stderr, reason = "a check that did not take place must be seen")]

mod memory;
mod server;
mod suite;

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::{join_all, try_join_all};
use origin::{
    dns::hickory::{Deadlines, Hickory, Servers},
    judge::spf::{Circumstances, Explanation, Finding, Known, Query},
    pipeline::evidence::{Time, check},
    ports::{Clock, Resolver},
};
use protocol::time::{Millis, Timestamp};

use memory::Memory;
use server::Server;
use suite::{Scenario, Test};

/// How many tests the suite's release 2014.04 has.
const TESTS: usize = 203;

/// Much more than loopback takes, for the machine may be busy; what the suite lets time out takes all of it.
const DEADLINES: Deadlines = Deadlines { patience: Duration::from_millis(1_500), question: Duration::from_secs(2) };

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }
}

/// The suite, where it is there.
fn scenarios() -> Result<Option<Vec<Scenario>>> {
    let Some(path) = std::env::var_os("MAYFLY_SPF_SUITE") else {
        ensure!(std::env::var_os("CI").is_none(), "MAYFLY_SPF_SUITE is not set: run `cargo xtask test`");
        eprintln!("NOT CHECKED: MAYFLY_SPF_SUITE names no rfc7208-tests.yml; `cargo xtask test` fetches it");
        return Ok(None);
    };
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let scenarios = suite::read(&text)?;
    let tests: usize = scenarios.iter().map(|scenario| scenario.tests.len()).sum();
    ensure!(tests == TESTS, "the suite has {tests} tests instead of {TESTS}");
    Ok(Some(scenarios))
}

/// One test; what was wrong, if anything.
async fn run(test: &Test, resolver: &dyn Resolver) -> Option<String> {
    let circumstances = Circumstances {
        client: test.client,
        helo: &test.helo,
        receiver: "mx.mayfly.test",
        now: Still.now(),
        explanation: Explanation::Wanted,
    };
    let query = match test.mail_from.as_str() {
        "" => Query::helo(&circumstances),
        sender => Query::mail_from(&circumstances, sender),
    };
    let time = Time { clock: &Still, until: Still.now().plus(Millis::from_secs(1)) };
    let Finding { outcome, reason, explanation, .. } = check(&query, &mut Known::default(), resolver, &time).await;
    let right = test.outcomes.contains(&outcome);
    let said = explanation.as_deref().unwrap_or("DEFAULT");
    let explained = test.explanation.as_deref().is_none_or(|wanted| wanted == said);
    let (name, wanted) = (&test.name, &test.outcomes);
    (!right || !explained)
        .then(|| format!("{name}: {outcome:?} ({reason}) {said:?}, not {wanted:?} {:?}", test.explanation))
}

fn judge(wrong: &[String]) -> Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{} of {TESTS} hold; these do not:\n{}", TESTS - wrong.len(), wrong.join("\n"))
}

#[tokio::test]
async fn the_official_suite_holds_in_memory() -> Result<()> {
    let Some(scenarios) = scenarios()? else { return Ok(()) };
    let mut wrong = Vec::new();
    for scenario in scenarios {
        let resolver = Memory(scenario.zone);
        for test in &scenario.tests {
            wrong.extend(run(test, &resolver).await);
        }
    }
    judge(&wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_suite_holds_over_real_dns() -> Result<()> {
    let Some(scenarios) = scenarios()? else { return Ok(()) };
    let runs = scenarios.into_iter().map(|Scenario { zone, tests }| async move {
        let server = Server::start(zone).await?;
        let resolver = resolver(server.address)?;
        let wrong = join_all(tests.iter().map(|test| run(test, &resolver))).await;
        anyhow::Ok(wrong.into_iter().flatten())
    });
    let wrong: Vec<String> = try_join_all(runs).await?.into_iter().flatten().collect();
    judge(&wrong)
}

fn resolver(server: SocketAddr) -> Result<Hickory> {
    Ok(Hickory::new(&Servers::These(vec![server]), DEADLINES)?)
}
