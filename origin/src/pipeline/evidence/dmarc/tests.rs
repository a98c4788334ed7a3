use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use protocol::{
    message::Outcome,
    time::{Millis, Timestamp},
};

use super::*;
use crate::{
    dns::Name,
    judge::{
        Asked, Covers, Detail, Signature,
        spf::{Finding, Identity, Reason},
    },
    ports::{Clock, Exchange, Lookup},
};

struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// One record, at `shop.example`; each question takes a while.
struct Slow {
    clock: Hand,
    each: Millis,
    asked: AtomicUsize,
    failing: &'static str,
}

#[async_trait]
impl Resolver for Slow {
    async fn txt(&self, name: &Name) -> Lookup<Vec<u8>> {
        self.clock.0.fetch_add(self.each.as_millis(), Ordering::SeqCst);
        self.asked.fetch_add(1, Ordering::SeqCst);
        match name.as_str() {
            name if name == self.failing => Lookup::Failed,
            "_dmarc.shop.example" => Lookup::Records(vec![b"v=DMARC1; p=reject; np=none".to_vec()]),
            _ => Lookup::NoSuchName,
        }
    }

    async fn a(&self, _: &Name) -> Lookup<Ipv4Addr> {
        Lookup::NoSuchName
    }

    async fn aaaa(&self, _: &Name) -> Lookup<Ipv6Addr> {
        Lookup::NoSuchName
    }

    async fn mx(&self, _: &Name) -> Lookup<Exchange> {
        Lookup::NoSuchName
    }

    async fn ptr(&self, _: &Name) -> Lookup<Name> {
        Lookup::NoSuchName
    }
}

async fn checked(header: &[u8], signer: &str, each: Millis, failing: &'static str) -> (Dmarc, usize) {
    let dns = Slow { clock: Hand(AtomicU64::new(0)), each, asked: AtomicUsize::new(0), failing };
    let time = Time { clock: &dns.clock, until: Timestamp::from_millis(100) };
    let (reason, domain) = (Reason::NoRecord, "mta.example".to_owned());
    let spf =
        Spf::Helo(Finding { identity: Identity::Helo, domain, outcome: Outcome::None, reason, explanation: None });
    let (domain, selector) = (signer.to_owned(), "s".to_owned());
    let dkim = Dkim::Checked(vec![Signature {
        domain,
        selector,
        outcome: Outcome::Pass,
        covers: Covers::Whole,
        detail: Detail::default(),
    }]);
    let dmarc = check(header, &spf, &dkim, &dns, &time).await;
    (dmarc, dns.asked.load(Ordering::SeqCst))
}

const QUICK: Millis = Millis::from_millis(1);

#[tokio::test]
async fn what_is_asked_is_answered() {
    let header = b"Received: by mx.mayfly.test\r\nFrom: a@shop.example\r\n\r\nFrom: b@other.example\r\n";
    let (dmarc, asked) = checked(header, "shop.example", QUICK, "").await;
    assert_eq!((dmarc.aligned(), asked), (Some("shop.example"), 1));
    let (dmarc, asked) = checked(header, "mail.shop.example", QUICK, "").await;
    assert_eq!((dmarc.aligned(), asked), (Some("shop.example"), 3));
    let (dmarc, _) = checked(header, "shop.test", QUICK, "").await;
    assert_eq!(dmarc, Dmarc::Disowned { author: "shop.example".to_owned(), asked: Asked::Reject });
    let (dmarc, asked) = checked(b"From: a@x.shop.example\r\n\r\n", "shop.test", QUICK, "").await;
    assert_eq!(dmarc, Dmarc::Disowned { author: "x.shop.example".to_owned(), asked: Asked::Nothing });
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn without_an_author_nothing_is_asked() {
    assert_eq!(checked(b"Subject: Hello\r\n\r\n", "shop.example", QUICK, "").await, (Dmarc::NoAuthor, 0));
}

#[tokio::test]
async fn a_failed_look_up_says_nothing() {
    let header = b"From: a@shop.example\r\n\r\n";
    assert_eq!(checked(header, "shop.example", QUICK, "_dmarc.shop.example").await.0, Dmarc::Unknown);
    assert_eq!(checked(header, "mail.shop.example", QUICK, "_dmarc.example").await.0, Dmarc::Unknown);
    assert_eq!(checked(header, "shop.example", QUICK, "_dmarc.example").await.0.aligned(), Some("shop.example"));
}

#[tokio::test]
async fn nothing_is_asked_when_time_is_up() {
    let header = b"From: a@shop.example\r\n\r\n";
    let slow = Millis::from_millis(100);
    assert_eq!(checked(header, "mail.shop.example", slow, "").await, (Dmarc::Unknown, 1));
    assert_eq!(checked(header, "shop.example", slow, "").await.0.aligned(), Some("shop.example"));
}
