//! Whether one more request of a client is let through.

use std::net::IpAddr;

use async_trait::async_trait;
use protocol::{limiter::Admission, time::Timestamp};

/// Nobody can say how many requests there were: then none is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncountable {
    /// As many clients are counted as may be.
    #[error("{limit} clients are counted already")]
    Full {
        /// The most.
        limit: usize,
    },
    /// Who counts for all nodes does not answer.
    #[error("the counts cannot be read")]
    Unavailable,
}

/// Counts requests: at most `ADMIT_REQUESTS` of a client in any `ADMIT_WINDOW`, exactly. One conformance suite
/// (`admission::conformance`) holds for every implementation.
///
/// A client is a /32 or a /64, known by its name of the day alone (`protocol::limiter::client`).
#[async_trait]
pub trait Admissions: Send + Sync {
    /// Judges a request at `now`; refused requests do not count. A clock that runs backwards never admits more.
    ///
    /// # Errors
    /// [`Uncountable`].
    async fn admit(&self, client: IpAddr, now: Timestamp) -> Result<Admission, Uncountable>;
}
