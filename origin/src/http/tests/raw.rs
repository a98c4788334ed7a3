use protocol::{
    id::MessageId,
    message::{Danger, Part},
    sealing::Binding,
};

use super::{Bench, RAW};

#[tokio::test]
async fn the_raw_message_is_sealed_to_a_token_and_mime_to_a_capability() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let message = bench.deliver(&inbox, "canary").await;
    let path = inbox.path(&format!("/messages/{message}/raw"));

    let sealed = bench.get(&path, &inbox.read_token()).await;
    assert_eq!(sealed.header("content-type"), "application/vnd.mayfly.sealed");
    assert!(!sealed.headers.contains_key("mayfly-assisted"));
    let binding = Binding { inbox: inbox.id, message };
    let opened = inbox.capability.key_pair().open(&binding, Part::Raw, &sealed.body).unwrap().inflate(4_096).unwrap();
    assert_eq!(&opened[..], RAW);

    let open = bench.get(&path, &inbox.capability()).await;
    assert_eq!(open.header("content-type"), "message/rfc822");
    assert_eq!(open.header("mayfly-assisted"), "origin");
    assert_eq!(&open.body[..], RAW);
}

#[tokio::test]
async fn an_attachment_is_a_decoded_download() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let message = bench.deliver_named(&inbox, "canary", "../\"résumé\"\r\nX: y.pdf").await;
    let path = inbox.path(&format!("/messages/{message}/attachments/0"));
    let answer = bench.get(&path, &inbox.capability()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(&answer.body[..], b"hello");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("mayfly-assisted"), "origin");
    let disposition = answer.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    assert!(disposition.contains("r%C3%A9sum%C3%A9"), "{disposition}");
    assert!(!disposition.contains(['\r', '\n', '/']), "{disposition}");
}

#[tokio::test]
async fn an_attachment_needs_the_capability_and_a_number_that_exists() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let message = bench.deliver(&inbox, "canary").await;
    let path = |n: &str| inbox.path(&format!("/messages/{message}/attachments/{n}"));
    bench.get(&path("0"), &inbox.read_token()).await.is_problem(403);
    bench.get(&path("1"), &inbox.capability()).await.is_problem(404);
    bench.get(&path("x"), &inbox.capability()).await.is_problem(404);
    let other = MessageId::from_bytes([1; 16]);
    bench.get(&inbox.path(&format!("/messages/{other}/raw")), &inbox.capability()).await.is_problem(404);
}

#[tokio::test]
async fn a_withheld_attachment_is_said_to_be() {
    let bench = Bench::new();
    let inbox = bench.inbox().await;
    let message = bench.deliver_file(&inbox, "canary", "setup.exe", Some(Danger::Program)).await;
    let answer = bench.get(&inbox.path(&format!("/messages/{message}/attachments/0")), &inbox.capability()).await;
    answer.is_problem(404);
    assert!(answer.json()["detail"].as_str().unwrap().contains("never stored"));
    let open = bench.get(&inbox.path(&format!("/messages/{message}")), &inbox.capability()).await.json();
    assert_eq!(open["content"]["attachments"][0]["withheld"], "program");
}
