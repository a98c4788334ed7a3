//! Counts what a session may do only so often: errors, idle commands, messages.

use super::Site;
use crate::{intake::stress::Level, limits::DRAIN_FACTOR};

/// The counters of a session. They survive `RSET`, `EHLO` and `STARTTLS`.
pub(super) struct Tally {
    errors: usize,
    idle: usize,
    messages: usize,
    /// Octets of refused chunks.
    skipped: usize,
}

/// Whether a session may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    GoOn,
    Enough,
}

impl Tally {
    pub(super) const fn new() -> Self {
        Self { errors: 0, idle: 0, messages: 0, skipped: 0 }
    }

    /// An error: the one after the last that is allowed ends the session.
    pub(super) const fn error(&mut self, site: &Site, level: Level) -> Verdict {
        self.errors += 1;
        if self.errors > level.allowance(site.errors) { Verdict::Enough } else { Verdict::GoOn }
    }

    /// A command that does no work: beyond the limit it counts as an error.
    pub(super) const fn idle(&mut self, site: &Site, level: Level) -> Verdict {
        self.idle += 1;
        if self.idle > level.allowance(site.idle_commands) { self.error(site, level) } else { Verdict::GoOn }
    }

    /// A chunk that is read and not kept: all those of a session together have a bound.
    pub(super) const fn skip(&mut self, octets: usize, site: &Site) -> Verdict {
        self.skipped = self.skipped.saturating_add(octets);
        if self.skipped > site.message_octets.saturating_mul(DRAIN_FACTOR) { Verdict::Enough } else { Verdict::GoOn }
    }

    /// Whether another message may begin.
    pub(super) const fn next_message(&self, site: &Site) -> Verdict {
        if self.messages >= site.messages { Verdict::Enough } else { Verdict::GoOn }
    }

    /// A message came to its end: idle commands are counted anew.
    pub(super) const fn message(&mut self) {
        self.messages += 1;
        self.idle = 0;
    }
}
