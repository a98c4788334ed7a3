//! Refusals: a problem (RFC 9457) and the headers that go with it.
//!
//! Never holds anything that the client sent, nor what went wrong inside.

use protocol::{
    problem::{Kind, Problem},
    time::Millis,
};

/// A request that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the client is told.
    pub problem: Problem,
    /// Headers beyond those that every answer has.
    pub headers: Vec<(&'static str, String)>,
}

/// After how long a client may try again when a region is out of reach: as long as it counts as suspect.
pub const RETRY_UNREACHABLE: Millis = Millis::from_secs(10);

impl Refusal {
    /// A refusal of `kind`; `detail` tells the client what to do next.
    #[must_use]
    pub fn new(kind: Kind, detail: &str) -> Self {
        Self { problem: Problem::new(kind, detail), headers: Vec::new() }
    }

    /// This refusal with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// No such path.
    #[must_use]
    pub fn no_such_path() -> Self {
        Self::new(Kind::NotFound, "There is no such path; /openapi.json lists those that there are.")
    }

    /// No such inbox.
    #[must_use]
    pub fn no_such_inbox() -> Self {
        Self::new(Kind::NotFound, "No region knows this inbox. Make one with POST /v1/inboxes.")
    }

    /// No such message.
    #[must_use]
    pub fn no_such_message() -> Self {
        Self::new(Kind::NotFound, "This inbox has no such message; it may have been deleted.")
    }

    /// The inbox has ended.
    #[must_use]
    pub fn gone() -> Self {
        Self::new(Kind::Gone, "This inbox has expired or was erased; nothing of it is kept.")
    }

    /// The credential is another inbox's.
    #[must_use]
    pub fn wrong_credential() -> Self {
        Self::new(Kind::Forbidden, "The credential is well formed and belongs to another inbox.")
    }

    /// The home region, or whichever might know, is out of reach.
    #[must_use]
    pub fn unreachable() -> Self {
        Self::new(Kind::Unavailable, "The region that can answer this is out of reach. Try again shortly.")
            .with("retry-after", RETRY_UNREACHABLE.as_secs_ceil().to_string())
    }

    /// A body past its bound.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(Kind::TooLarge, &format!("The body may be at most {limit} octets."))
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "The request was understood and could not be carried out. Trying again may help.")
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problem, headers: Vec::new() }
    }
}
