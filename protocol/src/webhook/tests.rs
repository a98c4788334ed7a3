use super::*;
use crate::{
    api::{CreateInbox, CreateInboxBody, InboxChange, PatchInboxBody},
    bytes::Base64,
    id::{InboxId, MessageId},
    message::{SealedEntry, SealedParts},
    time::Timestamp,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn body(url: &str, secret: Option<&str>) -> WebhookBody {
    WebhookBody { url: url.to_owned(), secret: secret.map(str::to_owned) }
}

fn refused<T>(result: Result<T, Problem>) -> String {
    let problem = result.err().expect("it is refused");
    assert_eq!(problem.status, 422);
    problem.detail
}

#[test]
fn a_secret_is_read_as_it_is_written() {
    let secret = WebhookSecret::parse(SECRET).unwrap();
    assert_eq!(secret.as_bytes().len(), 24);
    assert_eq!(*secret.to_text(), SECRET);
    let longest = WebhookSecret::from_bytes(Zeroizing::new(vec![7; WEBHOOK_SECRET_OCTETS_MAX])).unwrap();
    assert!(WebhookSecret::parse(&longest.to_text()) == Ok(longest));
}

#[test]
fn a_secret_that_is_none_is_refused() {
    let short = format!("whsec_{}", BASE64.encode(&[7; WEBHOOK_SECRET_OCTETS_MIN - 1]));
    let long = format!("whsec_{}", BASE64.encode(&[7; WEBHOOK_SECRET_OCTETS_MAX + 1]));
    let bare = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for text in [
        "",
        "whsec_",
        bare,
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w",
        &short,
        &long,
    ] {
        assert_eq!(WebhookSecret::parse(text).err(), Some(NotASecret), "{text}");
    }
}

#[test]
fn a_webhook_is_kept_as_one_line() {
    let (url, secret) =
        (WebhookUrl::parse("https://hooks.example.com/a?b").unwrap(), WebhookSecret::parse(SECRET).unwrap());
    let webhook = Webhook { url, secret };
    assert_eq!(*webhook.to_text(), format!("{SECRET} https://hooks.example.com/a?b"));
    assert!(Webhook::parse(&webhook.to_text()) == Some(webhook));
    for text in ["", SECRET, "https://hooks.example.com/", &format!("{SECRET} http://hooks.example.com/")] {
        assert!(Webhook::parse(text).is_none(), "{text}");
    }
}

#[test]
fn a_wish_is_refused_with_what_to_do_and_without_what_was_sent() {
    let wish = |webhook| {
        let body = CreateInboxBody { assisted: Some(true), webhook: Some(webhook), ..CreateInboxBody::default() };
        CreateInbox::check(&body)
    };
    assert!(wish(body("https://hooks.example.com/", Some(SECRET))).unwrap().webhook.unwrap().secret.is_some());
    assert!(wish(body("https://hooks.example.com/", None)).unwrap().webhook.unwrap().secret.is_none());
    let detail = refused(wish(body("http://canary.example/", None)));
    assert_eq!(detail, "webhook.url must begin with https://; plain HTTP and other schemes are not used.");
    let detail = refused(wish(body("https://hooks.example.com/", Some("canary"))));
    assert!(detail.starts_with("webhook.secret must be whsec_ and"), "{detail}");
    assert!(!detail.contains("canary"), "{detail}");
}

#[test]
fn a_change_is_one_of_three() {
    let change = |json: &str| serde_json::from_str::<PatchInboxBody>(json).map(|body| InboxChange::check(&body));
    assert!(change(r#"{"extend":true}"#).unwrap() == Ok(InboxChange::Extend));
    assert!(change(r#"{"webhook":null}"#).unwrap() == Ok(InboxChange::NoWebhook));
    let set = change(r#"{"webhook":{"url":"https://hooks.example.com/"}}"#).unwrap();
    assert!(matches!(set, Ok(InboxChange::Webhook(wish)) if wish.url.host() == "hooks.example.com"));
    for json in [r#"{}"#, r#"{"extend":null}"#, r#"{"extend":true,"webhook":null}"#] {
        assert!(refused(change(json).unwrap()).starts_with("Send one change at a time"), "{json}");
    }
    assert!(refused(change(r#"{"extend":false}"#).unwrap()).starts_with("extend can only be true"));
    assert!(refused(change(r#"{"webhook":{"url":"x"}}"#).unwrap()).starts_with("webhook.url must begin"));
    for json in [r#"{"webhook":true}"#, r#"{"webhook":{}}"#, r#"{"webhook":{"url":"x","more":1}}"#] {
        assert!(change(json).is_err(), "{json}");
    }
}

#[test]
fn an_event_says_that_mail_came() {
    let sealed = SealedParts { summary: Base64(vec![0xff; 3]), content: None };
    let id = MessageId::from_bytes([2; 16]);
    let entry = SealedEntry { id, received_at: Timestamp::from_millis(1_000), size: 7, sealed };
    let event = WebhookEvent {
        kind: WebhookEventKind::MessageReceived,
        timestamp: Timestamp::from_millis(1_000),
        data: WebhookMessage { inbox: InboxId::from_bytes([1; 16]), entry },
    };
    let json = serde_json::to_string(&event).unwrap();
    let expected = r#"{"type":"message.received","timestamp":"1970-01-01T00:00:01.000Z","data":{"inbox":"aeaqcaibaeaqcaibaeaqcaibae","id":"aibaeaqcaibaeaqcaibaeaqcai","received_at":"1970-01-01T00:00:01.000Z","size":7,"sealed":{"summary":"____"}}}"#;
    assert_eq!(json, expected);
    assert!(serde_json::from_str::<WebhookEvent>(&json).unwrap() == event);
}

#[test]
fn nothing_of_a_webhook_is_printed() {
    let body = body("https://canary.example/", Some("canary"));
    let view = WebhookView { url: "https://canary.example/".to_owned(), secret: Some("canary".to_owned()) };
    let webhook = Webhook { url: WebhookUrl::parse(&body.url).unwrap(), secret: WebhookSecret::parse(SECRET).unwrap() };
    let (url, secret) = (webhook.url.clone(), webhook.secret.clone());
    let wish = WebhookWish { url: url.clone(), secret: Some(secret.clone()) };
    let patch = PatchInboxBody { extend: None, webhook: Some(Some(body.clone())) };
    let printed = format!("{body:?} {view:?} {webhook:?} {url:?} {secret:?} {wish:?} {patch:?}");
    assert!(!printed.contains("canary") && !printed.contains("MfKQ"), "{printed}");
}
