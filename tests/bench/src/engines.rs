//! Stored messages a second through SMTP with each engine of the store: embedded, one Redis, and Redis whose replica is
//! waited for; and in the same minute how many `SET` the same Redis takes of its own load program. Nothing is pinned to a
//! processor: origin, Redis and load share what there is.

use std::{
    net::{Ipv4Addr, TcpListener},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::process::{Child, Command};

use crate::{
    channel::From,
    client::Transfer,
    machine::Machine,
    mail::{Content, Mail},
    options::{Engines, Server, Way},
    origin::{Asks, Descriptors, Keeper, Origin, Port, Setup},
    table::{self, Verdict, row},
    throughput::{Figures, measure},
};

/// Octets of a value that Redis' own program sets: what a sealed message of 4 KiB comes to.
const VALUE: usize = 8 << 10;

/// A `redis-server`, ended with the run.
struct Redis {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

/// Runs all of it and prints the table.
pub(crate) async fn run(options: &Engines) -> Result<Verdict> {
    println!("{}", Machine::here());
    let master = Redis::start(None).await?;
    let alone = Keeper::Redis { port: master.port, replicas: 0 };
    let mut rows = vec![row(["engine", "messages/s", "µs of CPU a message", "p50 ms", "p99 ms", "SET/s beside it"])];
    let mut clean = true;
    let mut line = |name: &str, figures: &Figures, sets: Option<f64>| {
        clean &= figures.troubles.is_empty();
        rows.push(vec![
            name.to_owned(),
            format!("{:.0}", figures.per_second),
            format!("{:.1}", figures.processor_micros),
            format!("{:.2}", figures.latency.p50),
            format!("{:.2}", figures.latency.p99),
            sets.map_or_else(String::new, |sets| format!("{sets:.0}")),
        ]);
    };
    line("embedded", &turn(options, Keeper::Memory).await?, None);
    let figures = turn(options, alone).await?;
    line("Redis", &figures, Some(master.sets().await?));
    let replica = Redis::start(Some(master.port)).await?;
    master.replicated().await?;
    let figures = turn(options, Keeper::Redis { port: master.port, replicas: 1 }).await?;
    line("Redis, a replica waited for", &figures, Some(master.sets().await?));
    table::print(&rows);
    println!("{}", Machine::here());
    for mut redis in [master, replica] {
        redis.child.kill().await?;
    }
    Ok(Verdict::of(clean))
}

/// One origin, started for one run.
async fn turn(options: &Engines, keeper: Keeper) -> Result<Figures> {
    let way = Way {
        messages: options.messages,
        size: 4 << 10,
        content: Content::Words,
        sessions: 50,
        per_session: 900,
        pipelined: false,
        transfer: Transfer::Data,
        tls: false,
        rate: None,
        warm_up: (options.messages / 4).min(1_000),
        seconds: 60,
    };
    let setup =
        Setup { sessions: 50_000, port: Port::Own, descriptors: Descriptors::AsHere, asks: Asks::Nobody, keeper };
    let origin = Origin::start(&options.program.path()?, setup).await?;
    let server = Server { smtp: origin.smtp, http: vec![origin.http], to: String::new(), pid: vec![origin.pid()?] };
    let figures = measure(&server, &way, From::Anywhere, Mail::new(way.size, way.content)).await;
    origin.stop().await?;
    figures
}

impl Redis {
    /// Starts one, which copies the one at `master`, with all that `infra/redis` says of memory and disk.
    async fn start(master: Option<u16>) -> Result<Self> {
        // It takes no port 0. Whoever takes this one meanwhile makes the run fail, not lie.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let folder = tempfile::tempdir()?;
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(["--maxmemory", "4gb", "--maxmemory-policy", "volatile-ttl", "--repl-diskless-sync-delay", "0"]);
        if let Some(master) = master {
            command.args(["--replicaof", "127.0.0.1", &master.to_string()]);
        }
        command.arg("--dir").arg(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().context("redis-server does not start (Debian: redis-server)")?;
        let redis = Self { child, port, _folder: folder };
        redis.until("PONG", &["ping"]).await?;
        Ok(redis)
    }

    /// Waits until a replica has all.
    async fn replicated(&self) -> Result<()> {
        self.until("state=online", &["info", "replication"]).await
    }

    async fn until(&self, said: &str, ask: &[&str]) -> Result<()> {
        for _ in 0..200 {
            let mut command = Command::new("redis-cli");
            let answer = command.args(["-p", &self.port.to_string()]).args(ask).stderr(Stdio::null()).output().await?;
            if String::from_utf8_lossy(&answer.stdout).contains(said) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("redis-server is not ready")
    }

    /// How many `SET` a second it takes of its own load program, from as many connections as there are sessions.
    async fn sets(&self) -> Result<f64> {
        let mut command = Command::new("redis-benchmark");
        command.args(["-p", &self.port.to_string(), "-t", "set", "-n", "100000", "-c", "50", "-r", "10000"]);
        let output = command.args(["-d", &VALUE.to_string(), "--csv"]).stderr(Stdio::null()).output().await?;
        ensure!(output.status.success(), "redis-benchmark ended with {}", output.status);
        let text = String::from_utf8(output.stdout)?;
        let set = text.lines().find(|line| line.starts_with("\"SET\"")).context("no SET in the output")?;
        let rate = set.split(',').nth(1).context("no rate in the output")?;
        Ok(rate.trim_matches('"').parse()?)
    }
}
