//! Mail from a mail server in front: LMTP at a Unix socket.

use std::sync::Arc;

use tokio::{sync::watch, task::JoinSet};

use super::{StartError, handover::Before};
use crate::{
    config::Lmtp,
    intake::{self, unix},
    ports::{Clock, Reception},
};

/// Listens where `config` says, if anywhere: at the socket that a process before passes on, if that is there.
pub(super) fn bind(config: &Lmtp, before: &mut Before) -> Result<Option<unix::Listener>, StartError> {
    match config {
        Lmtp::Off => Ok(None),
        Lmtp::Socket { path, mode } => match before.lmtp(path) {
            Some(listener) => Ok(Some(listener)),
            None => unix::Listener::bind(path, *mode)
                .map(Some)
                .map_err(|reason| StartError::Socket { path: path.clone(), reason }),
        },
    }
}

/// Takes mail there until `draining`.
pub(super) fn open(
    fronts: &mut JoinSet<()>,
    listener: unix::Listener,
    config: intake::Config,
    reception: Arc<dyn Reception>,
    clock: Arc<dyn Clock>,
    draining: watch::Receiver<bool>,
) {
    fronts.spawn(async {
        if let Err(error) = unix::serve(listener, config, reception, clock, draining).await {
            tracing::error!(kind = ?error.kind(), "the LMTP listener ended");
        }
    });
}
