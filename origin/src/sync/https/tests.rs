use std::{collections::HashSet, sync::Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue},
    response::IntoResponse,
    routing::post,
};
use protocol::{batch::Signature, time::Timestamp};
use tokio::net::TcpListener;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// Counts upward, so that no draw repeats.
#[derive(Default)]
struct Counter(Mutex<u8>);

impl Chance for Counter {
    fn fill(&self, out: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        out.fill(*count);
    }
}

/// An edge that checks each signature, remembers nonces and then answers as it is told.
#[derive(Default)]
struct Edge {
    nonces: Mutex<HashSet<[u8; 16]>>,
    received: Mutex<Vec<Bytes>>,
}

type Answer = (u16, Option<&'static str>);

async fn take(State((edge, answer)): State<(Arc<Edge>, Answer)>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let signature = Signature::from_headers(text).unwrap();
    key().verifying_key().verify(&signature, &body, NOW).unwrap();
    assert_eq!(signature.region, "north");
    assert!(edge.nonces.lock().unwrap().insert(signature.nonce), "a nonce came twice");
    edge.received.lock().unwrap().push(body);
    let mut out = HeaderMap::new();
    if let Some(after) = answer.1 {
        out.insert("retry-after", HeaderValue::from_static(after));
    }
    out.insert("location", HeaderValue::from_static("/elsewhere"));
    (axum::http::StatusCode::from_u16(answer.0).unwrap(), out)
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[5; 32])
}

fn link(url: &str, timeout: Millis) -> HttpsLink {
    let (clock, chance) = (Arc::new(Noon), Arc::new(Counter::default()));
    HttpsLink::with_timeout(url, "north".to_owned(), key(), clock, chance, timeout).unwrap()
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

async fn pushed_twice(answer: Answer) -> (Result<(), PushError>, Arc<Edge>) {
    let edge = Arc::new(Edge::default());
    let app = Router::new().route(PATH, post(take)).with_state((Arc::clone(&edge), answer));
    let (listener, url) = listen().await;
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let link = link(&url, PUSH_TIMEOUT);
    let first = link.push(Bytes::from_static(b"a batch")).await;
    let second = link.push(Bytes::from_static(b"a batch")).await;
    assert_eq!(first, second);
    server.abort();
    (first, edge)
}

#[tokio::test]
async fn each_attempt_is_signed_afresh() {
    let (result, edge) = pushed_twice((200, None)).await;
    assert_eq!(result, Ok(()));
    assert_eq!(*edge.received.lock().unwrap(), [Bytes::from_static(b"a batch"), Bytes::from_static(b"a batch")]);
    assert_eq!(edge.nonces.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn an_answer_says_what_to_do_next() {
    for (answer, means) in [
        ((429, Some("12")), PushError::Busy(Millis::from_secs(12))),
        ((429, None), PushError::Busy(BUSY_UNTOLD)),
        ((429, Some("tomorrow")), PushError::Busy(BUSY_UNTOLD)),
        ((409, None), PushError::Unavailable),
        ((401, None), PushError::Refused(401)),
        ((413, None), PushError::Refused(413)),
        ((500, None), PushError::Unavailable),
        ((503, Some("3")), PushError::Unavailable),
        ((307, None), PushError::Unavailable),
    ] {
        assert_eq!(pushed_twice(answer).await.0, Err(means), "{answer:?}");
    }
}

#[tokio::test]
async fn an_edge_that_is_not_there_is_unavailable() {
    let (listener, url) = listen().await;
    drop(listener);
    let push = link(&url, PUSH_TIMEOUT).push(Bytes::from_static(b"a batch")).await;
    assert_eq!(push, Err(PushError::Unavailable));
}

#[tokio::test]
async fn an_edge_that_never_answers_is_unavailable() {
    let (_listener, url) = listen().await;
    let push = link(&url, Millis::from_millis(20)).push(Bytes::from_static(b"a batch")).await;
    assert_eq!(push, Err(PushError::Unavailable));
}

#[test]
fn a_base_url_is_a_scheme_a_host_and_a_path() {
    let make = |url: &str| {
        let (clock, chance) = (Arc::new(Noon), Arc::new(Counter::default()));
        HttpsLink::new(url, "north".to_owned(), key(), clock, chance).map(|link| link.url)
    };
    assert_eq!(make("https://edge.example").unwrap(), format!("https://edge.example{PATH}"));
    assert_eq!(make("https://edge.example/base/").unwrap(), format!("https://edge.example/base{PATH}"));
    for wrong in ["edge.example", "ftp://edge.example", "https://edge.example/?a", "https://edge.example/#a", ""] {
        assert!(matches!(make(wrong), Err(LinkError::Url(_))), "{wrong}");
    }
}
