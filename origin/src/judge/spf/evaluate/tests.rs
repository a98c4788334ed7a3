use std::{collections::BTreeMap, net::Ipv4Addr};

use proptest::prelude::*;
use protocol::time::Timestamp;

use super::super::*;
use crate::{
    dns::Name,
    limits::{SPF_NAMES, SPF_TERMS, SPF_VOIDS},
    ports::{Exchange, Lookup},
};

/// A small world: texts, IPv4 addresses and mail hosts by name; everything else is not there.
#[derive(Default)]
struct World {
    texts: BTreeMap<&'static str, Vec<String>>,
    addresses: BTreeMap<&'static str, Ipv4Addr>,
    exchanges: BTreeMap<&'static str, Vec<String>>,
}

const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

impl World {
    fn with(record: &str) -> Self {
        Self { texts: [("a.example", vec![record.to_owned()])].into(), ..Self::default() }
    }

    fn answer(&self, question: Question) -> Answer {
        fn found<T>(records: Option<Vec<T>>) -> Lookup<T> {
            records.map_or(Lookup::NoSuchName, Lookup::Records)
        }
        match question {
            Question::Txt(name) => {
                let texts = self.texts.get(name.as_str());
                let texts = texts.map(|texts| texts.iter().map(|text| text.clone().into_bytes()).collect());
                Answer::Txt(name, found(texts))
            }
            Question::A(name) => {
                let address = self.addresses.get(name.as_str()).map(|address| vec![*address]);
                Answer::A(name, found(address))
            }
            Question::Mx(name) => {
                let host = |host: &String| Name::parse(host).map_or(Exchange::Nowhere, Exchange::Host);
                let hosts = self.exchanges.get(name.as_str()).map(|hosts| hosts.iter().map(host).collect());
                Answer::Mx(name, found(hosts))
            }
            Question::Aaaa(name) => Answer::Aaaa(name, Lookup::NoSuchName),
            Question::Ptr(name) => Answer::Ptr(name, Lookup::NoSuchName),
        }
    }

    /// The finding, and how many questions were asked at each step.
    fn check(&self, query: &Query, known: &mut Known) -> (Finding, Vec<usize>) {
        let mut asked = Vec::new();
        loop {
            match step(query, known) {
                Step::Done(finding) => return (finding, asked),
                Step::Ask(questions) => {
                    asked.push(questions.len());
                    questions.into_iter().for_each(|question| known.learn(self.answer(question)));
                }
            }
        }
    }

    fn finding(&self) -> Finding {
        self.check(&query("anna@a.example"), &mut Known::default()).0
    }
}

fn query(sender: &str) -> Query {
    let circumstances = Circumstances {
        client: CLIENT.into(),
        helo: "mta.example",
        receiver: "mx.mayfly.test",
        now: Timestamp::from_millis(0),
        explanation: Explanation::Unwanted,
    };
    Query::mail_from(&circumstances, sender)
}

#[test]
fn the_directive_that_matched_is_named() {
    let finding = World::with("v=spf1 ip4:203.0.113.1 ip4:192.0.2.0/24 -all").finding();
    assert_eq!((finding.outcome, finding.reason), (Outcome::Pass, Reason::Matched { directive: 2 }));
    let finding = World::with("v=spf1 ip4:203.0.113.1").finding();
    assert_eq!((finding.outcome, finding.reason), (Outcome::Neutral, Reason::NothingMatched));
    assert_eq!((finding.identity, finding.domain.as_str()), (Identity::MailFrom, "a.example"));
}

#[test]
fn a_chain_of_includes_ends_at_the_limit() {
    let finding = World::with("v=spf1 include:a.example -all").finding();
    assert_eq!((finding.outcome, finding.reason), (Outcome::Permerror, Reason::LookupLimit { limit: SPF_TERMS }));
    let finding = World::with("v=spf1 a:n1.example a:n2.example a:n3.example +all").finding();
    assert_eq!((finding.outcome, finding.reason), (Outcome::Permerror, Reason::VoidLimit { limit: SPF_VOIDS }));
}

#[test]
fn all_of_a_domains_mail_hosts_are_asked_for_at_once() {
    let mut world = World::with("v=spf1 mx -all");
    world.exchanges.insert("a.example", (0..SPF_NAMES).map(|n| format!("mx{n}.a.example")).collect());
    world.addresses.insert("mx7.a.example", CLIENT);
    let (finding, asked) = world.check(&query("anna@a.example"), &mut Known::default());
    assert_eq!((finding.outcome, asked), (Outcome::Pass, vec![1, 1, SPF_NAMES]));
    world.exchanges.insert("a.example", (0..=SPF_NAMES).map(|n| format!("mx{n}.a.example")).collect());
    assert_eq!(world.finding().reason, Reason::ExchangeLimit { limit: SPF_NAMES });
}

#[test]
fn what_is_known_is_not_asked_again() {
    let world = World::with("v=spf1 -all");
    let mut known = Known::default();
    assert_eq!(world.check(&query("anna@a.example"), &mut known).1, [1]);
    assert!(world.check(&query("ben@A.example."), &mut known).1.is_empty());
}

#[test]
fn a_fault_of_dns_is_never_a_pass() {
    let query = query("anna@a.example");
    let mut known = Known::default();
    let name = Name::parse("a.example").unwrap();
    known.learn(Answer::Txt(name.clone(), Lookup::Failed));
    let Step::Done(finding) = step(&query, &known) else { panic!("not done") };
    assert_eq!((finding.outcome, finding.reason), (Outcome::Temperror, Reason::Dns));
    known.learn(Answer::Txt(name.clone(), Lookup::Records(vec![b"v=spf1 a +all".to_vec()])));
    known.learn(Answer::A(name, Lookup::Failed));
    let Step::Done(finding) = step(&query, &known) else { panic!("not done") };
    assert_eq!(finding.outcome, Outcome::Temperror);
    assert_eq!((query.overtime().outcome, query.overtime().reason), (Outcome::Temperror, Reason::Overtime));
}

#[test]
fn u_labels_are_asked_for_as_a_labels() {
    let mut world = World::default();
    world.texts.insert("xn--bcher-kva.example", vec!["v=spf1 -all".to_owned()]);
    let (finding, _) = world.check(&query("anna@b\u{fc}cher.example"), &mut Known::default());
    assert_eq!((finding.outcome, finding.domain.as_str()), (Outcome::Fail, "xn--bcher-kva.example"));
}

#[test]
fn what_is_no_domain_is_not_asked_about() {
    for sender in
        ["anna@localhost", "anna@[192.0.2.1]", "anna@192.0.2.1", "anna@", "anna@a..example", "anna@\u{fffd}.x"]
    {
        let (finding, asked) = World::default().check(&query(sender), &mut Known::default());
        assert_eq!((finding.outcome, finding.reason), (Outcome::None, Reason::NotADomain), "{sender}");
        assert!(asked.is_empty());
    }
}

#[test]
fn a_finding_does_not_print_whom_it_is_about() {
    let shown = format!("{:?}", World::with("v=spf1 -all").finding());
    assert!(!shown.contains("a.example"), "{shown}");
}

proptest! {
    #[test]
    fn every_evaluation_ends_within_its_bounds(
        records in prop::collection::vec("(v=spf1)?( [-~?]?(a|mx|ptr|exists:|include:|redirect=|a:|mx:)([a-d]\\.example|%\\{[sldpioh]r?\\}\\.[a-d]\\.example)?){0,14}", 4),
    ) {
        let names = ["a.example", "b.example", "c.example", "d.example"];
        let mut world = World::default();
        for (name, record) in names.into_iter().zip(records) {
            world.texts.insert(name, vec![record]);
            world.addresses.insert(name, Ipv4Addr::new(203, 0, 113, 1));
            world.exchanges.insert(name, names.map(str::to_owned).to_vec());
        }
        let (_, asked) = world.check(&query("anna@a.example"), &mut Known::default());
        prop_assert!(asked.iter().sum::<usize>() <= 1 + 2 * SPF_TERMS + (SPF_TERMS + 1) * SPF_NAMES);
    }
}
