//! Over real sockets: who may connect, whose path it is, and a delivery from end to end.

use std::os::unix::net::{UnixListener as StdListener, UnixStream as StdStream};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::{
    intake::{
        tcp::Bounds,
        tests::world::{Fake, Still},
    },
    networks::Networks,
    ports::Door,
};

fn config() -> Config {
    Config {
        hostname: "mx.mayfly.example".to_owned(),
        tls: None,
        bounds: Bounds::default(),
        proxies: "0.0.0.0/0,::/0".parse().unwrap(),
        uncounted: Networks::default(),
        class_key: [7; 32],
    }
}

async fn hear(stream: &mut UnixStream, end: &str) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(end.as_bytes()) {
        assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0, "ended after {}", heard.escape_ascii());
    }
    String::from_utf8(heard).unwrap()
}

#[tokio::test]
async fn a_message_is_delivered_and_the_file_goes_with_the_listener() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    let listener = Listener::bind(&path, 0o620).unwrap();
    assert_eq!((listener.path(), fs::metadata(&path).unwrap().mode() & 0o777), (path.as_path(), 0o620));
    let fake = Arc::new(Fake::new(1 << 24));
    let (end, ending) = watch::channel(false);
    let running = tokio::spawn(serve(listener, config(), fake.clone(), Arc::new(Still), ending));

    let mut client = UnixStream::connect(&path).await.unwrap();
    hear(&mut client, "LMTP Mayfly\r\n").await;
    client.write_all(b"LHLO mta.example\r\n").await.unwrap();
    assert!(!hear(&mut client, "MAILMAX=1000\r\n").await.contains("STARTTLS"));
    let group =
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna@mayfly.example>\r\nRCPT TO:<later@mayfly.example>\r\nDATA\r\n";
    client.write_all(group.as_bytes()).await.unwrap();
    hear(&mut client, "<CRLF>.<CRLF>\r\n").await;
    client.write_all(b"Subject: Hello\r\n\r\n.\r\n").await.unwrap();
    let replies = hear(&mut client, "try again later\r\n").await;
    assert!(replies.starts_with("250 2.0.0 ") && replies.contains("\r\n452 4.2.2 "), "{replies}");
    assert_eq!(fake.taken.lock().unwrap().len(), 1);

    end.send(true).unwrap();
    hear(&mut client, "421 4.3.2 Service is restarting, please try again later\r\n").await;
    drop(client);
    running.await.unwrap().unwrap();
    assert!(!path.exists());
    assert_eq!(*fake.door.lock().unwrap(), [Door::Opened, Door::Closed]);
}

#[tokio::test]
async fn the_path_is_free_for_a_successor_while_sessions_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    let (end, ending) = watch::channel(false);
    let listener = Listener::bind(&path, 0o600).unwrap();
    let running = tokio::spawn(serve(listener, config(), Arc::new(Fake::new(1 << 24)), Arc::new(Still), ending));
    let mut client = UnixStream::connect(&path).await.unwrap();
    hear(&mut client, "LMTP Mayfly\r\n").await;
    let group = "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna@mayfly.example>\r\nDATA\r\n";
    client.write_all(b"LHLO mta.example\r\n").await.unwrap();
    hear(&mut client, "MAILMAX=1000\r\n").await;
    client.write_all(group.as_bytes()).await.unwrap();
    hear(&mut client, "<CRLF>.<CRLF>\r\n").await;

    end.send(true).unwrap();
    let gone = async {
        while path.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.expect("the file outlives its listener");
    // The file of whoever comes next may well get the same number of node.
    let next = Listener::bind(&path, 0o600).unwrap();
    client.write_all(b"Subject: Hello\r\n\r\n.\r\n").await.unwrap();
    assert!(hear(&mut client, "\r\n").await.starts_with("250 2.0.0 "));
    drop(client);
    running.await.unwrap().unwrap();
    assert!(path.exists());
    drop(next);
}

#[tokio::test]
async fn beyond_the_limit_a_client_is_turned_away_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    let config = Config { bounds: Bounds { sessions: 1, ..Bounds::default() }, ..config() };
    let (_end, ending) = watch::channel(false);
    let listener = Listener::bind(&path, 0o600).unwrap();
    let running = tokio::spawn(serve(listener, config, Arc::new(Fake::new(1)), Arc::new(Still), ending));
    let mut first = UnixStream::connect(&path).await.unwrap();
    hear(&mut first, "LMTP Mayfly\r\n").await;
    let mut second = UnixStream::connect(&path).await.unwrap();
    assert!(hear(&mut second, "\r\n").await.starts_with("421 4.3.2 "));
    running.abort();
}

#[test]
fn a_dead_socket_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    drop(StdListener::bind(&path).unwrap());
    assert!(path.exists(), "a dead process leaves its file");
    let listener = Listener::bind(&path, 0o600).unwrap();
    assert!(StdStream::connect(&path).is_ok());
    drop(listener);
    assert!(!path.exists());
}

#[test]
fn a_living_one_and_what_is_no_socket_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    let living = StdListener::bind(&path).unwrap();
    assert!(matches!(Listener::bind(&path, 0o600), Err(UnixError::InUse)));
    assert!(StdStream::connect(&path).is_ok());
    drop(living);
    let file = folder.path().join("file");
    fs::write(&file, "kept").unwrap();
    assert!(matches!(Listener::bind(&file, 0o600), Err(UnixError::NotASocket)));
    assert_eq!(fs::read(&file).unwrap(), b"kept");
    let nowhere = folder.path().join("no").join("folder");
    assert!(matches!(Listener::bind(&nowhere, 0o600), Err(UnixError::System(_))));
}

#[test]
fn a_path_that_another_has_taken_over_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    let ours = Listener::bind(&path, 0o600).unwrap();
    fs::remove_file(&path).unwrap();
    let _theirs = StdListener::bind(&path).unwrap();
    drop(ours);
    assert!(path.exists());
}
