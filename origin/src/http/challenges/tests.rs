use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

struct One;

#[async_trait]
impl ChallengeAnswers for One {
    async fn answer(&self, token: ChallengeToken) -> Option<String> {
        (token.as_str() == "known-_9").then(|| "known-_9.thumb".to_owned())
    }
}

async fn ask(path: &str) -> (StatusCode, Vec<u8>) {
    let routes = challenge_router(Arc::new(One), Arc::new(Metrics::new()));
    let answer = routes.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    (status, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test]
async fn an_authority_gets_its_answer_and_nobody_gets_a_file() {
    let (status, body) = ask("/.well-known/acme-challenge/known-_9").await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, &b"known-_9.thumb"[..]));
    let long = "a".repeat(crate::limits::CHALLENGE_TOKEN + 1);
    for token in ["unknown", "..%2faccount.json", "%2e%2e", "a.b", long.as_str()] {
        let (status, _) = ask(&format!("/.well-known/acme-challenge/{token}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{token}");
    }
}
