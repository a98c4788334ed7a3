//! An origin of its own, without an edge.

use std::{net::SocketAddr, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{client::text, given, process::Process};

/// The host that every such origin is.
pub(crate) const HOST: &str = "mx.mayfly.test";

/// A running origin.
pub(crate) struct Origin {
    /// The program.
    pub process: Process,
    /// Where mail comes in.
    pub smtp: SocketAddr,
    /// Its API.
    pub http: SocketAddr,
    operator: SocketAddr,
}

impl Origin {
    /// Starts one with these settings beside the usual ones; it writes its log to `log`.
    pub(crate) async fn start(http: SocketAddr, settings: &[(&str, String)], log: &Path) -> Result<Self> {
        // Whatever ends the tests, a panic or a signal, ends it: this thread is theirs to its end.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(given("MAYFLY_BIN")?);
        command.args(["serve", "--smtp", "127.0.0.1:0", "--http", &http.to_string()]);
        let usual = [
            ("MAYFLY_SMTP_HOSTNAME", HOST),
            ("MAYFLY_OPERATOR_LISTEN", "127.0.0.1:0"),
            ("MAYFLY_DNS_SERVERS", "off"),
            ("MAYFLY_LOG_LEVEL", "trace"),
        ];
        let usual = usual.map(|(name, value)| (name, value.to_owned()));
        let mut process = Process::start("the origin", command, &[&usual[..], settings].concat(), log.to_owned())?;
        let bound =
            process.line(|line| serde_json::from_str::<Value>(line).ok().filter(|v| v["smtp"].is_string())).await?;
        let at = |name: &str| -> Result<SocketAddr> { Ok(text(&bound[name])?.parse()?) };
        Ok(Self { process, smtp: at("smtp")?, http: at("http")?, operator: at("operator")? })
    }

    /// One of its metrics, by its name with labels.
    pub(crate) async fn metric(&self, name: &str) -> Result<u64> {
        let all = reqwest::get(format!("http://{}/metrics", self.operator)).await?.text().await?;
        let value = all.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.with_context(|| format!("no {name} in {all}"))?.parse()?)
    }

    /// Moves its clock on.
    pub(crate) async fn advance(&self, length: Duration) -> Result<()> {
        let url = format!("http://{}/operator/clock", self.operator);
        let body = json!({"advance_ms": u64::try_from(length.as_millis())?});
        let answer = reqwest::Client::new().post(url).json(&body).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        Ok(())
    }
}

/// Tries until there is an answer, for up to a minute; the last error tells why there is none.
pub(crate) async fn until<T, F>(what: &str, mut attempt: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut last = None;
    for _ in 0..600 {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("{what} did not come to pass in a minute: {last:?}")
}
