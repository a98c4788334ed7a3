use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use protocol::{message::Outcome, time::Millis};

use super::*;
use crate::{
    dns::Name,
    limits::{ARC_SETS, SIGNATURES, VERIFICATION_OCTETS},
    mail::{Hop, ReversePath, Secret},
    ports::{Clock, Exchange, Lookup},
};

struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Has no key of anybody, and counts who asks.
#[derive(Default)]
struct Empty(AtomicUsize);

#[async_trait]
impl Resolver for Empty {
    async fn txt(&self, _: &Name) -> Lookup<Vec<u8>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Lookup::NoSuchName
    }

    async fn a(&self, _: &Name) -> Lookup<Ipv4Addr> {
        Lookup::Failed
    }

    async fn aaaa(&self, _: &Name) -> Lookup<Ipv6Addr> {
        Lookup::Failed
    }

    async fn mx(&self, _: &Name) -> Lookup<Exchange> {
        Lookup::Failed
    }

    async fn ptr(&self, _: &Name) -> Lookup<Name> {
        Lookup::Failed
    }
}

const SIGNED: &str = "DKIM-Signature: v=1; a=ed25519-sha256; d=a.example; s=b; h=from; bh=AAAA; b=AAAA\r\n\
                      DKIM-Signature: v=1; a=ed25519-sha256; d=a.example; s=b; h=from; bh=AAAA; b=AAAB\r\n\
                      From: anna@a.example\r\n\r\n";

fn outcomes(dkim: &Dkim) -> Vec<Outcome> {
    let Dkim::Checked(signatures) = dkim else { panic!("not checked") };
    signatures.iter().map(|signature| signature.outcome).collect()
}

#[tokio::test]
async fn a_key_is_asked_for_once_and_missed_for_good() {
    let (dns, clock) = (Empty::default(), Hand(AtomicU64::new(0)));
    let time = Time { clock: &clock, until: clock.now().plus(Millis::from_secs(1)) };
    let (dkim, chain) = check(SIGNED.as_bytes(), &dns, &time).await;
    assert_eq!(outcomes(&dkim), [Outcome::Permerror; 2]);
    assert_eq!((chain, dns.0.into_inner()), (Chain::None, 1));
}

#[tokio::test]
async fn nothing_is_asked_once_time_is_up() {
    let (dns, clock) = (Empty::default(), Hand(AtomicU64::new(0)));
    let (dkim, _) = check(SIGNED.as_bytes(), &dns, &Time { clock: &clock, until: clock.now() }).await;
    assert_eq!(outcomes(&dkim), [Outcome::Temperror; 2]);
    assert_eq!(dns.0.into_inner(), 0);
}

#[tokio::test]
async fn a_long_message_is_verified_elsewhere_and_comes_back() {
    const TRACE: &str = "Received: x\r\n";
    let mut raw = [TRACE, SIGNED].concat().into_bytes();
    raw.resize(INLINE_WORK_OCTETS + 1, b'a');
    let mut message = Received {
        reverse_path: ReversePath::Null,
        recipients: Vec::new(),
        raw: raw.clone().into(),
        trace_len: TRACE.len(),
        hop: Hop { client: Ipv4Addr::LOCALHOST.into(), helo: Secret(String::new()), tls: None },
        received_at: Timestamp::from_millis(0),
    };
    let (turns, now) = (Semaphore::new(1), Timestamp::from_millis(0));
    let known = || {
        let mut known = Known::default();
        dkim::questions(sent(&message)).into_iter().for_each(|name| known.learn(name, Lookup::NoRecords));
        known
    };
    let known = known();
    assert!(work(sent(&message)) > INLINE_WORK_OCTETS);
    let (dkim, _) = verify(&mut message, known, now, &turns).await.unwrap();
    assert_eq!(outcomes(&dkim), [Outcome::Permerror; 2]);
    assert_eq!((*message.raw == raw, turns.available_permits()), (true, 1));
}

#[test]
fn each_verification_is_work_though_one_key_serves_them_all() {
    let signature = "DKIM-Signature: v=1; a=ed25519-sha256; d=a.example; s=b; h=from; bh=AAAA; b=AAAA\r\n";
    let seal = |i: usize| {
        let cv = if i == 1 { "none" } else { "pass" };
        format!(
            "ARC-Seal: i={i}; a=ed25519-sha256; cv={cv}; d=a.example; s=b; b=AAAA\r\n\
             ARC-Message-Signature: i={i}; a=ed25519-sha256; d=a.example; s=b; h=from; bh=AAAA; b=AAAA\r\n\
             ARC-Authentication-Results: i={i}; mx.example; none\r\n"
        )
    };
    let worked = |header: &str| {
        let raw = format!("{header}From: anna@a.example\r\n\r\n");
        assert_eq!(dkim::questions(raw.as_bytes()).len(), 1);
        (work(raw.as_bytes()), raw.len())
    };
    let (one, octets) = worked(signature);
    assert_eq!(one, octets + VERIFICATION_OCTETS + octets - "\r\n".len());
    // Eight signatures, ten seals and the signature of the newest set; each may be for all of the header.
    let (all, octets) = worked(&(signature.repeat(SIGNATURES + 1) + &(1..=ARC_SETS).map(seal).collect::<String>()));
    assert!(
        all > (SIGNATURES + ARC_SETS + 1) * (VERIFICATION_OCTETS + octets - 2) && all > INLINE_WORK_OCTETS,
        "{all}"
    );
    assert_eq!(work(b"From: anna@a.example\r\n\r\n"), 0);
}
