//! What DNS was asked and what it said: all that an evaluation knows.

use std::collections::HashMap;

use super::record::Record;
use crate::{dns::Name, ports::Lookup};

/// Below which label a domain's record stands (RFC 9989 §4.5).
const LABEL: &str = "_dmarc";

/// All answers so far.
#[derive(Default)]
pub struct Known(HashMap<Name, Said>);

/// What was said about a name.
enum Said {
    /// It exists, and has this record or none.
    Present(Option<Record>),
    /// It does not exist.
    Absent,
    /// Nothing.
    Failed,
}

/// Why an evaluation goes no further.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// For want of answers: the TXT records at all of these names are needed.
    Ask(Vec<Name>),
    /// DNS does not say.
    Fault,
}

impl Known {
    /// Notes the answer to a question for TXT records.
    pub fn learn(&mut self, name: Name, answer: &Lookup<Vec<u8>>) {
        let said = match answer {
            Lookup::Records(texts) => Said::Present(Record::choose(texts)),
            Lookup::NoRecords => Said::Present(None),
            Lookup::NoSuchName => Said::Absent,
            Lookup::Failed => Said::Failed,
        };
        self.0.insert(name, said);
    }

    /// The record of a domain. Where its name is too long to stand below [`LABEL`] it has none.
    pub(super) fn record(&self, domain: &Name) -> Result<Option<&Record>, Halt> {
        let Some(name) = Name::parse(&format!("{LABEL}.{}", domain.as_str())) else { return Ok(None) };
        match self.0.get(&name) {
            Some(Said::Present(record)) => Ok(record.as_ref()),
            Some(Said::Absent) => Ok(None),
            Some(Said::Failed) => Err(Halt::Fault),
            None => Err(Halt::Ask(vec![name])),
        }
    }

    /// Whether a domain exists, which is whether anything has that name or one below it (RFC 9989 §3.2.13, RFC 8020).
    pub(super) fn exists(&self, domain: &Name) -> Result<bool, Halt> {
        match self.0.get(domain) {
            Some(Said::Present(_)) => Ok(true),
            Some(Said::Absent) => Ok(false),
            Some(Said::Failed) => Err(Halt::Fault),
            None => Err(Halt::Ask(vec![domain.clone()])),
        }
    }
}
