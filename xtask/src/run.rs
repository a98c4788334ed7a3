//! `cargo xtask run`: the origin on its embedded store, and the worker under the real Workers runtime, on this machine.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::Command,
    thread::sleep,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::{
    args::Ports,
    build::{self, Built},
    child::{Child, TICK},
    clock::Stopwatch,
    command::Job,
    http, sample, setup,
    workspace::Workspace,
};

/// Longest wait for the origin, which starts in a blink.
const ORIGIN_STARTS: Duration = Duration::from_secs(20);

/// Longest wait for the Workers runtime, which on a small machine that is busy takes its time.
const EDGE_STARTS: Duration = Duration::from_secs(90);

/// A setting of these tasks, which the origin, whose own settings are named alike, would not know.
const OURS: &str = "MAYFLY_TOOLS";

/// Where the local region says it is: anywhere will do, there is but one.
const PLACE: (f64, f64) = (52.52, 13.4);

/// Sets up, builds, starts, and waits for Ctrl-C.
pub(crate) fn run(workspace: &Workspace, ports: &Ports) -> Result<()> {
    let built = build::all(workspace, &setup::for_run(workspace)?)?;
    // From here on an interrupt is ours, so that nothing that was started outlives us.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for Ctrl-C")?;
    let folder = tempfile::Builder::new().prefix("mayfly-").tempdir().context("cannot make a temporary folder")?;
    let Some(mut world) = World::start(workspace, &built, ports, folder.path(), &mut signals)? else {
        return Ok(());
    };
    let made = http::ask(world.edge_at, "POST", "/v1/inboxes", r#"{"assisted":true}"#)?;
    if made.status != 201 {
        let said = world.said();
        bail!("the edge made no inbox, but answered {}: {}\n{said}", made.status, made.body);
    }
    let inbox = sample::Inbox::read(&made.body)?;
    println!("{}", sample::welcome(&inbox, world.edge_at, world.smtp_at, folder.path()));
    while signals.pending().next().is_none() {
        world.alive()?;
        sleep(TICK);
    }
    println!("\nending …");
    Ok(())
}

/// The two programs and where they listen. The edge is ended first: it talks to the origin.
struct World {
    edge: Child,
    origin: Child,
    edge_at: SocketAddr,
    smtp_at: SocketAddr,
}

impl World {
    /// Starts both and waits until both answer; `None` when interrupted meanwhile.
    fn start(
        workspace: &Workspace,
        built: &Built,
        ports: &Ports,
        folder: &Path,
        signals: &mut Signals,
    ) -> Result<Option<Self>> {
        let key = Key::make(built)?;
        let edge_at = local(if ports.http == 0 { free_port()? } else { ports.http });
        println!("starting the origin …");
        let mut origin = Child::start("origin", &mut origin_command(built, &key, edge_at, ports.smtp), folder)?;
        let bound = wait(&mut origin, ORIGIN_STARTS, signals, |origin| {
            Ok(origin.lines()?.iter().find_map(|line| Bound::read(line)))
        })?;
        let Some(bound) = bound else { return Ok(None) };
        println!("starting the worker …");
        let mut edge = Child::start("edge", &mut edge_command(workspace, &key, edge_at, bound.http, folder)?, folder)?;
        let ready = wait(&mut edge, EDGE_STARTS, signals, |_| Ok(healthy(edge_at).then_some(())))?;
        if ready.is_none()
            || wait(&mut origin, ORIGIN_STARTS, signals, |_| Ok(healthy(bound.http).then_some(())))?.is_none()
        {
            return Ok(None);
        }
        Ok(Some(Self { edge, origin, edge_at, smtp_at: bound.smtp }))
    }

    /// Fails when either has ended.
    fn alive(&mut self) -> Result<()> {
        for child in [&mut self.edge, &mut self.origin] {
            if let Some(status) = child.ended()? {
                bail!("it ended by itself ({status})\n{}", child.said());
            }
        }
        Ok(())
    }

    fn said(&self) -> String {
        format!("{}\n{}", self.origin.said(), self.edge.said())
    }
}

/// Looks until `look` finds something; `None` when interrupted; an error with the program's words when it ends or the
/// time is up.
fn wait<T>(
    child: &mut Child,
    limit: Duration,
    signals: &mut Signals,
    mut look: impl FnMut(&Child) -> Result<Option<T>>,
) -> Result<Option<T>> {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look(child)? {
            return Ok(Some(found));
        }
        if let Some(status) = child.ended()? {
            bail!("it ended before it was ready ({status})\n{}", child.said());
        }
        if watch.elapsed() > limit {
            bail!("it was not ready after {} s\n{}", limit.as_secs(), child.said());
        }
        if signals.pending().next().is_some() {
            return Ok(None);
        }
        sleep(TICK);
    }
}

fn healthy(server: SocketAddr) -> bool {
    http::ask(server, "GET", "/healthz", "").is_ok_and(|answer| answer.status == 200)
}

/// The key that signs the origin's batches.
struct Key {
    secret: String,
    public: String,
}

impl Key {
    fn make(built: &Built) -> Result<Self> {
        let said = Job::new("making a signing key", &built.origin).args(["key", "new"]).without(OURS).quiet()?;
        Self::read(&said)
    }

    fn read(said: &str) -> Result<Self> {
        let key: Value = serde_json::from_str(said).context("`mayfly key new` printed no JSON")?;
        let text = |name: &str| {
            key[name].as_str().map(str::to_owned).with_context(|| format!("`mayfly key new` printed no {name}"))
        };
        Ok(Self { secret: text("secret")?, public: text("public")? })
    }
}

/// What the origin says that it bound.
#[derive(Debug, PartialEq, Eq)]
struct Bound {
    smtp: SocketAddr,
    http: SocketAddr,
}

impl Bound {
    fn read(line: &str) -> Option<Self> {
        let line: Value = serde_json::from_str(line).ok()?;
        let address = |name: &str| line[name].as_str()?.parse().ok();
        Some(Self { smtp: address("smtp")?, http: address("http")? })
    }
}

fn origin_command(built: &Built, key: &Key, edge: SocketAddr, smtp: u16) -> Command {
    let mut command = Command::new(&built.origin);
    command
        .arg("serve")
        .env_remove(OURS)
        .env("MAYFLY_REGION", "local")
        .env("MAYFLY_DOMAINS", "mayfly.test")
        .env("MAYFLY_SMTP_LISTEN", local(smtp).to_string())
        .env("MAYFLY_OPERATOR_LISTEN", local(0).to_string())
        .env("MAYFLY_SMTP_HOSTNAME", "mx.mayfly.test")
        .env("MAYFLY_HTTP_LISTEN", local(0).to_string())
        .env("MAYFLY_HTTP_PAGE", &built.page)
        // Senders of this machine are its own; where there is no network, nothing waits for one.
        .env("MAYFLY_DNS_SERVERS", "off")
        .env("MAYFLY_SYNC_EDGE", format!("http://{edge}"))
        .env("MAYFLY_SYNC_KEY", &key.secret);
    command
}

fn edge_command(
    workspace: &Workspace,
    key: &Key,
    edge: SocketAddr,
    origin: SocketAddr,
    folder: &Path,
) -> Result<Command> {
    let mut command = Command::new(workspace.npm_bin("wrangler"));
    command
        .args(["dev", "--local", "--ip", "127.0.0.1", "--port", &edge.port().to_string()])
        .args(["--inspector-port", "0", "--show-interactive-dev-session=false"])
        .args([Path::new("--persist-to"), &folder.join("state")])
        .args(["--var", &format!("REGIONS:{}", regions(key, origin))])
        .current_dir(&workspace.root)
        .env("PATH", workspace.path()?)
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_LOG_PATH", folder.join("wrangler"))
        .env("WRANGLER_REGISTRY_PATH", folder.join("registry"))
        .env("XDG_CONFIG_HOME", folder.join("config"));
    Ok(command)
}

/// The region table with the one region that there is.
fn regions(key: &Key, origin: SocketAddr) -> Value {
    json!([{
        "name": "local",
        "url": format!("http://{origin}"),
        "place": { "latitude": PLACE.0, "longitude": PLACE.1 },
        "keys": [key.public],
    }])
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// A port that is free just now: the worker and the origin must know each other's before either starts.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(local(0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests;
