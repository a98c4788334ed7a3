use protocol::wrap::{InboxKeys, KEYS_PATH};

use super::*;
use crate::registrar::fake::EPOCH;

#[tokio::test]
async fn the_edge_is_told_an_inboxs_keys_on_its_readers_behalf() {
    let bench = Bench::new();
    let (inbox, other) = (bench.inbox().await, bench.inbox().await);
    let path = format!("{KEYS_PATH}{}", inbox.id);
    let token = inbox.capability.read_token().to_text();
    let answer = bench.get(&path, &token).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(InboxKeys::unpack(&answer.body).unwrap().epochs().collect::<Vec<_>>(), [EPOCH]);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");

    let stranger = other.capability.read_token().to_text();
    assert_eq!(bench.get(&path, &stranger).await.status, StatusCode::FORBIDDEN);
    assert_eq!(bench.get(&path, "nonsense").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.ask("DELETE", &format!("/v1/inboxes/{}", inbox.id), &token).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.get(&path, &token).await.status, StatusCode::GONE, "an ended inbox has no keys");
}
