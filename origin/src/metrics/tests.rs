use protocol::time::{Millis, Timestamp};

use super::{Drawn, Method, Metrics, Template};
use crate::{
    ports::{Delivery, Door, PushError, StoreStatus, Unreachable},
    verdict::{Deferral, Refusal},
};

fn text(metrics: &Metrics) -> String {
    let status = StoreStatus {
        used: 7,
        cap: 9,
        past_high_water: true,
        inboxes: 2,
        messages: 3,
        owed: 1,
        owed_since: Some(Timestamp::from_millis(1_000)),
        evicted: 4,
    };
    metrics.render(&status, Timestamp::from_millis(3_500)).unwrap()
}

fn has(text: &str, line: &str) {
    assert!(text.lines().any(|l| l == line), "no line {line:?} in:\n{text}");
}

#[test]
fn what_happened_is_counted_by_reason() {
    let metrics = Metrics::new();
    metrics.request(Template::new("/v1/inboxes/{id}"), Method::Get, 404);
    metrics.inbox_created(Drawn::ByService);
    metrics.message(&Delivery::Stored);
    metrics.message(&Delivery::Refused(Refusal::BareLineEnding));
    metrics.message(&Delivery::Deferred(Deferral::StoreUnavailable));
    metrics.recipient_refused(Unreachable::Expired);
    metrics.push(&Err(PushError::Busy(Millis::from_secs(1))));
    let text = text(&metrics);
    has(&text, r#"mayfly_http_requests_total{route="/v1/inboxes/{id}",method="get",status="4xx"} 1"#);
    has(&text, r#"mayfly_inboxes_created_total{drawn_by="service"} 1"#);
    has(&text, r#"mayfly_smtp_messages_total{outcome="accepted"} 1"#);
    has(&text, r#"mayfly_smtp_messages_total{outcome="rejected_policy"} 1"#);
    has(&text, r#"mayfly_smtp_messages_total{outcome="tempfail_internal"} 1"#);
    has(&text, r#"mayfly_smtp_refusals_total{reason="bare_line_ending"} 1"#);
    has(&text, r#"mayfly_smtp_refusals_total{reason="store_unavailable"} 1"#);
    has(&text, r#"mayfly_smtp_recipients_refused_total{reason="expired"} 1"#);
    has(&text, r#"mayfly_sync_pushes_total{outcome="busy"} 1"#);
    has(&text, concat!("mayfly_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"));
}

#[test]
fn the_store_is_told_as_it_stands_at_the_scrape() {
    let text = text(&Metrics::new());
    has(&text, "mayfly_store_used_bytes 7");
    has(&text, "mayfly_store_cap_bytes 9");
    has(&text, "mayfly_store_past_high_water 1");
    has(&text, "mayfly_store_inboxes 2");
    has(&text, "mayfly_store_messages 3");
    has(&text, "mayfly_store_evicted 4");
    has(&text, "mayfly_sync_owed_inboxes 1");
    has(&text, "mayfly_sync_owed_oldest_seconds 2.5");
}

#[test]
fn sessions_come_and_go() {
    let metrics = Metrics::new();
    metrics.door(Door::Opened);
    metrics.door(Door::Opened);
    metrics.door(Door::Closed);
    metrics.door(Door::TurnedAway);
    metrics.committed(Millis::from_millis(2));
    let text = text(&metrics);
    has(&text, "mayfly_smtp_sessions_total 2");
    has(&text, "mayfly_smtp_sessions_open 1");
    has(&text, "mayfly_smtp_sessions_refused_total 1");
    has(&text, r#"mayfly_smtp_commit_seconds_bucket{le="0.0025"} 1"#);
    has(&text, "mayfly_smtp_commit_seconds_count 1");
}

#[test]
fn what_alarms_look_at_begins_at_zero() {
    let text = text(&Metrics::new());
    has(&text, r#"mayfly_smtp_messages_total{outcome="tempfail_internal"} 0"#);
    has(&text, r#"mayfly_sync_pushes_total{outcome="refused"} 0"#);
}
