//! Where the next process of this origin asks for what this one holds.

use std::path::PathBuf;

use protocol::time::Millis;

use super::{ConfigError, keys::Key, layers::Settings};
use crate::limits::HANDOVER_WAIT_MAX;

/// Handing over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    /// What is held ends with the process.
    Off,
    /// At a Unix socket.
    Socket {
        /// Its file.
        path: PathBuf,
        /// How long a process that is told to end goes on and waits for a successor.
        wait: Millis,
    },
}

pub(super) fn handover(settings: &Settings) -> Result<Handover, ConfigError> {
    let wait = settings.parse(Key::HandoverWait, "must be a number of milliseconds, at most 600000", |text| {
        text.parse().ok().map(Millis::from_millis).filter(|wait| *wait <= HANDOVER_WAIT_MAX)
    })?;
    Ok(match settings.optional(Key::HandoverSocket) {
        None => Handover::Off,
        Some(path) => Handover::Socket { path: path.into(), wait },
    })
}

#[cfg(test)]
mod tests;
