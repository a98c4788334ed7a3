//! Whose the operator's inbox is.

use super::{ConfigError, keys::Key, layers::Settings};
use crate::operator::PublicKeys;

/// The inbox that mail for postmaster and abuse goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorInbox {
    /// The operator's own.
    Of(PublicKeys),
    /// One of this process alone, whose capability the operator's door tells.
    Drawn,
}

pub(super) fn operator_inbox(settings: &Settings) -> Result<OperatorInbox, ConfigError> {
    settings.parse(Key::OperatorInbox, "must be the `inbox` that `mayfly key inbox` prints", |text| match text {
        "" => Some(OperatorInbox::Drawn),
        keys => keys.parse().ok().map(OperatorInbox::Of),
    })
}

#[cfg(test)]
mod tests;
