//! Who waits: long polls and event streams, bounded in number, and sent home when the service ends.

use std::sync::Arc;

use protocol::problem::Kind;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::refused::Refused;
use crate::limits::WAITERS;

/// The places for those who wait.
pub(super) struct Waiters {
    places: Arc<Semaphore>,
    draining: watch::Receiver<bool>,
}

/// One place; given back when dropped.
pub(super) struct Place {
    draining: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl Waiters {
    pub(super) fn new(draining: watch::Receiver<bool>) -> Self {
        Self { places: Arc::new(Semaphore::new(WAITERS)), draining }
    }

    /// Takes a place.
    pub(super) fn sit(&self) -> Result<Place, Refused> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Refused::new(
                Kind::Unavailable,
                "Too many clients wait for mail just now. Ask without wait, a little later.",
            )
        })?;
        Ok(Place { draining: self.draining.clone(), _place: place })
    }

    /// Whether the service is about to end.
    pub(super) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }
}

impl Place {
    /// Returns when the service is about to end.
    pub(super) async fn drained(&mut self) {
        if self.draining.wait_for(|draining| *draining).await.is_err() {
            // Nobody is left to say so.
            std::future::pending::<()>().await;
        }
    }
}
