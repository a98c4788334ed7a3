//! One connection to one master, made when it is needed and made anew when it breaks.
//!
//! After a failed attempt callers hear so at once until a pause has passed, which grows: nobody waits for a server that
//! is known to be away. Nothing is sent twice but what a server said it had not run for want of the script.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex as StdMutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt as _;
use protocol::time::Millis;
use redis::{Cmd, ConnectionAddr, Pipeline, Value, aio::MultiplexedConnection};
use tokio::{
    sync::Mutex,
    time::{Sleep, sleep, timeout},
};

use super::{
    answer::number,
    fault::Fault,
    scripts,
    topology::{Topology, bare, connect},
};
use crate::{
    limits::{REDIS_BACKOFF, REDIS_ROUND, REDIS_WAIT},
    store::memory::lock,
};

/// Whether replicas are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replicas {
    /// No.
    Ignored,
    /// So many of them, on the connection that wrote: `WAIT` tells of its own connection's writes alone.
    Awaited(u32),
}

/// What came of a pipeline.
pub(super) struct Sent {
    /// An answer for each command, errors of the server among them.
    pub(super) values: Vec<Value>,
    /// Whether as many replicas have it as were awaited.
    pub(super) kept: Result<(), Fault>,
}

/// One connection; a clone is the same one.
#[derive(Clone)]
pub(super) struct Lane(Arc<Way>);

struct Way {
    topology: Topology,
    shard: usize,
    /// The connection, if there is one. Its number tells it from those before it.
    joined: StdMutex<Option<Joined>>,
    /// Held while a connection is made, by a task of its own: a caller that is not polled holds up nobody.
    joining: Mutex<Rest>,
    /// Counts attempts: each asks another server first who the master is, since one that was cut off does not know.
    turn: AtomicUsize,
}

/// A connection that is there.
#[derive(Clone)]
struct Joined {
    connection: MultiplexedConnection,
    address: ConnectionAddr,
    number: u64,
}

/// Whether an attempt to connect may be made.
enum Rest {
    /// Yes.
    Over,
    /// Not until then: the last one failed. The pause that follows the next failure is longer.
    Until(Pin<Box<Sleep>>, Millis),
}

impl Lane {
    /// To the master of `shard`.
    pub(super) fn new(topology: Topology, shard: usize) -> Self {
        let (joined, joining) = (StdMutex::new(None), Mutex::new(Rest::Over));
        Self(Arc::new(Way { topology, shard, joined, joining, turn: AtomicUsize::new(0) }))
    }

    /// Sends commands together.
    ///
    /// # Errors
    /// [`Fault`]: nobody knows how many were done.
    pub(super) async fn send(&self, commands: &[Cmd], replicas: Replicas) -> Result<Sent, Fault> {
        let limit = Duration::from_millis(REDIS_ROUND.as_millis());
        let joined = timeout(limit, self.connection()).await.unwrap_or(Err(Fault::Deadline))?;
        let (mut connection, number) = (joined.connection, joined.number);
        let done = timeout(limit, run(&mut connection, commands, replicas)).await.unwrap_or(Err(Fault::Deadline));
        let left = match &done {
            Ok(sent) => sent.values.iter().any(is_no_master),
            Err(Fault::Refused(_)) => false,
            Err(_) => true,
        };
        if left {
            self.leave(number);
        }
        done
    }

    /// The same of one command alone.
    pub(super) async fn ask(&self, command: Cmd) -> Result<Value, Fault> {
        let sent = self.send(&[command], Replicas::Ignored).await?;
        sent.values.into_iter().next().ok_or(Fault::Broken)
    }

    /// Drops the connection to a server that Sentinels do not call the master any more. Cut off from them, it does not
    /// know, and goes on answering.
    pub(super) async fn follow(&self) {
        let Some(joined) = lock(&self.0.joined).clone() else { return };
        if !self.0.topology.is_watched() {
            return;
        }
        if let Ok(master) = self.0.topology.master(self.0.shard, 0).await
            && *master.addr() != joined.address
        {
            self.leave(joined.number);
        }
    }

    /// Drops the connection of that number, so that the next call looks for the master anew.
    fn leave(&self, number: u64) {
        let mut joined = lock(&self.0.joined);
        if joined.as_ref().is_some_and(|joined| joined.number == number) {
            *joined = None;
        }
    }

    /// The port of the master, as it is just now.
    #[cfg(test)]
    pub(super) async fn master(&self) -> u16 {
        match self.0.topology.master(self.0.shard, 0).await.unwrap().addr() {
            redis::ConnectionAddr::Tcp(_, port) => *port,
            _ => 0,
        }
    }

    async fn connection(&self) -> Result<Joined, Fault> {
        if let Some(joined) = lock(&self.0.joined).clone() {
            return Ok(joined);
        }
        let way = Arc::clone(&self.0);
        tokio::spawn(async move { way.connection().await }).await.unwrap_or(Err(Fault::NoConnection))
    }
}

impl Way {
    async fn connection(&self) -> Result<Joined, Fault> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let mut rest = self.joining.lock().await;
        if let Some(joined) = lock(&self.joined).clone() {
            return Ok(joined); // Another caller has made it meanwhile.
        }
        let pause = match &mut *rest {
            Rest::Over => REDIS_BACKOFF.0,
            Rest::Until(sleep, pause) => {
                if sleep.as_mut().now_or_never().is_none() {
                    return Err(Fault::Resting);
                }
                Millis::from_millis(pause.as_millis().saturating_mul(2)).min(REDIS_BACKOFF.1)
            }
        };
        match self.join().await {
            Ok((connection, address)) => {
                let joined = Joined { connection, address, number: NUMBER.fetch_add(1, Ordering::Relaxed) };
                *lock(&self.joined) = Some(joined.clone());
                *rest = Rest::Over;
                Ok(joined)
            }
            Err(fault) => {
                tracing::warn!(shard = self.shard, %fault, "redis cannot be reached");
                *rest = Rest::Until(Box::pin(sleep(Duration::from_millis(pause.as_millis()))), pause);
                Err(fault)
            }
        }
    }

    async fn join(&self) -> Result<(MultiplexedConnection, ConnectionAddr), Fault> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let master = self.topology.master(self.shard, turn).await?;
        let address = master.addr().clone();
        let mut connection = connect(master, bare()).await?;
        let loaded = pipeline(&mut connection, &scripts::load(), Replicas::Ignored).await?;
        match loaded.values.iter().find_map(refusal) {
            Some(code) => Err(Fault::Refused(code)),
            None => Ok((connection, address)),
        }
    }
}

/// Sends commands; those whose script the server has forgotten, once more.
async fn run(connection: &mut MultiplexedConnection, commands: &[Cmd], replicas: Replicas) -> Result<Sent, Fault> {
    let mut sent = pipeline(connection, commands, replicas).await?;
    let unknown = |value: &Value| refusal(value).is_some_and(|code| code == "NOSCRIPT");
    let again = (0..sent.values.len()).filter(|index| unknown(&sent.values[*index])).collect::<Vec<_>>();
    if !again.is_empty() {
        pipeline(connection, &scripts::load(), Replicas::Ignored).await?;
        let commands = again.iter().map(|index| commands[*index].clone()).collect::<Vec<_>>();
        let repeated = pipeline(connection, &commands, replicas).await?;
        for (index, value) in again.into_iter().zip(repeated.values) {
            sent.values[index] = value;
        }
        sent.kept = sent.kept.and(repeated.kept);
    }
    Ok(sent)
}

/// One pipeline on one connection: the commands, then `WAIT`.
async fn pipeline(connection: &mut MultiplexedConnection, commands: &[Cmd], replicas: Replicas) -> Result<Sent, Fault> {
    let mut pipeline = Pipeline::with_capacity(commands.len() + 1);
    for command in commands {
        pipeline.add_command(command.clone());
    }
    if let Replicas::Awaited(wanted) = replicas {
        pipeline.cmd("WAIT").arg(wanted).arg(REDIS_WAIT.as_millis());
    }
    let count = pipeline.len();
    let sent = connection.send_packed_commands(&pipeline, 0, count).await;
    let mut values = sent.map_err(|error| Fault::of(&error))?;
    if values.len() != count {
        return Err(Fault::Broken);
    }
    let kept = match replicas {
        Replicas::Ignored => Ok(()),
        Replicas::Awaited(wanted) => {
            let acked = number(&values.pop().unwrap_or_default())?;
            if acked < u64::from(wanted) { Err(Fault::Replicas { acked, wanted }) } else { Ok(()) }
        }
    };
    Ok(Sent { values, kept })
}

/// The code of an error that the server answered with.
pub(super) fn refusal(value: &Value) -> Option<String> {
    match value {
        Value::ServerError(error) => Some(error.code().to_owned()),
        _ => None,
    }
}

/// Whether an answer says that another server is the master, or that this one is no use.
fn is_no_master(value: &Value) -> bool {
    const CODES: &[&str] = &["READONLY", "MOVED", "ASK", "CLUSTERDOWN", "MASTERDOWN", "LOADING", "UNBLOCKED"];
    refusal(value).is_some_and(|code| CODES.contains(&code.as_str()))
}
