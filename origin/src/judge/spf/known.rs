//! What DNS was asked and what it said: all that an evaluation knows.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::parse::Policy;
use crate::{
    dns::Name,
    ports::{Exchange, Lookup},
};

/// One question to DNS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// For TXT records.
    Txt(Name),
    /// For A records.
    A(Name),
    /// For AAAA records.
    Aaaa(Name),
    /// For MX records.
    Mx(Name),
    /// For PTR records.
    Ptr(Name),
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// TXT records.
    Txt(Name, Lookup<Vec<u8>>),
    /// A records.
    A(Name, Lookup<Ipv4Addr>),
    /// AAAA records.
    Aaaa(Name, Lookup<Ipv6Addr>),
    /// MX records.
    Mx(Name, Lookup<Exchange>),
    /// PTR records.
    Ptr(Name, Lookup<Name>),
}

/// All answers so far. One may serve several evaluations of one message.
#[derive(Default)]
pub struct Known {
    texts: HashMap<Name, Texts>,
    v4: HashMap<Name, Lookup<Ipv4Addr>>,
    v6: HashMap<Name, Lookup<Ipv6Addr>>,
    exchanges: HashMap<Name, Lookup<Exchange>>,
    pointers: HashMap<Name, Lookup<Name>>,
}

/// A domain's texts, and the record among them, read once.
struct Texts {
    lookup: Lookup<Vec<u8>>,
    policy: Policy,
}

impl Known {
    /// Notes an answer.
    pub fn learn(&mut self, answer: Answer) {
        match answer {
            Answer::Txt(name, lookup) => {
                let policy = if let Lookup::Records(texts) = &lookup { Policy::choose(texts) } else { Policy::Nothing };
                self.texts.insert(name, Texts { lookup, policy });
            }
            Answer::A(name, lookup) => drop(self.v4.insert(name, lookup)),
            Answer::Aaaa(name, lookup) => drop(self.v6.insert(name, lookup)),
            Answer::Mx(name, lookup) => drop(self.exchanges.insert(name, lookup)),
            Answer::Ptr(name, lookup) => drop(self.pointers.insert(name, lookup)),
        }
    }

    /// The texts at a name.
    pub(super) fn texts(&self, name: &Name) -> Result<&Lookup<Vec<u8>>, Question> {
        self.texts.get(name).map(|texts| &texts.lookup).ok_or_else(|| Question::Txt(name.clone()))
    }

    /// What a name publishes; `None` where DNS failed.
    pub(super) fn policy(&self, name: &Name) -> Result<Option<&Policy>, Question> {
        let texts = self.texts.get(name).ok_or_else(|| Question::Txt(name.clone()))?;
        Ok(if texts.lookup == Lookup::Failed { None } else { Some(&texts.policy) })
    }

    /// The addresses at a name, of the kind that `client` is (RFC 7208 §5: A for IPv4, AAAA for IPv6).
    pub(super) fn addresses(&self, name: &Name, client: IpAddr) -> Result<Lookup<IpAddr>, Question> {
        match client {
            IpAddr::V4(_) => self.v4(name).map(widened),
            IpAddr::V6(_) => self.v6.get(name).map(widened).ok_or_else(|| Question::Aaaa(name.clone())),
        }
    }

    /// The IPv4 addresses at a name.
    pub(super) fn v4(&self, name: &Name) -> Result<&Lookup<Ipv4Addr>, Question> {
        self.v4.get(name).ok_or_else(|| Question::A(name.clone()))
    }

    /// Where the mail of a name goes.
    pub(super) fn exchanges(&self, name: &Name) -> Result<&Lookup<Exchange>, Question> {
        self.exchanges.get(name).ok_or_else(|| Question::Mx(name.clone()))
    }

    /// What an address's name points to.
    pub(super) fn pointers(&self, name: &Name) -> Result<&Lookup<Name>, Question> {
        self.pointers.get(name).ok_or_else(|| Question::Ptr(name.clone()))
    }
}

fn widened<A: Copy + Into<IpAddr>>(lookup: &Lookup<A>) -> Lookup<IpAddr> {
    match lookup {
        Lookup::Records(addresses) => Lookup::Records(addresses.iter().map(|address| (*address).into()).collect()),
        Lookup::NoRecords => Lookup::NoRecords,
        Lookup::NoSuchName => Lookup::NoSuchName,
        Lookup::Failed => Lookup::Failed,
    }
}
