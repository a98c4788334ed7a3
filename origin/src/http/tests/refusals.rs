use std::sync::atomic::Ordering;

use axum::body::Bytes;
use futures_util::stream;
use proptest::prelude::*;
use protocol::limits::REQUEST_OCTETS;

use super::{Answer, Bench, Body, Request, header, request};

async fn create(bench: &Bench, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/v1/inboxes").header(header::CONTENT_TYPE, content_type);
    bench.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn every_malformed_body_is_a_clear_4xx() {
    let bench = Bench::new();
    let json = "application/json";
    let malformed = [
        "",
        "{",
        "nonsense",
        "{\"assisted\": tru}",
        "\u{feff}{}",
        "{} {}",
        "[]",
        "null",
        "1",
        "\"text\"",
        "[null,null,true]",
        r#"{"assisted":"yes"}"#,
        r#"{"assisted":true,"canary":1}"#,
        r#"{"assisted":true,"ttl":-1}"#,
        r#"{"assisted":true,"ttl":1e99}"#,
        r#"{"assisted":true,"name":7}"#,
        r#"{"public_key":"canary=","read_token_hash":"AAAA"}"#,
        r#"{"assisted":true,"assisted":true}"#,
    ];
    for body in malformed {
        let answer = create(&bench, json, body).await;
        answer.is_problem(400);
        assert!(!String::from_utf8_lossy(&answer.body).contains("canary"));
    }
    create(&bench, json, vec![b'"', 0xff, b'"']).await.is_problem(400);
    create(&bench, json, format!("{{\"name\":{}", "[".repeat(8_000))).await.is_problem(400);
    let out_of_bounds = [
        "{}",
        r#"{"assisted":false}"#,
        r#"{"assisted":true,"ttl":59}"#,
        r#"{"assisted":true,"ttl":86401}"#,
        r#"{"assisted":true,"name":"a"}"#,
        r#"{"assisted":true,"domain":"not a domain"}"#,
        r#"{"assisted":true,"for":"https://shop.example/"}"#,
        r#"{"public_key":"AAAA","read_token_hash":"AAAA"}"#,
    ];
    for body in out_of_bounds {
        create(&bench, json, body).await.is_problem(422);
    }
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "json",
        "application/merge-patch+json",
        "",
    ] {
        create(&bench, content_type, r#"{"assisted":true}"#).await.is_problem(415);
    }
    let answer = create(&bench, "Application/JSON; charset=utf-8", r#"{"assisted":true}"#).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let bench = Bench::new();
    create(&bench, "application/json", vec![b' '; REQUEST_OCTETS + 1]).await.is_problem(413);
    // Without a length, no more than the limit is ever taken from an endless body.
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1024])));
    create(&bench, "application/json", Body::from_stream(endless)).await.is_problem(413);
    let announced = Request::post("/v1/inboxes").header("content-type", "application/json");
    let announced = announced.header("content-length", "99999999999").body(Body::empty()).unwrap();
    bench.send(announced).await.is_problem(413);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_400() {
    let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]);
    create(&Bench::new(), "application/json", Body::from_stream(broken)).await.is_problem(400);
}

#[tokio::test]
async fn a_wrong_method_is_a_405_that_says_which_are_right() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    for (method, path, allow) in [
        ("GET", "/v1/inboxes".to_owned(), "POST"),
        ("PUT", inbox.path(""), "GET,HEAD,PATCH,DELETE"),
        ("POST", inbox.path("/messages"), "GET,HEAD"),
        ("BREW", "/v1/status".to_owned(), "GET,HEAD"),
        ("OPTIONS", "/healthz".to_owned(), "GET,HEAD"),
    ] {
        let answer = bench.ask(method, &path, "").await;
        answer.is_problem(405);
        let mut allowed: Vec<_> = answer.header("allow").split(',').collect();
        let mut expected: Vec<_> = allow.split(',').collect();
        allowed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(allowed, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn an_unknown_path_or_id_is_a_404() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let token = inbox.capability();
    for path in ["/", "/v1", "/v1/", "/v1/inboxes/", "/v2/inboxes", "/v1/nothing", "/v1/inboxes/%FF", "/%00", "//"] {
        bench.get(path, &token).await.is_problem(404);
    }
    let upper = inbox.path("").to_uppercase().replace("/V1/INBOXES", "/v1/inboxes");
    for path in [upper.as_str(), "/v1/inboxes/x", "/v1/inboxes/x/messages", "/v1/inboxes/../../etc/passwd"] {
        bench.get(path, &token).await.is_problem(404);
    }
    bench.get(&inbox.path("/messages/x"), &token).await.is_problem(404);
}

#[tokio::test]
async fn a_bad_query_is_a_422() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    for query in
        ["wait=56", "wait=-1", "wait=soon", "limit=0", "limit=201", "since=", "since=7", "since=c01", "wait=1&wait=2"]
    {
        bench.get(&inbox.path(&format!("/messages?{query}")), &inbox.read_token()).await.is_problem(422);
    }
}

#[tokio::test]
async fn a_panic_is_a_500_without_its_message() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    bench.store.broken.store(true, Ordering::SeqCst);
    let answer = bench.get(&inbox.path("/messages"), &inbox.read_token()).await;
    answer.is_problem(500);
    assert!(!String::from_utf8_lossy(&answer.body).contains("canary"));
}

#[tokio::test]
async fn every_answer_wears_its_headers() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    for path in [inbox.path(""), "/v1/domains".into(), "/v1/inboxes".into(), "/nowhere".into(), "/healthz".into()] {
        let answer = bench.get(&path, &inbox.read_token()).await;
        for (name, value) in protocol::security::EVERY_ANSWER {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        assert_eq!(answer.header("content-security-policy"), protocol::security::API_CSP);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("mayfly-source"), "origin");
    }
}

#[tokio::test]
async fn pages_of_every_origin_may_call() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let preflight = Request::options(inbox.path("/messages"))
        .header("origin", "https://elsewhere.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    let answer = bench.send(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    assert!(answer.header("access-control-allow-methods").contains("PATCH"));
    let refused = bench.get(&inbox.path(""), "").await;
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    assert!(refused.header("access-control-expose-headers").contains("retry-after"));
}

/// Pieces that requests are put together from: what fits, what nearly fits, and noise.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("v1".to_owned()),
        Just("inboxes".to_owned()),
        Just("messages".to_owned()),
        Just("raw".to_owned()),
        Just("attachments".to_owned()),
        Just("events".to_owned()),
        Just("aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned()),
        Just("%2e%2e".to_owned()),
        Just("%".to_owned()),
        "[a-z2-7]{26}",
        "[!-~&&[^#?/]]{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_malformed_is_ever_a_5xx(
        method in prop_oneof![Just("GET"), Just("POST"), Just("PATCH"), Just("DELETE"), Just("PUT"), Just("OPTIONS")],
        pieces in prop::collection::vec(piece(), 0..8),
        query in prop::option::of("[!-~&&[^#]]{0,30}"),
        authorization in prop::option::of("(Bearer |basic |)[ -~]{0,50}"),
        content_type in prop_oneof![Just("application/json"), Just("text/html")],
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            "\\{\"(assisted|extend|name|ttl|public_key)\":(true|null|1|\"x\"|\\[\\])\\}".prop_map(String::into_bytes),
        ],
    ) {
        let uri = format!("/{}{}", pieces.join("/"), query.map(|q| format!("?{q}")).unwrap_or_default());
        let mut built = Request::builder().method(method).uri(&uri).header("content-type", content_type);
        if let Some(authorization) = &authorization {
            built = built.header("authorization", authorization);
        }
        // What is no request at all never reaches the router.
        let Ok(request) = built.body(Body::from(body)) else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let answer = runtime.block_on(Bench::new().send(request));
        prop_assert!(!answer.status.is_server_error(), "{method} {uri}: {}", answer.status);
        if answer.status.is_client_error() {
            prop_assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
}

#[tokio::test]
async fn a_head_request_is_a_get_without_its_body() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let answer = bench.send(request("HEAD", &inbox.path("/messages"), &inbox.read_token(), Body::empty())).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
}
