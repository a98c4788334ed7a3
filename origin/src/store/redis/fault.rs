//! Why Redis did not do what it was asked. For the log; whoever asked hears that the store does not answer.

use super::answer::NotAnAnswer;

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// No connection, just now.
    #[error("no connection")]
    NoConnection,
    /// The last attempt to connect failed a moment ago.
    #[error("resting after a failed connection")]
    Resting,
    /// No master is known.
    #[error("nobody says who the master is")]
    NoMaster,
    /// No answer in time.
    #[error("no answer in time")]
    Deadline,
    /// The connection broke: nobody knows whether it was done.
    #[error("the connection broke")]
    Broken,
    /// Redis refused; its code.
    #[error("refused with {0}")]
    Refused(String),
    /// Too few replicas have it.
    #[error("{acked} of {wanted} replicas have it")]
    Replicas {
        /// So many.
        acked: u64,
        /// Of so many.
        wanted: u32,
    },
    /// An answer of another form.
    #[error(transparent)]
    Answer(#[from] NotAnAnswer),
}

impl Fault {
    /// What an error of the client stands for. Its text is never taken: it may quote what was asked.
    pub(super) fn of(error: &redis::RedisError) -> Self {
        match error.code() {
            Some(code) => Self::Refused(code.to_owned()),
            None if error.is_timeout() => Self::Deadline,
            None => Self::Broken,
        }
    }
}
