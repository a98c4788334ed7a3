//! What looking for dangerous files costs: a mail without any, a document, and an archive.

use std::{hint::black_box, io::Write as _, net::Ipv4Addr, sync::Arc};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use data_encoding::BASE64_MIME;
use flate2::{Compression, write::DeflateEncoder};
use origin::{
    judge::{Evidence, judge},
    mail::{Destination, Hop, Received, ReversePath, Secret},
    policy::Policy,
};
use protocol::{
    id::InboxId,
    sealing::{KeyPair, Suite},
    time::Timestamp,
};

/// Octets that do not deflate.
fn noise(octets: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut out = Vec::with_capacity(octets + 8);
    while out.len() < octets {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.extend_from_slice(&(state ^ state >> 29).to_le_bytes());
    }
    out.truncate(octets);
    out
}

/// A zip archive of so many files.
fn zip(files: usize, octets: usize) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let field = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    for n in 0..files {
        let name = format!("photos/{n:04}.jpg");
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        let data = encoder.write_all(&noise(octets)).and_then(|()| encoder.finish()).unwrap_or_default();
        let offset = field(out.len());
        let head =
            [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0], field(data.len()).as_slice(), &field(octets)].concat();
        let name_length = &field(name.len())[..2];
        out.extend([b"PK\x03\x04".as_slice(), &head, name_length, &[0, 0], name.as_bytes(), &data].concat());
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &head, name_length, &[0; 12], &offset].concat());
        directory.extend_from_slice(name.as_bytes());
    }
    let count = &field(files)[..2];
    let end = [b"PK\x05\x06\0\0\0\0", count, count, &field(directory.len()), &field(out.len()), &[0, 0]].concat();
    [out, directory, end].concat()
}

fn with_file(name: &str, octets: &[u8]) -> Vec<u8> {
    let head = "Subject: File\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n";
    let header = format!(
        "Content-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        BASE64_MIME.encode(octets)
    );
    format!("{head}{header}--b--\r\n").into_bytes()
}

fn received(message: &[u8]) -> Received {
    let public_key = Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key());
    Received {
        reverse_path: ReversePath::Null,
        recipients: vec![Destination {
            inbox: InboxId::from_bytes([1; 16]),
            public_key,
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            tag: None,
        }],
        raw: message.to_vec().into(),
        trace_len: 0,
        hop: Hop { client: Ipv4Addr::LOCALHOST.into(), helo: Secret(String::new()), tls: None },
        received_at: Timestamp::from_millis(0),
    }
}

fn bench(criterion: &mut Criterion) {
    let text = "The quick brown fox jumps over the lazy dog, and begins again.\r\n".repeat(60);
    let pdf = [b"%PDF-1.7\n".as_slice(), &noise(100 * 1024)].concat();
    let messages = [
        ("no attachment, 4 KiB", format!("Subject: Hello\r\n\r\n{text}").into_bytes()),
        ("100 KiB PDF", with_file("paper.pdf", &pdf)),
        ("5 MB zip of 500 files", with_file("photos.zip", &zip(500, 10_000))),
    ];
    let mut group = criterion.benchmark_group("files");
    for (name, message) in messages {
        group.throughput(Throughput::Bytes(message.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || received(&message),
                |received| black_box(judge(received, &Evidence::default(), Policy::default())),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
