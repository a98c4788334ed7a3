use super::*;

fn signature(secret: &str, id: &str, secs: u64, body: &'static str) -> SignedEvent {
    let secret = WebhookSecret::parse(secret).unwrap();
    sign(&secret, id.to_owned(), Timestamp::from_millis(secs * 1_000 + 999), Bytes::from_static(body.as_bytes()))
        .unwrap()
}

/// The reference vector of Standard Webhooks' libraries.
#[test]
fn the_published_vector_holds() {
    let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
    let signed = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id, 1_614_265_330, body);
    assert_eq!(signed.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_eq!((signed.id.as_str(), signed.timestamp.as_str(), &signed.body[..]), (id, "1614265330", body.as_bytes()));
}

/// RFC 4231 §4.2's way of asking: another key, id, time or body makes another signature.
#[test]
fn everything_is_signed() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let one = signature(SECRET, "a", 1, "{}").signature;
    for other in [
        signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", "a", 1, "{}"),
        signature(SECRET, "b", 1, "{}"),
        signature(SECRET, "a", 2, "{}"),
        signature(SECRET, "a", 1, "{ }"),
    ] {
        assert_ne!(other.signature, one);
    }
    assert_eq!(signature(SECRET, "a", 1, "{}").signature, one);
}

/// A key longer than HMAC's block (64 octets) never comes: the longest fills it.
#[test]
fn the_longest_secret_signs() {
    let secret = WebhookSecret::from_bytes(vec![7; 64].into()).unwrap();
    assert!(sign(&secret, "a".to_owned(), Timestamp::default(), Bytes::new()).is_some());
}
