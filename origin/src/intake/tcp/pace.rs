//! How long to wait for the next octets: deadlines as arithmetic on instants, without a clock.

use protocol::time::{Millis, Timestamp};

use super::Bounds;

/// Waiting for one command.
#[derive(Clone, Copy)]
pub(super) struct CommandPace {
    until: Timestamp,
}

/// A message coming in.
#[derive(Clone, Copy)]
pub(super) struct DataPace {
    started: Timestamp,
    octets: u64,
}

impl CommandPace {
    /// A whole line is due within the command's deadline: a line that drips in is not waited for longer.
    pub(super) fn new(bounds: &Bounds, session_end: Timestamp, now: Timestamp) -> Self {
        Self { until: now.plus(bounds.command_timeout).min(session_end) }
    }

    pub(super) fn wait(self, now: Timestamp) -> Millis {
        self.until.since(now)
    }
}

impl DataPace {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { started: now, octets: 0 }
    }

    pub(super) fn came(&mut self, octets: usize) {
        self.octets = self.octets.saturating_add(octets as u64);
    }

    /// Something is due within the command's deadline, and all of it at the least rate, and before the session's end.
    pub(super) fn wait(self, bounds: &Bounds, session_end: Timestamp, now: Timestamp) -> Millis {
        let earned = Millis::from_millis(self.octets.saturating_mul(1000) / bounds.data_rate_min.max(1));
        let at_least_rate = self.started.plus(bounds.command_timeout).plus(earned);
        now.plus(bounds.command_timeout).min(at_least_rate).min(session_end).since(now)
    }
}

#[cfg(test)]
mod tests;
