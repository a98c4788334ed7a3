//! The batch form, pinned octet for octet: what an origin of one version signs, an edge of another reads.

#![expect(clippy::expect_used, reason = "vectors that cannot be read are a failed test")]

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use protocol::{
    batch::{Batch, BlobHead, Change, KeyHead, Signature, SigningKey, VerifyingKey, encode_with_keys},
    bytes::Base64,
    time::Timestamp,
    wrap::InboxKeys,
};
use serde::Deserialize;

const GOLDEN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/batch.json"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    seed: String,
    public_key: String,
    region: String,
    time: Timestamp,
    nonce: Base64,
    changes: Vec<Change>,
    blobs: Vec<GoldenBlob>,
    keys: Vec<GoldenKeys>,
    body: Base64,
    headers: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenBlob {
    head: BlobHead,
    octets: Base64,
}

/// One inbox's keys: its address's, then one for each hour.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenKeys {
    head: KeyHead,
    octets: Base64,
}

fn golden() -> Golden {
    serde_json::from_str(GOLDEN).expect("the vectors are of the documented form")
}

fn array<const N: usize>(octets: &[u8]) -> [u8; N] {
    octets.try_into().expect("the vectors' lengths are right")
}

#[test]
fn the_body_is_written_and_read_as_pinned() {
    let golden = golden();
    let blobs: Vec<_> = golden.blobs.iter().map(|blob| (blob.head, blob.octets.as_slice())).collect();
    let read = |keys: &GoldenKeys| {
        let read = InboxKeys::read(&keys.head.epochs, keys.octets.as_slice()).expect("as many keys as hours");
        (keys.head.inbox, read)
    };
    let keys: Vec<_> = golden.keys.iter().map(read).collect();
    let written = encode_with_keys(golden.changes.clone(), &blobs, &keys).expect("within bounds");
    assert_eq!(BASE64URL_NOPAD.encode(&written), golden.body.to_string());
    let read = Batch::parse(golden.body.as_slice()).expect("well formed");
    assert_eq!(read, Batch { changes: golden.changes, blobs, keys });
}

#[test]
fn the_headers_are_signed_and_verified_as_pinned() {
    let golden = golden();
    let key = SigningKey::from_seed(&array(&HEXLOWER.decode(golden.seed.as_bytes()).expect("hex")));
    let signed = key.sign(&golden.region, golden.time, array(golden.nonce.as_slice()), golden.body.as_slice());
    let written = signed.headers().map(|(name, value)| (name.to_owned(), value));
    assert_eq!(std::collections::BTreeMap::from(written), golden.headers);

    let read = Signature::from_headers(|name| golden.headers.get(name).cloned()).expect("complete");
    let public = HEXLOWER.decode(golden.public_key.as_bytes()).expect("hex");
    let public = VerifyingKey::from_bytes(&array(&public)).expect("a point");
    assert_eq!(public.verify(&read, golden.body.as_slice(), golden.time), Ok(()));
}
