use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use protocol::{message::Outcome, time::Millis};

use super::*;
use crate::{
    dns::Name,
    judge::spf::Reason,
    mail::{Hop, Secret},
    ports::{Exchange, Lookup},
};

struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// One policy for the client's name, another for the sender's domain; each question takes a while.
struct Slow {
    clock: Hand,
    each: Millis,
}

#[async_trait]
impl Resolver for Slow {
    async fn txt(&self, name: &Name) -> Lookup<Vec<u8>> {
        self.clock.0.fetch_add(self.each.as_millis(), Ordering::SeqCst);
        match name.as_str() {
            "mta.example" => Lookup::Records(vec![b"v=spf1 -all".to_vec()]),
            "shop.example" => Lookup::Records(vec![b"v=spf1 include:spf.shop.example -all".to_vec()]),
            "spf.shop.example" => Lookup::Records(vec![b"v=spf1 ip4:192.0.2.0/24 -all".to_vec()]),
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

async fn evidence(client: &str, reverse_path: ReversePath, each: Millis, raw: &str) -> (Evidence, Timestamp) {
    let mut message = Received {
        reverse_path,
        recipients: Vec::new(),
        raw: raw.as_bytes().to_vec().into(),
        trace_len: 0,
        hop: Hop {
            client: client.parse::<IpAddr>().unwrap().into(),
            helo: Secret("mta.example".to_owned()),
            tls: None,
        },
        received_at: Timestamp::from_millis(0),
    };
    let dns = Slow { clock: Hand(AtomicU64::new(0)), each };
    let evidence = gather(&mut message, "mx.mayfly.test", &dns, &dns.clock, &Semaphore::new(1)).await.unwrap();
    (evidence, dns.clock.now())
}

async fn gathered(client: &str, reverse_path: ReversePath, each: Millis) -> Spf {
    evidence(client, reverse_path, each, "").await.0.spf
}

fn anna() -> ReversePath {
    ReversePath::Mailbox(Secret("anna@shop.example".to_owned()))
}

#[tokio::test]
async fn both_identities_are_checked_and_the_reverse_path_counts() {
    let spf = gathered("192.0.2.7", anna(), Millis::from_millis(1)).await;
    let Spf::Both { helo, mail_from } = &spf else { panic!("{spf:?}") };
    assert_eq!((helo.outcome, mail_from.outcome), (Outcome::Fail, Outcome::Pass));
    assert_eq!(spf.outcome(), Outcome::Pass);
}

#[tokio::test]
async fn a_null_reverse_path_is_judged_by_the_clients_name() {
    let spf = gathered("192.0.2.7", ReversePath::Null, Millis::from_millis(1)).await;
    assert!(matches!(spf, Spf::Helo(_)));
    assert_eq!(spf.outcome(), Outcome::Fail);
}

#[tokio::test]
async fn no_domain_speaks_for_clients_of_our_own_network() {
    for client in ["127.0.0.1", "::1", "10.1.2.3", "::ffff:192.168.1.1", "fd00::1", "fe80::1", "169.254.0.1"] {
        assert_eq!(gathered(client, anna(), Millis::from_millis(1)).await, Spf::Unchecked, "{client}");
    }
}

#[tokio::test]
async fn slow_answers_end_in_a_temporary_error() {
    let spf = gathered("192.0.2.7", anna(), Millis::from_millis(SENDER_BUDGET.as_millis() / 2)).await;
    let Spf::Both { mail_from, .. } = &spf else { panic!("{spf:?}") };
    assert_eq!((mail_from.outcome, mail_from.reason), (Outcome::Temperror, Reason::Overtime));
}

const SIGNED: &str = "DKIM-Signature: v=1; a=ed25519-sha256; d=a.example; s=b; h=from; bh=AAAA; b=AAAA\r\n\
                      From: anna@a.example\r\n\r\n";

#[tokio::test]
async fn signatures_of_our_own_network_are_verified() {
    let (evidence, _) = evidence("127.0.0.1", anna(), Millis::from_millis(1), SIGNED).await;
    assert_eq!((evidence.spf, evidence.dmarc), (Spf::Unchecked, Dmarc::Unchecked));
    assert_eq!(evidence.dkim.outcome(), Outcome::Permerror);
}

#[tokio::test]
async fn all_checks_share_one_budget() {
    let each = Millis::from_millis(SENDER_BUDGET.as_millis() / 2);
    let (evidence, ended) = evidence("192.0.2.7", anna(), each, SIGNED).await;
    // SPF's questions took all of it: none about the key is put.
    assert_eq!((evidence.spf.outcome(), evidence.dkim.outcome()), (Outcome::Temperror, Outcome::Temperror));
    assert_eq!(ended, Timestamp::from_millis(0).plus(SENDER_BUDGET));
}
