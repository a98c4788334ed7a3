use std::collections::BTreeSet;

use axum::http::Request;
use http_body_util::BodyExt;
use protocol::capability::Capability;
use tower::ServiceExt;

use super::{
    super::{TEMPLATES, challenges},
    Bench, Body,
};

#[tokio::test]
async fn domains_and_status_are_public() {
    let bench = Bench::new();
    assert_eq!(bench.get("/v1/domains", "").await.json()["domains"][0]["name"], "mayfly.example");
    let status = bench.get("/v1/status", "").await.json();
    assert_eq!(status["region"], "local");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["intake"], "open");
    assert_eq!(
        (&status["replication"]["owed_inboxes"], &status["replication"]["oldest_ms"]),
        (&1.into(), &1_000.into())
    );
}

#[tokio::test]
async fn readiness_needs_a_store_that_answers_and_a_service_that_stays() {
    let bench = Bench::new();
    assert_eq!(bench.get("/readyz", "").await.status, 200);
    bench.silence(true);
    bench.get("/readyz", "").await.is_problem(503);
    assert_eq!(bench.get("/healthz", "").await.status, 200);
    bench.silence(false);
    bench.draining.send(true).unwrap();
    bench.get("/readyz", "").await.is_problem(503);
    assert_eq!(bench.get("/healthz", "").await.status, 200);
}

#[tokio::test]
async fn requests_are_counted_by_template_and_only_the_operator_sees_it() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    bench.get(&inbox.path("/messages"), &inbox.read_token()).await;
    bench.get("/canary", "").await;
    bench.get("/metrics", "").await.is_problem(404);
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let response = bench.operator.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("access-control-allow-origin"));
    let text = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let counted = r#"mayfly_http_requests_total{route="/v1/inboxes/{id}/messages",method="get",status="2xx"} 1"#;
    assert!(text.contains(counted), "{text}");
    assert!(text.contains(r#"route="other",method="get",status="4xx"} 2"#), "{text}");
    assert!(text.contains(r#"mayfly_inboxes_created_total{drawn_by="service"} 1"#));
    assert!(!text.contains("canary") && !text.contains(&inbox.id.to_string()));
}

#[tokio::test]
async fn the_operators_inbox_is_told_at_the_operators_door_and_does_not_end() {
    let bench = Bench::new();
    bench.get("/inbox", "").await.is_problem(404);
    let ask = |host| Request::get("/inbox").header("host", host).body(Body::empty()).unwrap();
    let refused = bench.operator.clone().oneshot(ask("evil.example")).await.unwrap();
    assert_eq!(refused.status(), 403);
    let told = bench.operator.clone().oneshot(ask("127.0.0.1:9025")).await.unwrap();
    assert_eq!(
        (told.status(), told.headers()["cache-control"].to_str().unwrap()),
        (200.try_into().unwrap(), "no-store")
    );
    let told: serde_json::Value =
        serde_json::from_slice(&told.into_body().collect().await.unwrap().to_bytes()).unwrap();
    let capability: Capability = told["capability"].as_str().unwrap().parse().unwrap();
    assert_eq!(told["id"], capability.inbox_id().to_string());

    bench.make_operators_inbox().await;
    let path = format!("/v1/inboxes/{}", capability.inbox_id());
    assert_eq!(bench.get(&path, &capability.to_text()).await.json()["address"], "postmaster@mx.mayfly.example");
    bench.ask("DELETE", &path, &capability.to_text()).await.is_problem(403);
}

#[cfg(feature = "virtual-clock")]
#[tokio::test]
async fn the_operator_moves_the_virtual_clock() {
    let bench = Bench::new();
    let before = bench.clock.time();
    let request = Request::post("/operator/clock").header("content-type", "application/json");
    let request = request.body(Body::from(r#"{"advance_ms":1500}"#)).unwrap();
    assert_eq!(bench.operator.clone().oneshot(request).await.unwrap().status(), 204);
    assert_eq!(bench.clock.time().since(before).as_millis(), 1_500);
}

#[tokio::test]
async fn the_document_names_every_route_and_its_refusals() {
    let document = Bench::new().get("/openapi.json", "").await.json();
    let paths = document["paths"].as_object().unwrap();
    let documented: BTreeSet<_> = paths.keys().map(String::as_str).collect();
    let others = ["/metrics", "/inbox", "/operator/clock", "/sync/v1/keys/{id}", challenges::ROUTE];
    let is_other = |template: &&str| others.contains(template) || template.starts_with("/jobs");
    let public: BTreeSet<_> = TEMPLATES.into_iter().filter(|template| !is_other(template)).collect();
    assert_eq!(documented, public);
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
            for (status, response) in responses.iter().filter(|(status, _)| !status.starts_with('2')) {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
            }
            let is_open = operation["security"] == serde_json::json!([{}]);
            assert_eq!(is_open, !path.contains("{id}"), "{method} {path}");
            assert_eq!(responses.contains_key("401"), path.contains("{id}"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_schema_that_the_document_names_is_in_it() {
    let document = Bench::new().get("/openapi.json", "").await;
    let text = String::from_utf8(document.body.to_vec()).unwrap();
    let schemas = document.json()["components"]["schemas"].clone();
    let named: BTreeSet<_> =
        text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(named.contains("InboxView") && named.contains("Summary"), "{named:?}");
    for name in named {
        assert!(schemas.get(name).is_some(), "{name} is named and not described");
    }
}
