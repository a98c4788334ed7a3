//! The time of day, from the platform. The only file that reads a clock.

use protocol::time::Timestamp;
use worker::Date;

#[cfg(feature = "virtual-clock")]
static AHEAD: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// Now.
pub(super) fn now() -> Timestamp {
    let real = Date::now().as_millis();
    #[cfg(feature = "virtual-clock")]
    let real = real.saturating_add(AHEAD.load(std::sync::atomic::Ordering::Relaxed));
    Timestamp::from_millis(real)
}

/// Moves this isolate's clock forward, for tests.
#[cfg(feature = "virtual-clock")]
pub(super) fn advance(millis: u64) {
    AHEAD.fetch_add(millis, std::sync::atomic::Ordering::Relaxed);
}
