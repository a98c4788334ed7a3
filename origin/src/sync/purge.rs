//! Drops what has expired, as it expires. Knows the store only as a port.

use std::sync::Arc;

use tokio::sync::watch;

use super::clock;
use crate::{
    limits::CLOCK_CHECK,
    ports::{Clock, Store},
};

/// Purges whenever the next thing expires, until `shutdown` says so or its sender is gone.
pub async fn purge_loop(store: Arc<dyn Store>, time: Arc<dyn Clock>, mut shutdown: watch::Receiver<bool>) {
    while !*shutdown.borrow_and_update() {
        let now = time.now();
        // Things come to expire, and clocks are set forward, while this sleeps: hence never for longer.
        let pause = match store.purge(now).await {
            Ok(Some(next)) => next.since(now).min(CLOCK_CHECK),
            Ok(None) | Err(_) => CLOCK_CHECK,
        };
        tokio::select! {
            () = clock::sleep(pause) => {}
            changed = shutdown.changed() => if changed.is_err() { return },
        }
    }
}

#[cfg(test)]
mod tests;
