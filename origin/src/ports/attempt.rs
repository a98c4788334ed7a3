//! An attempt at delivery that failed, as intake tells of it.

use crate::mail::{Destination, ReversePath};

/// What is known of it.
#[derive(Clone)]
pub struct Attempt {
    /// The inboxes that get nothing: each known, and each told.
    pub recipients: Vec<Destination>,
    /// `MAIL FROM`.
    pub reverse_path: ReversePath,
    /// The message's octets, as many as were announced or counted, if either was done.
    pub octets: Option<usize>,
    /// Why: the name of a refusal, of a deferral, or one of [`reason`].
    pub reason: &'static str,
    /// What the sender is told, on one line; empty where it has hung up.
    pub reply: String,
}

/// Reasons that neither a refusal nor a deferral names.
pub mod reason {
    /// The sender hung up, or fell silent, before the message was whole.
    pub const INTERRUPTED: &str = "interrupted";
    /// More came, or was announced, than is taken: the name of `Refusal::TooLarge`, whose count is not known.
    pub const TOO_LARGE: &str = "too_large";
    /// A line of the message is longer than its limit.
    pub const LONG_LINE: &str = "long_line";
}
