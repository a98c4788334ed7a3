//! Reads the suite: scenarios, each with its zone and its tests.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use anyhow::{Context as _, Result, bail};
use protocol::message::Outcome;
use saphyr::{LoadableYamlNode as _, Yaml};

/// A zone and what is asked about it.
pub(crate) struct Scenario {
    pub(crate) zone: Zone,
    pub(crate) tests: Vec<Test>,
}

/// One client, and what SPF must say of it.
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) client: IpAddr,
    pub(crate) helo: String,
    pub(crate) mail_from: String,
    /// Any of these is right.
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) explanation: Option<String>,
}

/// What DNS says in a scenario, by name in lower case.
#[derive(Clone)]
pub(crate) struct Zone(HashMap<String, Vec<Entry>>);

#[derive(Clone)]
enum Entry {
    Record(Data),
    /// From here on, what was not found yet is not answered.
    Timeout,
}

/// One record.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    Txt(Vec<String>),
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Mx(u16, String),
    Ptr(String),
    Cname(String),
    /// Type 99, which nobody asks for any more.
    Spf,
}

/// The types, by their numbers on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Kind {
    A = 1,
    Cname = 5,
    Ptr = 12,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Spf = 99,
}

/// What a zone says.
pub(crate) enum Said {
    Records(Vec<Data>),
    NoRecords,
    NoSuchName,
    /// Nothing at all.
    Silence,
}

impl Data {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Txt(_) => Kind::Txt,
            Self::A(_) => Kind::A,
            Self::Aaaa(_) => Kind::Aaaa,
            Self::Mx(..) => Kind::Mx,
            Self::Ptr(_) => Kind::Ptr,
            Self::Cname(_) => Kind::Cname,
            Self::Spf => Kind::Spf,
        }
    }
}

impl Zone {
    /// What is said about `name` itself; aliases are the asker's.
    pub(crate) fn ask(&self, name: &str, kind: Kind) -> Said {
        let Some(entries) = self.0.get(&name.to_ascii_lowercase()) else { return Said::NoSuchName };
        let mut found = Vec::new();
        for entry in entries {
            match entry {
                Entry::Record(data) if data.kind() == kind || data.kind() == Kind::Cname => found.push(data.clone()),
                Entry::Record(_) => {}
                Entry::Timeout if found.is_empty() => return Said::Silence,
                Entry::Timeout => break,
            }
        }
        if found.is_empty() { Said::NoRecords } else { Said::Records(found) }
    }
}

pub(crate) fn read(text: &str) -> Result<Vec<Scenario>> {
    Yaml::load_from_str(text)?.iter().map(scenario).collect()
}

fn scenario(document: &Yaml<'_>) -> Result<Scenario> {
    let part = |name| document.as_mapping_get(name).and_then(Yaml::as_mapping).with_context(|| format!("no {name}"));
    let tests = part("tests")?.iter().map(|(name, test)| {
        let name = name.as_str().context("a test without a name")?;
        self::test(name, test).with_context(|| name.to_owned())
    });
    let zone = part("zonedata")?.iter().map(|(name, entries)| {
        let name = name.as_str().context("a name that is no text")?;
        anyhow::Ok((name.to_ascii_lowercase(), self::entries(entries).with_context(|| name.to_owned())?))
    });
    Ok(Scenario { zone: Zone(zone.collect::<Result<_>>()?), tests: tests.collect::<Result<_>>()? })
}

fn test(name: &str, test: &Yaml<'_>) -> Result<Test> {
    let text =
        |key| test.as_mapping_get(key).and_then(Yaml::as_str).map(str::to_owned).with_context(|| format!("no {key}"));
    let result = test.as_mapping_get("result").context("no result")?;
    let words = match result.as_sequence() {
        Some(several) => several.iter().collect(),
        None => vec![result],
    };
    let outcomes = words.into_iter().map(|word| match word.as_str() {
        Some("none") => Ok(Outcome::None),
        Some("neutral") => Ok(Outcome::Neutral),
        Some("pass") => Ok(Outcome::Pass),
        Some("fail") => Ok(Outcome::Fail),
        Some("softfail") => Ok(Outcome::Softfail),
        Some("temperror") => Ok(Outcome::Temperror),
        Some("permerror") => Ok(Outcome::Permerror),
        _ => bail!("an unknown result"),
    });
    Ok(Test {
        name: name.to_owned(),
        client: text("host")?.parse()?,
        helo: text("helo")?,
        mail_from: text("mailfrom")?,
        outcomes: outcomes.collect::<Result<_>>()?,
        explanation: text("explanation").ok(),
    })
}

/// The records of one name. Where it names no TXT record, its SPF records stand for them (the suite's own rule).
fn entries(list: &Yaml<'_>) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut copied = Vec::new();
    let mut has_texts = false;
    for item in list.as_sequence().context("no list")? {
        let Some(record) = item.as_mapping() else {
            entries.push(Entry::Timeout);
            continue;
        };
        for (kind, value) in record {
            let text = || value.as_str().context("no text");
            let data = match kind.as_str().context("no type")? {
                "TXT" => {
                    has_texts = true;
                    if value.as_str() == Some("NONE") {
                        continue;
                    }
                    Data::Txt(strings(value)?)
                }
                "SPF" => {
                    copied.push(Entry::Record(Data::Txt(strings(value)?)));
                    Data::Spf
                }
                "A" => Data::A(text()?.parse()?),
                "AAAA" => Data::Aaaa(text()?.parse()?),
                "PTR" => Data::Ptr(text()?.to_owned()),
                "CNAME" => Data::Cname(text()?.to_owned()),
                "MX" => {
                    let pair = value.as_sequence().context("no pair")?;
                    let [preference, host] = pair.as_slice() else { bail!("no pair") };
                    let preference = preference.as_integer().context("no number")?;
                    Data::Mx(u16::try_from(preference)?, host.as_str().context("no host")?.to_owned())
                }
                other => bail!("unknown type {other}"),
            };
            entries.push(Entry::Record(data));
        }
    }
    if !has_texts {
        entries.append(&mut copied);
    }
    Ok(entries)
}

fn strings(value: &Yaml<'_>) -> Result<Vec<String>> {
    match value.as_sequence() {
        Some(several) => several.iter().map(|one| one.as_str().map(str::to_owned).context("no text")).collect(),
        None => Ok(vec![value.as_str().context("no text")?.to_owned()]),
    }
}
