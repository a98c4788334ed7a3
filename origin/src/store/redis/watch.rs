//! How full Redis is, looked at every second.

use std::{sync::Weak, time::Duration};

use futures_util::future::join_all;
use redis::Value;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    Inner, RedisStore,
    lane::{Lane, Replicas},
};
use crate::limits::REDIS_WATCH;

/// What one server says of its memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fill {
    /// Which run of which server it is.
    run: String,
    used: usize,
    cap: usize,
    evicted: u64,
}

/// Watches for good.
pub(super) async fn watch(store: Weak<Inner>) {
    let mut pulse = interval(Duration::from_millis(REDIS_WATCH.as_millis()));
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pulse.tick().await;
        let Some(inner) = store.upgrade() else { return };
        look(&inner).await;
    }
}

/// Looks once, at every master and every shard. What does not answer keeps the place that it had.
pub(super) async fn look(inner: &Inner) {
    join_all(inner.followers.iter().map(Lane::follow)).await;
    let info = ["server", "memory", "stats"].map(|section| {
        let mut command = redis::cmd("INFO");
        command.arg(section);
        command
    });
    let kept = inner.view.kept();
    let asked = join_all(inner.readers.iter().map(|lane| lane.send(&info, Replicas::Ignored))).await;
    let fills = asked.into_iter().flatten().map(|sent| sent.values.iter().fold(Fill::default(), read));
    let per_mille = |fill: &Fill| fill.used.saturating_mul(1_000).checked_div(fill.cap).unwrap_or(0);
    let mut fullest: Option<Fill> = None;
    for fill in fills {
        inner.view.evicted(&fill.run, fill.evicted);
        if fullest.as_ref().is_none_or(|other| per_mille(&fill) > per_mille(other)) {
            fullest = Some(fill);
        }
    }
    if let Some(fullest) = fullest {
        inner.view.remember(fullest.used, fullest.cap, kept);
    }
    RedisStore::recount(inner).await;
    inner.hold_hasher().await;
}

/// Reads what `INFO` says.
fn read(mut fill: Fill, text: &Value) -> Fill {
    let text = match text {
        Value::BulkString(octets) => String::from_utf8_lossy(octets).into_owned(),
        Value::VerbatimString { text, .. } => text.clone(),
        _ => return fill,
    };
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        match name {
            "run_id" => value.trim().clone_into(&mut fill.run),
            "used_memory" => fill.used = value.trim().parse().unwrap_or(0),
            "maxmemory" => fill.cap = value.trim().parse().unwrap_or(0),
            "evicted_keys" => fill.evicted = value.trim().parse().unwrap_or(0),
            _ => {}
        }
    }
    fill
}

#[cfg(test)]
mod tests;
