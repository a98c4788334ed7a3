use std::{net::Ipv4Addr, sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use protocol::{time::Timestamp, webhook::WebhookSecret};

use super::*;
use crate::webhooks::{
    signature,
    tests::{Act, HOST, Names, PUBLIC, Receiver, SECRET},
};

fn url(text: &str) -> WebhookUrl {
    WebhookUrl::parse(text).unwrap()
}

fn event() -> SignedEvent {
    let secret = WebhookSecret::parse(SECRET).unwrap();
    let body = Bytes::from_static(br#"{"type":"message.received"}"#);
    signature::sign(&secret, "message".to_owned(), Timestamp::from_millis(1_790_000_000_000), body).unwrap()
}

async fn post(client: &Https, host: &str) -> Result<WebhookAnswer, Unanswered> {
    client.post(&url(&format!("https://{host}/a/b?c=d")), event()).await
}

fn said(status: u16, retry_after: Option<&str>) -> Result<WebhookAnswer, Unanswered> {
    Ok(WebhookAnswer { status, retry_after: retry_after.map(str::to_owned) })
}

#[tokio::test]
async fn an_event_is_posted_with_the_headers_of_standard_webhooks() {
    let receiver = Receiver::open(vec![]).await;
    let client = receiver.client(Names::public(), "");
    assert_eq!(post(&client, HOST).await, said(204, None));
    let heard = receiver.heard();
    let head = heard[0].head.to_ascii_lowercase();
    assert!(head.starts_with("post /a/b?c=d http/1.1\r\n"), "{head}");
    for line in ["host: hooks.example.com", "content-type: application/json", "webhook-id: message"] {
        assert!(head.lines().any(|known| known == line), "{line}: {head}");
    }
    assert_eq!((heard[0].timestamp, heard[0].body["type"].as_str()), (1_790_000_000, Some("message.received")));
}

#[tokio::test]
async fn an_answers_head_is_all_that_is_read() {
    let acts = vec![
        Act::Say(500, ""),
        Act::Say(410, ""),
        Act::Say(429, "retry-after: 12\r\n"),
        Act::Say(503, "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
        Act::Talk,
        Act::HangUp,
        Act::Babble,
    ];
    let receiver = Receiver::open(acts).await;
    let client = receiver.client(Names::public(), "");
    assert_eq!(post(&client, HOST).await, said(500, None));
    assert_eq!(post(&client, HOST).await, said(410, None));
    assert_eq!(post(&client, HOST).await, said(429, Some("12")));
    assert_eq!(post(&client, HOST).await, said(503, Some("Sun, 06 Nov 1994 08:49:37 GMT")));
    assert_eq!(post(&client, HOST).await, said(200, None), "a body without end is left alone");
    assert_eq!(post(&client, HOST).await, Err(Unanswered::NoAnswer));
    assert_eq!(post(&client, HOST).await, Err(Unanswered::NoAnswer), "a head without end is not");
    assert_eq!(receiver.connections(), 7, "no connection is kept");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for location in ["https://127.0.0.1/", "https://hooks.example.com/elsewhere", "http://169.254.169.254/latest/"] {
        for status in [301, 302, 303, 307, 308] {
            let lines: &'static str = Box::leak(format!("location: {location}\r\n").into_boxed_str());
            let receiver = Receiver::open(vec![Act::Say(status, lines)]).await;
            let client = receiver.client(Names::public(), "");
            assert_eq!(post(&client, HOST).await, said(status, None));
            assert_eq!((receiver.heard().len(), receiver.connections()), (1, 1), "{status} to {location}");
        }
    }
}

#[tokio::test]
async fn what_is_not_public_is_never_connected_to() {
    let receiver = Receiver::open(vec![]).await;
    for addresses in [
        &["127.0.0.1"][..],
        &["8.8.8.8", "10.0.0.1"],
        &["8.8.8.8", "::1"],
        &["169.254.169.254"],
        &["fd00:ec2::254"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["2002:7f00:1::"],
    ] {
        let client = receiver.client(Names::of(&[addresses]), "");
        assert_eq!(post(&client, HOST).await, Err(Unanswered::NotPublic), "{addresses:?}");
    }
    assert_eq!(post(&receiver.client(Names::of(&[&[]]), ""), HOST).await, Err(Unanswered::NoAddress));
    assert_eq!(receiver.connections(), 0);
    let client = receiver.client(Names::of(&[&["10.0.0.1"]]), "10.0.0.0/8");
    assert_eq!(post(&client, HOST).await, said(204, None), "unless the operator allows it");
}

/// The first answer is public, what follows is private: the first request goes where the first answer said, though the
/// name leads elsewhere by then, and the second one nowhere.
#[tokio::test]
async fn a_name_is_looked_up_once_and_leads_nowhere_else() {
    let receiver = Receiver::open(vec![]).await;
    let names = Names::of(&[&["8.8.8.8"], &["127.0.0.1"]]);
    let (asked, port) = (Arc::new(Mutex::new(Vec::new())), receiver.port);
    let noted = Arc::clone(&asked);
    let road: Road = Arc::new(move |address| {
        noted.lock().unwrap().push(address);
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    });
    let client = receiver.client_by(Arc::clone(&names), "", road);
    assert_eq!(post(&client, HOST).await, said(204, None));
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    assert_eq!(post(&client, HOST).await, Err(Unanswered::NotPublic));
    assert_eq!((names.asked.load(Ordering::SeqCst), receiver.connections()), (2, 1));
    assert_eq!(*asked.lock().unwrap(), [IpAddr::from(PUBLIC)]);
    assert!(client.pins.lock().is_empty(), "nothing stays pinned");
}

#[tokio::test]
async fn a_certificate_is_for_the_host_by_name() {
    let receiver = Receiver::of("other.example.com", vec![]).await;
    let client = receiver.client(Names::public(), "");
    assert_eq!(post(&client, HOST).await, Err(Unanswered::NoConnection));
    assert_eq!(post(&client, "other.example.com").await, said(204, None));
    let stranger = Receiver::open(vec![]).await;
    let port = stranger.port;
    let road: Road = Arc::new(move |_| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let client = receiver.client_by(Names::public(), "", road);
    assert_eq!(post(&client, HOST).await, Err(Unanswered::NoConnection), "of an authority that nobody knows");
    assert!(stranger.heard().is_empty());
}

#[tokio::test]
async fn every_step_has_its_deadline() {
    let receiver = Receiver::open(vec![Act::Wait]).await;
    let quick = |connect, total| {
        let (port, millis) = (receiver.port, Millis::from_millis);
        let road: Road = Arc::new(move |_| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let patience = Patience { connect: millis(connect), total: millis(total) };
        Https::by(Names::public(), Networks::default(), Trust::Only(vec![receiver.root.clone()]), road, patience)
    };
    let client = quick(5_000, 300).unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(20), post(&client, HOST)).await.unwrap();
    assert_eq!(answer, Err(Unanswered::NoAnswer));

    // Takes connections, and never says a word of TLS.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let patience = Patience { connect: Millis::from_millis(200), total: Millis::from_secs(60) };
    let client =
        Https::by(Names::public(), Networks::default(), Trust::System, Arc::new(move |_| address), patience).unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(20), post(&client, HOST)).await.unwrap();
    assert_eq!(answer, Err(Unanswered::NoConnection));
}

#[tokio::test]
async fn a_url_that_means_another_host_to_another_reader_is_not_used() {
    let receiver = Receiver::open(vec![]).await;
    let client = receiver.client(Names::public(), "");
    // No such name in Punycode (RFC 3492).
    assert_eq!(post(&client, "xn--0.example").await, Err(Unanswered::Unusable));
    assert_eq!(receiver.connections(), 0);
}

mod readers {
    use proptest::prelude::*;
    use reqwest::Url;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// What we read of a URL, and what the client reads of it, is one host, one port and nobody's name.
        #[test]
        fn two_readers_agree(text in "https://[a-z0-9.@:%\\[\\]\\\\-]{1,24}[/?#a-z0-9.@:%\\\\;=&+-]{0,24}") {
            if let Ok(ours) = WebhookUrl::parse(&text)
                && let Ok(theirs) = Url::parse(ours.as_str())
            {
                prop_assert_eq!(theirs.domain(), Some(ours.host()));
                prop_assert_eq!((theirs.scheme(), theirs.port(), theirs.fragment()), ("https", None, None));
                prop_assert_eq!((theirs.username(), theirs.password()), ("", None));
            }
        }
    }
}
