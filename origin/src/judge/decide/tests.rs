//! One table: what was found out, what the operator wants, what is decided.

use super::*;
use crate::judge::{
    Covers, Detail, Dkim, Signature, Spf,
    spf::{Finding, Identity, Reason},
};

fn spf(outcome: Outcome) -> Evidence {
    let (reason, domain) = (Reason::NothingMatched, "shop.example".to_owned());
    let finding = Finding { identity: Identity::Helo, domain, outcome, reason, explanation: None };
    Evidence { spf: Spf::Helo(finding), ..Evidence::default() }
}

fn dkim(outcome: Outcome) -> Evidence {
    let (domain, selector) = ("shop.example".to_owned(), "s".to_owned());
    let signature = Signature { domain, selector, outcome, covers: Covers::Whole, detail: Detail::default() };
    Evidence { dkim: Dkim::Checked(vec![signature]), ..Evidence::default() }
}

fn dmarc(dmarc: Dmarc) -> Evidence {
    Evidence { dmarc, ..Evidence::default() }
}

fn disowned(asked: Asked) -> Dmarc {
    Dmarc::Disowned { author: "shop.example".to_owned(), asked }
}

fn vouched() -> Dmarc {
    Dmarc::Vouched { author: "shop.example".to_owned(), by: "shop.example".to_owned() }
}

/// All of it together.
fn with(dmarc: Dmarc, on_spf: Outcome, on_dkim: Outcome) -> Evidence {
    Evidence { spf: spf(on_spf).spf, dkim: dkim(on_dkim).dkim, dmarc, ..Evidence::default() }
}

/// What was decided, in one word.
fn say(evidence: &Evidence, policy: &Policy) -> &'static str {
    match decide(evidence, policy) {
        None => "accepted",
        Some(Verdict::Refused(refusal)) => refusal.name(),
        Some(Verdict::Deferred(deferral)) => deferral.name(),
        Some(Verdict::Accepted(_)) => unreachable!("the evidence alone accepts nothing"),
    }
}

const STRICTEST: Policy = Policy {
    spf_fail: OnFail::Refuse,
    spf_softfail: OnFail::Refuse,
    spf_permerror: OnFail::Refuse,
    spf_temperror: OnFault::Defer,
    dkim_fail: OnFail::Refuse,
    dkim_permerror: OnFail::Refuse,
    dkim_temperror: OnFault::Defer,
    dmarc_reject: OnFail::Refuse,
    dmarc_quarantine: OnFail::Refuse,
    dmarc_none: OnFail::Refuse,
    dmarc_temperror: OnFault::Defer,
    dmarc_no_author: OnFail::Refuse,
    attachments: crate::policy::Attachments::ALLOWED,
};

const MILDEST: Policy = Policy::of_readers();

#[test]
fn each_outcome_is_decided_by_its_own_setting() {
    const ACCEPTED: &str = "accepted";
    // What was found out; by default; as strictly as can be.
    let table = [
        (Evidence::default(), ACCEPTED, ACCEPTED),
        (spf(Outcome::None), ACCEPTED, ACCEPTED),
        (spf(Outcome::Pass), ACCEPTED, ACCEPTED),
        (spf(Outcome::Neutral), ACCEPTED, ACCEPTED),
        (spf(Outcome::Fail), ACCEPTED, "spf_fail"),
        (spf(Outcome::Softfail), ACCEPTED, "spf_softfail"),
        (spf(Outcome::Permerror), ACCEPTED, "spf_permerror"),
        (spf(Outcome::Temperror), "dns_unavailable", "dns_unavailable"),
        (dkim(Outcome::Pass), ACCEPTED, ACCEPTED),
        (dkim(Outcome::Neutral), ACCEPTED, ACCEPTED),
        (dkim(Outcome::Fail), ACCEPTED, "dkim_fail"),
        (dkim(Outcome::Permerror), ACCEPTED, "dkim_permerror"),
        (dkim(Outcome::Temperror), "dns_unavailable", "dns_unavailable"),
        (dmarc(Dmarc::Undeclared), ACCEPTED, ACCEPTED),
        (dmarc(vouched()), ACCEPTED, ACCEPTED),
        (dmarc(Dmarc::NoAuthor), ACCEPTED, "no_author"),
        (dmarc(disowned(Asked::Nothing)), ACCEPTED, "dmarc_none"),
        (dmarc(disowned(Asked::Quarantine)), ACCEPTED, "dmarc_quarantine"),
        (dmarc(disowned(Asked::Reject)), "dmarc", "dmarc"),
        (dmarc(Dmarc::Unknown), "dns_unavailable", "dns_unavailable"),
    ];
    for (evidence, by_default, strictly) in table {
        let decided = (say(&evidence, &Policy::default()), say(&evidence, &STRICTEST), say(&evidence, &MILDEST));
        assert_eq!(decided, (by_default, strictly, ACCEPTED), "{evidence:?}");
    }
}

#[test]
fn dmarc_comes_before_spf_before_dkim_before_faults() {
    let all = with(disowned(Asked::Reject), Outcome::Fail, Outcome::Fail);
    assert_eq!(say(&all, &STRICTEST), "dmarc");
    assert_eq!(say(&all, &Policy { dmarc_reject: OnFail::Tag, ..STRICTEST }), "spf_fail");
    assert_eq!(say(&all, &Policy { dmarc_reject: OnFail::Tag, spf_fail: OnFail::Tag, ..STRICTEST }), "dkim_fail");
    let certain = with(disowned(Asked::Reject), Outcome::Temperror, Outcome::Temperror);
    assert_eq!(say(&certain, &Policy::default()), "dmarc");
    let certain = with(Dmarc::Undeclared, Outcome::Fail, Outcome::Temperror);
    assert_eq!(say(&certain, &STRICTEST), "spf_fail");
    assert_eq!(say(&certain, &Policy::default()), "dns_unavailable");
    let certain = with(Dmarc::Undeclared, Outcome::Temperror, Outcome::Fail);
    assert_eq!(say(&certain, &STRICTEST), "dkim_fail");
    // Its author's domain may yet vouch for it.
    let open = with(Dmarc::Unknown, Outcome::Fail, Outcome::Temperror);
    assert_eq!(say(&open, &STRICTEST), "dns_unavailable");
    assert_eq!(say(&open, &Policy { dmarc_temperror: OnFault::Tag, ..STRICTEST }), "spf_fail");
}

#[test]
fn what_the_authors_domain_vouches_for_is_accepted() {
    // Forwarded: its own signature holds, the forwarder may not send for it.
    for outcome in [Outcome::Fail, Outcome::Softfail, Outcome::Permerror, Outcome::Temperror] {
        let forwarded = with(vouched(), outcome, Outcome::Pass);
        assert_eq!(say(&forwarded, &STRICTEST), "accepted", "{outcome:?}");
        let changed = with(vouched(), Outcome::Pass, outcome);
        assert_eq!(say(&changed, &STRICTEST), "accepted", "{outcome:?}");
    }
    // A signature alone, that aligns with nobody, is no such word.
    let strangers = with(Dmarc::Undeclared, Outcome::Fail, Outcome::Pass);
    assert_eq!(say(&strangers, &STRICTEST), "spf_fail");
}
