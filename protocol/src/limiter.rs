//! The sliding window: at most N requests in any window of W, exactly, in O(1).
//!
//! A ring of the last N accepted times: a request is admitted if the oldest of them has left the
//! window. Approximations (GCRA, two counters) admit up to twice as many at the worst moment.

pub mod client;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{
    limits::{ADMIT_REQUESTS, ADMIT_WINDOW},
    time::{Millis, Timestamp},
};

/// The accepted times of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Saved", try_from = "Saved")]
pub struct SlidingWindow {
    capacity: usize,
    window: Millis,
    /// Oldest first, never more than `capacity`: those still within the window at `latest`.
    accepted: VecDeque<Timestamp>,
    /// The latest time seen. Earlier ones count as this one, so that a clock set back frees no place twice.
    latest: Timestamp,
}

/// What the window says to a request, with what `RateLimit` and `Retry-After` need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Admission {
    /// Admitted; `remaining` more may follow at once, and a place comes free after `reset`.
    Admitted {
        /// How many more would be admitted now.
        remaining: u32,
        /// Until the oldest accepted request leaves the window.
        reset: Millis,
    },
    /// Refused; the next is admitted after `retry_after`.
    Limited {
        /// How long to wait.
        retry_after: Millis,
    },
}

impl Admission {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
    #[must_use]
    pub fn headers(self) -> [(&'static str, String); 2] {
        let (remaining, reset) = match self {
            Self::Admitted { remaining, reset } => (remaining, reset),
            Self::Limited { retry_after } => (0, retry_after),
        };
        [
            ("ratelimit-policy", format!("\"default\";q={ADMIT_REQUESTS};w={}", ADMIT_WINDOW.as_secs_ceil())),
            ("ratelimit", format!("\"default\";r={remaining};t={}", reset.as_secs_ceil())),
        ]
    }
}

/// What a client over its limit is told.
#[must_use]
pub fn refusal(retry_after: Millis) -> String {
    format!(
        "At most {ADMIT_REQUESTS} requests in any {} seconds. Wait {} s; wait= and /events need fewer requests.",
        ADMIT_WINDOW.as_secs_ceil(),
        retry_after.as_secs_ceil()
    )
}

/// What is said when nobody can count: closed, not open.
pub const UNCOUNTABLE: &str = "Requests cannot be counted just now, so none are let through. Try again shortly.";

impl SlidingWindow {
    /// An empty window of the service's own size.
    #[must_use]
    pub fn of_a_client() -> Self {
        Self::new(ADMIT_REQUESTS, ADMIT_WINDOW)
    }

    /// An empty window of `capacity` requests per `window`. No memory is taken before it is used.
    #[must_use]
    pub fn new(capacity: usize, window: Millis) -> Self {
        Self { capacity, window, accepted: VecDeque::new(), latest: Timestamp::default() }
    }

    /// Judges a request at `now`; refused requests do not count. A clock that runs backwards never admits more.
    pub fn admit(&mut self, now: Timestamp) -> Admission {
        let now = now.max(self.latest);
        self.latest = now;
        // Each time enters once and leaves once: O(1) a request, over any run of requests.
        while self.accepted.front().is_some_and(|oldest| now.since(*oldest) >= self.window) {
            self.accepted.pop_front();
        }
        if self.accepted.len() >= self.capacity {
            return Admission::Limited { retry_after: self.until_free(now) };
        }
        self.accepted.push_back(now);
        let remaining = self.capacity.saturating_sub(self.accepted.len());
        Admission::Admitted { remaining: u32::try_from(remaining).unwrap_or(u32::MAX), reset: self.until_free(now) }
    }

    /// Whether nothing of the past matters any more, so that the window may be forgotten.
    #[must_use]
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let now = now.max(self.latest);
        self.accepted.back().is_none_or(|newest| now.since(*newest) >= self.window)
    }

    /// Until the oldest accepted request leaves the window.
    fn until_free(&self, now: Timestamp) -> Millis {
        let age = self.accepted.front().map_or(Millis::default(), |oldest| now.since(*oldest));
        Millis::from_millis(self.window.as_millis().saturating_sub(age.as_millis()))
    }
}

/// How a window is kept: the first time in full, each other as its distance from the one before.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    n: usize,
    w: Millis,
    l: u64,
    t: Vec<u64>,
}

/// A saved window that none of ours can be.
#[derive(Debug, thiserror::Error)]
enum NotAWindow {
    /// More times than places.
    #[error("{len} accepted times; at most {capacity}")]
    TooMany { len: usize, capacity: usize },
    /// A time after the latest one.
    #[error("an accepted time lies after the latest one")]
    Future,
}

impl From<SlidingWindow> for Saved {
    fn from(window: SlidingWindow) -> Self {
        let mut before = 0;
        let step = |time: &Timestamp| {
            let step = time.as_millis().saturating_sub(before);
            before = time.as_millis();
            step
        };
        let t = window.accepted.iter().map(step).collect();
        Self { n: window.capacity, w: window.window, l: window.latest.as_millis(), t }
    }
}

impl TryFrom<Saved> for SlidingWindow {
    type Error = NotAWindow;

    fn try_from(saved: Saved) -> Result<Self, NotAWindow> {
        if saved.t.len() > saved.n {
            return Err(NotAWindow::TooMany { len: saved.t.len(), capacity: saved.n });
        }
        let mut at = 0_u64;
        let mut accepted = VecDeque::with_capacity(saved.t.len());
        for step in saved.t {
            at = at.saturating_add(step);
            accepted.push_back(Timestamp::from_millis(at));
        }
        let latest = Timestamp::from_millis(saved.l);
        if accepted.back().is_some_and(|newest| *newest > latest) {
            return Err(NotAWindow::Future);
        }
        Ok(Self { capacity: saved.n, window: saved.w, accepted, latest })
    }
}

#[cfg(test)]
mod tests;
