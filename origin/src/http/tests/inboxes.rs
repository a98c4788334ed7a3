use std::sync::atomic::Ordering;

use protocol::{
    capability::Capability,
    id::{ID_OCTETS, MessageId},
    limits::INBOX_LIFE,
    message::Part,
    sealing::Binding,
    time::Millis,
};
use serde_json::json;

use super::{Bench, Body, Bytes, header, later, request};
use crate::ports::Store;
use data_encoding::BASE64URL_NOPAD;

fn sealed_body(capability: &Capability) -> serde_json::Value {
    json!({
        "public_key": BASE64URL_NOPAD.encode(capability.key_pair().public_key().as_bytes()),
        "read_token_hash": BASE64URL_NOPAD.encode(capability.read_token().hash().as_bytes()),
    })
}

#[tokio::test]
async fn assisted_creation_hands_out_the_capability_once() {
    let bench = Bench::new();
    let answer = bench.post("/v1/inboxes", &json!({"assisted": true})).await;
    assert_eq!(answer.status, 201);
    let view = answer.json();
    let capability: Capability = view["capability"].as_str().unwrap().parse().unwrap();
    assert_eq!(view["id"], capability.inbox_id().to_string());
    assert_eq!(answer.header("location"), format!("/v1/inboxes/{}", capability.inbox_id()));
    assert!(view["address"].as_str().unwrap().ends_with("@mayfly.example"));
    assert_eq!(view["expires_at"], later(bench.clock.time(), INBOX_LIFE));
    assert_eq!((view["provider"].as_str(), view["privacy"].as_str()), (Some("mayfly"), Some("sealed")));

    let path = format!("/v1/inboxes/{}", capability.inbox_id());
    let shown = bench.get(&path, &capability.to_text()).await;
    assert_eq!(shown.header("mayfly-assisted"), "origin");
    assert_eq!(shown.header("content-type"), "application/json");
    assert_eq!(shown.json()["address"], view["address"]);
    assert!(shown.json().get("capability").is_none());
}

#[tokio::test]
async fn sealed_creation_keeps_the_address_closed_to_all_but_the_owner() {
    let bench = Bench::new();
    let capability = Capability::from_bytes([3; 32]);
    let answer = bench.post("/v1/inboxes", &sealed_body(&capability)).await;
    assert_eq!(answer.status, 201);
    let view = answer.json();
    assert!(view.get("capability").is_none());
    let id = capability.inbox_id();
    assert_eq!(view["id"], id.to_string());

    let token = capability.read_token().to_text();
    let shown = bench.get(&format!("/v1/inboxes/{id}"), &token).await;
    assert!(!shown.headers.contains_key("mayfly-assisted"));
    let shown = shown.json();
    assert!(shown.get("address").is_none());
    let sealed = BASE64URL_NOPAD.decode(shown["sealed"]["address"].as_str().unwrap().as_bytes()).unwrap();
    let binding = Binding { inbox: id, message: MessageId::from_bytes([0; ID_OCTETS]) };
    let opened = capability.key_pair().open(&binding, Part::Address, &sealed).unwrap().inflate(320).unwrap();
    assert_eq!(view["address"].as_str().unwrap().as_bytes(), &opened[..]);

    bench.post("/v1/inboxes", &sealed_body(&capability)).await.is_problem(409);
}

#[tokio::test]
async fn a_wish_for_a_name_and_a_domain_is_granted_or_refused_with_the_reason() {
    let bench = Bench::new();
    let wish = |name: &str, domain: &str| json!({"assisted": true, "name": name, "domain": domain, "ttl": 60});
    let answer = bench.post("/v1/inboxes", &wish("Quiet.Heron", "MAYFLY.example")).await;
    assert_eq!(answer.json()["address"], "quiet.heron@mayfly.example");
    assert_eq!(answer.json()["expires_at"], later(bench.clock.time(), Millis::from_secs(60)));
    bench.post("/v1/inboxes", &wish("quiet.heron", "mayfly.example")).await.is_problem(409);
    bench.post("/v1/inboxes", &wish("postmaster", "mayfly.example")).await.is_problem(422);
    bench.post("/v1/inboxes", &wish("quiet.heron", "elsewhere.example")).await.is_problem(422);
}

#[tokio::test]
async fn a_crowded_or_silent_store_is_a_503() {
    let bench = Bench::new();
    bench.store.crowded.store(true, Ordering::SeqCst);
    bench.post("/v1/inboxes", &json!({"assisted": true})).await.is_problem(503);
    bench.store.crowded.store(false, Ordering::SeqCst);
    bench.silence(true);
    bench.post("/v1/inboxes", &json!({"assisted": true})).await.is_problem(503);
}

#[tokio::test]
async fn an_inbox_is_extended_from_now() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    bench.clock.advance(Millis::from_secs(3_600));
    let patch = |body: &'static str| {
        let mut request = request("PATCH", &inbox.path(""), &inbox.read_token(), Body::from(body));
        request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        bench.send(request)
    };
    let answer = patch(r#"{"extend":true}"#).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["expires_at"], later(bench.clock.time(), INBOX_LIFE));
    patch(r#"{"extend":false}"#).await.is_problem(422);
    patch(r"{}").await.is_problem(422);
}

#[tokio::test]
async fn an_erased_or_expired_inbox_is_gone() {
    let bench = Bench::new();
    let (erased, expired) = (bench.inbox().await, bench.inbox().await);
    let answer = bench.ask("DELETE", &erased.path(""), &erased.read_token()).await;
    assert_eq!((answer.status.as_u16(), answer.body), (204, Bytes::new()));
    bench.get(&erased.path(""), &erased.read_token()).await.is_problem(410);
    bench.clock.advance(INBOX_LIFE);
    for rest in ["", "/messages", "/events"] {
        bench.get(&expired.path(rest), &expired.capability()).await.is_problem(410);
    }
}

#[tokio::test]
async fn the_credential_decides() {
    let bench = Bench::new();
    let (mine, other) = (bench.inbox().await, bench.inbox().await);
    for rest in ["", "/messages", "/events"] {
        bench.get(&mine.path(rest), "").await.is_problem(401);
        bench.get(&mine.path(rest), "nonsense").await.is_problem(401);
        bench.get(&mine.path(rest), &other.read_token()).await.is_problem(403);
        bench.get(&mine.path(rest), &other.capability()).await.is_problem(403);
        let nobody = Capability::from_bytes([9; 32]);
        let path = format!("/v1/inboxes/{}{rest}", nobody.inbox_id());
        bench.get(&path, &nobody.to_text()).await.is_problem(404);
    }
    bench.ask("DELETE", &mine.path(""), &other.read_token()).await.is_problem(403);
    let mut twice = request("GET", &mine.path(""), &mine.read_token(), Body::empty());
    twice.headers_mut().append("authorization", "Bearer again".parse().unwrap());
    bench.send(twice).await.is_problem(401);
}

#[tokio::test]
async fn a_capability_whose_key_the_mail_is_not_sealed_to_is_told_so() {
    let bench = Bench::new();
    let (reads, opens) = (Capability::from_bytes([1; 32]), Capability::from_bytes([2; 32]));
    let mut body = sealed_body(&reads);
    body["public_key"] = sealed_body(&opens)["public_key"].clone();
    assert_eq!(bench.post("/v1/inboxes", &body).await.status, 201);
    let path = format!("/v1/inboxes/{}", reads.inbox_id());
    bench.get(&path, &reads.to_text()).await.is_problem(403);
    assert_eq!(bench.get(&path, &reads.read_token().to_text()).await.status, 200);
}

const HOOK: &str = "https://hooks.example.com/a";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test]
async fn a_webhook_is_told_once_with_the_secret_that_was_drawn() {
    let bench = Bench::new();
    for body in [json!({"assisted": true}), sealed_body(&Capability::from_bytes([3; 32]))] {
        let mut body = body;
        body["webhook"] = json!({"url": "https://HOOKS.example.com:443/a"});
        let made = bench.post("/v1/inboxes", &body).await;
        assert_eq!(made.status, 201);
        let view = made.json();
        assert_eq!(view["webhook"]["url"], HOOK);
        let id = view["id"].as_str().unwrap().parse().unwrap();
        let kept = bench.store.webhook(id, bench.clock.time()).await.unwrap().unwrap();
        assert_eq!(*kept.to_text(), format!("{} {HOOK}", view["webhook"]["secret"].as_str().unwrap()));
        if let Some(capability) = view["capability"].as_str() {
            let shown = bench.get(&format!("/v1/inboxes/{id}"), capability).await.json();
            assert!(shown.get("webhook").is_none(), "it is told in the answer to the call that set it alone");
        }
    }
}

#[tokio::test]
async fn a_secret_of_the_owners_own_is_not_told_back() {
    let bench = Bench::new();
    let body = json!({"assisted": true, "webhook": {"url": HOOK, "secret": SECRET}});
    let view = bench.post("/v1/inboxes", &body).await.json();
    assert_eq!(view["webhook"], json!({"url": HOOK}));
    let id = view["id"].as_str().unwrap().parse().unwrap();
    let kept = bench.store.webhook(id, bench.clock.time()).await.unwrap().unwrap();
    assert_eq!(*kept.to_text(), format!("{SECRET} {HOOK}"));
}

#[tokio::test]
async fn a_webhook_is_changed_and_removed() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let patch = |body: serde_json::Value, credential: String| {
        let mut request = request("PATCH", &inbox.path(""), &credential, Body::from(body.to_string()));
        request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        bench.send(request)
    };
    let kept = || async { bench.store.webhook(inbox.id, bench.clock.time()).await.unwrap() };
    let set = patch(json!({"webhook": {"url": HOOK}}), inbox.read_token()).await;
    assert_eq!((set.status.as_u16(), &set.json()["webhook"]["url"]), (200, &json!(HOOK)));
    let first = set.json()["webhook"]["secret"].as_str().unwrap().to_owned();
    assert_eq!(*kept().await.unwrap().secret.to_text(), first);
    let again = patch(json!({"webhook": {"url": HOOK}}), inbox.capability()).await.json();
    assert_ne!(again["webhook"]["secret"], first, "a new one is drawn");
    for url in ["http://hooks.example.com/", "https://127.0.0.1/", "https://me:pw@hooks.example.com/"] {
        let refused = patch(json!({"webhook": {"url": url}}), inbox.read_token()).await;
        refused.is_problem(422);
    }
    assert!(kept().await.is_some(), "what is refused changes nothing");
    let removed = patch(json!({"webhook": null}), inbox.read_token()).await;
    assert!(removed.json().get("webhook").is_none());
    assert!(kept().await.is_none());
    patch(json!({"webhook": null}), Capability::from_bytes([9; 32]).to_text().to_string()).await.is_problem(403);
}
