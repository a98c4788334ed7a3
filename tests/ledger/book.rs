//! The ledger: each `250` that a client has read, with what it was for; and what is found of it afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use protocol::capability::Capability;
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::dice::Dice;
use crate::world::{
    client::{Client, Inbox, Mode, random, text},
    fleet::Fleet,
    origin::{Origin, until},
    smtp::attempt,
};

/// One inbox for each shard of the store (an id's first octet says which): every server has some of them.
const INBOXES: u8 = 16;

/// Messages that one inbox is sent: below what it may hold.
const MOST: usize = 150;

/// How long a sender rests between two messages.
const PACE: Duration = Duration::from_millis(150);

/// How often each inbox is listed meanwhile.
const LOOK: Duration = Duration::from_millis(250);

/// Within this a sender has an answer, whatever became of the servers: senders wait for minutes (RFC 5321 §4.5.3.2).
const PATIENCE: Duration = Duration::from_secs(25);

/// The SHA-256 of a message's body.
type Hash = [u8; 32];

/// One `250`.
struct Entry {
    inbox: usize,
    hash: Hash,
}

/// What clients have seen.
#[derive(Default)]
struct Book {
    /// By subject.
    promised: BTreeMap<String, Entry>,
    /// How many of each reply code there were.
    replies: BTreeMap<String, usize>,
    /// When mail was last taken, and when an inbox was last listed, by inbox; and the longest time between two of them.
    taken: Vec<Pulse>,
    listed: Vec<Pulse>,
    slowest: Duration,
}

/// What should happen again and again.
#[derive(Clone, Copy)]
struct Pulse {
    last: Instant,
    longest: Duration,
}

#[expect(clippy::disallowed_methods, reason = "a test measures real time")]
pub(super) fn now() -> Instant {
    Instant::now()
}

impl Pulse {
    fn beat(&mut self) {
        let now = now();
        self.longest = self.longest.max(now - self.last);
        self.last = now;
    }
}

/// An origin that keeps its mail in a fleet, and those who write to it.
pub(super) struct Office {
    origin: Origin,
    reader: Client,
    inboxes: Vec<Inbox>,
    book: Arc<Mutex<Book>>,
    over: Arc<AtomicBool>,
    traffic: JoinSet<Result<()>>,
}

/// What became of all promises.
#[derive(Debug)]
pub(super) struct Account {
    pub promised: usize,
    pub lost: BTreeSet<String>,
}

/// A message that nobody else sends, and the hash of its body. Hardly any of it deflates.
fn compose(subject: &str, dice: &mut Dice) -> (Vec<u8>, Hash) {
    let lines = if dice.of(20) == 0 { 400 } else { 10 + dice.of(30) };
    let mut body = String::new();
    for _ in 0..lines {
        for _ in 0..4 {
            body += &format!("{:016x}", dice.next());
        }
        body += "\r\n";
    }
    let hash = Sha256::digest(body.as_bytes()).into();
    (format!("From: a@sender.example\r\nSubject: {subject}\r\n\r\n{body}").into_bytes(), hash)
}

/// Sends one message and writes down what was answered.
async fn send(smtp: SocketAddr, to: (usize, &Inbox), subject: &str, dice: &mut Dice, book: &Mutex<Book>) -> Result<()> {
    let (message, hash) = compose(subject, dice);
    let began = now();
    let reply = timeout(PATIENCE, attempt(smtp, &to.1.address, &message)).await.context("no answer in time")??;
    let mut book = book.lock().unwrap();
    book.slowest = book.slowest.max(now() - began);
    *book.replies.entry(reply.chars().take(9).collect()).or_default() += 1;
    match reply.as_bytes().first() {
        Some(b'2') => {
            book.taken[to.0].beat();
            book.promised.insert(subject.to_owned(), Entry { inbox: to.0, hash });
        }
        Some(b'4') => {}
        // Whatever becomes of the servers, mail for an inbox that is there is never sent back for good.
        _ => bail!("{reply}"),
    }
    Ok(())
}

/// Lists an inbox; nothing for one that is not there.
async fn list(reader: &Client, inbox: &Inbox) -> Result<Vec<Value>> {
    let path = format!("/v1/inboxes/{}/messages?limit=200", inbox.id);
    let answer = reader.get(&path, &inbox.bearer(Mode::Sealed)).await?;
    match answer.status() {
        StatusCode::OK => {
            let list: Value = serde_json::from_str(&answer.text().await?)?;
            Ok(list["messages"].as_array().context("a list")?.clone())
        }
        StatusCode::NOT_FOUND => Ok(Vec::new()),
        status => bail!("{status}"),
    }
}

/// All that is in an inbox: the hash of each body by its subject.
async fn found(reader: &Client, inbox: &Inbox) -> Result<BTreeMap<String, Hash>> {
    let mut found = BTreeMap::new();
    for entry in list(reader, inbox).await? {
        let path = format!("/v1/inboxes/{}/messages/{}/raw", inbox.id, text(&entry["id"])?);
        let answer = reader.get(&path, &inbox.bearer(Mode::Assisted)).await?;
        ensure!(answer.status() == StatusCode::OK, "{path}: {}", answer.status());
        let raw = answer.bytes().await?;
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n").context("a header")?;
        found.insert(inbox.summary(&entry)?.subject, Sha256::digest(&raw[end + 4..]).into());
    }
    Ok(found)
}

impl Office {
    /// An origin that waits for so many replicas, and its inboxes.
    pub(super) async fn open(fleet: &Fleet, replicas: u32) -> Result<Self> {
        let mut settings = fleet.settings(replicas);
        settings.push(("MAYFLY_DOMAINS", "mayfly.test".to_owned()));
        settings.push(("MAYFLY_LOG_LEVEL", "debug".to_owned()));
        let origin = Origin::start("127.0.0.1:0".parse()?, &settings, &fleet.dir().join("origin.log")).await?;
        let reader = Client::new(&format!("http://{}", origin.http))?;
        let mut inboxes = Vec::new();
        for shard in 0..INBOXES {
            let drawn = std::iter::repeat_with(|| Capability::from_bytes(random()));
            let mut fitting = drawn.filter(|capability| capability.inbox_id().as_bytes()[0] % INBOXES == shard);
            inboxes.push(reader.create_for(fitting.next().context("endless")?).await?);
        }
        let pulse = vec![Pulse { last: now(), longest: Duration::ZERO }; inboxes.len()];
        let book = Book { taken: pulse.clone(), listed: pulse, ..Book::default() };
        let (book, over) = (Arc::new(Mutex::new(book)), Arc::new(AtomicBool::new(false)));
        Ok(Self { origin, reader, inboxes, book, over, traffic: JoinSet::new() })
    }

    /// Sends so many messages to each inbox, all of them at once.
    pub(super) async fn send_each(&self, name: &str, count: usize, seed: u64) -> Result<()> {
        let mut sending = JoinSet::new();
        for (index, inbox) in self.inboxes.iter().cloned().enumerate() {
            let (smtp, book, name) = (self.origin.smtp, Arc::clone(&self.book), name.to_owned());
            sending.spawn(async move {
                let mut dice = Dice::new(seed ^ index as u64);
                for round in 0..count {
                    send(smtp, (index, &inbox), &format!("{name}-{index}-{round}"), &mut dice, &book).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(sent) = sending.join_next().await {
            sent??;
        }
        Ok(())
    }

    /// Begins to write to all inboxes, and to list them, until [`Self::end`].
    pub(super) fn begin(&mut self, seed: u64) {
        for (index, inbox) in self.inboxes.iter().cloned().enumerate() {
            let (smtp, book, over) = (self.origin.smtp, Arc::clone(&self.book), Arc::clone(&self.over));
            let to = inbox.clone();
            self.traffic.spawn(async move {
                let mut dice = Dice::new(seed ^ index as u64);
                for round in 0..MOST {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    send(smtp, (index, &to), &format!("{index}-{round}"), &mut dice, &book).await?;
                    sleep(PACE).await;
                }
                Ok(())
            });
            let (reader, book, over) = (self.reader.clone(), Arc::clone(&self.book), Arc::clone(&self.over));
            self.traffic.spawn(async move {
                while !over.load(Ordering::SeqCst) {
                    if list(&reader, &inbox).await.is_ok() {
                        book.lock().unwrap().listed[index].beat();
                    }
                    sleep(LOOK).await;
                }
                Ok(())
            });
        }
    }

    /// Forgets how long anything has taken so far.
    pub(super) fn reset(&self) {
        let mut book = self.book.lock().unwrap();
        let Book { taken, listed, .. } = &mut *book;
        taken.iter_mut().chain(listed).for_each(|pulse| *pulse = Pulse { last: now(), longest: Duration::ZERO });
    }

    /// The longest time for which an inbox took no mail, and for which it could not be listed.
    pub(super) fn without_service(&self) -> (Duration, Duration) {
        let book = self.book.lock().unwrap();
        let longest = |pulses: &[Pulse]| pulses.iter().map(|pulse| pulse.longest).max().unwrap_or_default();
        (longest(&book.taken), longest(&book.listed))
    }

    /// How many replies began like this.
    pub(super) fn replies(&self, beginning: &str) -> usize {
        let book = self.book.lock().unwrap();
        book.replies.iter().filter(|(reply, _)| reply.starts_with(beginning)).map(|(_, count)| count).sum()
    }

    /// Ends what [`Self::begin`] began.
    pub(super) async fn end(&mut self) -> Result<()> {
        self.over.store(true, Ordering::SeqCst);
        while let Some(ended) = self.traffic.join_next().await {
            ended??;
        }
        let book = self.book.lock().unwrap();
        println!("  replies: {:?}; the slowest came after {:.1} s", book.replies, book.slowest.as_secs_f64());
        Ok(())
    }

    /// Looks for everything that was promised: all of it within its life, and so to be found whole.
    pub(super) async fn account(&self) -> Result<Account> {
        let mut looking = JoinSet::new();
        for (index, inbox) in self.inboxes.iter().cloned().enumerate() {
            let reader = self.reader.clone();
            looking.spawn(async move {
                let all = until("an inbox is read", || found(&reader, &inbox)).await?;
                anyhow::Ok((index, all))
            });
        }
        let mut there = BTreeMap::new();
        while let Some(looked) = looking.join_next().await {
            let (index, all) = looked??;
            there.insert(index, all);
        }
        let book = self.book.lock().unwrap();
        let is_there = |subject: &String, entry: &Entry| there[&entry.inbox].get(subject) == Some(&entry.hash);
        let lost = book.promised.iter().filter(|(subject, entry)| !is_there(subject, entry));
        let account =
            Account { promised: book.promised.len(), lost: lost.map(|(subject, _)| subject.clone()).collect() };
        println!("  promised: {}, lost: {}", account.promised, account.lost.len());
        Ok(account)
    }

    /// Messages that Redis or the store pushed out to make room.
    pub(super) async fn evicted(&self) -> Result<u64> {
        self.origin.metric("mayfly_store_evicted").await
    }
}
