//! What an evaluation of SPF costs when every answer is in memory: a record that matches at once, one that includes
//! others as large senders' do, and one with macros.

use std::{hint::black_box, net::Ipv4Addr};

use criterion::{Criterion, criterion_group, criterion_main};
use origin::{
    dns::Name,
    judge::spf::{Answer, Circumstances, Explanation, Known, Query, Question, Step, step},
    ports::Lookup,
};
use protocol::time::Timestamp;

/// The records there are, by name.
const RECORDS: &[(&str, &str)] = &[
    ("plain.example", "v=spf1 ip4:192.0.2.0/24 -all"),
    ("large.example", "v=spf1 include:one.example include:two.example include:three.example ~all"),
    ("one.example", "v=spf1 ip4:198.51.100.0/26 ip4:198.51.100.64/26 ip4:198.51.100.128/25 ip6:2001:db8:1::/48 ~all"),
    ("two.example", "v=spf1 ip4:203.0.113.0/25 ip4:203.0.113.128/26 include:four.example ~all"),
    ("four.example", "v=spf1 ip4:203.0.113.192/27 ip6:2001:db8:2::/48 ip6:2001:db8:3::/48 ~all"),
    ("three.example", "v=spf1 ip4:203.0.113.224/27 ip4:192.0.2.0/24 ~all"),
    ("macro.example", "v=spf1 exists:%{ir}.%{l1r+-}.%{d2}.list.example -all"),
];

/// The name that the macros above come to is there.
const LISTED: &str = "7.2.0.192.bounces.macro.example.list.example";

fn answer(question: Question) -> Answer {
    match question {
        Question::Txt(name) => {
            let record = RECORDS.iter().find(|(known, _)| *known == name.as_str());
            let lookup = record.map_or(Lookup::NoSuchName, |(_, text)| Lookup::Records(vec![text.as_bytes().to_vec()]));
            Answer::Txt(name, lookup)
        }
        Question::A(name) if name.as_str() == LISTED => Answer::A(name, Lookup::Records(vec![Ipv4Addr::LOCALHOST])),
        Question::A(name) => Answer::A(name, Lookup::NoSuchName),
        Question::Aaaa(name) => Answer::Aaaa(name, Lookup::NoSuchName),
        Question::Mx(name) => Answer::Mx(name, Lookup::NoSuchName),
        Question::Ptr(name) => Answer::Ptr(name, Lookup::NoSuchName),
    }
}

/// Asks, answers and steps again, to the end: what a message's first evaluation does.
fn evaluate(query: &Query, known: &mut Known) -> Step {
    loop {
        match step(query, known) {
            Step::Ask(questions) => questions.into_iter().map(answer).for_each(|answer| known.learn(answer)),
            done @ Step::Done(_) => return done,
        }
    }
}

fn spf(criterion: &mut Criterion) {
    let circumstances = Circumstances {
        client: Ipv4Addr::new(192, 0, 2, 7).into(),
        helo: "mx.plain.example",
        receiver: "mx.mayfly.example",
        now: Timestamp::from_millis(1_795_467_240_000),
        explanation: Explanation::Unwanted,
    };
    let mut group = criterion.benchmark_group("spf");
    for domain in ["plain.example", "large.example", "macro.example"] {
        let query = Query::mail_from(&circumstances, &format!("bounces+4711@{domain}"));
        group.bench_function(format!("{domain}, asked anew"), |bencher| {
            bencher.iter(|| black_box(evaluate(&query, &mut Known::default())));
        });
        let mut known = Known::default();
        let Step::Done(finding) = evaluate(&query, &mut known) else { continue };
        assert_eq!(finding.outcome, protocol::message::Outcome::Pass, "{domain}: {}", finding.reason);
        group.bench_function(format!("{domain}, answers known"), |bencher| {
            bencher.iter(|| black_box(step(&query, &known)));
        });
    }
    group.bench_function("a name", |bencher| bencher.iter(|| Name::parse(black_box(LISTED))));
    group.finish();
}

criterion_group!(benches, spf);
criterion_main!(benches);
