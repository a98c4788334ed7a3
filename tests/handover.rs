//! A new process takes the place of the old one: nothing that was accepted is lost, and nobody is refused.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::world::{
    World,
    client::{Client, Inbox, Mode, text},
    given,
    process::{Process, Signal},
    smtp::{Smtp, attempt, deliver},
};

/// Processes of one origin, one after the other, without an edge.
struct Line {
    dir: TempDir,
    starts: usize,
}

/// One of them.
struct Origin {
    process: Process,
    smtp: SocketAddr,
    http: SocketAddr,
}

impl Line {
    fn new() -> Result<Self> {
        Ok(Self { dir: TempDir::with_prefix("mayfly-handover-")?, starts: 0 })
    }

    /// The next process, while it starts.
    fn begin(&mut self, more: &[(&str, String)]) -> Result<Process> {
        self.starts += 1;
        let mut command = Command::new(given("MAYFLY_BIN")?);
        command.args(["serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
        let mut settings = vec![
            ("MAYFLY_DOMAINS", "mayfly.test".to_owned()),
            ("MAYFLY_SMTP_HOSTNAME", "mx.mayfly.test".to_owned()),
            ("MAYFLY_OPERATOR_LISTEN", "127.0.0.1:0".to_owned()),
            ("MAYFLY_DNS_SERVERS", "off".to_owned()),
            ("MAYFLY_HANDOVER_SOCKET", self.dir.path().join("handover").display().to_string()),
        ];
        settings.extend_from_slice(more);
        Process::start("an origin", command, &settings, self.dir.path().join(format!("{}.log", self.starts)))
    }

    /// The next process, once it serves.
    async fn next(&mut self) -> Result<Origin> {
        let mut process = self.begin(&[])?;
        let pick = |line: &str| serde_json::from_str::<Value>(line).ok().filter(|v| v["smtp"].is_string());
        let bound = process.line(pick).await?;
        let (smtp, http) = (text(&bound["smtp"])?.parse()?, text(&bound["http"])?.parse()?);
        Ok(Origin { process, smtp, http })
    }
}

impl Origin {
    fn reader(&self) -> Result<Client> {
        Client::new(&format!("http://{}", self.http))
    }
}

fn mail(subject: &str) -> String {
    format!("From: a@sender.example\nSubject: {subject}\n\nThe code is 553311.\n")
}

/// The subjects of all that is in `inbox`; each message's raw part is read whole, too.
async fn subjects(reader: &Client, inbox: &Inbox) -> Result<BTreeSet<String>> {
    let list =
        reader.json(&format!("/v1/inboxes/{}/messages?limit=200", inbox.id), &inbox.bearer(Mode::Sealed)).await?;
    let mut subjects = BTreeSet::new();
    for entry in list["messages"].as_array().context("a list")? {
        subjects.insert(inbox.summary(entry)?.subject);
        let raw = format!("/v1/inboxes/{}/messages/{}/raw", inbox.id, text(&entry["id"])?);
        let raw = reader.get(&raw, &inbox.bearer(Mode::Assisted)).await?;
        ensure!(raw.status().is_success(), "{}", raw.status());
        ensure!(raw.text().await?.contains("553311"), "the raw message is whole");
    }
    Ok(subjects)
}

/// A sender that never rests: what it was told `250` for. A connection that is refused, or ends without a word, fails.
async fn sender(
    smtp: SocketAddr,
    inbox: Inbox,
    name: usize,
    over: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
) -> Result<BTreeSet<String>> {
    let mut accepted = BTreeSet::new();
    for round in 0.. {
        if over.load(Ordering::SeqCst) {
            return Ok(accepted);
        }
        let subject = format!("{name}-{round}");
        let message = mail(&subject).replace('\n', "\r\n");
        let reply = attempt(smtp, &inbox.address, message.as_bytes()).await?;
        match reply.as_bytes().first() {
            Some(b'2') => drop(accepted.insert(subject)),
            Some(b'4') => {}
            _ => bail!("{reply}"),
        }
        sent.fetch_add(1, Ordering::SeqCst);
    }
    Ok(accepted)
}

/// Waits until `count` more messages were tried.
async fn more(sent: &AtomicUsize, count: usize) {
    let goal = sent.load(Ordering::SeqCst) + count;
    while sent.load(Ordering::SeqCst) < goal {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

pub(crate) async fn a_deploy_loses_nothing_and_refuses_nobody(_: Arc<World>) -> Result<()> {
    let mut line = Line::new()?;
    let mut old = line.next().await?;
    let (smtp, http) = (old.smtp, old.http);
    let (over, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut senders = Vec::new();
    for name in 0..4 {
        let inbox = old.reader()?.create().await?;
        let sending = sender(smtp, inbox.clone(), name, Arc::clone(&over), Arc::clone(&sent));
        senders.push((inbox, tokio::spawn(sending)));
    }
    more(&sent, 40).await;
    for _ in 0..2 {
        let new = line.next().await?;
        ensure!((new.smtp, new.http) == (smtp, http), "the same sockets");
        old.process.ended().await?;
        old = new;
        more(&sent, 20).await;
    }
    over.store(true, Ordering::SeqCst);
    let reader = old.reader()?;
    for (inbox, sending) in senders {
        let accepted = sending.await??;
        ensure!(accepted.len() > 5, "{} were accepted", accepted.len());
        let kept = subjects(&reader, &inbox).await?;
        let lost = accepted.difference(&kept).collect::<Vec<_>>();
        ensure!(lost.is_empty(), "lost: {lost:?}");
        // Its address is found under the same key still.
        deliver(smtp, &inbox.address, &mail("last")).await?;
    }
    Ok(())
}

pub(crate) async fn a_successor_that_is_killed_half_way_leaves_the_old_one_serving(_: Arc<World>) -> Result<()> {
    let mut line = Line::new()?;
    let mut old = line.next().await?;
    let inbox = old.reader()?.create().await?;
    deliver(old.smtp, &inbox.address, &mail("before")).await?;
    // While a message is on its way the old process drains, and the new one waits.
    let mut slow = Smtp::connect(old.smtp).await?;
    for command in ["MAIL FROM:<a@sender.example>", &format!("RCPT TO:<{}>", inbox.address), "DATA"] {
        let reply = slow.say(command).await?;
        ensure!(reply.starts_with(['2', '3']), "{reply}");
    }
    let mut new = line.begin(&[])?;
    old.process.line(|line| line.contains("handing over").then_some(())).await?;
    new.stop(Signal::Kill);
    slow.send(format!("{}.\r\n", mail("during").replace('\n', "\r\n")).as_bytes()).await?;
    let reply = slow.reply().await?;
    ensure!(reply.starts_with("250"), "{reply}");
    drop(slow);
    deliver(old.smtp, &inbox.address, &mail("after")).await?;
    let all = ["before", "during", "after"].map(str::to_owned).into_iter().collect::<BTreeSet<_>>();
    ensure!(subjects(&old.reader()?, &inbox).await? == all);
    let next = line.next().await?;
    old.process.ended().await?;
    ensure!(subjects(&next.reader()?, &inbox).await? == all);
    Ok(())
}

pub(crate) async fn a_successor_with_less_room_than_is_held_does_not_start(_: Arc<World>) -> Result<()> {
    let mut line = Line::new()?;
    let old = line.next().await?;
    let inbox = old.reader()?.create().await?;
    // Octets that do not deflate.
    let noise = (0..40_000).map(|_| data_encoding::HEXLOWER.encode(&crate::world::client::random()));
    let large = mail("large") + &noise.collect::<Vec<_>>().join("\n") + "\n";
    deliver(old.smtp, &inbox.address, &large).await?;
    let mut small = line.begin(&[("MAYFLY_STORE_OCTETS", "1048576".to_owned())])?;
    let told = small.line(|line| line.contains("store.octets").then(|| line.to_owned())).await?;
    ensure!(told.contains("1048576"), "{told}");
    ensure!(small.ended().await.is_err(), "it does not end well");
    deliver(old.smtp, &inbox.address, &mail("after")).await?;
    ensure!(subjects(&old.reader()?, &inbox).await?.len() == 2);
    Ok(())
}
