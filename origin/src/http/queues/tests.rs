use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use protocol::time::Millis;
use tower::ServiceExt as _;

use super::*;
use crate::{
    jobs::{memory::MemoryJobs, rules::AllRules},
    ports::{DeadReason, JobId, Lapse, NewJob, Payload},
    registrar::fake::Hand,
};

const START: u64 = 1_700_000_000_000;

fn desk() -> QueueDesk {
    let jobs = Arc::new(MemoryJobs::new(&AllRules::default()));
    QueueDesk { jobs, clock: Arc::new(Hand::at(START)), metrics: Arc::new(Metrics::new()) }
}

async fn ask(desk: &QueueDesk, method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, Value) {
    let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:9025");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = queue_router(desk.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn put(desk: &QueueDesk, name: &str) {
    let new = NewJob {
        id: JobId::new(name).unwrap(),
        queue: Queue::Webhooks,
        priority: Priority::High,
        payload: Payload::new(&b"canary"[..]).unwrap(),
        not_before: Timestamp::default(),
        lapse: Lapse::Never,
    };
    desk.jobs.enqueue(new, Timestamp::from_millis(START - 2_500)).await.unwrap();
}

#[tokio::test]
async fn queues_are_told_as_they_stand_and_not_what_their_jobs_are_about() {
    let desk = desk();
    put(&desk, "a").await;
    put(&desk, "b").await;
    let now = desk.clock.now();
    let claimed = desk.jobs.claim(Queue::Webhooks, 1, now).await.unwrap().jobs;
    desk.jobs.bury(&claimed[0], DeadReason::Refused, now).await.unwrap();
    let (status, told) = ask(&desk, "GET", "/jobs", &[]).await;
    let webhooks = &told["queues"]["webhooks"];
    assert_eq!((status, &webhooks["waiting"]["high"], &webhooks["dead"]), (StatusCode::OK, &json!(1), &json!(1)));
    assert_eq!(webhooks["oldest_seconds"], json!(2.5));
    assert_eq!(told["queues"]["alerts"]["oldest_seconds"], Value::Null);
    let (_, dead) = ask(&desk, "GET", "/jobs/webhooks/dead", &[]).await;
    let expected =
        json!([{ "id": "a", "priority": "high", "attempts": 1, "reason": "refused", "died_at": now.to_string() }]);
    assert_eq!(dead["dead"], expected);
    assert!(!format!("{told}{dead}").contains("canary"));
}

#[tokio::test]
async fn a_queue_is_paused_resumed_and_redriven() {
    let desk = desk();
    put(&desk, "a").await;
    let (status, _) = ask(&desk, "POST", "/jobs/webhooks/pause", &[]).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let now = desk.clock.now().plus(Millis::from_secs(1));
    assert_eq!(desk.jobs.claim(Queue::Webhooks, 1, now).await.unwrap().jobs, []);
    ask(&desk, "POST", "/jobs/webhooks/resume", &[]).await;
    let claimed = desk.jobs.claim(Queue::Webhooks, 1, now).await.unwrap().jobs;
    desk.jobs.bury(&claimed[0], DeadReason::Refused, now).await.unwrap();
    let (status, told) = ask(&desk, "POST", "/jobs/webhooks/redrive", &[]).await;
    assert_eq!((status, told), (StatusCode::OK, json!({ "redriven": 1 })));
    assert_eq!(desk.jobs.status(Queue::Webhooks, now).await.unwrap().dead, 0);
}

#[tokio::test]
async fn only_the_operator_is_obeyed() {
    let desk = desk();
    let (status, _) = ask(&desk, "POST", "/jobs/webhooks/pause", &[("origin", "https://evil.example")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let request = Request::builder().uri("/jobs").header("host", "evil.example").body(Body::empty()).unwrap();
    let response = queue_router(desk.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(desk.jobs.status(Queue::Webhooks, desk.clock.now()).await.unwrap().flow, Flow::Running);
    for (method, path, expected) in [
        ("POST", "/jobs/mail/pause", StatusCode::NOT_FOUND),
        ("POST", "/jobs/webhooks/erase", StatusCode::NOT_FOUND),
        ("GET", "/jobs/mail/dead", StatusCode::NOT_FOUND),
        ("GET", "/jobs/webhooks/pause", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        assert_eq!(ask(&desk, method, path, &[]).await.0, expected, "{method} {path}");
    }
}
