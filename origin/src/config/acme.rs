//! Settings of ACME: of whom certificates are ordered, for which names, and how it is shown that they are ours.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use protocol::{address::Domain, time::Millis};

use super::{ADDRESS, ConfigError, keys::Key, layers::Settings};
use crate::{
    dns::{Name, change::TsigKey},
    limits::CERTIFICATE_NAMES,
};

/// Where certificates are ordered.
#[derive(Clone, Debug)]
pub struct Acme {
    /// The URL of the authority's directory.
    pub directory: String,
    /// Whom it may write to, as URLs; may be none.
    pub contacts: Vec<String>,
    /// The hosts that the certificate is for; the greeting's is the first.
    pub names: Vec<Domain>,
    /// How it is shown that they are ours.
    pub challenge: Challenge,
    /// Where account and certificate are kept; none: in memory.
    pub folder: Option<PathBuf>,
    /// The root that the authority's own certificate comes from; none: those of the system.
    pub root: Option<PathBuf>,
}

/// How it is shown that a name is ours.
#[derive(Clone, Debug)]
pub enum Challenge {
    /// Our HTTP listener answers, and a second one where an address is given.
    Http {
        /// Its address.
        listen: Option<SocketAddr>,
    },
    /// Records in a zone.
    Dns {
        /// The zone.
        zone: Name,
        /// Its primary server.
        server: SocketAddr,
        /// What changes are signed with.
        key: TsigKey,
        /// How long the zone's other servers take to have them.
        wait: Millis,
    },
}

/// Reads them; none where `acme.directory` is not set.
pub(super) fn read(settings: &Settings, hostname: &Domain) -> Result<Option<Acme>, ConfigError> {
    let Some(directory) = settings.optional(Key::AcmeDirectory) else { return Ok(None) };
    if !directory.starts_with("https://") {
        return Err(settings.refuse(Key::AcmeDirectory, "must be the directory's URL, beginning with https://"));
    }
    let names = settings.parse(
        Key::AcmeNames,
        "must be at most 99 domain names beside smtp.hostname, separated by commas",
        |text| names(hostname, text),
    )?;
    Ok(Some(Acme {
        directory: directory.to_owned(),
        contacts: settings.parse(
            Key::AcmeContact,
            "must be mail addresses, separated by commas, or mailto: URLs",
            contacts,
        )?,
        challenge: challenge(settings, &names)?,
        names,
        folder: settings.optional(Key::AcmeFolder).map(PathBuf::from),
        root: settings.optional(Key::AcmeRoot).map(PathBuf::from),
    }))
}

fn names(hostname: &Domain, text: &str) -> Option<Vec<Domain>> {
    let mut names = vec![hostname.clone()];
    for name in listed(text) {
        let name = Domain::parse(name).ok()?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(names).filter(|names| names.len() <= CERTIFICATE_NAMES)
}

fn contacts(text: &str) -> Option<Vec<String>> {
    let contact = |text: &str| {
        let address = text.strip_prefix("mailto:").unwrap_or(text);
        let sound = address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        sound.then(|| format!("mailto:{address}"))
    };
    listed(text).map(contact).collect()
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn challenge(settings: &Settings, names: &[Domain]) -> Result<Challenge, ConfigError> {
    /// Which of the two.
    enum Way {
        Http,
        Dns,
    }
    let way = settings.parse(Key::AcmeChallenge, "must be http-01 or dns-01", |text| match text {
        "http-01" => Some(Way::Http),
        "dns-01" => Some(Way::Dns),
        _ => None,
    })?;
    if let Way::Http = way {
        let address = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
        return Ok(Challenge::Http { listen: settings.parse(Key::AcmeHttpListen, ADDRESS, address)? });
    }
    let zone = settings.parse(Key::AcmeDnsZone, "must be the zone that acme.dns_server is primary for", Name::parse)?;
    let within = |name: &Domain| Name::parse(name.as_str()).is_some_and(|name| name.is_within(&zone));
    if !names.iter().all(within) {
        return Err(ConfigError::Together("with dns-01, smtp.hostname and acme.names must lie within acme.dns_zone"));
    }
    Ok(Challenge::Dns {
        zone,
        server: settings.parse(Key::AcmeDnsServer, "must be an address, with its port or 53", server)?,
        key: settings.parse(
            Key::AcmeDnsKey,
            "must be NAME:SECRET of a key for hmac-sha256, the secret in base64 of 16 octets or more",
            TsigKey::parse,
        )?,
        wait: settings.parse(Key::AcmeDnsWait, "must be milliseconds, at most 300000", |text| {
            text.parse().ok().filter(|n| *n <= 300_000).map(Millis::from_millis)
        })?,
    })
}

fn server(text: &str) -> Option<SocketAddr> {
    /// Where DNS servers listen (RFC 1035 §4.2).
    const PORT: u16 = 53;
    let bare = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, PORT));
    bare.or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests;
