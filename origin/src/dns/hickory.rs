//! Asks DNS servers, by `hickory-resolver`: one cache for all messages, absences remembered too, and a deadline
//! for each question.
//!
//! It never reads the hosts file, never adds a search domain, and takes every failure for what it is: no answer.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use async_trait::async_trait;
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{
        op::ResponseCode,
        rr::{self, RData, RecordType},
    },
    system_conf::read_system_conf,
};

use super::Name;
use crate::{
    limits::{DNS_ABSENCE_MEMORY, DNS_ANSWERS, DNS_MEMORY, DNS_PATIENCE, DNS_TIMEOUT},
    ports::{Exchange, Lookup, Resolver},
};

/// Whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Servers {
    /// Those of the system's `resolv.conf`.
    System,
    /// These, by UDP and, where an answer is too long for it, by TCP.
    These(Vec<SocketAddr>),
}

/// How long answers are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For one server's answer.
    pub patience: Duration,
    /// For the whole question.
    pub question: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { patience: DNS_PATIENCE.as_duration(), question: DNS_TIMEOUT.as_duration() }
    }
}

/// Why there is nobody to ask.
#[derive(Debug, thiserror::Error)]
pub enum ResolverError {
    /// The system names no servers, or not so that they can be read.
    #[error("the system's resolv.conf cannot be used ({0}); name DNS servers in dns.servers, or set it to off")]
    System(NetError),
    /// The resolver cannot be made.
    #[error("DNS cannot be asked: {0}")]
    Build(NetError),
}

/// A [`Resolver`] that asks servers.
pub struct Hickory {
    resolver: TokioResolver,
    deadline: Duration,
}

impl Hickory {
    /// Asks `servers` from now on; to be called within a tokio runtime.
    ///
    /// # Errors
    /// [`ResolverError`].
    pub fn new(servers: &Servers, deadlines: Deadlines) -> Result<Self, ResolverError> {
        let config = match servers {
            Servers::System => {
                let (system, _) = read_system_conf().map_err(ResolverError::System)?;
                let (_, _, servers) = system.into_parts();
                ResolverConfig::from_name_servers(servers)
            }
            Servers::These(servers) => ResolverConfig::from_name_servers(servers.iter().map(server).collect()),
        };
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let resolver = builder.with_options(options(deadlines)).build().map_err(ResolverError::Build)?;
        Ok(Self { resolver, deadline: deadlines.question })
    }

    /// The records of `kind` at `name` that `read` finds something in.
    async fn ask<T>(&self, name: &Name, kind: RecordType, read: impl Fn(&RData) -> Option<T>) -> Lookup<T> {
        let Ok(mut asked) = rr::Name::from_labels(name.labels().map(str::as_bytes)) else {
            return Lookup::NoSuchName;
        };
        asked.set_fqdn(true); // So that no search domain is tried.
        match tokio::time::timeout(self.deadline, self.resolver.lookup(asked, kind)).await {
            Ok(Ok(lookup)) => {
                let records: Vec<T> = lookup.answers().iter().filter_map(|record| read(&record.data)).collect();
                if records.is_empty() { Lookup::NoRecords } else { Lookup::Records(records) }
            }
            Ok(Err(error)) => absence(&error),
            Err(_) => Lookup::Failed,
        }
    }
}

#[async_trait]
impl Resolver for Hickory {
    async fn txt(&self, name: &Name) -> Lookup<Vec<u8>> {
        let read = |data: &RData| if let RData::TXT(txt) = data { Some(txt.txt_data.concat()) } else { None };
        self.ask(name, RecordType::TXT, read).await
    }

    async fn a(&self, name: &Name) -> Lookup<Ipv4Addr> {
        let read = |data: &RData| if let RData::A(a) = data { Some(a.0) } else { None };
        self.ask(name, RecordType::A, read).await
    }

    async fn aaaa(&self, name: &Name) -> Lookup<Ipv6Addr> {
        let read = |data: &RData| if let RData::AAAA(aaaa) = data { Some(aaaa.0) } else { None };
        self.ask(name, RecordType::AAAA, read).await
    }

    async fn mx(&self, name: &Name) -> Lookup<Exchange> {
        let read = |data: &RData| {
            let RData::MX(mx) = data else { return None };
            Some(readable(&mx.exchange).map_or(Exchange::Nowhere, Exchange::Host))
        };
        self.ask(name, RecordType::MX, read).await
    }

    async fn ptr(&self, name: &Name) -> Lookup<Name> {
        let read = |data: &RData| if let RData::PTR(ptr) = data { readable(&ptr.0) } else { None };
        self.ask(name, RecordType::PTR, read).await
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    NameServerConfig::new(address.ip(), true, vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())])
}

fn options(deadlines: Deadlines) -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = deadlines.patience;
    options.attempts = 2;
    options.edns0 = true;
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = DNS_ANSWERS;
    options.positive_max_ttl = Some(DNS_MEMORY.as_duration());
    options.negative_max_ttl = Some(DNS_ABSENCE_MEMORY.as_duration());
    options
}

/// A name from the wire; `None` for the root and for labels that our text cannot hold.
fn readable(name: &rr::Name) -> Option<Name> {
    let labels: Option<Vec<&str>> =
        name.iter().map(|label| std::str::from_utf8(label).ok().filter(|label| !label.contains('.'))).collect();
    Name::parse(&labels?.join("."))
}

/// What an error says: nothing is there, or nobody knows.
fn absence<T>(error: &NetError) -> Lookup<T> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(absent)) => match absent.response_code {
            ResponseCode::NoError => Lookup::NoRecords,
            ResponseCode::NXDomain => Lookup::NoSuchName,
            _ => Lookup::Failed,
        },
        _ => Lookup::Failed,
    }
}

#[cfg(test)]
mod tests;
