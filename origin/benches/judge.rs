//! What judging and sealing a message cost: a short one-time code, a newsletter-sized HTML mail, and a
//! large attachment.

use std::{hint::black_box, net::Ipv4Addr, sync::Arc};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use origin::{
    judge::{Evidence, judge},
    mail::{Destination, Hop, Received, ReversePath, Secret},
    policy::Policy,
    seal::{aws_lc::AwsLc, prepare},
    verdict::Verdict,
};
use protocol::{
    id::{InboxId, MessageId},
    sealing::{
        KeyPair, Suite,
        primitives::{Portable, Primitives},
    },
    time::Timestamp,
};

/// Chance without a system call, so that only sealing is measured.
struct Counting(u64);

impl rand_core::TryRng for Counting {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|value| u32::try_from(value >> 32).unwrap_or(0))
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for piece in out.chunks_mut(8) {
            let value = self.try_next_u64()?.to_le_bytes();
            piece.copy_from_slice(&value[..piece.len()]);
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Counting {}

fn destination() -> Destination {
    let public_key = Arc::new(KeyPair::from_seed(Suite::XWing, &[7; 32]).public_key());
    Destination {
        inbox: InboxId::from_bytes([1; 16]),
        public_key,
        wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
        tag: None,
    }
}

fn received(message: &[u8], destination: &Destination) -> Received {
    Received {
        reverse_path: ReversePath::Null,
        recipients: vec![destination.clone()],
        raw: message.to_vec().into(),
        trace_len: 0,
        hop: Hop { client: Ipv4Addr::LOCALHOST.into(), helo: Secret(String::new()), tls: None },
        received_at: Timestamp::from_millis(0),
    }
}

fn messages() -> [(&'static str, Vec<u8>); 5] {
    let code = b"From: a@tern.example\r\nSubject: Your code\r\n\r\nYour verification code is 482913.\r\n".to_vec();
    let rows = "<tr><td style=\"padding:8px;color:#334455\"><a href=\"https://shore.example/item?id=20261123\">Item 2026</a> \
                &euro;1299.00 for 250 people</td></tr>\r\n";
    let html = format!("Subject: Sale\r\nContent-Type: text/html\r\n\r\n<table>{}</table>\r\n", rows.repeat(350));
    let line = "VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZy4gMDEyMzQ1Njc4OSBhYmNk\r\n";
    let file = format!(
        "Subject: File\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        line.repeat(60_000)
    );
    let head = "From: a@tern.example\r\nTo: b@mayfly.example\r\nSubject: Your code is 482913\r\n\
                Date: Mon, 23 Nov 2026 20:54:00 +0000\r\nMessage-ID: <1@tern.example>\r\nMIME-Version: 1.0\r\n\
                Content-Type: text/plain; charset=utf-8\r\n\r\n";
    let prose = "The quick brown fox jumps over the lazy dog 0123456789 abcdefghijklmnopqrst\r\n";
    let text = |octets: usize| format!("{head}{}", prose.repeat(octets / prose.len())).into_bytes();
    [
        ("code", code),
        ("4 KiB", text(4 << 10)),
        ("100 KiB", text(100 << 10)),
        ("newsletter", html.into_bytes()),
        ("attachment", file.into_bytes()),
    ]
}

fn judged(received: Received) -> Verdict {
    judge(received, &Evidence::default(), Policy::default())
}

fn bench(criterion: &mut Criterion) {
    let destination = destination();
    for (name, message) in messages() {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(message.len() as u64));
        group.bench_function("judge", |bencher| {
            bencher.iter_batched(|| received(&message, &destination), judged, BatchSize::LargeInput);
        });
        let Verdict::Accepted(accepted) = judged(received(&message, &destination)) else { continue };
        group.bench_function("prepare", |bencher| bencher.iter(|| black_box(prepare(&accepted))));
        let ready = prepare(&accepted);
        let mut rng = Counting(1);
        let all: [(&str, &dyn Primitives); 2] = [("seal", &AwsLc), ("seal, portable", &Portable)];
        for (name, primitives) in all {
            group.bench_function(name, |bencher| {
                let id = MessageId::from_bytes([2; 16]);
                bencher.iter(|| black_box(ready.seal(&destination, id, primitives, &mut rng)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
