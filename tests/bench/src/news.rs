//! New mail at a fixed rate, whatever the server does: each message is due at an instant of its own and measured
//! from then, so that a server that stalls cannot hide those that it kept waiting (no coordinated omission).

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use serde::Serialize;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use crate::{
    client::{Client, Manner, Opening, Trouble, Troubles},
    clock::Moment,
    mail::{Content, Mail},
    recipients::Recipients,
    spread::Spread,
};

/// Messages on their way at one time; those that are due beyond wait, and their waiting counts.
const UNDER_WAY: usize = 1_000;

/// How much and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Messages a second.
    pub(crate) rate: u32,
    /// Messages in all.
    pub(crate) messages: usize,
    /// Octets of each.
    pub(crate) octets: usize,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct News {
    /// From when a message was due, before its connection was made, until the `250` behind it was read.
    pub(crate) latency: Spread,
    /// What went wrong.
    #[serde(skip)]
    pub(crate) troubles: Troubles,
    /// Messages that were not taken.
    pub(crate) failed: usize,
}

/// Sends them, each in a session of its own.
pub(crate) async fn send(opening: &Opening, recipients: &Recipients, plan: Plan) -> Result<News> {
    let mail = Arc::new(Mail::new(plan.octets, Content::Words));
    let (recipients, room) = (Arc::new(recipients.clone()), Arc::new(Semaphore::new(UNDER_WAY)));
    let mut due = schedule(plan.rate, plan.messages);
    let mut under_way = JoinSet::new();
    while let Some((nth, at)) = due.recv().await {
        let (opening, mail) = (opening.clone(), Arc::clone(&mail));
        let (recipients, room) = (Arc::clone(&recipients), Arc::clone(&room));
        under_way.spawn(async move {
            let _place = room.acquire().await;
            let mut client = Client::open(&opening).await?;
            client.send(recipients.of(nth), &mail, Manner::default()).await?;
            let took = at.elapsed();
            client.quit().await;
            Ok::<Duration, Trouble>(took)
        });
    }
    let (mut took, mut troubles) = (Vec::with_capacity(plan.messages), Troubles::default());
    while let Some(message) = under_way.join_next().await {
        match message? {
            Ok(latency) => took.push(latency),
            Err(trouble) => troubles.add(trouble),
        }
    }
    Ok(News { latency: Spread::of(took), failed: troubles.total(), troubles })
}

/// Numbers of messages, each as its instant comes. A thread of its own keeps the time: the runtime's timers are
/// exact to a millisecond only, which is as long as a message takes.
pub(crate) fn schedule(rate: u32, messages: usize) -> mpsc::UnboundedReceiver<(usize, Moment)> {
    let (say, due) = mpsc::unbounded_channel();
    let start = Moment::now();
    std::thread::spawn(move || {
        for nth in 0..messages {
            let at = start.plus(Duration::from_secs(1).mul_f64(exact(nth) / f64::from(rate.max(1))));
            std::thread::sleep(at.ahead());
            if say.send((nth, at)).is_err() {
                return;
            }
        }
    });
    due
}

/// Counts of messages are far below 2^32.
fn exact(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
