//! The one place that reads a clock.
//!
//! For all that lives and expires, the wall clock is read once, at start; from then on the monotonic clock is
//! added to it, so that time never runs backwards and a step of the wall clock never expires mail early.
//! Signatures alone are dated by the wall clock as it is.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use protocol::time::{Millis, Timestamp};

use crate::ports::Clock;

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Timestamp,
    since: Instant,
}

impl SystemClock {
    /// Reads the wall clock for the only time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this file is where time comes from")]
    pub fn start() -> Self {
        Self { started: wall(), since: Instant::now() }
    }
}

impl SystemClock {
    /// The wall clock as it is.
    #[must_use]
    pub fn wall(&self) -> WallClock {
        WallClock::default()
    }
}

/// The wall clock, steps and all: for what another machine compares with its own. A machine that was suspended,
/// or whose clock was set right, would sign batches with a time that the edge takes for a replay's until it
/// is restarted, were they dated by [`SystemClock`].
#[derive(Debug, Default)]
pub struct WallClock {
    #[cfg(feature = "virtual-clock")]
    ahead: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let now = wall();
        #[cfg(feature = "virtual-clock")]
        let now = now.plus(Millis::from_millis(self.ahead.load(std::sync::atomic::Ordering::SeqCst)));
        now
    }
}

#[expect(clippy::disallowed_methods, reason = "this file is where time comes from")]
fn wall() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let passed = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.started.plus(Millis::from_millis(passed))
    }
}

/// The machine's clock, and whatever a test has advanced it by.
#[cfg(feature = "virtual-clock")]
#[derive(Debug)]
pub struct VirtualClock {
    real: SystemClock,
    ahead: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

#[cfg(feature = "virtual-clock")]
impl VirtualClock {
    /// Starts at the real time.
    #[must_use]
    pub fn start() -> Self {
        Self { real: SystemClock::start(), ahead: std::sync::Arc::default() }
    }

    /// The wall clock, as far ahead.
    #[must_use]
    pub fn wall(&self) -> WallClock {
        WallClock { ahead: std::sync::Arc::clone(&self.ahead) }
    }

    /// Moves time on by `length`.
    pub fn advance(&self, length: Millis) {
        self.ahead.fetch_add(length.as_millis(), std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(feature = "virtual-clock")]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.real.now().plus(Millis::from_millis(self.ahead.load(std::sync::atomic::Ordering::SeqCst)))
    }
}

#[cfg(test)]
mod tests;
