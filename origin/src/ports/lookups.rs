//! What is asked of the domain name system, and what it may say.

use std::net::{Ipv4Addr, Ipv6Addr};

use async_trait::async_trait;

use crate::dns::Name;

/// What DNS says about a name and a type of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// Records of that type: at least one, in the server's order.
    Records(Vec<T>),
    /// The name is there, records of that type are not (RFC 2308 §2.2).
    NoRecords,
    /// There is no such name (RFC 2308 §2.1).
    NoSuchName,
    /// Nobody can say just now: no answer in time, a failing or refusing server, an answer that cannot be read.
    Failed,
}

/// Where a domain's mail goes, as one MX record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// To this host.
    Host(Name),
    /// Nowhere (RFC 7505), or to what no host can be called.
    Nowhere,
}

/// The domain name system. Every look-up ends within the adapter's own deadline; aliases are followed there.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// TXT records, the strings of each joined without a separator.
    async fn txt(&self, name: &Name) -> Lookup<Vec<u8>>;

    /// A records.
    async fn a(&self, name: &Name) -> Lookup<Ipv4Addr>;

    /// AAAA records.
    async fn aaaa(&self, name: &Name) -> Lookup<Ipv6Addr>;

    /// MX records.
    async fn mx(&self, name: &Name) -> Lookup<Exchange>;

    /// PTR records; those that name what no host can be called are left out.
    async fn ptr(&self, name: &Name) -> Lookup<Name>;
}
