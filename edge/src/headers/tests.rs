use super::*;

fn value<'a>(headers: &'a [(&'static str, String)], name: &str) -> &'a str {
    headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str()).unwrap()
}

#[test]
fn the_api_is_open_to_scripts_and_never_cached_or_framed() {
    let headers = of_the_api();
    assert_eq!(value(&headers, "access-control-allow-origin"), "*");
    assert_eq!(value(&headers, "cache-control"), "no-store");
    assert_eq!(value(&headers, "content-security-policy"), API_CSP);
    assert_eq!(value(&headers, "x-content-type-options"), "nosniff");
    assert!(value(&headers, "access-control-expose-headers").contains("RateLimit-Policy"));
    assert!(headers.iter().all(|(name, _)| *name != "access-control-allow-credentials"));
}

#[test]
fn html_gets_the_pages_policy_and_everything_else_the_strictest() {
    assert_eq!(value(&of_a_file("/", "text/html; charset=utf-8"), "content-security-policy"), PAGE_CSP);
    assert_eq!(value(&of_a_file("/favicon.svg", "image/svg+xml"), "content-security-policy"), API_CSP);
    assert_eq!(value(&of_a_file("/x", ""), "content-security-policy"), API_CSP);
    assert_eq!(value(&of_a_file("/", "text/html"), "referrer-policy"), "no-referrer");
}

#[test]
fn files_named_by_their_content_are_kept_for_ever_and_no_others() {
    for path in ["/app.KBFCOGGI.js", "/chunk.7EUE3XMF.js", "/opener_bg.f430e0ec.wasm", "/assets/main-ABCDEFGH.css"] {
        assert!(freshness(path).contains("immutable"), "{path}");
    }
    for path in
        ["/", "/index.html", "/manifest.webmanifest", "/robots.txt", "/fr.json", "/app.js", "/read-me-please.html"]
    {
        assert_eq!(freshness(path), "no-cache", "{path}");
    }
}
