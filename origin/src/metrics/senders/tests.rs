use protocol::time::Timestamp;

use crate::{
    judge::{
        Dmarc, Evidence, Spf,
        spf::{Finding, Identity, Reason},
    },
    metrics::Metrics,
    ports::StoreStatus,
};
use protocol::message::Outcome;

fn text(metrics: &Metrics) -> String {
    let status = StoreStatus {
        used: 0,
        cap: 0,
        past_high_water: false,
        inboxes: 0,
        messages: 0,
        owed: 0,
        owed_since: None,
        evicted: 0,
    };
    metrics.render(&status, Timestamp::from_millis(0)).unwrap()
}

#[test]
fn checks_are_counted_by_method_and_outcome_and_name_nobody() {
    let metrics = Metrics::new();
    let (reason, domain) = (Reason::NothingMatched, "shop.example".to_owned());
    let finding = Finding { identity: Identity::Helo, domain, outcome: Outcome::Softfail, reason, explanation: None };
    let dmarc = Dmarc::Vouched { author: "shop.example".to_owned(), by: "shop.example".to_owned() };
    metrics.sender_checked(&Evidence { spf: Spf::Helo(finding), dmarc, ..Evidence::default() });
    metrics.sender_checked(&Evidence::default());
    let text = text(&metrics);
    for line in [
        r#"mayfly_sender_checks_total{method="spf",outcome="softfail"} 1"#,
        r#"mayfly_sender_checks_total{method="dkim",outcome="none"} 1"#,
        r#"mayfly_sender_checks_total{method="dmarc",outcome="pass"} 1"#,
        r#"mayfly_sender_checks_total{method="arc",outcome="none"} 1"#,
    ] {
        assert!(text.lines().any(|l| l == line), "no line {line:?} in:\n{text}");
    }
    assert!(!text.contains("shop.example"));
}
