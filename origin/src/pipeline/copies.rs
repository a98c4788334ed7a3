//! What becomes of a message's copies, one a recipient, and how that is told. Pure: stores nothing itself.

use protocol::message::FeedbackKind;

use super::repeats::Mark;
use crate::{
    mail::{Sealed, Stored},
    ports::{Delivery, PutError},
    verdict::Deferral,
};

/// A message, sealed.
pub(super) struct Closed {
    /// Its copies in the order of its recipients, each with its mark.
    pub(super) copies: Vec<(Mark, Copy)>,
    /// What it reports, if it is a report of abuse.
    pub(super) reports: Option<FeedbackKind>,
}

/// One recipient's copy.
pub(super) enum Copy {
    /// To be stored.
    New(Sealed),
    /// Stored when the sender brought the message before.
    Known,
}

/// What a sender is told, and so what it brings again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// One outcome for all recipients: all of the message, unless it is stored.
    Together,
    /// Each recipient's own: the message for those that did not get it.
    Each,
}

/// What became of one copy.
pub(super) const fn outcome(put: Result<Stored, PutError>) -> Delivery {
    match put {
        Ok(_) => Delivery::Stored,
        Err(PutError::Gone) => Delivery::Deferred(Deferral::InboxGone),
        Err(PutError::InboxFull) => Delivery::Deferred(Deferral::InboxFull),
        Err(PutError::NoRoom(_)) => Delivery::Deferred(Deferral::NoRoom),
        Err(PutError::Unavailable) => Delivery::Deferred(Deferral::StoreUnavailable),
    }
}

/// What became of a message, where all recipients have one answer: the last failure, if any failed. An inbox that
/// ended while the message came gets nothing, as if it had ended right after: unless nobody else is left, that is
/// no failure.
pub(super) fn fold(outcomes: &[Delivery]) -> Delivery {
    const GONE: Delivery = Delivery::Deferred(Deferral::InboxGone);
    let failed = outcomes.iter().rfind(|outcome| !matches!(**outcome, Delivery::Stored | GONE));
    match failed {
        Some(failure) => *failure,
        None if outcomes.contains(&Delivery::Stored) => Delivery::Stored,
        None => GONE,
    }
}

#[cfg(test)]
mod tests;
