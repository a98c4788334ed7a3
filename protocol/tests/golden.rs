//! The vectors under `tests/golden`: what every implementation of the protocol derives, seals and opens alike.
//!
//! `MAYFLY_BLESS=1` writes them anew, the same each time; otherwise they are held against what this crate does.
//! A change of these files is a change of the protocol: what is stored today would no longer open.
#![expect(clippy::expect_used, clippy::panic, reason = "a test says what is wrong by failing")]

use std::{convert::Infallible, env, fs, path::PathBuf};

use protocol::{
    bytes::Base64,
    capability::{Capability, Credential},
    id::{InboxId, MessageId},
    message::Part,
    sealing::{Binding, KeyPair, MessageParts, Opened, Payload, PublicKey, Sealer, Suite},
};
use rand_core::{TryCryptoRng, TryRng};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What follows from one capability.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Derived {
    capability: String,
    octets: Base64,
    public_key: Base64,
    read_token: String,
    read_token_hash: Base64,
    inbox_id: InboxId,
}

/// One message's parts, sealed with one encapsulation.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    suite: u8,
    key: Key,
    public_key: Base64,
    inbox_id: InboxId,
    message_id: MessageId,
    /// The state of [`Seeded`] that the encapsulation was drawn from.
    rng_seed: u64,
    parts: Vec<SealedPart>,
}

/// Where the key pair comes from.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Key {
    Capability(String),
    Seed(Base64),
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedPart {
    part: Part,
    encoding: Encoding,
    plaintext: Base64,
    blob: Base64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Identity,
    Deflate,
}

/// Numbers that are the same in every run (splitmix64): chance for tests alone.
struct Seeded(u64);

impl TryRng for Seeded {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|number| u32::try_from(number >> 32).expect("32 bits"))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }
    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for chunk in to.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name)
}

/// The vectors as they are stored, written first where that was asked for.
fn stored<T: Serialize + DeserializeOwned>(name: &str, made: impl FnOnce() -> T) -> T {
    if env::var_os("MAYFLY_BLESS").is_some_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(&made()).expect("vectors are JSON");
        fs::write(path(name), text + "\n").expect("tests/golden can be written");
    }
    let text = fs::read_to_string(path(name)).expect("the vectors are there: MAYFLY_BLESS=1 writes them");
    serde_json::from_str(&text).expect("the vectors have the form that this test writes")
}

fn capabilities() -> [Capability; 4] {
    let counting: [u8; 32] = std::array::from_fn(|n| u8::try_from(n).expect("32 numbers"));
    [
        Capability::from_bytes([0; 32]),
        Capability::from_bytes([0xff; 32]),
        Capability::from_bytes(counting),
        Capability::generate(&mut Seeded(1)),
    ]
}

fn derive(capability: &Capability) -> Derived {
    let token = capability.read_token();
    Derived {
        capability: capability.to_text(),
        octets: Base64(capability.as_bytes().to_vec()),
        public_key: Base64(capability.key_pair().public_key().as_bytes().to_vec()),
        read_token: token.to_text(),
        read_token_hash: Base64(token.hash().as_bytes().to_vec()),
        inbox_id: token.hash().inbox_id(),
    }
}

impl Key {
    fn pair(&self, suite: Suite) -> KeyPair {
        match self {
            Self::Capability(text) => {
                let capability: Capability = text.parse().expect("a capability");
                assert_eq!(capability.suite(), suite);
                capability.key_pair()
            }
            Self::Seed(seed) => KeyPair::from_seed(suite, seed.as_slice().try_into().expect("32 octets")),
        }
    }
}

fn seal(suite: Suite, key: Key, inbox_id: InboxId, rng_seed: u64) -> Message {
    let message_id = MessageId::from_bytes([0xc3; 16]);
    let public_key = key.pair(suite).public_key();
    let binding = Binding { inbox: inbox_id, message: message_id };
    let raw = b"Subject: your code\r\n\r\nIt is 483920.\r\n".repeat(60);
    let summary = "{\"subject\":\"Dein Code: 483920 \u{2709}\"}".as_bytes();
    let content = b"{\"text\":\"It is 483920. It is 483920. It is 483920.\"}";
    let address = b"quiet-heron-4821@mayfly.test";
    let deflate = |plaintext| miniz_oxide::deflate::compress_to_vec(plaintext, 6);
    let sealed = Sealer::new(&public_key, binding, &mut Seeded(rng_seed)).seal_message(MessageParts {
        summary: Payload::Identity(summary),
        content: Payload::Deflate(&deflate(content)),
        raw: Payload::Deflate(&deflate(&raw)),
    });
    let sealed_address = Sealer::new(&public_key, Binding::address(inbox_id), &mut Seeded(rng_seed + 1))
        .seal(Part::Address, Payload::Identity(address));
    let delivery =
        b"{\"at\":\"2026-11-23T20:54:00.125Z\",\"reason\":\"interrupted\",\"reply\":\"421 4.4.2 Timed out\"}";
    let sealed_delivery =
        Sealer::new(&public_key, binding, &mut Seeded(rng_seed + 2)).seal(Part::Delivery, Payload::Identity(delivery));
    let plaintexts: [(Part, Encoding, &[u8], Vec<u8>); 5] = [
        (Part::Summary, Encoding::Identity, summary, sealed.summary),
        (Part::Content, Encoding::Deflate, content, sealed.content),
        (Part::Raw, Encoding::Deflate, &raw, sealed.raw),
        (Part::Address, Encoding::Identity, address, sealed_address),
        (Part::Delivery, Encoding::Identity, delivery, sealed_delivery),
    ];
    let parts = plaintexts.map(|(part, encoding, plaintext, blob)| SealedPart {
        part,
        encoding,
        plaintext: Base64(plaintext.to_vec()),
        blob: Base64(blob),
    });
    Message {
        suite: suite.octet(),
        key,
        public_key: Base64(public_key.as_bytes().to_vec()),
        inbox_id,
        message_id,
        rng_seed,
        parts: parts.into(),
    }
}

fn messages() -> Vec<Message> {
    let [_, _, capability, drawn] = capabilities();
    let x25519 = Key::Seed(Base64(vec![0x2a; 32]));
    vec![
        seal(Suite::XWing, Key::Capability(capability.to_text()), capability.inbox_id(), 100),
        seal(Suite::XWing, Key::Capability(drawn.to_text()), drawn.inbox_id(), 200),
        seal(Suite::X25519, x25519, InboxId::from_bytes([0x11; 16]), 300),
    ]
}

#[test]
fn everything_that_follows_from_a_capability_is_as_it_was() {
    let vectors: Vec<Derived> = stored("capability.json", || capabilities().iter().map(derive).collect());
    assert_eq!(vectors.len(), capabilities().len());
    for vector in vectors {
        let capability: Capability = vector.capability.parse().expect("a capability");
        assert_eq!(derive(&capability), vector);
        let credential: Credential = vector.read_token.parse().expect("a read token");
        assert!(credential.read_token().hash() == capability.read_token().hash());
    }
}

#[test]
fn what_was_sealed_opens_and_is_sealed_alike() {
    let vectors: Vec<Message> = stored("sealed.json", messages);
    assert_eq!(vectors.len(), messages().len());
    for vector in vectors {
        let suite = Suite::from_octet(vector.suite).expect("a suite");
        let pair = vector.key.pair(suite);
        let public_key = PublicKey::from_bytes(suite, vector.public_key.as_slice()).expect("a public key");
        assert!(pair.public_key() == public_key);
        assert_eq!(vector.parts.len(), 5);
        for part in &vector.parts {
            check(&vector, part, &pair, &public_key);
        }
    }
}

fn check(vector: &Message, sealed: &SealedPart, pair: &KeyPair, public_key: &PublicKey) {
    let (binding, rng_seed) = match sealed.part {
        Part::Address => (Binding::address(vector.inbox_id), vector.rng_seed + 1),
        Part::Delivery => (Binding { inbox: vector.inbox_id, message: vector.message_id }, vector.rng_seed + 2),
        Part::Summary | Part::Content | Part::Raw => {
            (Binding { inbox: vector.inbox_id, message: vector.message_id }, vector.rng_seed)
        }
    };
    let open = || pair.open(&binding, sealed.part, sealed.blob.as_slice()).expect("the seal holds");
    let sealer = Sealer::new(public_key, binding, &mut Seeded(rng_seed));
    // The payload is sealed again as it stands: another version of the codec may deflate in another way.
    let again = match (sealed.encoding, open()) {
        (Encoding::Identity, Opened::Identity(payload)) => sealer.seal(sealed.part, Payload::Identity(&payload)),
        (Encoding::Deflate, Opened::Deflate(payload)) => sealer.seal(sealed.part, Payload::Deflate(&payload)),
        (encoding, Opened::Identity(_) | Opened::Deflate(_)) => panic!("opened as another encoding than {encoding:?}"),
    };
    assert!(again == sealed.blob.0, "sealing gives other octets than it did");
    let plaintext = open().inflate(1 << 20).expect("the payload inflates");
    assert!(*plaintext == sealed.plaintext.0, "opening gives another plaintext than was sealed");
}
