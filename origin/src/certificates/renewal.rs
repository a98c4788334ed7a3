//! When a certificate is ordered: as long before its end as gives many tries, and never so often that an authority
//! would turn us away.
//!
//! Pure: time and chance are arguments. What is to be remembered over a restart is in [`Pause`], which the caller
//! keeps with the certificate.

use protocol::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

use super::Validity;
use crate::limits::{ACME_FIRST_PAUSE, ACME_LONGEST_PAUSE};

/// Each pause after a failure is this many times the one before it.
const GROWTH: u64 = 4;

/// How it stands with our certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none of the authority's that would do.
    Without,
    /// There is one, to be renewed from then on.
    Holding {
        /// When.
        renew_at: Timestamp,
    },
}

impl Standing {
    /// A certificate is there: renewed when two thirds of its life are over, or up to a twenty-fourth earlier, as
    /// `chance` says, so that those who began together do not come back together.
    #[must_use]
    pub fn holding(validity: Validity, chance: u64) -> Self {
        let life = validity.until.since(validity.from).as_millis();
        let earlier = share(chance, life / 24);
        Self::Holding { renew_at: validity.from.plus(Millis::from_millis(life / 3 * 2 - earlier)) }
    }

    /// The authority asks for a renewal within a window (RFC 9773 §4.2): some instant of it, as `chance` says.
    #[must_use]
    pub fn advised(window: Validity, chance: u64) -> Self {
        let length = window.until.since(window.from).as_millis();
        Self::Holding { renew_at: window.from.plus(Millis::from_millis(share(chance, length))) }
    }
}

/// Until when nothing is ordered, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// There is no reason to.
    #[default]
    None,
    /// Orders failed, or nobody saw their end.
    Failed {
        /// How many, one after another.
        failures: u32,
        /// The pause's end.
        until: Timestamp,
    },
    /// An order succeeded: an authority whose certificates are over at once, or a clock that is wrong, must not make
    /// us order without end.
    Succeeded {
        /// The pause's end.
        until: Timestamp,
    },
    /// Somebody else orders just now.
    Others {
        /// When we look again.
        until: Timestamp,
    },
}

impl Pause {
    /// After an order that failed: from three quarters to all of one minute, four, sixteen and so on, up to twelve
    /// hours.
    #[must_use]
    pub fn after_failure(self, now: Timestamp, chance: u64) -> Self {
        let failures = if let Self::Failed { failures, .. } = self { failures } else { 0 };
        let grown = ACME_FIRST_PAUSE.as_millis().saturating_mul(GROWTH.saturating_pow(failures));
        let longest = grown.min(ACME_LONGEST_PAUSE.as_millis());
        let length = longest / 4 * 3 + share(chance, longest / 4);
        Self::Failed { failures: failures.saturating_add(1), until: now.plus(Millis::from_millis(length)) }
    }

    /// After an order that succeeded.
    #[must_use]
    pub fn after_success(now: Timestamp) -> Self {
        Self::Succeeded { until: now.plus(ACME_LONGEST_PAUSE) }
    }

    /// While somebody else orders.
    #[must_use]
    pub fn for_others(now: Timestamp) -> Self {
        Self::Others { until: now.plus(ACME_FIRST_PAUSE) }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Order now.
    Order,
    /// Not before then.
    Wait(Timestamp),
}

/// Decides it.
#[must_use]
pub fn next(standing: Standing, pause: Pause, now: Timestamp) -> Next {
    let rested = match (pause, standing) {
        (Pause::None, _) => now,
        (Pause::Failed { until, .. } | Pause::Others { until }, _) => until,
        (Pause::Succeeded { until }, Standing::Holding { .. }) => until,
        // The last order's certificate was taken away, or is for other names than those that are wanted by now.
        (Pause::Succeeded { .. }, Standing::Without) => now,
    };
    // A pause that was written under a wrong clock ends in time too.
    let rested = rested.min(now.plus(ACME_LONGEST_PAUSE));
    let due = match standing {
        Standing::Without => rested,
        Standing::Holding { renew_at } => renew_at.max(rested),
    };
    if due <= now { Next::Order } else { Next::Wait(due) }
}

/// From nothing up to `whole`, as `chance` says.
fn share(chance: u64, whole: u64) -> u64 {
    u64::try_from((u128::from(chance) * u128::from(whole)) >> 64).unwrap_or(whole)
}

#[cfg(test)]
mod tests;
