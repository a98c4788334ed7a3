//! A scenario's zone as a resolver, without a network.

use std::net::{Ipv4Addr, Ipv6Addr};

use async_trait::async_trait;
use origin::{
    dns::Name,
    ports::{Exchange, Lookup, Resolver},
};

use crate::suite::{Data, Kind, Said, Zone};

/// Aliases that are followed before they are taken for a circle.
const ALIASES: usize = 8;

pub(crate) struct Memory(pub(crate) Zone);

impl Memory {
    fn ask<T>(&self, name: &Name, kind: Kind, read: impl Fn(&Data) -> Option<T>) -> Lookup<T> {
        let mut name = name.as_str().to_owned();
        for _ in 0..ALIASES {
            let records = match self.0.ask(&name, kind) {
                Said::Records(records) => records,
                Said::NoRecords => return Lookup::NoRecords,
                Said::NoSuchName => return Lookup::NoSuchName,
                Said::Silence => return Lookup::Failed,
            };
            if let [Data::Cname(target)] = records.as_slice() {
                target.trim_end_matches('.').clone_into(&mut name);
                continue;
            }
            return Lookup::Records(records.iter().filter_map(&read).collect());
        }
        Lookup::Failed
    }
}

#[async_trait]
impl Resolver for Memory {
    async fn txt(&self, name: &Name) -> Lookup<Vec<u8>> {
        self.ask(
            name,
            Kind::Txt,
            |data| if let Data::Txt(texts) = data { Some(texts.concat().into_bytes()) } else { None },
        )
    }

    async fn a(&self, name: &Name) -> Lookup<Ipv4Addr> {
        self.ask(name, Kind::A, |data| if let Data::A(address) = data { Some(*address) } else { None })
    }

    async fn aaaa(&self, name: &Name) -> Lookup<Ipv6Addr> {
        self.ask(name, Kind::Aaaa, |data| if let Data::Aaaa(address) = data { Some(*address) } else { None })
    }

    async fn mx(&self, name: &Name) -> Lookup<Exchange> {
        self.ask(name, Kind::Mx, |data| {
            let Data::Mx(_, host) = data else { return None };
            Some(Name::parse(host).map_or(Exchange::Nowhere, Exchange::Host))
        })
    }

    async fn ptr(&self, name: &Name) -> Lookup<Name> {
        self.ask(name, Kind::Ptr, |data| if let Data::Ptr(target) = data { Name::parse(target) } else { None })
    }
}
