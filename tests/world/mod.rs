//! The harness: a region and an edge made of the real parts, with links between them that can be cut.
//!
//! ```text
//!   test ---SMTP---> origin ==push==> [link] ==> worker <---HTTP--- test, Chromium
//!                      ^<=========== [link] <=read== |
//! ```
//!
//! What must be built beforehand, `cargo xtask test` builds and names in `MAYFLY_…` variables.

pub(crate) mod authority;
pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod fleet;
pub(crate) mod link;
pub(crate) mod origin;
pub(crate) mod process;
pub(crate) mod smtp;
pub(crate) mod wire;
pub(crate) mod zone;

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::{
    client::Client,
    link::Link,
    process::{Process, Signal},
};

/// The region's signing key, as `mayfly key new` prints it.
pub(crate) struct SigningKey {
    /// The seed, for the origin.
    pub secret: String,
    /// The public half, for the edge.
    pub public: String,
}

/// One region and one edge.
pub(crate) struct World {
    /// The origin, while it runs.
    pub origin: Option<Process>,
    /// The worker, while it runs.
    pub edge: Option<Process>,
    /// From origin to edge.
    pub push: Link,
    /// From edge to origin.
    pub read: Link,
    /// Where mail comes in.
    pub smtp: SocketAddr,
    /// The origin's API.
    pub http: SocketAddr,
    /// The operator's door.
    pub operator: SocketAddr,
    /// The edge's base URL.
    pub url: String,
    /// The key that the edge trusts.
    pub key: SigningKey,
    /// Everything that is written on the way: logs, KV, Durable Objects.
    pub dir: TempDir,
    starts: usize,
}

/// What `cargo xtask test` hands over.
pub(crate) fn given(name: &str) -> Result<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).with_context(|| format!("{name} is not set: run `cargo xtask test`"))
}

impl World {
    /// Starts both and waits until both answer.
    pub(crate) async fn start() -> Result<Self> {
        let dir = TempDir::with_prefix("mayfly-world-")?;
        let (push, read) = (Link::new().await?, Link::new().await?);
        let nowhere: SocketAddr = "127.0.0.1:0".parse()?;
        let mut world = Self {
            origin: None,
            edge: None,
            push,
            read,
            smtp: nowhere,
            http: nowhere,
            operator: nowhere,
            url: String::new(),
            key: new_key()?,
            dir,
            starts: 0,
        };
        world.start_edge().await?;
        world.start_origin().await?;
        Ok(world)
    }

    /// Starts the origin (again).
    pub(crate) async fn start_origin(&mut self) -> Result<()> {
        self.starts += 1;
        let mut command = Command::new(given("MAYFLY_BIN")?);
        command.args(["serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
        let settings = [
            ("MAYFLY_REGION", "local".to_owned()),
            ("MAYFLY_DOMAINS", "mayfly.test".to_owned()),
            ("MAYFLY_SMTP_HOSTNAME", "mx.mayfly.test".to_owned()),
            ("MAYFLY_HTTP_PAGE", given("MAYFLY_PAGE_DIR")?.display().to_string()),
            ("MAYFLY_OPERATOR_LISTEN", "127.0.0.1:0".to_owned()),
            // No test asks the world about anyone.
            ("MAYFLY_DNS_SERVERS", "off".to_owned()),
            ("MAYFLY_LOG_LEVEL", "trace".to_owned()),
            ("MAYFLY_SYNC_EDGE", format!("http://{}", self.push.address())),
            ("MAYFLY_SYNC_KEY", self.key.secret.clone()),
        ];
        let log = self.dir.path().join(format!("origin-{}.log", self.starts));
        let mut origin = Process::start("the origin", command, &settings, log)?;
        let bound =
            origin.line(|line| serde_json::from_str::<Value>(line).ok().filter(|v| v["smtp"].is_string())).await?;
        self.smtp = client::text(&bound["smtp"])?.parse()?;
        self.http = client::text(&bound["http"])?.parse()?;
        self.operator = client::text(&bound["operator"])?.parse()?;
        self.read.lead_to(self.http);
        self.origin = Some(origin);
        Ok(())
    }

    /// Starts the worker (again) on the same stored state.
    pub(crate) async fn start_edge(&mut self) -> Result<()> {
        self.starts += 1;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let regions = json!([{
            "name": "local",
            "url": format!("http://{}", self.read.address()),
            "place": {"latitude": 52.5, "longitude": 13.4},
            "keys": [self.key.public],
        }]);
        let root = given("MAYFLY_ROOT")?;
        let mut command = Command::new(given("MAYFLY_NODE")?);
        command.arg(given("MAYFLY_WRANGLER")?).arg("dev").arg(given("MAYFLY_EDGE_DIR")?.join("index.js"));
        command.args(["--ip", "127.0.0.1", "--log-level", "info"]).current_dir(&root);
        command.args(["--port", &port.to_string(), "--inspector-port", "0", "--var", &format!("REGIONS:{regions}")]);
        command.arg("--config").arg(root.join("wrangler.toml")).arg("--persist-to").arg(self.dir.path().join("edge"));
        let settings = [
            ("WRANGLER_SEND_METRICS", "false".to_owned()),
            ("CI", "1".to_owned()),
            ("XDG_CONFIG_HOME", self.dir.path().join("config").display().to_string()),
        ];
        let log = self.dir.path().join(format!("edge-{}.log", self.starts));
        let mut edge = Process::start("the worker", command, &settings, log)?;
        edge.line(|line| line.contains("Ready on").then_some(())).await?;
        self.url = format!("http://127.0.0.1:{port}");
        self.push.lead_to(SocketAddr::from(([127, 0, 0, 1], port)));
        self.edge = Some(edge);
        Ok(())
    }

    /// Ends the origin.
    pub(crate) fn stop_origin(&mut self, signal: Signal) {
        if let Some(mut origin) = self.origin.take() {
            origin.stop(signal);
        }
    }

    /// A new reader at the edge.
    pub(crate) fn reader(&self) -> Result<Client> {
        Client::new(&self.url)
    }

    /// A new reader at the origin itself.
    pub(crate) fn origin_reader(&self) -> Result<Client> {
        Client::new(&format!("http://{}", self.http))
    }

    /// Moves the clocks of both on.
    pub(crate) async fn advance(&self, millis: u64) -> Result<()> {
        self.advance_edge(millis).await?;
        advance(&format!("http://{}/operator/clock", self.operator), millis).await
    }

    /// Moves the worker's clock on.
    pub(crate) async fn advance_edge(&self, millis: u64) -> Result<()> {
        advance(&format!("{}/test/clock", self.url), millis).await
    }

    /// Waits until the edge has confirmed everything that it was owed.
    pub(crate) async fn settled(&self) -> Result<()> {
        let reader = self.origin_reader()?;
        for _ in 0..600 {
            let status = reader.json("/v1/status", "").await?;
            if status["replication"]["owed_inboxes"] == 0 {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        anyhow::bail!("the edge is still behind")
    }

    /// Where `needle` stands in any file that this world has written.
    pub(crate) fn written(&self, needle: &[u8]) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        search(self.dir.path(), needle, &mut found)?;
        Ok(found)
    }
}

async fn advance(url: &str, millis: u64) -> Result<()> {
    let answer = reqwest::Client::new().post(url).json(&json!({"advance_ms": millis})).send().await?;
    ensure!(answer.status().is_success(), "{url}: {}", answer.status());
    Ok(())
}

fn search(dir: &Path, needle: &[u8], found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            search(&path, needle, found)?;
        } else if holds(&std::fs::read(&path).unwrap_or_default(), needle) {
            found.push(path);
        }
    }
    Ok(())
}

fn holds(octets: &[u8], needle: &[u8]) -> bool {
    octets.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}

fn new_key() -> Result<SigningKey> {
    let out = Command::new(given("MAYFLY_BIN")?).args(["key", "new"]).env_clear().output()?;
    let key: Value = serde_json::from_slice(&out.stdout)?;
    Ok(SigningKey { secret: client::text(&key["secret"])?, public: client::text(&key["public"])? })
}
