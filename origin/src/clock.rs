//! The one place that reads a clock.
//!
//! The wall clock is read once, at start; from then on the monotonic clock is added to it, so that
//! time never runs backwards and a step of the wall clock never expires mail early.

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
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
        Self { started: Timestamp::from_millis(millis), since: Instant::now() }
    }
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
    ahead: std::sync::atomic::AtomicU64,
}

#[cfg(feature = "virtual-clock")]
impl VirtualClock {
    /// Starts at the real time.
    #[must_use]
    pub fn start() -> Self {
        Self { real: SystemClock::start(), ahead: std::sync::atomic::AtomicU64::new(0) }
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
