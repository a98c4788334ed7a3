//! The one place of this program that reads a clock.

use std::time::{Duration, Instant};

/// When something began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Instant);

impl Moment {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "a load program measures real time")]
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// How long ago it was; nothing, if it is still to come.
    pub(crate) fn elapsed(self) -> Duration {
        Self::now().0.saturating_duration_since(self.0)
    }

    /// How far ahead it is; nothing, if it has passed.
    pub(crate) fn ahead(self) -> Duration {
        self.0.saturating_duration_since(Self::now().0)
    }

    /// That much later.
    pub(crate) fn plus(self, length: Duration) -> Self {
        Self(self.0 + length)
    }
}
