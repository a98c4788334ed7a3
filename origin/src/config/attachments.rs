//! What is done about dangerous attachments, as configured.

use super::{ConfigError, keys::Key, layers::Settings};
use crate::policy::{Attachments, Mode, OnSuspect};

/// The four settings.
///
/// # Errors
/// [`ConfigError::Value`].
pub(super) fn attachments(settings: &Settings) -> Result<Attachments, ConfigError> {
    let suspect = |key| {
        settings.parse(key, "must be tag or refuse", |text| match text {
            "tag" => Some(OnSuspect::Tag),
            "refuse" => Some(OnSuspect::Refuse),
            _ => None,
        })
    };
    Ok(Attachments {
        mode: settings.parse(Key::PolicyAttachments, "must be block, strip or allow", |text| match text {
            "block" => Some(Mode::Block),
            "strip" => Some(Mode::Strip),
            "allow" => Some(Mode::Allow),
            _ => None,
        })?,
        macros: suspect(Key::PolicyMacros)?,
        encrypted: suspect(Key::PolicyEncryptedArchives)?,
        unreadable: suspect(Key::PolicyUnreadableArchives)?,
    })
}
