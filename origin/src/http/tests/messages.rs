use std::time::Duration;

use axum::response::IntoResponse;
use protocol::time::Millis;
use tokio::{sync::watch, time::timeout};

use super::{super::waiting::Waiters, Bench, later};
use crate::limits::WAITERS;

#[tokio::test]
async fn the_read_token_gets_sealed_entries_and_the_capability_open_ones() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let id = bench.deliver(&inbox, "canary").await;

    let sealed = bench.get(&inbox.path("/messages"), &inbox.read_token()).await;
    assert!(!sealed.headers.contains_key("mayfly-assisted"));
    let sealed = sealed.json();
    assert_eq!(sealed["cursor"], "c1");
    assert_eq!(sealed["messages"][0]["id"], id.to_string());
    assert!(sealed["messages"][0]["sealed"]["summary"].is_string());
    assert!(sealed["messages"][0].get("summary").is_none());

    let open = bench.get(&inbox.path("/messages"), &inbox.capability()).await;
    assert_eq!(open.header("mayfly-assisted"), "origin");
    let open = open.json();
    assert_eq!(open["cursor"], "c1");
    assert_eq!(open["messages"][0]["summary"]["subject"], "canary");
    assert_eq!(open["messages"][0]["summary"]["codes"][0], "482913");
    assert!(open["messages"][0].get("content").is_none());
}

#[tokio::test]
async fn one_message_comes_with_its_content() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let path = inbox.path(&format!("/messages/{}", bench.deliver(&inbox, "canary").await));
    let sealed = bench.get(&path, &inbox.read_token()).await;
    assert!(sealed.json()["sealed"]["content"].is_string());
    assert!(!String::from_utf8_lossy(&sealed.body).contains("canary"));
    let open = bench.get(&path, &inbox.capability()).await;
    assert_eq!(open.header("mayfly-assisted"), "origin");
    assert_eq!(open.json()["content"]["text"], "canary text");

    assert_eq!(bench.ask("DELETE", &path, &inbox.read_token()).await.status, 204);
    bench.get(&path, &inbox.capability()).await.is_problem(404);
    bench.ask("DELETE", &path, &inbox.read_token()).await.is_problem(404);
}

#[tokio::test]
async fn a_listing_goes_on_from_a_cursor_or_a_time() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    bench.deliver(&inbox, "one").await;
    bench.clock.advance(Millis::from_secs(5));
    bench.deliver(&inbox, "two").await;
    let subjects = |query: &str| {
        let path = inbox.path(&format!("/messages?{query}"));
        let token = inbox.capability();
        let bench = &bench;
        async move {
            let list = bench.get(&path, &token).await.json();
            let subjects = list["messages"].as_array().unwrap().iter();
            let subjects: Vec<_> = subjects.map(|m| m["summary"]["subject"].as_str().unwrap().to_owned()).collect();
            (subjects.join(","), list["cursor"].as_str().unwrap().to_owned())
        }
    };
    assert_eq!(subjects("").await, ("one,two".into(), "c2".into()));
    assert_eq!(subjects("limit=1").await, ("one".into(), "c1".into()));
    assert_eq!(subjects("since=c1").await, ("two".into(), "c2".into()));
    assert_eq!(subjects("since=c2").await, (String::new(), "c2".into()));
    let between = later(bench.clock.time(), Millis::default()).replace(":", "%3A");
    assert_eq!(subjects(&format!("since={between}")).await.0, "");
    assert_eq!(subjects("since=2020-01-01T00:00:00%2B02:00").await.0, "one,two");
}

#[tokio::test]
async fn a_silent_store_is_never_an_empty_inbox() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let path = inbox.path(&format!("/messages/{}", bench.deliver(&inbox, "x").await));
    bench.silence(true);
    for token in [inbox.read_token(), inbox.capability()] {
        bench.get(&inbox.path("/messages"), &token).await.is_problem(503);
        bench.get(&inbox.path("/messages?wait=55"), &token).await.is_problem(503);
        bench.get(&inbox.path("/events"), &token).await.is_problem(503);
        bench.get(&path, &token).await.is_problem(503);
        bench.get(&format!("{path}/raw"), &token).await.is_problem(503);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_message_and_not_with_a_deletion() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let first = bench.deliver(&inbox, "first").await;
    let (path, token) = (inbox.path("/messages?since=c1&wait=55"), inbox.capability());
    let mut waiting = Box::pin(bench.get(&path, &token));
    assert!(timeout(Duration::from_secs(1), &mut waiting).await.is_err());
    let delete = inbox.path(&format!("/messages/{first}"));
    assert_eq!(bench.ask("DELETE", &delete, &inbox.read_token()).await.status, 204);
    assert!(timeout(Duration::from_secs(1), &mut waiting).await.is_err());
    bench.deliver(&inbox, "second").await;
    let list = timeout(Duration::from_secs(1), waiting).await.unwrap().json();
    assert_eq!(list["messages"][0]["summary"]["subject"], "second");
    assert_eq!(list["cursor"], "c3");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_times_out_is_an_empty_list_with_a_cursor_to_go_on_from() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let first = bench.deliver(&inbox, "first").await;
    let list = bench.get(&inbox.path("/messages?since=c1&wait=7"), &inbox.read_token()).await;
    assert_eq!((list.status.as_u16(), list.json()["cursor"].as_str()), (200, Some("c1")));
    assert_eq!(list.json()["messages"].as_array().unwrap().len(), 0);
    bench.ask("DELETE", &inbox.path(&format!("/messages/{first}")), &inbox.read_token()).await;
    let list = bench.get(&inbox.path("/messages?since=c1&wait=7"), &inbox.read_token()).await;
    assert_eq!(list.json()["cursor"], "c2");
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_answered_at_once_when_the_service_drains() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let (path, token) = (inbox.path("/messages?wait=55"), inbox.read_token());
    let mut waiting = Box::pin(bench.get(&path, &token));
    assert!(timeout(Duration::from_secs(1), &mut waiting).await.is_err());
    bench.draining.send(true).unwrap();
    let answer = timeout(Duration::from_secs(1), waiting).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.json()["cursor"].as_str()), (200, Some("c0")));
    let again = timeout(Duration::from_secs(1), bench.get(&path, &token)).await.unwrap();
    assert_eq!(again.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_ends_meanwhile_ends_the_wait() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let (path, token) = (inbox.path("/messages?wait=55"), inbox.read_token());
    let mut waiting = Box::pin(bench.get(&path, &token));
    assert!(timeout(Duration::from_secs(1), &mut waiting).await.is_err());
    bench.ask("DELETE", &inbox.path(""), &token).await;
    timeout(Duration::from_secs(1), waiting).await.unwrap().is_problem(410);
}

#[tokio::test]
async fn more_waiters_than_there_are_places_are_sent_home() {
    let (_draining, drained) = watch::channel(false);
    let waiters = Waiters::new(drained);
    let mut seated: Vec<_> = (0..WAITERS).map(|_| waiters.sit().unwrap()).collect();
    let refused = waiters.sit().err().unwrap().into_response();
    assert_eq!(refused.status(), 503);
    seated.pop();
    assert!(waiters.sit().is_ok());
}
