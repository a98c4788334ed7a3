//! Where owners may be told of their mail, beside public addresses.

use super::{ConfigError, keys::Key, layers::Settings};
use crate::networks::Networks;

/// Telling owners of mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhooks {
    /// Networks of the operator's own that webhooks may be in.
    pub allow: Networks,
}

pub(super) fn webhooks(settings: &Settings) -> Result<Webhooks, ConfigError> {
    const WANTED: &str = "must be networks such as 10.0.0.0/8 or fd00::/8, separated by commas; not 0.0.0.0/0 nor ::/0";
    let allow = settings.parse(Key::WebhooksAllow, WANTED, |text| {
        // Whoever allows everything has allowed loopback and the cloud's metadata, too.
        let all = |text: &str| text.split(',').any(|network| network.trim().ends_with("/0"));
        text.parse().ok().filter(|_| !all(text))
    })?;
    Ok(Webhooks { allow })
}

#[cfg(test)]
mod tests;
