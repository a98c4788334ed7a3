use protocol::{delivery::DeliveryRecord, message::Part, sealing::primitives::Portable};

use super::*;
use crate::{mail::Destination, seal::seal_record};

impl Bench {
    /// Notes that mail for `inbox` did not come.
    pub(super) async fn miss(&self, inbox: &Owned, reason: &str) -> MessageId {
        let record = DeliveryRecord {
            at: self.clock.time(),
            sender_domain: Some("sender.example".to_owned()),
            size: Some(1_234),
            reason: reason.to_owned(),
            reply: "550 5.7.23 canary".to_owned(),
        };
        let public_key = Arc::new(inbox.capability.key_pair().public_key());
        let destination = Destination {
            inbox: inbox.id,
            public_key,
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            tag: None,
        };
        let mut id = [0; 16];
        self.chance.fill(&mut id);
        let id = MessageId::from_bytes(id);
        let sealed = seal_record(record, &destination, id, &Portable, &mut Draw(&*self.chance));
        self.store.note(sealed, self.clock.time()).await.unwrap();
        id
    }
}

#[tokio::test]
async fn records_are_sealed_to_a_read_token_and_open_to_a_capability() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let id = bench.miss(&inbox, "spf_fail").await;
    let answer = bench.get(&inbox.path("/deliveries"), &inbox.read_token()).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let sealed = answer.json();
    assert_eq!((&sealed["cursor"], &sealed["deliveries"][0]["id"]), (&"c1".into(), &id.to_string().into()));
    assert!(!answer.body.windows(6).any(|window| window == b"sender" || window == b"canary"));
    let blob: protocol::bytes::Base64 = serde_json::from_value(sealed["deliveries"][0]["sealed"].clone()).unwrap();
    let binding = Binding { inbox: inbox.id, message: id };
    let opened = inbox.capability.key_pair().open(&binding, Part::Delivery, blob.as_slice()).unwrap();
    let opened: DeliveryRecord = serde_json::from_slice(&opened.inflate(4_096).unwrap()).unwrap();
    assert_eq!(opened.reason, "spf_fail");

    let answer = bench.get(&inbox.path("/deliveries"), &inbox.capability()).await;
    assert_eq!((answer.header("mayfly-assisted"), answer.header("content-type")), ("origin", "application/json"));
    let open = answer.json()["deliveries"][0].clone();
    let expected = json!({"id": id.to_string(), "at": bench.clock.time(), "sender_domain": "sender.example",
        "size": 1_234, "reason": "spf_fail", "reply": "550 5.7.23 canary"});
    assert_eq!(open, expected);
}

#[tokio::test]
async fn records_are_listed_from_where_the_reader_stands() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    bench.miss(&inbox, "no_room").await;
    let then = bench.clock.time();
    bench.clock.advance(Millis::from_secs(5));
    bench.miss(&inbox, "inbox_full").await;
    let token = inbox.capability();
    for since in ["c1".to_owned(), later(then, Millis::from_millis(0))] {
        let list = bench.get(&inbox.path(&format!("/deliveries?since={since}")), &token).await.json();
        assert_eq!(list["deliveries"].as_array().unwrap().len(), 1, "{list}");
        assert_eq!(list["deliveries"][0]["reason"], "inbox_full");
    }
    let none = bench.get(&inbox.path("/deliveries?since=c2"), &token).await.json();
    assert_eq!(none, json!({"deliveries": [], "cursor": "c2"}));
    bench.get(&inbox.path("/deliveries?since=yesterday"), &token).await.is_problem(422);
}

#[tokio::test]
async fn records_are_their_owners_alone_and_a_read_error_is_no_empty_list() {
    let bench = Bench::new();
    let (inbox, other) = (bench.inbox().await, bench.inbox().await);
    bench.miss(&inbox, "loop").await;
    bench.get(&inbox.path("/deliveries"), &other.read_token()).await.is_problem(403);
    bench.get(&inbox.path("/deliveries"), "").await.is_problem(401);
    bench.silence(true);
    bench.get(&inbox.path("/deliveries"), &inbox.read_token()).await.is_problem(503);
    bench.silence(false);
    bench.ask("DELETE", &inbox.path(""), &inbox.read_token()).await;
    bench.get(&inbox.path("/deliveries"), &inbox.read_token()).await.is_problem(410);
}
