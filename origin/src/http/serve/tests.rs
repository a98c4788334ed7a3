use axum::{body::Bytes, routing::get};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

/// Far beyond what the system's own buffers take.
const LARGE: usize = 64 * 1024 * 1024;

const BRIEF: Bounds = Bounds { connections: 1, head: Duration::from_millis(100), stall: Duration::from_millis(100) };

struct Served {
    address: std::net::SocketAddr,
    drain: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

async fn served(bounds: Bounds) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (drain, draining) = watch::channel(false);
    let routes = Router::new()
        .route("/small", get(|| async { "small" }))
        .route("/large", get(|| async { Bytes::from(vec![0; LARGE]) }));
    let task = tokio::spawn(serve(listener, routes, bounds, draining));
    Served { address, drain, task }
}

impl Served {
    async fn send(&self, octets: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(octets).await.unwrap();
        stream
    }
}

/// All that comes until the connection ends; a reset ends it, too.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
    all
}

#[tokio::test]
async fn a_head_that_drips_in_and_one_that_never_comes_end_the_connection() {
    let served = served(BRIEF).await;
    for beginning in [&b""[..], b"GET /small HTTP/1.1\r\nhost:", b"GET /small HTTP/1.1\r\nhost: a\r\n\r\n"] {
        let answer = rest(served.send(beginning).await).await;
        assert_eq!(answer.starts_with(b"HTTP/1.1 200"), beginning.ends_with(b"\r\n\r\n"));
    }
}

#[tokio::test]
async fn a_head_past_its_limit_is_refused() {
    let served = served(Bounds { head: Duration::from_secs(60), ..BRIEF }).await;
    let mut head = b"GET /small HTTP/1.1\r\nhost: a\r\nx: ".to_vec();
    head.resize(2 * HTTP_HEAD_OCTETS, b'x');
    let answer = rest(served.send(&head).await).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", answer.escape_ascii());
}

#[tokio::test]
async fn who_does_not_read_loses_its_place_to_the_next() {
    let served = served(BRIEF).await;
    let silent = served.send(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await;
    // There is one place: this is answered only after the silent one's connection was ended.
    let answer = rest(served.send(b"GET /small HTTP/1.1\r\nhost: a\r\n\r\n").await).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert!(rest(silent).await.len() < LARGE);
}

#[tokio::test]
async fn who_reads_gets_all_of_it() {
    let served = served(BRIEF).await;
    let answer = rest(served.send(b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await).await;
    assert!(answer.len() > LARGE);
}

#[tokio::test]
async fn draining_ends_kept_connections_and_dropping_ends_all() {
    let mut first = served(Bounds::of(8)).await;
    let mut kept = first.send(b"GET /small HTTP/1.1\r\nhost: a\r\n\r\n").await;
    kept.readable().await.unwrap();
    first.drain.send_replace(true);
    (&mut first.task).await.unwrap();
    let mut answer = Vec::new();
    kept.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));

    let second = served(Bounds::of(8)).await;
    let silent = second.send(b"GET /small HT").await;
    second.drain.send_replace(true);
    second.task.abort();
    assert!(rest(silent).await.is_empty());
}
