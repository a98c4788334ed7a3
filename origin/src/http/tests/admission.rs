//! Requests of clients that are counted.

use std::net::IpAddr;

use super::{super::serve::Peer, *};
use crate::{
    admission::{Drawn, memory::OwnCount},
    ports::{Admissions, Clock as _, Uncountable},
};

fn counted(header: Option<&'static str>) -> Bench {
    let admissions = Arc::new(OwnCount::new(Drawn::new(Arc::new(Counting::default()))));
    let header = header.map(header::HeaderName::from_static);
    Bench::with(None, Admit::Counted { admissions, uncounted: "127.0.0.0/8,::1".parse().unwrap(), header })
}

fn request(peer: &str, path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let request = Request::get(path).extension(Peer(peer.parse::<IpAddr>().unwrap()));
    fields.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn the_hundred_and_first_request_is_told_when_to_come_again() {
    let bench = counted(None);
    for left in (0..100).rev() {
        let answer = bench.send(request("192.0.2.1", "/v1/domains", &[])).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers["ratelimit"], format!("\"default\";r={left};t=60"));
        assert_eq!(answer.headers["ratelimit-policy"], "\"default\";q=100;w=60");
    }
    bench.clock.advance(Millis::from_secs(20));
    let refused = bench.send(request("192.0.2.1", "/v1/domains", &[])).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers[header::RETRY_AFTER], "40");
    assert_eq!(refused.headers["ratelimit"], "\"default\";r=0;t=40");
    assert_eq!(refused.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(bench.send(request("192.0.2.2", "/v1/domains", &[])).await.status, StatusCode::OK, "another client");
    bench.clock.advance(Millis::from_secs(40));
    assert_eq!(bench.send(request("192.0.2.1", "/v1/domains", &[])).await.status, StatusCode::OK, "a minute later");
}

#[tokio::test]
async fn what_is_no_call_of_the_api_is_not_counted() {
    let bench = counted(None);
    for _ in 0..150 {
        assert_eq!(bench.send(request("192.0.2.1", "/healthz", &[])).await.status, StatusCode::OK);
        assert_eq!(bench.send(request("127.0.0.1", "/v1/domains", &[])).await.status, StatusCode::OK);
    }
    let answer = bench.send(request("192.0.2.1", "/v1/domains", &[])).await;
    assert_eq!(answer.headers["ratelimit"], "\"default\";r=99;t=60");
}

#[tokio::test]
async fn a_proxy_of_ours_names_the_client_and_nobody_else_may() {
    let bench = counted(Some("x-forwarded-for"));
    let left = |answer: &Answer| answer.headers.get("ratelimit").cloned();
    for n in (0..100).rev() {
        // What the client itself claims stands before the proxy's word.
        let claimed = format!("203.0.113.{n}, 192.0.2.1");
        let answer = bench.send(request("127.0.0.1", "/v1/domains", &[("x-forwarded-for", &claimed)])).await;
        assert_eq!(left(&answer).unwrap(), format!("\"default\";r={n};t=60"));
    }
    let over = bench.send(request("127.0.0.1", "/v1/domains", &[("x-forwarded-for", "192.0.2.1")])).await;
    assert_eq!(over.status, StatusCode::TOO_MANY_REQUESTS);
    let stranger = bench.send(request("192.0.2.9", "/v1/domains", &[("x-forwarded-for", "192.0.2.1")])).await;
    assert_eq!(left(&stranger).unwrap(), "\"default\";r=99;t=60");
    let own = bench.send(request("127.0.0.1", "/v1/domains", &[])).await;
    assert_eq!((own.status, left(&own)), (StatusCode::OK, None));
}

/// Nobody who counts.
struct Broken;

#[async_trait::async_trait]
impl Admissions for Broken {
    async fn admit(&self, _: IpAddr, _: Timestamp) -> Result<protocol::limiter::Admission, Uncountable> {
        Err(Uncountable::Unavailable)
    }
}

#[tokio::test]
async fn what_cannot_be_counted_is_not_let_through() {
    let uncounted = "127.0.0.0/8".parse().unwrap();
    let bench = Bench::with(None, Admit::Counted { admissions: Arc::new(Broken), uncounted, header: None });
    let answer = bench.send(request("192.0.2.1", "/v1/domains", &[])).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    let unknown = bench.send(Request::get("/v1/domains").body(Body::empty()).unwrap()).await;
    assert_eq!(unknown.status, StatusCode::SERVICE_UNAVAILABLE, "at {:?}", bench.clock.now());
}
