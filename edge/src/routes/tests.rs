use proptest::prelude::*;

use super::*;

const INBOX: &str = "qca636prijul2ordq6lii6o4ke";
const MESSAGE: &str = "dg4xw7lw2sawzgw6mcqnisemsu";

fn at(method: &str, tail: &str) -> Result<Route, Misrouted> {
    route(method, &format!("/v1/inboxes/{INBOX}{tail}"))
}

#[test]
fn every_documented_call_has_its_route() {
    let inbox: InboxId = INBOX.parse().unwrap();
    let message: MessageId = MESSAGE.parse().unwrap();
    assert_eq!(route("POST", "/v1/inboxes"), Ok(Route::Create));
    for (method, tail, call) in [
        ("GET", "", InboxCall::Show),
        ("HEAD", "", InboxCall::Show),
        ("PATCH", "", InboxCall::Extend),
        ("DELETE", "", InboxCall::Erase),
        ("GET", "/messages", InboxCall::List),
        ("GET", "/events", InboxCall::Events),
        ("GET", "/deliveries", InboxCall::Deliveries),
    ] {
        assert_eq!(at(method, tail), Ok(Route::Inbox(inbox, call)), "{method} {tail}");
    }
    for (method, tail, call) in [
        ("GET", "", MessageCall::Show),
        ("DELETE", "", MessageCall::Erase),
        ("GET", "/raw", MessageCall::Raw),
        ("GET", "/attachments/0", MessageCall::Attachment(0)),
        ("GET", "/attachments/17", MessageCall::Attachment(17)),
    ] {
        let found = at(method, &format!("/messages/{MESSAGE}{tail}"));
        assert_eq!(found, Ok(Route::Message(inbox, message, call)), "{method} {tail}");
    }
    assert_eq!(route("GET", "/v1/domains"), Ok(Route::Any(Public::Domains)));
    assert_eq!(route("GET", "/v1/status"), Ok(Route::Any(Public::Status)));
    assert_eq!(route("GET", "/openapi.json"), Ok(Route::Any(Public::OpenApi)));
    assert_eq!(route("GET", "/healthz"), Ok(Route::Health));
    assert_eq!(route("POST", "/sync/v1/batch"), Ok(Route::Batch));
    assert_eq!(route("OPTIONS", "/v1/inboxes"), Ok(Route::Preflight));
}

#[test]
fn everything_else_is_the_page() {
    for path in ["/", "/index.html", "/app.KBFCOGGI.js", "/v2", "/v1x", "/favicon.svg"] {
        assert_eq!(route("GET", path), Ok(Route::Page), "{path}");
    }
    assert_eq!(route("POST", "/"), Err(Misrouted::Method { allow: "GET, HEAD" }));
}

#[test]
fn what_is_not_there_is_not_found() {
    for tail in [
        "/",
        "/messages/",
        "/message",
        "/messages/short",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/attachments",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/attachments/",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/attachments/-1",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/attachments/01",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/attachments/+1",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/attachments/4294967296",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/attachments/1/2",
        "/messages/dg4xw7lw2sawzgw6mcqnisemsu/raw/x/y/z",
    ] {
        assert_eq!(at("GET", tail), Err(Misrouted::NotFound), "{tail}");
    }
    for path in ["/v1", "/v1/", "/v1/inboxes/", "/v1/inboxes/short", "/v1/INBOXES", "/sync/", "/sync/v1/batch/"] {
        assert_eq!(route("GET", path), Err(Misrouted::NotFound), "{path}");
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    assert_eq!(route("GET", "/v1/inboxes"), Err(Misrouted::Method { allow: "POST, OPTIONS" }));
    assert_eq!(at("PUT", ""), Err(Misrouted::Method { allow: "GET, HEAD, PATCH, DELETE, OPTIONS" }));
    assert_eq!(at("POST", "/messages"), Err(Misrouted::Method { allow: "GET, HEAD, OPTIONS" }));
    assert_eq!(route("GET", "/sync/v1/batch"), Err(Misrouted::Method { allow: "POST" }));
}

#[test]
fn the_test_clock_is_there_in_test_builds_alone() {
    let expected =
        if cfg!(feature = "virtual-clock") { Ok(Route::Clock) } else { Err(Misrouted::Method { allow: "GET, HEAD" }) };
    assert_eq!(route("POST", "/test/clock"), expected);
}

proptest! {
    #[test]
    fn any_request_is_routed_or_refused(method in "[A-Z]{1,8}", path in "/[!-~]{0,80}") {
        // The API is never served as a file, whatever stands in the path.
        if path.starts_with("/v1/") {
            prop_assert_ne!(route(&method, &path), Ok(Route::Page));
        } else {
            let _any = route(&method, &path);
        }
    }
}
