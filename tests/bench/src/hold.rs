//! A process that holds sessions. One process may not open as many descriptors as are wanted, so there are several; each
//! is told by its standard input when to let go, and tells by its standard output how it went.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    channel::{From, connector},
    client::{Client, Opening, Security, Trouble, Troubles},
    clock::Moment,
    loopback::Source,
    options::Hold,
    table::Verdict,
};

/// Addresses that one holder connects from: each has some 28,000 ports, and the fewer are taken, the sooner one is found.
const SOURCES: usize = 4;

/// How long a session says nothing: the server's patience with a command is half a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// A holder's first word: how many it holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Holding {
    /// Sessions held.
    pub(crate) held: usize,
    /// Those that did not come about: by name, how many.
    pub(crate) troubles: std::collections::BTreeMap<String, usize>,
    /// How long it took.
    pub(crate) millis: u64,
}

/// Its last word: what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Released {
    /// Sessions that still answered a command at the end.
    pub(crate) alive: usize,
    /// Sessions that had ended.
    pub(crate) gone: usize,
}

/// How a held session ended.
enum End {
    Alive,
    Gone,
}

/// What a session comes to while it is opened.
enum Opened {
    Held,
    Not(Trouble),
}

/// Opens them, says how many, holds them until it is told to let go, says what became of them.
pub(crate) async fn run(options: &Hold) -> Result<Verdict> {
    let start = Moment::now();
    let (room, (release, released)) = (Arc::new(Semaphore::new(options.ramp)), watch::channel(false));
    let (say, mut opened) = mpsc::unbounded_channel();
    let security = if options.tls { Security::StartTls(connector()?) } else { Security::Plain };
    let mut sessions = JoinSet::new();
    for n in 0..options.sessions {
        let from = From::Address(Source::of_holder(options.number * SOURCES + n % SOURCES));
        let patience = Duration::from_secs(options.patience);
        let opening = Opening { target: options.smtp, from, security: security.clone(), patience };
        let (room, say, released) = (Arc::clone(&room), say.clone(), released.clone());
        sessions.spawn(session(opening, room, say, released));
    }
    drop(say);
    let mut troubles = Troubles::default();
    let mut holding = Holding::default();
    for _ in 0..options.sessions {
        match opened.recv().await.context("a session is lost")? {
            Opened::Held => holding.held += 1,
            Opened::Not(trouble) => troubles.add(trouble),
        }
    }
    holding.troubles = troubles.named();
    holding.millis = u64::try_from(start.elapsed().as_millis())?;
    println!("{}", serde_json::to_string(&holding)?);

    // Whoever started us says so by closing the pipe, or by ending.
    let _ = timeout(Duration::from_secs(options.seconds), end_of_input()).await;
    release.send_replace(true);
    let mut end = Released::default();
    while let Some(session) = sessions.join_next().await {
        match session? {
            Some(End::Alive) => end.alive += 1,
            Some(End::Gone) => end.gone += 1,
            None => {}
        }
    }
    println!("{}", serde_json::to_string(&end)?);
    Ok(Verdict::Met)
}

/// Comes about when standard input ends.
fn end_of_input() -> oneshot::Receiver<()> {
    let (say, ended) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = say.send(());
    });
    ended
}

async fn session(
    opening: Opening,
    room: Arc<Semaphore>,
    say: mpsc::UnboundedSender<Opened>,
    mut released: watch::Receiver<bool>,
) -> Option<End> {
    let place = room.acquire().await.ok()?;
    let mut client = match Client::open(&opening).await {
        Ok(client) => client,
        Err(trouble) => {
            let _ = say.send(Opened::Not(trouble));
            return None;
        }
    };
    drop(place);
    let _ = say.send(Opened::Held);
    drop((say, opening));
    loop {
        tokio::select! {
            // Nothing was asked: whatever comes is an end.
            _ = client.unhurried_reply() => return Some(End::Gone),
            () = sleep(KEEP_ALIVE) => {}
            _ = released.changed() => break,
        }
        if client.say("NOOP", 2).await.is_err() {
            return Some(End::Gone);
        }
    }
    Some(if client.say("NOOP", 2).await.is_ok() { End::Alive } else { End::Gone })
}
