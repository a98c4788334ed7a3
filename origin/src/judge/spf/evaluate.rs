//! `check_host()` (RFC 7208 §4): walks over the records as far as the answers known reach.
//!
//! The walk begins anew each time more is known, so that it can be written as it reads. It is short (ten terms
//! look something up at most) and says the same about the same answers.

use std::net::IpAddr;

use protocol::message::Outcome;

use super::{
    Explanation, Finding, Query, Reason,
    known::{Known, Question},
    macros::{Template, Values, dotted},
    parse::{Mechanism, Policy, Prefixes, Record, Subject, Target, agree_v4, agree_v6},
};
use crate::{
    dns::Name,
    limits::{SPF_NAMES, SPF_RECORD_OCTETS, SPF_TERMS, SPF_VOIDS},
    ports::{Exchange, Lookup},
};

/// What stands for the client's name where it has none that holds (RFC 7208 §7.3).
const UNKNOWN: &str = "unknown";

/// Why the walk ends before its end.
pub(super) enum Halt {
    /// For want of answers: all of these are needed.
    Ask(Vec<Question>),
    /// `temperror` or `permerror`, which end every walk (RFC 7208 §2.6.6, §2.6.7).
    Error(Outcome, Reason),
}

impl From<Question> for Halt {
    fn from(question: Question) -> Self {
        Self::Ask(vec![question])
    }
}

const fn permerror(reason: Reason) -> Halt {
    Halt::Error(Outcome::Permerror, reason)
}

const DNS_FAULT: Halt = Halt::Error(Outcome::Temperror, Reason::Dns);

/// What a record says, and where its explanation is.
struct Ruling<'a> {
    outcome: Outcome,
    reason: Reason,
    explanation: Option<(&'a Template, String)>,
}

struct Walk<'a> {
    query: &'a Query,
    known: &'a Known,
    /// Terms that look something up, so far.
    terms: usize,
    /// Those of them that found nothing.
    voids: usize,
}

/// The finding, or the questions whose answers it needs.
pub(super) fn check(query: &Query, known: &Known) -> Result<Finding, Vec<Question>> {
    let mut walk = Walk { query, known, terms: 0, voids: 0 };
    let finding = |outcome, reason, explanation| Finding {
        identity: query.identity,
        domain: query.sender_domain.clone(),
        outcome,
        reason,
        explanation,
    };
    let ruling = match walk.check_host(&query.sender_domain) {
        Ok(ruling) => ruling,
        Err(Halt::Ask(questions)) => return Err(questions),
        Err(Halt::Error(outcome, reason)) => return Ok(finding(outcome, reason, None)),
    };
    let explanation = match (&ruling.explanation, ruling.outcome, query.explanation) {
        (Some((template, domain)), Outcome::Fail, Explanation::Wanted) => match walk.explain(template, domain) {
            Ok(explanation) => explanation,
            Err(Halt::Ask(questions)) => return Err(questions),
            // RFC 7208 §6.2: where it cannot be had, it is as if there were none.
            Err(Halt::Error(..)) => None,
        },
        _ => None,
    };
    Ok(finding(ruling.outcome, ruling.reason, explanation))
}

impl<'a> Walk<'a> {
    fn check_host(&mut self, domain: &str) -> Result<Ruling<'a>, Halt> {
        let none = |reason| Ok(Ruling { outcome: Outcome::None, reason, explanation: None });
        // RFC 7208 §4.3: what is no multi-label domain name publishes nothing.
        let Some(name) = qualified(domain) else { return none(Reason::NotADomain) };
        match self.known.policy(&name)? {
            None => Err(DNS_FAULT),
            Some(Policy::Nothing) => none(Reason::NoRecord),
            Some(Policy::Several) => Err(permerror(Reason::SeveralRecords)),
            Some(Policy::Malformed) => Err(permerror(Reason::Syntax)),
            Some(Policy::TooLong) => Err(permerror(Reason::RecordTooLong { limit: SPF_RECORD_OCTETS })),
            Some(Policy::One(record)) => self.evaluate(record, domain),
        }
    }

    /// RFC 7208 §4.6.2, §4.7.
    fn evaluate(&mut self, record: &'a Record, domain: &str) -> Result<Ruling<'a>, Halt> {
        for (at, directive) in record.directives.iter().enumerate() {
            if self.matches(&directive.mechanism, domain)? {
                let explanation = record.explanation.as_ref().map(|template| (template, domain.to_owned()));
                let reason = Reason::Matched { directive: at + 1 };
                return Ok(Ruling { outcome: directive.outcome, reason, explanation });
            }
        }
        let Some(redirect) = &record.redirect else {
            return Ok(Ruling { outcome: Outcome::Neutral, reason: Reason::NothingMatched, explanation: None });
        };
        // RFC 7208 §6.1: the other record's outcome and explanation are taken whole.
        self.count_term()?;
        let target = self.expand(redirect, domain)?;
        let ruling = self.check_host(&target)?;
        match ruling.outcome {
            Outcome::None => Err(permerror(Reason::RedirectToNothing)),
            _ => Ok(ruling),
        }
    }

    fn matches(&mut self, mechanism: &'a Mechanism, domain: &str) -> Result<bool, Halt> {
        let client = self.query.client;
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(network, bits) => {
                Ok(matches!(client, IpAddr::V4(client) if agree_v4(client, *network, *bits)))
            }
            Mechanism::Ip6(network, bits) => {
                Ok(matches!(client, IpAddr::V6(client) if agree_v6(client, *network, *bits)))
            }
            Mechanism::Include(other) => self.include(other, domain),
            Mechanism::A(target) => self.a(target, domain),
            Mechanism::Mx(target) => self.mx(target, domain),
            Mechanism::Ptr(subject) => self.ptr(subject, domain),
            Mechanism::Exists(other) => self.exists(other, domain),
        }
    }

    /// RFC 7208 §5.2: the other record's pass is a match.
    fn include(&mut self, other: &'a Template, domain: &str) -> Result<bool, Halt> {
        self.count_term()?;
        let target = self.expand(other, domain)?;
        match self.check_host(&target)?.outcome {
            Outcome::Pass => Ok(true),
            Outcome::Fail | Outcome::Softfail | Outcome::Neutral => Ok(false),
            Outcome::None => Err(permerror(Reason::IncludesNothing)),
            // These end the walk where they arise; here they cannot come.
            outcome @ (Outcome::Temperror | Outcome::Permerror) => Err(Halt::Error(outcome, Reason::Syntax)),
        }
    }

    /// RFC 7208 §5.3.
    fn a(&mut self, target: &Target, domain: &str) -> Result<bool, Halt> {
        self.count_term()?;
        let Some(name) = self.subject(&target.subject, domain)? else { return self.count_void() };
        match self.known.addresses(&name, self.query.client)? {
            Lookup::Records(addresses) => Ok(self.any_agrees(target.prefixes, &addresses)),
            Lookup::NoRecords | Lookup::NoSuchName => self.count_void(),
            Lookup::Failed => Err(DNS_FAULT),
        }
    }

    /// RFC 7208 §5.4. An exchange that matches counts, whatever DNS says of the others.
    fn mx(&mut self, target: &Target, domain: &str) -> Result<bool, Halt> {
        self.count_term()?;
        let Some(name) = self.subject(&target.subject, domain)? else { return self.count_void() };
        let exchanges = match self.known.exchanges(&name)? {
            Lookup::Records(exchanges) => exchanges,
            Lookup::NoRecords | Lookup::NoSuchName => return self.count_void(),
            Lookup::Failed => return Err(DNS_FAULT),
        };
        // RFC 7208 §4.6.4: more than ten are an error.
        if exchanges.len() > SPF_NAMES {
            return Err(permerror(Reason::ExchangeLimit { limit: SPF_NAMES }));
        }
        let hosts = exchanges.iter().filter_map(|exchange| match exchange {
            Exchange::Host(host) => Some(host),
            Exchange::Nowhere => None,
        });
        let found = self.addresses_of(hosts)?;
        let agrees = |lookup: &Lookup<IpAddr>| matches!(lookup, Lookup::Records(addresses) if self.any_agrees(target.prefixes, addresses));
        match found.iter().any(|(_, lookup)| agrees(lookup)) {
            false if found.iter().any(|(_, lookup)| *lookup == Lookup::Failed) => Err(DNS_FAULT),
            matched => Ok(matched),
        }
    }

    /// RFC 7208 §5.5. What DNS does not say is no match here, and never an error.
    fn ptr(&mut self, subject: &Subject, domain: &str) -> Result<bool, Halt> {
        self.count_term()?;
        let Some(target) = self.subject(subject, domain)? else { return self.count_void() };
        let names = match self.pointers()? {
            Lookup::Records(names) => names,
            Lookup::NoRecords | Lookup::NoSuchName => return self.count_void(),
            Lookup::Failed => return Ok(false),
        };
        // Only names within the target can match, so only theirs are validated.
        let candidates = names.iter().take(SPF_NAMES).filter(|name| name.is_within(&target));
        Ok(self.validated(candidates)?.next().is_some())
    }

    /// RFC 7208 §5.7: A records, whatever kind of address the client has.
    fn exists(&mut self, other: &Template, domain: &str) -> Result<bool, Halt> {
        self.count_term()?;
        let Some(name) = Name::parse(&self.expand(other, domain)?) else { return self.count_void() };
        match self.known.v4(&name)? {
            Lookup::Records(_) => Ok(true),
            Lookup::NoRecords | Lookup::NoSuchName => self.count_void(),
            Lookup::Failed => Err(DNS_FAULT),
        }
    }

    /// RFC 7208 §6.2: exactly one text in ASCII, its macros in order.
    fn explain(&mut self, at: &Template, domain: &str) -> Result<Option<String>, Halt> {
        let Some(name) = Name::parse(&self.expand(at, domain)?) else { return Ok(None) };
        let Lookup::Records(texts) = self.known.texts(&name)? else { return Ok(None) };
        let [text] = texts.as_slice() else { return Ok(None) };
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() <= SPF_RECORD_OCTETS);
        let template = text.and_then(|text| Template::explanation(text).ok());
        let Some(template) = template else { return Ok(None) };
        let validated = self.name_for(&template, domain)?;
        Ok(Some(template.expand(&self.values(domain, &validated))))
    }

    /// One more term that looks something up (RFC 7208 §4.6.4).
    fn count_term(&mut self) -> Result<(), Halt> {
        self.terms += 1;
        if self.terms > SPF_TERMS { Err(permerror(Reason::LookupLimit { limit: SPF_TERMS })) } else { Ok(()) }
    }

    /// One more term whose own look-up found nothing (RFC 7208 §4.6.4): no match. The addresses of the hosts that
    /// MX and PTR records name are bounded by [`SPF_NAMES`] instead: a domain without IPv6 is no fault.
    fn count_void(&mut self) -> Result<bool, Halt> {
        self.voids += 1;
        if self.voids > SPF_VOIDS { Err(permerror(Reason::VoidLimit { limit: SPF_VOIDS })) } else { Ok(false) }
    }

    fn any_agrees(&self, prefixes: Prefixes, addresses: &[IpAddr]) -> bool {
        addresses.iter().any(|address| prefixes.agree(self.query.client, *address))
    }

    /// The name that a mechanism is about; `None` where the text is none: it is not there, then.
    fn subject(&mut self, subject: &Subject, domain: &str) -> Result<Option<Name>, Halt> {
        match subject {
            Subject::Itself => Ok(Name::parse(domain)),
            Subject::Other(template) => Ok(Name::parse(&self.expand(template, domain)?)),
        }
    }

    fn expand(&mut self, template: &Template, domain: &str) -> Result<String, Halt> {
        let validated = self.name_for(template, domain)?;
        Ok(template.expand_domain(&self.values(domain, &validated)))
    }

    fn values<'v>(&'v self, domain: &'v str, validated: &'v str) -> Values<'v> {
        Values {
            local: &self.query.sender_local,
            sender_domain: &self.query.sender_domain,
            domain,
            client: self.query.client,
            validated,
            helo: &self.query.helo,
            receiver: &self.query.receiver,
            seconds: self.query.now.as_millis() / 1_000,
        }
    }

    /// What `%{p}` stands for, where a template has it (RFC 7208 §7.3): the domain itself, else a name below it,
    /// else any.
    fn name_for(&self, template: &Template, domain: &str) -> Result<String, Halt> {
        if !template.needs_validated_name() {
            return Ok(String::new());
        }
        let Lookup::Records(names) = self.pointers()? else { return Ok(UNKNOWN.to_owned()) };
        let own = Name::parse(domain);
        let rank = |name: &&Name| match &own {
            Some(own) if *name == own => 0,
            Some(own) if name.is_within(own) => 1,
            _ => 2,
        };
        let best = self.validated(names.iter().take(SPF_NAMES))?.min_by_key(rank);
        Ok(best.map_or_else(|| UNKNOWN.to_owned(), |name| name.as_str().to_owned()))
    }

    /// The names that the client's address points to.
    fn pointers(&self) -> Result<&'a Lookup<Name>, Halt> {
        let client = self.query.client;
        let labels = dotted(client);
        let backwards: Vec<&str> = labels.rsplit('.').collect();
        let zone = if client.is_ipv4() { "in-addr.arpa" } else { "ip6.arpa" };
        // An address always makes a name.
        let name = Name::parse(&format!("{}.{zone}", backwards.join("."))).ok_or(DNS_FAULT)?;
        Ok(self.known.pointers(&name)?)
    }

    /// Those of the names whose addresses the client's is among (RFC 7208 §5.5).
    fn validated<'n>(&self, names: impl Iterator<Item = &'n Name>) -> Result<impl Iterator<Item = &'n Name>, Halt> {
        let client = self.query.client;
        let found = self.addresses_of(names)?;
        let holds = move |lookup: &Lookup<IpAddr>| matches!(lookup, Lookup::Records(all) if all.contains(&client));
        Ok(found.into_iter().filter(move |(_, lookup)| holds(lookup)).map(|(name, _)| name))
    }

    /// The addresses of several hosts; those not known yet are asked for all at once.
    fn addresses_of<'n>(&self, names: impl Iterator<Item = &'n Name>) -> Result<Vec<(&'n Name, Lookup<IpAddr>)>, Halt> {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for name in names {
            match self.known.addresses(name, self.query.client) {
                Ok(lookup) => found.push((name, lookup)),
                Err(question) if missing.contains(&question) => {}
                Err(question) => missing.push(question),
            }
        }
        if missing.is_empty() { Ok(found) } else { Err(Halt::Ask(missing)) }
    }
}

/// A name with more than one label, whose last is not of digits alone: no address literal (RFC 7208 §4.3).
fn qualified(domain: &str) -> Option<Name> {
    let name = Name::parse(domain).filter(|name| !name.as_str().starts_with('['))?;
    let last = name.labels().last()?;
    let numeric = last.bytes().all(|octet| octet.is_ascii_digit());
    (name.labels().count() > 1 && !numeric).then_some(name)
}

#[cfg(test)]
mod tests;
