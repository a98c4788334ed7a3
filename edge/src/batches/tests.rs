use protocol::{
    batch::{BlobHead, SigningKey},
    bytes::Base64,
    capability::Capability,
    cursor::Seq,
    id::InboxId,
    time::{Millis, Timestamp},
};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn record(region: &str, seq: u64) -> InboxRecord {
    let hash = Capability::from_bytes([1; 32]).read_token().hash();
    InboxRecord {
        id: hash.inbox_id(),
        region: region.to_owned(),
        read_token_hash: Base64(hash.as_bytes().to_vec()),
        sealed_address: Base64(Vec::new()),
        domain: "mail.example".to_owned(),
        created_at: NOW,
        expires_at: NOW.plus(Millis::from_secs(60)),
        seq: Seq(seq),
        entries: Vec::new(),
        deleted: Vec::new(),
        deliveries: Vec::new(),
    }
}

fn update(record: InboxRecord) -> Change {
    Change::Update { record: Box::new(record), removed: Vec::new() }
}

fn erase() -> Change {
    Change::Erase { inbox: record("fsn", 0).id, removed: Vec::new(), gone_until: NOW }
}

fn living(region: &str, seq: u64) -> Standing {
    Standing::Living(Box::new(record(region, seq)))
}

fn table(seeds: &[(&str, u8)]) -> RegionTable {
    let region = |(name, seed): &(&str, u8)| {
        let key = Base64(SigningKey::from_seed(&[*seed; 32]).verifying_key().to_bytes().to_vec());
        format!(
            r#"{{"name":"{name}","url":"https://{name}.example","place":{{"latitude":0,"longitude":0}},"keys":["{key}"]}}"#
        )
    };
    let regions: Vec<_> = seeds.iter().map(region).collect();
    RegionTable::parse(&format!("[{}]", regions.join(","))).unwrap()
}

#[test]
fn a_key_speaks_for_its_own_region_alone() {
    let table = table(&[("fsn", 1), ("use", 2)]);
    let signed = |region, seed| SigningKey::from_seed(&[seed; 32]).sign(region, NOW, [0; 16], b"");
    assert_eq!(key(&table, &signed("fsn", 1)).unwrap(), SigningKey::from_seed(&[1; 32]).verifying_key());
    assert_eq!(key(&table, &signed("fsn", 2)), Err(BatchError::Key));
    assert_eq!(key(&table, &signed("use", 1)), Err(BatchError::Key));
    assert_eq!(key(&table, &signed("sin", 1)), Err(BatchError::Key));
}

#[test]
fn a_region_speaks_for_its_own_inboxes_alone() {
    let batch = |record| {
        let (changes, blobs) = (vec![update(record)], Vec::<(BlobHead, &[u8])>::new());
        Batch { changes, blobs, keys: Vec::new() }
    };
    assert_eq!(authority(&batch(record("fsn", 1)), "fsn"), Ok(()));
    assert_eq!(authority(&batch(record("use", 1)), "fsn").unwrap_err().problem.status, 403);
    let stolen = InboxRecord { id: InboxId::from_bytes([9; 16]), ..record("fsn", 1) };
    assert_eq!(authority(&batch(stolen), "fsn").unwrap_err().problem.status, 403);
}

#[test]
fn what_a_change_does_depends_on_what_is_there() {
    assert_eq!(effect(&update(record("fsn", 1)), "fsn", &Standing::Unknown), Effect::Apply);
    assert_eq!(effect(&update(record("fsn", 2)), "fsn", &living("fsn", 2)), Effect::Apply, "twice is as good as once");
    assert_eq!(effect(&update(record("fsn", 1)), "fsn", &living("fsn", 2)), Effect::BlobsOnly);
    assert_eq!(effect(&update(record("fsn", 3)), "fsn", &living("use", 2)), Effect::Refuse);
    assert_eq!(effect(&update(record("fsn", 9)), "fsn", &Standing::Gone), Effect::Nothing, "it does not come back");
    let expired = Standing::Expired(Box::new(record("fsn", 2)));
    assert_eq!(effect(&update(record("fsn", 3)), "fsn", &expired), Effect::Apply, "it may have been extended");
}

#[test]
fn an_end_is_an_end() {
    assert_eq!(effect(&erase(), "fsn", &living("fsn", 9)), Effect::Apply);
    assert_eq!(effect(&erase(), "fsn", &Standing::Gone), Effect::Apply);
    assert_eq!(effect(&erase(), "fsn", &Standing::Unknown), Effect::Apply);
    assert_eq!(effect(&erase(), "fsn", &living("use", 9)), Effect::Refuse);
}

#[test]
fn each_error_has_its_status() {
    let status = |error| refusal(error).problem.status;
    assert_eq!(status(BatchError::Headers), 401);
    assert_eq!(status(BatchError::Key), 401);
    assert_eq!(status(BatchError::Stale { skew_ms: 9, limit_ms: 3 }), 401);
    assert_eq!(status(BatchError::Forged), 401);
    assert_eq!(status(BatchError::TooLarge { len: 9, limit: 3 }), 413);
    assert_eq!(status(BatchError::Malformed("x")), 400);
    assert_eq!(replayed().problem.status, 409);
}
