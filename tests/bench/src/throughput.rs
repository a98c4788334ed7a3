//! Messages one after another on kept sessions, as fast as they are taken (closed loop) or at a fixed rate (open loop).

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use serde::Serialize;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
    time::timeout,
};

use crate::{
    channel::{From, connector},
    client::{Client, Manner, Opening, Security, Trouble, Troubles},
    clock::Moment,
    machine::{Busy, Machine, Used},
    mail::Mail,
    news::schedule,
    options::{Server, Throughput, Way},
    recipients::Recipients,
    spread::Spread,
    table::Verdict,
};

/// How long one step of a message may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Troubles after which a session is not opened anew: a server that takes nothing must not be hammered.
const TROUBLES: usize = 5;

/// What came of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    /// Messages that were taken.
    pub(crate) messages: usize,
    /// A second.
    pub(crate) per_second: f64,
    /// From the first octet of a message, or in an open loop from when it was due, until the `250` behind it was read.
    pub(crate) latency: Spread,
    /// The server's processor time for each, in microseconds.
    pub(crate) processor_micros: f64,
    /// The server's context switches for each.
    pub(crate) switches: f64,
    /// Share of the machine that neither the server nor this program took: above a few hundredths, wall-clock figures
    /// mean little.
    pub(crate) others: f64,
    /// What went wrong.
    pub(crate) troubles: BTreeMap<String, usize>,
}

/// Where numbers of messages come from.
enum Turns {
    /// As soon as a session is free.
    Free(AtomicUsize),
    /// When they are due.
    Due(Mutex<mpsc::UnboundedReceiver<(usize, Moment)>>),
}

/// What all sessions of a run share.
struct Run {
    opening: Opening,
    recipients: Recipients,
    mail: Mail,
    manner: Manner,
    per_session: usize,
    messages: usize,
    turns: Turns,
}

/// What one session has seen.
#[derive(Default)]
struct Seen {
    took: Vec<Duration>,
    troubles: Troubles,
}

/// Runs it and prints what came of it.
pub(crate) async fn run(options: &Throughput) -> Result<Verdict> {
    let mail = Mail::new(options.way.size, options.way.content);
    let figures = measure(&options.server, &options.way, From::Anywhere, mail).await?;
    if options.json {
        println!("{}", serde_json::to_string(&figures)?);
    } else {
        println!("{}\n{figures}", Machine::here());
    }
    Ok(if figures.troubles.is_empty() { Verdict::Met } else { Verdict::Missed })
}

/// Warms the server up, then measures.
pub(crate) async fn measure(server: &Server, way: &Way, from: From, mail: Mail) -> Result<Figures> {
    let security = if way.tls { Security::StartTls(connector()?) } else { Security::Plain };
    let opening = Opening { target: server.smtp, from, security, patience: PATIENCE };
    let recipients = Recipients::for_messages(way.messages + way.warm_up, server, "mail").await?;
    let run = |messages, turns| Run {
        opening: opening.clone(),
        recipients: recipients.clone(),
        mail: mail.clone(),
        manner: way.manner(),
        per_session: way.per_session,
        messages,
        turns,
    };
    let most = Duration::from_secs(way.seconds);
    if way.warm_up > 0 {
        let warm = go(run(way.warm_up, Turns::Free(AtomicUsize::new(0))), way.sessions, most).await;
        ensure!(!warm.took.is_empty(), "the server takes no mail: {}", warm.troubles);
    }
    let turns = match way.rate {
        None => Turns::Free(AtomicUsize::new(0)),
        Some(rate) => Turns::Due(Mutex::new(schedule(rate, way.messages))),
    };
    let us = [std::process::id()];
    let (before, ours, busy, start) = (Used::by(&server.pid), Used::by(&us), Busy::so_far(), Moment::now());
    let seen = go(run(way.messages, turns), way.sessions, most).await;
    let (wall, used) = (start.elapsed(), Used::by(&server.pid).since(before));
    let spent = used.processor + Used::by(&us).since(ours).processor;
    let count = f64::from(u32::try_from(seen.took.len())?).max(1.0);
    Ok(Figures {
        messages: seen.took.len(),
        per_second: count / wall.as_secs_f64(),
        processor_micros: used.processor.as_secs_f64() * 1e6 / count,
        switches: f64::from(u32::try_from(used.switches).unwrap_or(u32::MAX)) / count,
        others: Busy::so_far().by_others(busy, spent),
        troubles: seen.troubles.named(),
        latency: Spread::of(seen.took),
    })
}

/// All sessions of a run, to its end; what is not done by then is left.
async fn go(run: Run, sessions: usize, most: Duration) -> Seen {
    let run = Arc::new(run);
    let all = Arc::new(Mutex::new(Seen::default()));
    let mut running = JoinSet::new();
    for _ in 0..sessions.min(run.messages) {
        let (run, all) = (Arc::clone(&run), Arc::clone(&all));
        running.spawn(async move { run.sessions(&all).await });
    }
    let _ = timeout(most, async { while running.join_next().await.is_some() {} }).await;
    running.shutdown().await;
    std::mem::take(&mut *all.lock().await)
}

impl Run {
    /// One session after another, until no message is left.
    async fn sessions(&self, all: &Mutex<Seen>) {
        let mut troubles = 0;
        while troubles < TROUBLES {
            match self.session(all).await {
                Ok(More::No) => return,
                Ok(More::Yes) => {}
                Err(trouble) => {
                    all.lock().await.troubles.add(trouble);
                    troubles += 1;
                }
            }
        }
    }

    async fn session(&self, all: &Mutex<Seen>) -> Result<More, Trouble> {
        let mut client = Client::open(&self.opening).await?;
        for _ in 0..self.per_session {
            let Some((nth, from)) = self.turns.next(self.messages).await else {
                client.quit().await;
                return Ok(More::No);
            };
            client.send(self.recipients.of(nth), &self.mail, self.manner).await?;
            let took = from.elapsed();
            all.lock().await.took.push(took);
        }
        client.quit().await;
        Ok(More::Yes)
    }
}

/// Whether messages are left.
enum More {
    Yes,
    No,
}

impl Turns {
    /// The next message, and from when its time counts.
    async fn next(&self, messages: usize) -> Option<(usize, Moment)> {
        match self {
            Self::Free(next) => {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                (nth < messages).then(|| (nth, Moment::now()))
            }
            Self::Due(due) => due.lock().await.recv().await,
        }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { messages, per_second, latency, processor_micros, switches, others, troubles } = self;
        writeln!(f, "{messages} messages, {per_second:.0} a second")?;
        writeln!(f, "latency: {latency}")?;
        writeln!(f, "server: {processor_micros:.1} µs of processor time and {switches:.2} context switches a message")?;
        write!(f, "others took {:.0} % of the machine; troubles: {troubles:?}", others * 100.0)
    }
}
