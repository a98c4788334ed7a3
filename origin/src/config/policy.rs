//! `policy.*`: what is done about each outcome, typed.

use super::{ConfigError, attachments, keys::Key, layers::Settings};
use crate::policy::{OnFail, OnFault, Policy};

/// The policy that the settings make.
///
/// # Errors
/// [`ConfigError::Value`] where one of them is none of its two words.
pub(super) fn read(settings: &Settings) -> Result<Policy, ConfigError> {
    let fail = |key| {
        settings.parse(key, "must be tag or refuse", |text| match text {
            "tag" => Some(OnFail::Tag),
            "refuse" => Some(OnFail::Refuse),
            _ => None,
        })
    };
    let fault = |key| {
        settings.parse(key, "must be defer or tag", |text| match text {
            "defer" => Some(OnFault::Defer),
            "tag" => Some(OnFault::Tag),
            _ => None,
        })
    };
    Ok(Policy {
        spf_fail: fail(Key::PolicySpfFail)?,
        spf_softfail: fail(Key::PolicySpfSoftfail)?,
        spf_permerror: fail(Key::PolicySpfPermerror)?,
        spf_temperror: fault(Key::PolicySpfTemperror)?,
        dkim_fail: fail(Key::PolicyDkimFail)?,
        dkim_permerror: fail(Key::PolicyDkimPermerror)?,
        dkim_temperror: fault(Key::PolicyDkimTemperror)?,
        dmarc_reject: fail(Key::PolicyDmarcReject)?,
        dmarc_quarantine: fail(Key::PolicyDmarcQuarantine)?,
        dmarc_none: fail(Key::PolicyDmarcNone)?,
        dmarc_temperror: fault(Key::PolicyDmarcTemperror)?,
        dmarc_no_author: fail(Key::PolicyDmarcNoAuthor)?,
        attachments: attachments::attachments(settings)?,
    })
}
