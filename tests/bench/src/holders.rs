//! The processes that hold sessions, as seen by the one that starts them.

use std::{process::Stdio, time::Duration};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::{
    hold::{Holding, Released},
    loopback::Target,
};

/// How long sessions may take to be opened, or to end.
const LONGEST: Duration = Duration::from_secs(300);

/// What is to be held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) target: Target,
    pub(crate) sessions: usize,
    pub(crate) per_process: usize,
    pub(crate) ramp: usize,
    pub(crate) channel: Channels,
    /// How long each step of a session may take.
    pub(crate) patience: Duration,
    /// The number of the first process: it decides where it connects from.
    pub(crate) first: usize,
}

/// Plain sessions, or others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    Plain,
    Tls,
}

/// Processes that hold sessions. They end with this one.
pub(crate) struct Holders(Vec<Holder>);

struct Holder {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Holders {
    /// Starts them, and waits until all sessions stand or have failed.
    pub(crate) async fn start(order: &Order) -> Result<(Self, Holding)> {
        let mut holders = Vec::new();
        let mut left = order.sessions;
        while left > 0 {
            let share = left.min(order.per_process);
            left -= share;
            holders.push(Holder::start(order, share, order.first + holders.len())?);
        }
        let mut all = Holding::default();
        for holder in &mut holders {
            let one: Holding = holder.word().await?;
            all.held += one.held;
            all.millis = all.millis.max(one.millis);
            for (trouble, count) in one.troubles {
                *all.troubles.entry(trouble).or_default() += count;
            }
        }
        Ok((Self(holders), all))
    }

    /// Lets all sessions go.
    pub(crate) async fn release(mut self) -> Result<Released> {
        for holder in &mut self.0 {
            drop(holder.child.stdin.take());
        }
        let mut all = Released::default();
        for holder in &mut self.0 {
            let one: Released = holder.word().await?;
            all.alive += one.alive;
            all.gone += one.gone;
            holder.child.wait().await?;
        }
        Ok(all)
    }
}

impl Holder {
    fn start(order: &Order, sessions: usize, number: usize) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("hold").args(["--smtp", &order.target.to_string()]);
        let numbers = [
            ("--sessions", sessions),
            ("--ramp", order.ramp),
            ("--number", number),
            ("--patience", usize::try_from(order.patience.as_secs())?),
            ("--seconds", 900),
        ];
        command.args(numbers.iter().flat_map(|(name, value)| [(*name).to_owned(), value.to_string()]));
        if order.channel == Channels::Tls {
            command.arg("--tls");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("a holder does not start")?;
        let lines = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        Ok(Self { child, lines })
    }

    /// Its next word.
    async fn word<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        let line = timeout(LONGEST, self.lines.next_line()).await.context("a holder says nothing")??;
        Ok(serde_json::from_str(&line.context("a holder has ended")?)?)
    }
}
