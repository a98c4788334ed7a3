//! Configuration: defaults < file (TOML) < environment (`MAYFLY_…`) < flags.
//!
//! Every setting stands in one table ([`keys`]). [`layers`] lays the sources over one another and
//! remembers where each value came from; this file turns the result into typed values. Nothing else
//! in the origin reads the environment or a configuration file.

mod acme;
mod attachments;
mod handover;
mod http;
mod jobs;
pub mod keys;
pub mod layers;
mod lmtp;
mod operator;
mod policy;
mod store;
mod webhooks;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use data_encoding::BASE64URL_NOPAD;
use protocol::{address::Domain, time::Millis};
use zeroize::Zeroizing;

pub use acme::{Acme, Challenge};

pub use self::{
    handover::Handover,
    http::{Counted, Http},
    jobs::Jobs,
    lmtp::Lmtp,
    operator::OperatorInbox,
    store::{Engine, Servers, Store},
    webhooks::Webhooks,
};
use self::{
    keys::Key,
    layers::{Settings, Source},
};
use crate::{limits::DNS_SERVERS, networks::Networks, policy::Policy};

/// The origin's configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// This region's name, as the edge's region table has it.
    pub region: String,
    /// The domains that anyone may take an address at; at least one.
    pub domains: Vec<Domain>,
    /// The least severe level that is logged.
    pub log_level: tracing::Level,
    /// Mail in.
    pub smtp: Smtp,
    /// Mail from a mail server in front.
    pub lmtp: Lmtp,
    /// The API.
    pub http: Http,
    /// Where the operator's door is: metrics, nothing that readers need.
    pub operator: SocketAddr,
    /// Where mail for postmaster and abuse goes.
    pub operator_inbox: OperatorInbox,
    /// Where mail is kept.
    pub store: Store,
    /// How the store passes to the next process.
    pub handover: Handover,
    /// The queues.
    pub jobs: Jobs,
    /// The way to the edge.
    pub sync: Sync,
    /// Who is asked about senders.
    pub dns: Dns,
    /// What is done about what is found out.
    pub policy: Policy,
    /// Where owners may be told of their mail.
    pub webhooks: Webhooks,
}

/// Mail in.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What the greeting calls this host.
    pub hostname: Domain,
    /// Who else listens there.
    pub port: Port,
    /// Sessions at one time.
    pub sessions: usize,
    /// Sessions at one time, and new ones a minute, of one address.
    pub of_address: (u32, u32),
    /// The same of one network.
    pub of_network: (u32, u32),
    /// Who is not counted so.
    pub uncounted: Networks,
    /// Whose connections begin with a PROXY header.
    pub proxies: Networks,
    /// How long a client is watched before it is greeted.
    pub greet_delay: Millis,
    /// Where its certificate comes from.
    pub certificate: Certificate,
}

/// Whether other processes listen on the same port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// No.
    Own,
    /// Yes.
    Shared,
}

/// Where the certificate for STARTTLS comes from.
#[derive(Clone, Debug)]
pub enum Certificate {
    /// Made at start, signed by itself: enough for opportunistic TLS (RFC 7435).
    SelfMade,
    /// PEM files.
    Files {
        /// The chain, leaf first.
        chain: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// Ordered of an authority; made at start until there is one.
    Acme(Box<Acme>),
}

/// The way to the edge.
#[derive(Clone)]
pub enum Sync {
    /// There is no edge: this origin serves its readers itself.
    Off,
    /// Push to one edge.
    Edge {
        /// Its base URL, without a final slash.
        url: String,
        /// The Ed25519 seed that batches are signed with.
        key: Zeroizing<[u8; 32]>,
    },
}

impl std::fmt::Debug for Sync {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Off => f.write_str("Off"),
            Self::Edge { url, .. } => f.debug_struct("Edge").field("url", url).finish_non_exhaustive(),
        }
    }
}

/// Who is asked about senders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dns {
    /// Nobody: no sender is checked.
    Off,
    /// The servers of the system's `resolv.conf`.
    System,
    /// These servers; at least one.
    Servers(Vec<SocketAddr>),
}

/// Why the origin does not start with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {path} cannot be read: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A key that does not exist.
    #[error("{source_} sets {key}, which does not exist; did you mean {nearest}?")]
    Unknown {
        /// As written.
        key: String,
        /// Where.
        source_: Source,
        /// The likeliest one.
        nearest: String,
    },
    /// A value that cannot be used.
    #[error("{key} (from {source_}) {wanted}")]
    Value {
        /// Which setting.
        key: &'static str,
        /// Where its value came from.
        source_: Source,
        /// What it should be.
        wanted: &'static str,
    },
    /// Two settings that do not go together.
    #[error("{0}")]
    Together(&'static str),
}

impl Config {
    /// Turns settings into typed values.
    ///
    /// # Errors
    /// [`ConfigError`], naming the key, where its value came from and what it should be.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let domains =
            settings.parse(Key::Domains, "must be one or more domain names, separated by commas", |text| {
                text.split(',')
                    .map(|name| Domain::parse(name.trim()).ok())
                    .collect::<Option<Vec<_>>>()
                    .filter(|d| !d.is_empty())
            })?;
        Ok(Self {
            region: settings.parse(Key::Region, "must be 1 to 32 of a-z, 0-9 and '-'", region_name)?,
            domains,
            log_level: settings
                .parse(Key::LogLevel, "must be error, warn, info, debug or trace", |text| text.parse().ok())?,
            smtp: smtp(settings)?,
            lmtp: lmtp::lmtp(settings)?,
            http: http::http(settings)?,
            operator: settings.parse(Key::OperatorListen, ADDRESS, |text| text.parse().ok())?,
            operator_inbox: operator::operator_inbox(settings)?,
            store: store::store(settings)?,
            handover: handover::handover(settings)?,
            jobs: jobs::jobs(settings)?,
            sync: sync(settings)?,
            dns: settings.parse(
                Key::DnsServers,
                "must be system, off, or 1 to 8 addresses, separated by commas",
                dns,
            )?,
            policy: policy::read(settings)?,
            webhooks: webhooks::webhooks(settings)?,
        })
    }
}

const NETWORKS: &str = "must be networks such as 10.0.0.0/8 or 2001:db8::/32, separated by commas";

const ADDRESS: &str = "must be an address and a port, such as 127.0.0.1:2525 or [::]:25";

fn smtp(settings: &Settings) -> Result<Smtp, ConfigError> {
    let count = |key| {
        settings.parse(key, "must be a number from 1 to 1000000", |text| {
            text.parse().ok().filter(|n| (1..=1_000_000_u32).contains(n))
        })
    };
    let networks = |key| settings.parse(key, NETWORKS, |text| text.parse::<Networks>().ok());
    let hostname = settings.parse(Key::SmtpHostname, "must be a domain name", |text| Domain::parse(text).ok())?;
    Ok(Smtp {
        listen: settings.parse(Key::SmtpListen, ADDRESS, |text| text.parse().ok())?,
        port: settings.parse(Key::SmtpSharePort, "must be yes or no", |text| match text {
            "yes" | "true" => Some(Port::Shared),
            "no" | "false" => Some(Port::Own),
            _ => None,
        })?,
        sessions: count(Key::SmtpSessions)? as usize,
        of_address: (count(Key::SmtpAddressSessions)?, count(Key::SmtpAddressRate)?),
        of_network: (count(Key::SmtpNetworkSessions)?, count(Key::SmtpNetworkRate)?),
        uncounted: networks(Key::SmtpUncounted)?,
        proxies: networks(Key::SmtpProxyFrom)?,
        greet_delay: settings.parse(Key::SmtpGreetDelay, "must be milliseconds, at most 10000", |text| {
            text.parse().ok().filter(|n| *n <= 10_000).map(Millis::from_millis)
        })?,
        certificate: certificate(settings, &hostname)?,
        hostname,
    })
}

fn region_name(text: &str) -> Option<String> {
    let fits = (1..=32).contains(&text.len());
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (fits && plain).then(|| text.to_owned())
}

fn certificate(settings: &Settings, hostname: &Domain) -> Result<Certificate, ConfigError> {
    let acme = acme::read(settings, hostname)?;
    match (settings.optional(Key::SmtpCertificate), settings.optional(Key::SmtpKey), acme) {
        (None, None, None) => Ok(Certificate::SelfMade),
        (None, None, Some(acme)) => Ok(Certificate::Acme(Box::new(acme))),
        (Some(chain), Some(key), None) => Ok(Certificate::Files { chain: chain.into(), key: key.into() }),
        (Some(_), Some(_), Some(_)) => Err(ConfigError::Together(
            "smtp.certificate and acme.directory are two sources of one certificate: set one of them",
        )),
        _ => Err(ConfigError::Together("smtp.certificate and smtp.key go together: set both or neither")),
    }
}

fn sync(settings: &Settings) -> Result<Sync, ConfigError> {
    let Some(url) = settings.optional(Key::SyncEdge) else {
        return Ok(Sync::Off);
    };
    let http = url.starts_with("https://") || url.starts_with("http://");
    if !http {
        return Err(settings.refuse(Key::SyncEdge, "must be the edge's URL, beginning with https://"));
    }
    let key = settings.parse(
        Key::SyncKey,
        "must be a 32-octet seed in base64url, as `mayfly key new` prints it",
        |text| {
            let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
            <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
        },
    )?;
    Ok(Sync::Edge { url: url.trim_end_matches('/').to_owned(), key })
}

fn dns(text: &str) -> Option<Dns> {
    /// Where DNS servers listen (RFC 1035 §4.2).
    const PORT: u16 = 53;
    let server = |text: &str| {
        let bare = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, PORT));
        bare.or_else(|_| text.parse()).ok()
    };
    match text {
        "off" => Some(Dns::Off),
        "system" => Some(Dns::System),
        list => {
            let servers: Option<Vec<_>> =
                list.split(',').take(DNS_SERVERS + 1).map(|text| server(text.trim())).collect();
            servers.filter(|servers| servers.len() <= DNS_SERVERS).map(Dns::Servers)
        }
    }
}

#[cfg(test)]
mod tests;
