use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use protocol::{
    limits::{EXPIRY_WARNING, INBOX_LIFE},
    time::Millis,
};
use serde_json::Value;
use tokio::time::timeout;
use tower::ServiceExt;

use super::{Bench, Body, Owned, request};

/// One event as a browser sees it.
#[derive(Debug, PartialEq)]
struct Seen {
    name: String,
    id: String,
    data: Value,
}

/// An open stream.
struct Stream(BodyDataStream);

impl Stream {
    async fn open(bench: &Bench, inbox: &Owned, token: &str, query: &str, last: Option<&str>) -> Self {
        let mut request = request("GET", &inbox.path(&format!("/events{query}")), token, Body::empty());
        if let Some(last) = last {
            request.headers_mut().insert("last-event-id", last.parse().unwrap());
        }
        let response = bench.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let assisted = token.starts_with('1');
        assert_eq!(response.headers().contains_key("mayfly-assisted"), assisted);
        Self(response.into_body().into_data_stream())
    }

    /// The next frame, comments included; none at the end.
    async fn frame(&mut self) -> Option<String> {
        let frame = timeout(Duration::from_secs(40_000), self.0.next()).await.expect("an event or the end");
        frame.map(|frame| String::from_utf8(frame.unwrap().to_vec()).unwrap())
    }

    /// The next event; none at the end.
    async fn next(&mut self) -> Option<Seen> {
        loop {
            let frame = self.frame().await?;
            let field = |name: &str| {
                let line = frame.lines().find_map(|line| line.strip_prefix(name));
                line.map_or(String::new(), |value| value.trim_start_matches(':').trim().to_owned())
            };
            if !field("data").is_empty() {
                let data = serde_json::from_str(&field("data")).unwrap();
                return Some(Seen { name: field("event"), id: field("id"), data });
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_backlog_comes_first_and_then_what_happens() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let gone = bench.deliver(&inbox, "gone").await;
    let one = bench.deliver(&inbox, "one").await;
    let token = inbox.read_token();
    bench.ask("DELETE", &inbox.path(&format!("/messages/{gone}")), &token).await;

    let mut stream = Stream::open(&bench, &inbox, &inbox.capability(), "", None).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("message", "c2"));
    assert_eq!(event.data["id"], one.to_string());
    assert_eq!(event.data["summary"]["subject"], "one");

    bench.deliver(&inbox, "two").await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.id.as_str(), event.data["summary"]["subject"].as_str()), ("c4", Some("two")));
    bench.ask("DELETE", &inbox.path(&format!("/messages/{one}")), &token).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("deleted", "c5"));
    assert_eq!(event.data["id"], one.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_after_the_last_event() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    bench.deliver(&inbox, "one").await;
    let two = bench.deliver(&inbox, "two").await;
    let token = inbox.read_token();
    // Last-Event-ID goes before since: a browser repeats the URL that it began with.
    let mut stream = Stream::open(&bench, &inbox, &token, "?since=c0", Some("c1")).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.id.as_str(), event.data["id"].as_str()), ("c2", Some(two.to_string().as_str())));
    assert!(event.data["sealed"]["summary"].is_string());
    let mut stream = Stream::open(&bench, &inbox, &token, "?since=c1", None).await;
    assert_eq!(stream.next().await.unwrap().id, "c2");
}

#[tokio::test(start_paused = true)]
async fn an_idle_stream_says_that_it_is_alive() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let mut stream = Stream::open(&bench, &inbox, &inbox.read_token(), "", None).await;
    assert!(stream.frame().await.unwrap().starts_with("retry:"));
    assert_eq!(stream.frame().await.unwrap(), ": alive\n\n");
}

#[tokio::test(start_paused = true)]
async fn the_end_is_announced_once_and_again_after_an_extension() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let mut stream = Stream::open(&bench, &inbox, &inbox.read_token(), "", None).await;
    let until_warning = Millis::from_millis(INBOX_LIFE.as_millis() - EXPIRY_WARNING.as_millis());
    bench.clock.advance(until_warning);
    let event = stream.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("expiring", ""));
    let mut patch = request("PATCH", &inbox.path(""), &inbox.read_token(), Body::from(r#"{"extend":true}"#));
    patch.headers_mut().insert("content-type", "application/json".parse().unwrap());
    let extended = bench.send(patch).await.json()["expires_at"].clone();
    bench.clock.advance(until_warning);
    assert_eq!(stream.next().await.unwrap().data["expires_at"], extended);
    bench.clock.advance(EXPIRY_WARNING);
    assert_eq!(stream.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_inbox_and_with_the_service() {
    let bench = Bench::new();
    let (erased, drained) = (bench.inbox().await, bench.inbox().await);
    let mut stream = Stream::open(&bench, &erased, &erased.read_token(), "", None).await;
    bench.ask("DELETE", &erased.path(""), &erased.read_token()).await;
    assert_eq!(stream.next().await, None);
    let mut stream = Stream::open(&bench, &drained, &drained.read_token(), "", None).await;
    bench.draining.send(true).unwrap();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    bench.get(&inbox.path("/events?since=yesterday"), &inbox.read_token()).await.is_problem(422);
    let mut request = request("GET", &inbox.path("/events"), &inbox.read_token(), Body::empty());
    request.headers_mut().insert("last-event-id", "7".parse().unwrap());
    bench.send(request).await.is_problem(422);
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_many_pages_comes_whole_and_in_order() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let mut sent = Vec::new();
    for n in 0..=2 * crate::limits::EVENT_PAGE {
        sent.push(bench.deliver(&inbox, &format!("No. {n}")).await.to_string());
    }
    let mut stream = Stream::open(&bench, &inbox, &inbox.capability(), "", None).await;
    for id in &sent {
        assert_eq!(stream.next().await.unwrap().data["id"], *id.as_str());
    }
    bench.draining.send_replace(true);
    assert_eq!(stream.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_record_of_mail_that_did_not_come_is_an_event() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let before = bench.miss(&inbox, "loop").await;
    let mut stream = Stream::open(&bench, &inbox, &inbox.capability(), "", None).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("delivery", "c1"));
    let at = bench.clock.time();
    assert_eq!(event.data, serde_json::json!({"id": before.to_string(), "at": at}), "that it is, not what it says");
    bench.deliver(&inbox, "one").await;
    assert_eq!(stream.next().await.unwrap().id, "c2");
    let after = bench.miss(&inbox, "loop").await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.id.as_str(), event.data["id"].as_str()), ("c3", Some(after.to_string().as_str())));
    let mut again = Stream::open(&bench, &inbox, &inbox.read_token(), "", Some("c1")).await;
    assert_eq!(again.next().await.unwrap().id, "c2");
    assert_eq!(again.next().await.unwrap().name, "delivery");
}
