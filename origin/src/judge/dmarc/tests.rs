//! Whole evaluations: zones and messages against what DMARC says of them, RFC 9989's own examples among them.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::{
    judge::{
        Asked as Wanted,
        evidence::{Detail, Signature},
        spf::{Finding, Identity, Reason},
    },
    ports::Lookup,
};

/// What DNS says: texts at names; `None` where it fails. Other names do not exist, unless one below them does.
struct Zone(HashMap<String, Option<&'static str>>);

impl Zone {
    fn of(records: &[(&str, &'static str)]) -> Self {
        Self(records.iter().map(|(name, text)| (format!("_dmarc.{name}"), Some(*text))).collect())
    }

    fn with(mut self, name: &str) -> Self {
        self.0.insert(name.to_owned(), Some("anything"));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.insert(name.to_owned(), None);
        self
    }

    fn ask(&self, name: &Name) -> Lookup<Vec<u8>> {
        match self.0.get(name.as_str()) {
            Some(Some(text)) => Lookup::Records(vec![text.as_bytes().to_vec()]),
            Some(None) => Lookup::Failed,
            None if self.0.keys().any(|other| other.ends_with(&format!(".{}", name.as_str()))) => Lookup::NoRecords,
            None => Lookup::NoSuchName,
        }
    }
}

fn finding(domain: &str, outcome: Outcome) -> Finding {
    let (identity, domain) = (Identity::MailFrom, domain.to_owned());
    Finding { identity, domain, outcome, reason: Reason::NothingMatched, explanation: None }
}

/// SPF that says so of the reverse-path; the client's name passes, which must never count.
fn spf(domain: &str, outcome: Outcome) -> Spf {
    Spf::Both { helo: finding("shop.example", Outcome::Pass), mail_from: finding(domain, outcome) }
}

fn no_spf() -> Spf {
    spf("elsewhere.example", Outcome::None)
}

fn signature(domain: &str, outcome: Outcome) -> Signature {
    Signature {
        domain: domain.to_owned(),
        selector: "s".to_owned(),
        outcome,
        covers: Covers::Whole,
        detail: Detail::default(),
    }
}

fn dkim(domain: &str, outcome: Outcome) -> Dkim {
    Dkim::Checked(vec![signature(domain, outcome)])
}

fn unsigned() -> Dkim {
    Dkim::Checked(Vec::new())
}

/// What DMARC says, and how many questions that took.
fn counted(zone: &Zone, from: &str, spf: &Spf, dkim: &Dkim) -> (Dmarc, usize) {
    let query = Query::new(format!("From: {from}\r\n\r\n").as_bytes(), spf, dkim);
    let (mut known, mut asked) = (Known::default(), Vec::new());
    loop {
        match step(&query, &known) {
            Step::Done(dmarc) => return (dmarc, asked.len()),
            Step::Ask(names) => {
                assert!(!names.is_empty(), "asks for nothing");
                for name in names {
                    assert!(!asked.contains(&name), "asks twice");
                    let answer = zone.ask(&name);
                    asked.push(name.clone());
                    known.learn(name, &answer);
                }
            }
        }
    }
}

fn said(zone: &Zone, from: &str, spf: &Spf, dkim: &Dkim) -> Dmarc {
    counted(zone, from, spf, dkim).0
}

fn vouched(author: &str, by: &str) -> Dmarc {
    Dmarc::Vouched { author: author.to_owned(), by: by.to_owned() }
}

fn disowned(author: &str, asked: Wanted) -> Dmarc {
    Dmarc::Disowned { author: author.to_owned(), asked }
}

/// `assert_eq!` whose failure may name the domains.
#[track_caller]
fn is(said: &Dmarc, wanted: &Dmarc) {
    let text = |dmarc: &Dmarc| match dmarc {
        Dmarc::Vouched { author, by } => format!("{author} vouched for by {by}"),
        Dmarc::Disowned { author, asked } => format!("{author} disowns, {asked:?}"),
        Dmarc::NoAuthor => "no author".to_owned(),
        Dmarc::Undeclared => "undeclared".to_owned(),
        Dmarc::Unchecked | Dmarc::Unknown => format!("{dmarc:?}"),
    };
    assert_eq!(text(said), text(wanted));
}

#[test]
fn the_alignment_examples_hold() {
    // RFC 9989 §B.1: what each example calls strict, relaxed or none.
    let table = [
        ("example.com", "example.com", true, true),
        ("example.com", "child.example.com", true, false),
        ("child.example.com", "example.com", true, false),
        ("child.example.com", "example.net", false, false),
        // RFC 9989 §4.4.
        ("news.example.com", "foo.example.com", true, false),
        ("news.example.com", "news.example.com", true, true),
        ("news.example.com", "foo.example.net", false, false),
    ];
    let relaxed = Zone::of(&[("example.com", "v=DMARC1; p=reject"), ("example.net", "v=DMARC1; p=reject")]);
    let strict =
        Zone::of(&[("example.com", "v=DMARC1; p=reject; adkim=s; aspf=s"), ("example.net", "v=DMARC1; p=reject")]);
    for (author, identifier, when_relaxed, when_strict) in table {
        for (zone, aligned) in [(&relaxed, when_relaxed), (&strict, when_strict)] {
            let wanted = if aligned { vouched(author, identifier) } else { disowned(author, Wanted::Reject) };
            let from = format!("sender@{author}");
            is(&said(zone, &from, &spf(identifier, Outcome::Pass), &unsigned()), &wanted);
            is(&said(zone, &from, &no_spf(), &dkim(identifier, Outcome::Pass)), &wanted);
            is(&said(zone, &from, &spf(identifier, Outcome::Fail), &unsigned()), &disowned(author, Wanted::Reject));
            is(&said(zone, &from, &no_spf(), &dkim(identifier, Outcome::Fail)), &disowned(author, Wanted::Reject));
        }
    }
}

#[test]
fn each_method_has_its_own_mode() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject; adkim=s; aspf=r")]);
    let (spf, dkim) = (spf("bounce.shop.example", Outcome::Pass), dkim("mail.shop.example", Outcome::Pass));
    is(&said(&zone, "a@shop.example", &spf, &dkim), &vouched("shop.example", "bounce.shop.example"));
    is(&said(&zone, "a@shop.example", &no_spf(), &dkim), &disowned("shop.example", Wanted::Reject));
}

#[test]
fn the_tree_walk_examples_hold() {
    // RFC 9989 §B.4.1 and §B.4.2.
    let zone = Zone::of(&[("example.com", "v=DMARC1; p=reject"), ("signing.example.com", "v=DMARC1; p=none")]);
    for author in ["example.com", "a.b.c.d.e.f.g.h.i.j.k.example.com"] {
        let from = format!("a@{author}");
        is(&said(&zone, &from, &spf("example.com", Outcome::Pass), &unsigned()), &vouched(author, "example.com"));
        let signed = dkim("signing.example.com", Outcome::Pass);
        is(&said(&zone, &from, &no_spf(), &signed), &vouched(author, "signing.example.com"));
        is(&said(&zone, &from, &no_spf(), &unsigned()), &disowned(author, Wanted::Reject));
    }
    // RFC 9989 §B.4.3.
    let zone =
        Zone::of(&[("bank.example", "v=DMARC1; p=reject; psd=y"), ("giant.bank.example", "v=DMARC1; p=quarantine")]);
    let from = "a@giant.bank.example";
    let sent = spf("mail.giant.bank.example", Outcome::Pass);
    is(&said(&zone, from, &sent, &unsigned()), &vouched("giant.bank.example", "mail.giant.bank.example"));
    let signed = dkim("mail.mega.bank.example", Outcome::Pass);
    is(&said(&zone, from, &no_spf(), &signed), &disowned("giant.bank.example", Wanted::Quarantine));
    // A suffix's own record is for those who have none.
    is(&said(&zone, "a@mega.bank.example", &no_spf(), &unsigned()), &disowned("mega.bank.example", Wanted::Reject));
}

#[test]
fn a_record_in_between_is_an_organization_where_it_says_so() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=none"), ("eu.shop.example", "v=DMARC1; p=reject; psd=n")]);
    let signed = dkim("shop.example", Outcome::Pass);
    is(&said(&zone, "a@eu.shop.example", &no_spf(), &signed), &disowned("eu.shop.example", Wanted::Reject));
    let signed = dkim("mail.eu.shop.example", Outcome::Pass);
    is(&said(&zone, "a@shop.example", &no_spf(), &signed), &disowned("shop.example", Wanted::Nothing));
    is(&said(&zone, "a@eu.shop.example", &no_spf(), &signed), &vouched("eu.shop.example", "mail.eu.shop.example"));
    // RFC 9989 §4.7: `sp` of a record below an organization's is never used.
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=none"), ("eu.shop.example", "v=DMARC1; p=none; sp=reject")]);
    is(&said(&zone, "a@x.eu.shop.example", &no_spf(), &unsigned()), &disowned("x.eu.shop.example", Wanted::Nothing));
}

#[test]
fn domains_below_get_sp_and_those_that_do_not_exist_np() {
    let zone = || Zone::of(&[("shop.example", "v=DMARC1; p=none; sp=quarantine; np=reject")]);
    let say = |zone: Zone, from: &str| said(&zone, from, &no_spf(), &unsigned());
    is(&say(zone(), "a@shop.example"), &disowned("shop.example", Wanted::Nothing));
    is(&say(zone(), "a@x.shop.example"), &disowned("x.shop.example", Wanted::Reject));
    is(&say(zone().with("x.shop.example"), "a@x.shop.example"), &disowned("x.shop.example", Wanted::Quarantine));
    // Something below it is enough to exist (RFC 8020).
    is(&say(zone().with("y.x.shop.example"), "a@x.shop.example"), &disowned("x.shop.example", Wanted::Quarantine));
    is(&say(zone().without("x.shop.example"), "a@x.shop.example"), &Dmarc::Unknown);
}

#[test]
fn existence_is_asked_about_only_where_it_matters() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject; sp=none")]);
    assert_eq!(counted(&zone, "a@x.shop.example", &no_spf(), &unsigned()).1, 3);
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject; np=none")]);
    assert_eq!(counted(&zone, "a@x.shop.example", &no_spf(), &unsigned()).1, 4);
    // The common case costs one question.
    let signed = dkim("shop.example", Outcome::Pass);
    assert_eq!(counted(&zone, "a@shop.example", &no_spf(), &signed), (vouched("shop.example", "shop.example"), 1));
}

#[test]
fn without_a_record_nothing_is_said() {
    let zone = Zone::of(&[("other.example", "v=DMARC1; p=reject")]);
    is(&said(&zone, "a@shop.example", &no_spf(), &unsigned()), &Dmarc::Undeclared);
    is(&said(&zone, "a@shop.example", &spf("shop.example", Outcome::Pass), &unsigned()), &Dmarc::Undeclared);
    let unreadable = Zone::of(&[("shop.example", "v=DMARC1; p=rejct")]);
    is(&said(&unreadable, "a@shop.example", &no_spf(), &unsigned()), &Dmarc::Undeclared);
    let reported = Zone::of(&[("shop.example", "v=DMARC1; p=rejct; rua=mailto:a@shop.example")]);
    is(&said(&reported, "a@shop.example", &no_spf(), &unsigned()), &disowned("shop.example", Wanted::Nothing));
}

#[test]
fn testing_takes_one_level_off() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject; t=y")]);
    is(&said(&zone, "a@shop.example", &no_spf(), &unsigned()), &disowned("shop.example", Wanted::Quarantine));
}

#[test]
fn the_clients_name_counts_only_for_a_null_reverse_path() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject")]);
    is(&said(&zone, "a@shop.example", &no_spf(), &unsigned()), &disowned("shop.example", Wanted::Reject));
    let bounce = Spf::Helo(finding("mta.shop.example", Outcome::Pass));
    is(&said(&zone, "a@shop.example", &bounce, &unsigned()), &vouched("shop.example", "mta.shop.example"));
}

#[test]
fn a_signature_for_a_beginning_vouches_for_nothing() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject")]);
    let part = Signature { covers: Covers::Beginning, ..signature("shop.example", Outcome::Pass) };
    let signed = Dkim::Checked(vec![part.clone()]);
    is(&said(&zone, "a@shop.example", &no_spf(), &signed), &disowned("shop.example", Wanted::Reject));
    let signed =
        Dkim::Checked(vec![part, signature("shop.example", Outcome::Fail), signature("shop.example", Outcome::Pass)]);
    is(&said(&zone, "a@shop.example", &no_spf(), &signed), &vouched("shop.example", "shop.example"));
}

#[test]
fn a_fault_is_neither_pass_nor_fail() {
    let zone = || Zone::of(&[("shop.example", "v=DMARC1; p=reject")]);
    let (slow_spf, slow_dkim) =
        (spf("shop.example", Outcome::Temperror), dkim("mail.shop.example", Outcome::Temperror));
    for (spf, dkim) in [(&slow_spf, &unsigned()), (&no_spf(), &slow_dkim), (&slow_spf, &slow_dkim)] {
        is(&said(&zone(), "a@shop.example", spf, dkim), &Dmarc::Unknown);
    }
    for broken in ["_dmarc.shop.example", "_dmarc.example"] {
        let signed = dkim("mail.shop.example", Outcome::Pass);
        is(&said(&zone().without(broken), "a@shop.example", &no_spf(), &signed), &Dmarc::Unknown);
    }
    // An identifier's own records.
    let signed = dkim("mail.shop.example", Outcome::Pass);
    is(&said(&zone().without("_dmarc.mail.shop.example"), "a@shop.example", &no_spf(), &signed), &Dmarc::Unknown);
}

#[test]
fn a_fault_takes_nothing_from_what_is_certain() {
    let zone = || Zone::of(&[("shop.example", "v=DMARC1; p=reject")]);
    let signed = Dkim::Checked(vec![
        signature("other.shop.example", Outcome::Temperror),
        signature("mail.shop.example", Outcome::Pass),
    ]);
    let slow = spf("shop.example", Outcome::Temperror);
    is(&said(&zone(), "a@shop.example", &slow, &signed), &vouched("shop.example", "mail.shop.example"));
    let same = dkim("shop.example", Outcome::Pass);
    let broken = zone().without("_dmarc.example");
    is(&said(&broken, "a@shop.example", &slow, &same), &vouched("shop.example", "shop.example"));
    // A stranger's fault: whatever came of it, it is none of the author's organization.
    let strangers = dkim("list.example", Outcome::Temperror);
    is(&said(&zone(), "a@shop.example", &no_spf(), &strangers), &disowned("shop.example", Wanted::Reject));
    let strict = Zone::of(&[("shop.example", "v=DMARC1; p=reject; aspf=s")]);
    let below = spf("mail.shop.example", Outcome::Temperror);
    is(&said(&strict, "a@shop.example", &below, &unsigned()), &disowned("shop.example", Wanted::Reject));
}

#[test]
fn nobody_is_disowned_before_both_methods_were_asked() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject")]);
    let from = "a@shop.example";
    is(&said(&zone, from, &no_spf(), &Dkim::Unchecked), &Dmarc::Unchecked);
    is(&said(&zone, from, &Spf::Unchecked, &unsigned()), &Dmarc::Unchecked);
    let sent = spf("shop.example", Outcome::Pass);
    is(&said(&zone, from, &sent, &Dkim::Unchecked), &vouched("shop.example", "shop.example"));
}

#[test]
fn of_several_authors_the_strictest_word_counts() {
    let zone = || {
        Zone::of(&[
            ("none.example", "v=DMARC1; p=none"),
            ("wary.example", "v=DMARC1; p=quarantine"),
            ("bank.example", "v=DMARC1; p=reject"),
        ])
    };
    let signed = dkim("none.example", Outcome::Pass);
    let say = |zone: Zone, from: &str| said(&zone, from, &no_spf(), &signed);
    is(&say(zone(), "a@none.example"), &vouched("none.example", "none.example"));
    is(&say(zone(), "a@none.example, a@bank.example, a@wary.example"), &disowned("bank.example", Wanted::Reject));
    is(&say(zone(), "a@none.example, a@wary.example"), &disowned("wary.example", Wanted::Quarantine));
    is(&say(zone(), "a@none.example, a@silent.example"), &Dmarc::Undeclared);
    // A fault hides no certain refusal, and no milder word hides a fault.
    let broken = || zone().without("_dmarc.wary.example");
    is(&say(broken(), "a@wary.example, a@bank.example"), &disowned("bank.example", Wanted::Reject));
    is(&say(zone().without("_dmarc.bank.example"), "a@wary.example, a@bank.example"), &Dmarc::Unknown);
    let both = Dkim::Checked(vec![signature("none.example", Outcome::Pass), signature("bank.example", Outcome::Pass)]);
    let two = said(&zone(), "a@bank.example, a@none.example", &no_spf(), &both);
    is(&two, &vouched("bank.example", "bank.example"));
}

#[test]
fn a_doubtful_author_is_never_vouched_for() {
    let zone = Zone::of(&[("shop.example", "v=DMARC1; p=reject"), ("bank.example", "v=DMARC1; p=reject")]);
    let signed = dkim("shop.example", Outcome::Pass);
    let say = |from: &str| said(&zone, from, &no_spf(), &signed);
    is(&say("a@shop.example\r\nFrom: a@shop.example"), &Dmarc::NoAuthor);
    is(&say("a@shop.example\r\nFrom: a@bank.example"), &disowned("bank.example", Wanted::Reject));
    is(&say("a@silent.example\r\nFrom: a@shop.example"), &Dmarc::NoAuthor);
    is(&say("a@shop.example, Bank"), &Dmarc::NoAuthor);
    is(&say("Bank"), &Dmarc::NoAuthor);
    is(&said(&zone, "", &no_spf(), &signed), &Dmarc::NoAuthor);
}

#[test]
fn names_beyond_ascii_are_asked_about_as_a_labels() {
    let zone = Zone::of(&[("xn--bcher-kva.example", "v=DMARC1; p=reject")]);
    let signed = dkim("xn--bcher-kva.example", Outcome::Pass);
    let author = "xn--bcher-kva.example";
    is(&said(&zone, "a@b\u{fc}cher.example", &no_spf(), &signed), &vouched(author, author));
}

const RECORDS: [&str; 4] =
    ["v=DMARC1; p=reject", "v=DMARC1; p=none; psd=y", "v=DMARC1; p=none; psd=n", "v=DMARC1; p=reject; np=none"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Eight for each of the three names, and one for whether the author's exists.
    #[test]
    fn any_evaluation_ends_within_its_questions(
        author in prop::collection::vec("[ab]", 1..20),
        sender in prop::collection::vec("[ab]", 1..20),
        signer in prop::collection::vec("[ab]", 1..20),
        marks in prop::collection::vec((1_usize..20, prop::sample::select(RECORDS.as_slice())), 0..6),
    ) {
        let mut zone = Zone(HashMap::new());
        for (labels, record) in marks {
            let below = author.len().saturating_sub(labels);
            zone.0.insert(format!("_dmarc.{}", author[below..].join(".")), Some(record));
        }
        let (spf, dkim) = (spf(&sender.join("."), Outcome::Pass), dkim(&signer.join("."), Outcome::Pass));
        let (_, asked) = counted(&zone, &format!("x@{}", author.join(".")), &spf, &dkim);
        prop_assert!(asked <= 3 * crate::limits::TREE_LOOKUPS + 1, "{asked}");
    }

    #[test]
    fn any_records_get_an_answer(texts in prop::collection::vec("(v=DMARC1|;|p=reject|psd=[yn]|sp=|=|\\PC){0,8}", 0..4), failing in 0_usize..8) {
        let query = Query::new(b"From: a@x.shop.example\r\n\r\n", &spf("y.shop.example", Outcome::Pass), &unsigned());
        let (mut known, mut asked) = (Known::default(), 0_usize);
        while let Step::Ask(names) = step(&query, &known) {
            for name in names {
                asked += 1;
                let answer = match asked == failing {
                    true => Lookup::Failed,
                    false => Lookup::Records(texts.iter().map(|text| text.clone().into_bytes()).collect()),
                };
                known.learn(name, &answer);
            }
        }
        prop_assert!(asked <= 8, "{asked}");
    }
}
