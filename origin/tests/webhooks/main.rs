//! The program itself, from `POST /v1/inboxes` to the attempt: a webhook whose name leads to loopback is never called,
//! and nothing that is written says whose it was.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream, UdpSocket},
    process::{Child, Command},
    time::{sleep, timeout},
};

/// The type of an address record (RFC 1035 §3.2.2).
const A: u16 = 1;

/// A name server to which every name has the address of this machine, and nothing else.
async fn names() -> Result<SocketAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = socket.local_addr()?;
    tokio::spawn(async move {
        let mut query = [0; 1232];
        while let Ok((length, from)) = socket.recv_from(&mut query).await {
            if let Some(answer) = answer(&query[..length]) {
                let _gone = socket.send_to(&answer, from).await;
            }
        }
    });
    Ok(address)
}

/// The answer to a query of one question, without its additional records (RFC 1035 §4.1).
fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let mut end = 12;
    while *query.get(end)? != 0 {
        end += usize::from(query[end]) + 1;
    }
    let kind = u16::from_be_bytes([*query.get(end + 1)?, *query.get(end + 2)?]);
    let answers = u8::from(kind == A);
    let mut out = [query.get(..2)?, &[0x85, 0x80, 0, 1, 0, answers, 0, 0, 0, 0], query.get(12..end + 5)?].concat();
    if kind == A {
        out.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    Some(out)
}

/// A running origin; ended when this is dropped.
struct Origin {
    _process: Child,
    log: tokio::task::JoinHandle<String>,
    smtp: String,
    http: String,
    operator: String,
}

impl Origin {
    async fn start(dns: &str) -> Result<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_mayfly"))
            .args(["serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"])
            .env_clear()
            .envs([
                ("MAYFLY_OPERATOR_LISTEN", "127.0.0.1:0"),
                ("MAYFLY_LOG_LEVEL", "trace"),
                ("MAYFLY_DNS_SERVERS", dns),
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (stdout, mut stderr) = (process.stdout.take().context("stdout")?, process.stderr.take().context("stderr")?);
        let log = tokio::spawn(async move {
            let mut log = String::new();
            let _broken = stderr.read_to_string(&mut log).await;
            log
        });
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(Duration::from_secs(60), lines.next_line()).await??.context("it ended")?;
        let bound: Value = serde_json::from_str(&line)?;
        let at = |name: &str| bound[name].as_str().map(str::to_owned).context("an address");
        Ok(Self { smtp: at("smtp")?, http: at("http")?, operator: at("operator")?, _process: process, log })
    }

    async fn create(&self, webhook: Value) -> Result<(u16, Value)> {
        let body = json!({ "assisted": true, "webhook": webhook }).to_string();
        let url = format!("http://{}/v1/inboxes", self.http);
        let request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body);
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    async fn mail(&self, to: &str) -> Result<()> {
        let mut stream = BufReader::new(TcpStream::connect(&self.smtp).await?);
        let dialog = [
            ("", "220"),
            ("EHLO sender.example\r\n", "250 "),
            ("MAIL FROM:<>\r\n", "250"),
            (&format!("RCPT TO:<{to}>\r\n"), "250"),
            ("DATA\r\n", "354"),
            ("From: <someone@sender.example>\r\nSubject: hello\r\n\r\nhello\r\n.\r\n", "250"),
        ];
        for (said, expected) in dialog {
            stream.write_all(said.as_bytes()).await?;
            let mut line = String::new();
            while line.as_bytes().get(3) != Some(&b' ') {
                line.clear();
                ensure!(stream.read_line(&mut line).await? > 0, "it hung up after {said:?}");
            }
            ensure!(line.starts_with(expected), "{said:?}: {line}");
        }
        Ok(())
    }

    async fn metric(&self, name: &str) -> Result<Option<u64>> {
        let all = reqwest::get(format!("http://{}/metrics", self.operator)).await?.text().await?;
        let value = all.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.map(str::parse).transpose()?)
    }
}

#[tokio::test]
async fn a_webhook_that_leads_inside_is_never_called() -> Result<()> {
    // Who listens where a name of no public address would lead; port 443 of this machine is not ours to take.
    let inside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let mut origin = Origin::start(&names().await?.to_string()).await?;
    let (status, view) = origin.create(json!({ "url": "https://canary-hook.example/canary-path" })).await?;
    ensure!(status == 201, "{status}");
    let secret = view["webhook"]["secret"].as_str().context("a secret")?.to_owned();
    origin.mail(view["address"].as_str().context("an address")?).await?;
    let refused = "mayfly_webhook_attempts_total{outcome=\"not_public\"}";
    let counted = async {
        while origin.metric(refused).await? != Some(1) {
            sleep(Duration::from_millis(50)).await;
        }
        anyhow::Ok(())
    };
    timeout(Duration::from_secs(60), counted).await.context("no attempt was refused")??;
    ensure!(timeout(Duration::from_millis(1), inside.accept()).await.is_err(), "somebody came");
    origin._process.kill().await?;
    let log = origin.log.await?;
    for canary in ["canary", secret.as_str(), "127.0.0.1"] {
        ensure!(!log.contains(canary), "the log tells {canary}");
    }
    Ok(())
}

#[tokio::test]
async fn a_url_that_is_none_is_refused_with_what_to_do() -> Result<()> {
    let origin = Origin::start(&names().await?.to_string()).await?;
    for url in
        ["http://hooks.example.com/", "https://127.0.0.1/", "https://a:b@hooks.example.com/", "https://x.example:8443/"]
    {
        let (status, problem) = origin.create(json!({ "url": url })).await?;
        ensure!(status == 422, "{url}: {status}");
        let detail = problem["detail"].as_str().context("a detail")?;
        ensure!(detail.starts_with("webhook.url ") && !detail.contains(url), "{detail}");
    }
    let off = Origin::start("off").await?;
    let (status, problem) = off.create(json!({ "url": "https://hooks.example.com/" })).await?;
    ensure!(status == 422 && problem["detail"].as_str().is_some_and(|detail| detail.contains("no webhooks here")));
    Ok(())
}
