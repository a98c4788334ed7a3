use std::{net::SocketAddr, sync::Mutex, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
};

use super::*;
use crate::config::{
    keys::Key,
    layers::{Layers, Settings},
};

fn anywhere() -> Config {
    let free = |key| ("--test", key, "127.0.0.1:0".to_owned());
    let flags = [Key::SmtpListen, Key::HttpListen, Key::OperatorListen].map(free).to_vec();
    Config::from_settings(&Settings::lay(Layers { flags, ..Layers::default() }).unwrap()).unwrap()
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn hear(stream: &mut TcpStream, wanted: &str) -> String {
    let mut heard = String::new();
    while !heard.contains(wanted) {
        let mut piece = [0; 4096];
        let octets = stream.read(&mut piece).await.unwrap();
        assert!(octets > 0, "the end, and no {wanted} in {heard}");
        heard.push_str(&String::from_utf8_lossy(&piece[..octets]));
    }
    heard
}

#[tokio::test]
async fn it_ends_in_time_whoever_holds_on() {
    let (tell, told) = oneshot::channel();
    let (end, ended) = oneshot::channel::<()>();
    let tell = Mutex::new(Some(tell));
    let say = move |line: &str| {
        let tell = tell.lock().unwrap().take().unwrap();
        tell.send(serde_json::from_str::<serde_json::Value>(line).unwrap()).unwrap();
    };
    let running = tokio::spawn(run(anywhere(), say, async { drop(ended.await) }));
    let bound = told.await.unwrap();
    let at = |name: &str| bound[name].as_str().unwrap().parse::<SocketAddr>().unwrap();

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
