//! Origins that are started for a run, and end with it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{loopback::Target, options::Program};

/// How long an origin may take to be ready.
const START: Duration = Duration::from_secs(20);

/// How an origin is set up; all else is as it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) sessions: usize,
    pub(crate) port: Port,
    pub(crate) descriptors: Descriptors,
    pub(crate) asks: Asks,
    pub(crate) keeper: Keeper,
}

/// Where mail is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keeper {
    /// In the origin's own memory.
    Memory,
    /// In a Redis of this machine, by so many replicas.
    Redis { port: u16, replicas: u32 },
}

/// Whom it asks about senders.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asks {
    /// Nobody: senders are not judged.
    Nobody,
    /// This server.
    At(SocketAddr),
}

/// Where mail comes in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Port {
    /// At a free port of its own.
    Own,
    /// At a free port that others may join.
    Open,
    /// With others, at this one.
    Joined(Target),
}

/// How many files it may open.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Descriptors {
    /// As many as we may.
    AsHere,
    /// So many.
    AtMost(usize),
}

/// An origin.
pub(crate) struct Origin {
    child: Child,
    pub(crate) smtp: Target,
    pub(crate) http: Target,
}

/// What it prints once it is ready.
#[derive(Deserialize)]
struct Bound {
    smtp: SocketAddr,
    http: SocketAddr,
}

/// Memory for mail: more than any run brings.
const STORE_OCTETS: u64 = 8 << 30;

impl Origin {
    /// Starts one and waits until it is ready.
    pub(crate) async fn start(program: &Path, setup: Setup) -> Result<Self> {
        let mut command = match setup.descriptors {
            Descriptors::AsHere => Command::new(program),
            Descriptors::AtMost(most) => {
                // The limit that it may not raise is lowered by the shell that becomes it.
                let mut shell = Command::new("sh");
                shell.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &most.to_string()]).arg(program);
                shell
            }
        };
        let (smtp, share) = match setup.port {
            Port::Own => ("127.0.0.1:0".to_owned(), "no"),
            Port::Open => ("127.0.0.1:0".to_owned(), "yes"),
            Port::Joined(target) => (target.to_string(), "yes"),
        };
        command.args(["serve", "--smtp", &smtp, "--http", "127.0.0.1:0"]).env_clear();
        command.envs([
            ("MAYFLY_OPERATOR_LISTEN", "127.0.0.1:0"),
            ("MAYFLY_LOG_LEVEL", "error"),
            ("MAYFLY_SMTP_SHARE_PORT", share),
            ("MAYFLY_SMTP_SESSIONS", &setup.sessions.to_string()),
            // One address alone is taken for a proxy, so that one origin serves every kind of slow client.
            ("MAYFLY_SMTP_PROXY_FROM", "127.0.0.9/32"),
            ("MAYFLY_STORE_OCTETS", &STORE_OCTETS.to_string()),
            // Those that are said to be afar are not held back either.
            ("MAYFLY_SMTP_UNCOUNTED", "127.0.0.0/8,203.0.113.0/24"),
        ]);
        match setup.asks {
            Asks::Nobody => command.env("MAYFLY_DNS_SERVERS", "off"),
            Asks::At(server) => command.env("MAYFLY_DNS_SERVERS", server.to_string()),
        };
        if let Keeper::Redis { port, replicas } = setup.keeper {
            command.env("MAYFLY_STORE_REDIS", format!("redis://127.0.0.1:{port}"));
            command.env("MAYFLY_STORE_REPLICAS", replicas.to_string());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{} does not start", program.display()))?;
        let mut lines = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        let line = timeout(START, lines.next_line()).await.context("the origin does not get ready")??;
        let bound: Bound = serde_json::from_str(&line.context("the origin has ended: it says why above")?)?;
        let target = |address| Target::try_from(address).map_err(anyhow::Error::msg);
        Ok(Self { child, smtp: target(bound.smtp)?, http: target(bound.http)? })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().context("the origin has ended")
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

impl Program {
    /// Where it is.
    pub(crate) fn path(&self) -> Result<PathBuf> {
        let beside = || Ok::<_, std::io::Error>(std::env::current_exe()?.with_file_name("mayfly"));
        let path = self.bin.clone().map_or_else(beside, Ok)?;
        if !path.is_file() {
            bail!("there is no program {}: build it (cargo build -p mayfly) or name it with --bin", path.display());
        }
        Ok(path)
    }
}
