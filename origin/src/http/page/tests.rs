use std::{fs, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use http_body_util::BodyExt;
use proptest::prelude::*;
use protocol::security::PAGE_CSP;
use tempfile::TempDir;
use tower::ServiceExt;

use super::{is_hashed, routes};

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    fs::write(folder.path().join("index.html"), "<!doctype html><title>Mayfly</title>").unwrap();
    fs::write(folder.path().join("assets/main-5MHZQ3ZC.js"), "1").unwrap();
    fs::write(folder.path().join("assets/plain.js"), "1").unwrap();
    folder
}

async fn ask(router: &Router, method: &str, path: &str) -> Response<Body> {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_page_is_served_under_its_policy() {
    let folder = folder();
    let router = routes(folder.path().to_owned());
    let response = ask(&router, "GET", "/").await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-security-policy"), PAGE_CSP);
    assert_eq!(header(&response, "cache-control"), "no-cache");
    assert!(header(&response, "content-type").starts_with("text/html"));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn files_with_a_hash_in_their_name_are_kept_for_good() {
    let folder = folder();
    let router = routes(folder.path().to_owned());
    let hashed = ask(&router, "GET", "/assets/main-5MHZQ3ZC.js").await;
    assert_eq!(header(&hashed, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&hashed, "content-security-policy"), "");
    assert_eq!(header(&ask(&router, "GET", "/assets/plain.js").await, "cache-control"), "no-cache");
    assert!(is_hashed("/a/opener_bg-0123abcd.wasm") && is_hashed("/a/page.ABCDEFGH.css"));
    assert!(!is_hashed("/locales/pt-BR.json") && !is_hashed("/a/DEADBEEF") && !is_hashed("/5MHZQ3ZC/plain.js"));
}

#[tokio::test]
async fn what_is_no_file_is_a_problem() {
    let folder = folder();
    fs::write(folder.path().join("v1"), "never").unwrap();
    let router = routes(folder.path().join("assets"));
    let long = format!("/{}", "x".repeat(5_000));
    for path in ["/nothing", "/v1/nothing", "/../index.html", "/%2e%2e/index.html", "/%00", "/%FF", &long] {
        let response = ask(&router, "GET", path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(header(&response, "content-type"), "application/problem+json");
    }
    let response = ask(&router, "POST", "/plain.js").await;
    assert_eq!((response.status().as_u16(), header(&response, "allow")), (405, "GET, HEAD"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_path_breaks_the_page(path in "/[!-~&&[^#]]{0,40}") {
        let folder = Arc::new(folder());
        let Ok(request) = Request::get(&path).body(Body::empty()) else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(routes(folder.path().to_owned()).oneshot(request)).unwrap();
        prop_assert!(!response.status().is_server_error(), "{path}");
    }
}
