//! How long things took: every value kept, so that no percentile is an estimate. Runs are bounded, so this is small.

use std::time::Duration;

use serde::Serialize;

/// Percentiles in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Spread {
    /// Of how many values.
    pub(crate) count: usize,
    /// Half took no longer.
    pub(crate) p50: f64,
    /// Nine tenths.
    pub(crate) p90: f64,
    /// Ninety-nine hundredths.
    pub(crate) p99: f64,
    /// Nine hundred and ninety-nine thousandths.
    pub(crate) p999: f64,
    /// All of them.
    pub(crate) max: f64,
}

impl Spread {
    /// Of these values.
    pub(crate) fn of(mut values: Vec<Duration>) -> Self {
        values.sort_unstable();
        let at = |share: f64| rank(values.len(), share).and_then(|rank| values.get(rank)).map_or(0.0, millis);
        Self {
            count: values.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: values.last().map_or(0.0, millis),
        }
    }
}

/// Where the value is that no smaller share of `count` sorted ones exceeds: the nearest rank.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are below 2^52 and shares between 0 and 1"
)]
fn rank(count: usize, share: f64) -> Option<usize> {
    let nth = (count as f64 * share).ceil() as usize;
    (count > 0).then(|| nth.saturating_sub(1))
}

fn millis(value: &Duration) -> f64 {
    value.as_secs_f64() * 1_000.0
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { count, p50, p90, p99, p999, max } = self;
        write!(f, "p50 {p50:.2} p90 {p90:.2} p99 {p99:.2} p99.9 {p999:.2} max {max:.2} ms of {count}")
    }
}

#[cfg(test)]
mod tests;
