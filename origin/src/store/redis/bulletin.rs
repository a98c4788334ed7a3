//! Changes that other nodes make, as they are published: one connection listens for all who wait here.
//!
//! It is asked every second whether it lives. Once it is lost and made anew, all who wait look for themselves: nobody
//! sleeps through a change that was published meanwhile.

use std::{sync::Arc, time::Duration};

use redis::{Cmd, ProtocolVersion, PushInfo, PushKind, Value};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::{
    NodeId,
    answer::{News, ids},
    fault::Fault,
    topology::{Topology, bare, connect},
    view::View,
};
use crate::{
    limits::{REDIS_BACKOFF, REDIS_CONNECT, REDIS_WATCH},
    store::memory::lock,
};

/// Whether something may have been missed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Perhaps,
}

/// Listens for good.
pub(super) async fn listen(topology: Topology, channel: String, node: NodeId, view: Arc<View>) {
    let mut gap = Gap::None;
    for turn in 0.. {
        if let Err(fault) = listen_once(&topology, &channel, node, &view, (gap, turn)).await {
            tracing::debug!(%fault, "changes are not heard");
        }
        gap = Gap::Perhaps;
        sleep(Duration::from_millis(REDIS_BACKOFF.0.as_millis())).await;
    }
}

async fn listen_once(
    topology: &Topology,
    channel: &str,
    node: NodeId,
    view: &View,
    (gap, turn): (Gap, usize),
) -> Result<(), Fault> {
    // Published messages reach every server of a cluster.
    let master = topology.master(0, turn).await?;
    let settings = master.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    let (sender, mut pushes) = mpsc::unbounded_channel();
    let config = bare().set_push_sender(sender);
    let mut connection = connect(master.set_redis_settings(settings), config).await?;
    connection.subscribe(channel).await.map_err(|error| Fault::of(&error))?;
    if gap == Gap::Perhaps {
        view.bell.ring();
    }
    lock(&view.waiters).wake_all();
    let mut pulse = interval(Duration::from_millis(REDIS_WATCH.as_millis()));
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let role = redis::cmd("ROLE");
    loop {
        tokio::select! {
            push = pushes.recv() => match push {
                None => return Err(Fault::Broken),
                Some(push) if push.kind == PushKind::Disconnection => return Err(Fault::Broken),
                Some(push) => hear(&push, node, view),
            },
            _ = pulse.tick() => alive(&mut connection, &role).await?,
        }
    }
}

/// Whether the other side answers, and is a master: what is published elsewhere does not reach one that was cut off.
async fn alive(connection: &mut redis::aio::MultiplexedConnection, role: &Cmd) -> Result<(), Fault> {
    let asked = connection.send_packed_command(role);
    let limit = Duration::from_millis(REDIS_CONNECT.as_millis());
    let answer = timeout(limit, asked).await.map_err(|_| Fault::Deadline)?.map_err(|error| Fault::of(&error))?;
    match answer {
        Value::Array(values) if values.first() == Some(&Value::BulkString(b"master".to_vec())) => Ok(()),
        _ => Err(Fault::NoMaster),
    }
}

/// A node's number, whether the bell is to ring, and who changed. What this node did itself it knows already.
fn hear(push: &PushInfo, node: NodeId, view: &View) {
    let [_, Value::BulkString(text)] = &push.data[..] else { return };
    if let Some((from, rest)) = text.split_at_checked(node.len())
        && from != node
        && let Some((rang, woken)) = rest.split_first()
    {
        view.tell(&News { rang: *rang == 1, woken: ids(woken) });
    }
}
