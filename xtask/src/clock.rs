//! The tasks' only clock: how long a step took, and when to give up waiting.

use std::time::{Duration, Instant};

/// Measures from its making.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "tasks measure how long the steps take; nothing here is tested by time"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// What has passed.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// `0.4 s`, `12 s`, `3 min 5 s`.
    pub(crate) fn shown(self) -> String {
        shown(self.elapsed())
    }
}

fn shown(time: Duration) -> String {
    let secs = time.as_secs();
    match secs {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{secs} s"),
        _ => format!("{} min {} s", secs / 60, secs % 60),
    }
}

#[cfg(test)]
mod tests;
