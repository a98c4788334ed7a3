//! Signs one batch and prints it as curl takes it: for trying the edge by hand, without an origin.
//!
//! `push <seed byte> <message text>` writes `batch.bin`, `headers.txt`, `erase.bin`, `erase-headers.txt` into the
//! folder named by `PUSH_DIR` and prints the public key, the inbox's id, its read token and its capability. Everything
//! follows from the arguments but the times and the nonces: what is printed is a test's, never a person's.

use std::{env, fs, path::PathBuf, time::UNIX_EPOCH};

use protocol::{
    batch::{BlobHead, Change, InboxRecord, IndexEntry, Signature, SigningKey, encode, encode_with_keys},
    bytes::Base64,
    capability::Capability,
    cursor::Seq,
    id::MessageId,
    message::{Attachment, AttachmentSummary, Content, Part, SealedEntry, SealedParts, Summary, TransferEncoding},
    sealing::{Binding, MessageParts, Payload, Sealer, primitives::Portable},
    time::{Millis, Timestamp},
    wrap::{Epoch, EpochKey, InboxKeys, WrapKey},
};

type Failure = Box<dyn std::error::Error>;

/// An inbox, the blobs of its message, what reads them, and the message.
type Told = (Change, Vec<(BlobHead, Vec<u8>)>, InboxKeys, MessageId);

/// Chance from the operating system, as the sealer takes it.
struct System;

impl rand_core::TryRng for System {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    #[expect(clippy::disallowed_methods, clippy::expect_used, reason = "an example is its own source of chance")]
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        getrandom::fill(out).expect("the system's generator answers");
        Ok(())
    }
}

impl rand_core::TryCryptoRng for System {}

#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "an example reads the clock and prints")]
fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let seed = arguments.next().ok_or("a seed byte is missing")?.parse()?;
    let text = arguments.next().unwrap_or_else(|| "Your code is 482913.".to_owned());
    let folder = PathBuf::from(env::var("PUSH_DIR").unwrap_or_else(|_| ".".to_owned()));
    let now =
        Timestamp::from_millis(u64::try_from(std::time::SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?);

    let key = SigningKey::from_seed(&[seed; 32]);
    let capability = Capability::from_bytes([seed; 32]);
    let (change, blobs, keys, message) = update(&capability, &text, now)?;
    let heads: Vec<_> = blobs.iter().map(|(head, blob)| (*head, blob.as_slice())).collect();
    let batch = encode_with_keys(vec![change], &heads, &[(capability.inbox_id(), keys)])?;
    write(&folder, "batch.bin", "headers.txt", &key, &batch, now)?;

    let inbox = capability.inbox_id();
    let gone_until = now.plus(Millis::from_secs(24 * 60 * 60));
    let erase = encode(vec![Change::Erase { inbox, removed: vec![message], gone_until }], &[])?;
    write(&folder, "erase.bin", "erase-headers.txt", &key, &erase, now)?;

    println!("key={}", Base64(key.verifying_key().to_bytes().to_vec()));
    println!("inbox={inbox}");
    println!("message={message}");
    println!("read_token={}", capability.read_token().to_text());
    println!("capability={}", capability.to_text());
    Ok(())
}

/// An inbox with one message of three parts.
fn update(capability: &Capability, text: &str, now: Timestamp) -> Result<Told, Failure> {
    let mut draw = [0; 16];
    rand_core::TryRng::try_fill_bytes(&mut System, &mut draw)?;
    let (inbox, message) = (capability.inbox_id(), MessageId::from_bytes(draw));
    let public = capability.key_pair().public_key();
    let raw = format!("From: a@example.org\r\nSubject: Hello\r\n\r\n{text}\r\nSGVsbG8gYXR0YWNobWVudA==\r\n");
    let listed = AttachmentSummary {
        n: 0,
        filename: "grüße.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        size: 16,
        danger: None,
        withheld: None,
    };
    let offset = u64::try_from(raw.find("SGVs").ok_or("the attachment is there")?)?;
    let attachment = Attachment { summary: listed.clone(), offset, length: 24, encoding: TransferEncoding::Base64 };
    let content = Content { text: Some(text.to_owned()), attachments: vec![attachment], ..Content::default() };
    let summary = Summary { subject: "Hello".to_owned(), attachments: vec![listed], ..Summary::default() };

    let sealer = Sealer::new(&public, Binding { inbox, message }, &mut System);
    let MessageParts { mut summary, mut content, raw: mut sealed_raw } = sealer.seal_message(MessageParts {
        summary: Payload::Identity(&serde_json::to_vec(&summary)?),
        content: Payload::Identity(&serde_json::to_vec(&content)?),
        raw: Payload::Identity(raw.as_bytes()),
    });
    let mut address = Sealer::new(&public, Binding::address(inbox), &mut System)
        .seal(Part::Address, Payload::Identity(b"quiet-heron-4821@mail.example"));
    let (epoch_key, wrap_key) = (EpochKey::filled(|key| key.fill(1)), WrapKey::filled(|key| key.fill(2)));
    let of_message = wrap_key.message(Epoch::of(now), &epoch_key, Binding { inbox, message });
    of_message.wrap(&Portable, Part::Summary, &mut summary);
    of_message.wrap(&Portable, Part::Content, &mut content);
    of_message.wrap(&Portable, Part::Raw, &mut sealed_raw);
    wrap_key.wrap_address(&Portable, Binding::address(inbox), &mut address);
    let keys = InboxKeys::derive(&wrap_key, [(Epoch::of(now), &epoch_key)]);
    let entry = SealedEntry {
        id: message,
        received_at: now,
        size: u64::try_from(sealed_raw.len())?,
        sealed: SealedParts { summary: Base64(summary), content: None },
    };
    let record = InboxRecord {
        id: inbox,
        region: "local".to_owned(),
        read_token_hash: Base64(capability.read_token().hash().as_bytes().to_vec()),
        sealed_address: Base64(address),
        domain: "mail.example".to_owned(),
        created_at: now,
        expires_at: now.plus(Millis::from_secs(24 * 60 * 60)),
        seq: Seq(1),
        entries: vec![IndexEntry { seq: Seq(1), entry }],
        deleted: Vec::new(),
        deliveries: Vec::new(),
    };
    let blob = |part, octets: Vec<u8>| -> Result<_, Failure> {
        Ok((BlobHead { inbox, message, part, len: u32::try_from(octets.len())? }, octets))
    };
    let blobs = vec![blob(Part::Content, content)?, blob(Part::Raw, sealed_raw)?];
    Ok((Change::Update { record: Box::new(record), removed: Vec::new() }, blobs, keys, message))
}

/// Writes a body, and its headers one a line, as `curl --header @file` reads them.
fn write(
    folder: &std::path::Path,
    body_file: &str,
    header_file: &str,
    key: &SigningKey,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Failure> {
    let mut nonce = [0; 16];
    rand_core::TryRng::try_fill_bytes(&mut System, &mut nonce)?;
    let signature: Signature = key.sign("local", now, nonce, body);
    let lines: Vec<String> = signature.headers().iter().map(|(name, value)| format!("{name}: {value}")).collect();
    fs::write(folder.join(body_file), body)?;
    fs::write(folder.join(header_file), lines.join("\n"))?;
    Ok(())
}
