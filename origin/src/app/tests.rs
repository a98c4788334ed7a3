use std::{net::SocketAddr, sync::Mutex, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use super::*;
use crate::config::{
    keys::Key,
    layers::{Layers, Settings},
};

pub(super) fn anywhere() -> Config {
    let free = |key| ("--test", key, "127.0.0.1:0".to_owned());
    let flags = [Key::SmtpListen, Key::HttpListen, Key::OperatorListen].map(free).to_vec();
    Config::from_settings(&Settings::lay(Layers { flags, ..Layers::default() }).unwrap()).unwrap()
}

pub(super) async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

pub(super) async fn hear(stream: &mut (impl AsyncRead + Unpin), wanted: &str) -> String {
    let mut heard = String::new();
    while !heard.contains(wanted) {
        let mut piece = [0; 4096];
        let octets = stream.read(&mut piece).await.unwrap();
        assert!(octets > 0, "the end, and no {wanted} in {heard}");
        heard.push_str(&String::from_utf8_lossy(&piece[..octets]));
    }
    heard
}

/// An origin that runs: what it bound, what ends it, and its end.
pub(super) async fn started(
    config: Config,
) -> (serde_json::Value, oneshot::Sender<()>, JoinHandle<Result<(), StartError>>) {
    let (tell, told) = oneshot::channel();
    let (end, ended) = oneshot::channel::<()>();
    let tell = Mutex::new(Some(tell));
    let say = move |line: &str| {
        let tell = tell.lock().unwrap().take().unwrap();
        tell.send(serde_json::from_str::<serde_json::Value>(line).unwrap()).unwrap();
    };
    let running = tokio::spawn(run(config, say, async { drop(ended.await) }));
    (told.await.unwrap(), end, running)
}

pub(super) fn address(bound: &serde_json::Value, name: &str) -> SocketAddr {
    bound[name].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_operator_reads_what_is_sent_to_postmaster_from_the_first_minute() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = anywhere();
    config.dns = crate::config::Dns::Off;
    config.lmtp = crate::config::Lmtp::Socket { path: folder.path().join("lmtp"), mode: 0o600 };
    let (bound, end, running) = started(config).await;
    let mut door = send(address(&bound, "operator"), "GET /inbox HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await;
    let told = hear(&mut door, "\"}").await;
    let told: serde_json::Value = serde_json::from_str(&told[told.find('{').unwrap()..]).unwrap();

    let mut session = send(address(&bound, "smtp"), "").await;
    hear(&mut session, "220 ").await;
    session.write_all(b"HELO mta.example\r\n").await.unwrap();
    hear(&mut session, "250 ").await;
    session.write_all(b"MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nDATA\r\n").await.unwrap();
    hear(&mut session, "354 ").await;
    session.write_all(b"Subject: To postmaster\r\n\r\n.\r\n").await.unwrap();
    hear(&mut session, "250 2.0.0 Message accepted").await;
    let mut local = tokio::net::UnixStream::connect(bound["lmtp"].as_str().unwrap()).await.unwrap();
    hear(&mut local, "220 ").await;
    local.write_all(b"LHLO mta.example\r\n").await.unwrap();
    hear(&mut local, "250 LIMITS").await;
    local.write_all(b"MAIL FROM:<>\r\nRCPT TO:<abuse@mayfly.test>\r\nDATA\r\n").await.unwrap();
    hear(&mut local, "354 ").await;
    local.write_all(b"Subject: To abuse\r\n\r\n.\r\n").await.unwrap();
    hear(&mut local, "250 2.0.0 Message accepted").await;

    let (id, capability) = (told["id"].as_str().unwrap(), told["capability"].as_str().unwrap());
    let ask =
        format!("GET /v1/inboxes/{id}/messages HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {capability}\r\n\r\n");
    let mut reader = send(address(&bound, "http"), &ask).await;
    let read = hear(&mut reader, "\"cursor\"").await;
    assert!(read.contains("\"To postmaster\"") && read.contains("\"To abuse\""), "{read}");
    end.send(()).unwrap();
    timeout(Duration::from_secs(30), running).await.unwrap().unwrap().unwrap();
    assert!(!folder.path().join("lmtp").exists());
}

#[tokio::test]
async fn it_ends_in_time_whoever_holds_on() {
    let (bound, end, running) = started(anywhere()).await;
    let at = |name: &str| address(&bound, name);

    let mut maker = send(
        at("http"),
        "POST /v1/inboxes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n\
         {\"assisted\":true}",
    )
    .await;
    let made = hear(&mut maker, "\"capability\":\"").await;
    let made: serde_json::Value = serde_json::from_str(&made[made.find('{').unwrap()..]).unwrap();
    let ask = |rest: &str| {
        let (id, capability) = (made["id"].as_str().unwrap(), made["capability"].as_str().unwrap());
        format!("GET /v1/inboxes/{id}/{rest} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {capability}\r\n\r\n")
    };
    let mut events = send(at("http"), &ask("events")).await;
    hear(&mut events, "retry:").await;
    let mut poll = send(at("http"), &ask("messages?wait=55")).await;
    let _half = send(at("http"), "GET /v1/dom").await;
    let mut session = send(at("smtp"), "").await;
    hear(&mut session, "220 ").await;
    session.write_all(b"EHLO a\r\n").await.unwrap();
    hear(&mut session, "SIZE").await;

    end.send(()).unwrap();
    // The half head is waited for longest: as long as any head.
    let bound = crate::limits::HTTP_HEAD_TIMEOUT.as_duration() + Duration::from_secs(5);
    timeout(bound, running).await.unwrap().unwrap().unwrap();
    assert!(hear(&mut poll, "\"messages\":[]").await.starts_with("HTTP/1.1 200"));
    hear(&mut session, "421 4.3.2").await;
}

#[tokio::test]
async fn a_page_that_is_not_there_is_told_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = anywhere();
    config.http.page = Some(folder.path().to_owned());
    let started = run(config, |_| (), std::future::ready(())).await;
    assert!(matches!(started, Err(StartError::Page(path)) if path == folder.path()));
}
