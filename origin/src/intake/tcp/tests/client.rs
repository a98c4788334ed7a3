//! A client for tests, and what it needs: a clock that tokio's paused time moves, a stream that
//! counts writes, certificates.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use protocol::time::{Millis, Timestamp};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::PrivatePkcs8KeyDer,
    sign::{CertifiedKey, SingleCertAndKey},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::{Instant, timeout},
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client::TlsStream};

use crate::{
    intake::{tests::world::NOW, tls},
    ports::Clock,
};

/// One side of a conversation, that of the client.
pub(super) struct Client<S> {
    stream: S,
    heard: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self { stream, heard: Vec::new() }
    }

    pub(super) async fn say(&mut self, text: &str) {
        self.send(text.as_bytes()).await;
    }

    /// Sends in one piece. That the server has gone is no error: what it said last is still to be read.
    pub(super) async fn send(&mut self, octets: &[u8]) {
        let _ = self.stream.write_all(octets).await;
        let _ = self.stream.flush().await;
    }

    /// That many lines, and nothing more.
    pub(super) async fn hear(&mut self, lines: usize) -> Vec<String> {
        while self.heard.iter().filter(|octet| **octet == b'\n').count() < lines {
            assert_ne!(self.stream.read_buf(&mut self.heard).await.unwrap(), 0, "ended after {}", self.text());
        }
        let heard: Vec<String> = self.text().split_terminator("\r\n").map(str::to_owned).collect();
        assert_eq!(heard.len(), lines, "{heard:#?}");
        self.heard.clear();
        heard
    }

    /// A line, if one comes within `time`.
    pub(super) async fn hear_within(&mut self, time: Duration) -> Option<String> {
        timeout(time, self.hear(1)).await.ok().map(|mut lines| lines.remove(0))
    }

    /// All up to the end. A reset is an end, too.
    pub(super) async fn rest(&mut self) -> String {
        while !matches!(self.stream.read_buf(&mut self.heard).await, Ok(0) | Err(_)) {}
        let text = self.text();
        self.heard.clear();
        text
    }

    pub(super) async fn secure(self, connector: &TlsConnector) -> Client<TlsStream<S>> {
        let name = "mx.mayfly.example".try_into().unwrap();
        Client::new(connector.connect(name, self.stream).await.unwrap())
    }

    fn text(&self) -> String {
        String::from_utf8(self.heard.clone()).unwrap()
    }
}

/// Tokio's time as time of day: it stands still and jumps with the test's.
pub(super) struct TokioClock(Instant);

impl TokioClock {
    #[expect(clippy::disallowed_methods, reason = "tokio's paused time is an argument of the test")]
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        NOW.plus(Millis::from_millis(u64::try_from(self.elapsed().as_millis()).unwrap()))
    }
}

/// Counts writes.
pub(super) struct Counting<S> {
    inner: S,
    writes: Arc<AtomicUsize>,
}

impl<S> Counting<S> {
    pub(super) fn new(inner: S) -> (Self, Arc<AtomicUsize>) {
        let writes = Arc::new(AtomicUsize::new(0));
        (Self { inner, writes: Arc::clone(&writes) }, writes)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counting<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counting<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.inner).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

/// An acceptor, and what makes connectors that trust it, of one version each.
pub(super) fn tls_pair() -> (TlsAcceptor, impl Fn(&'static SupportedProtocolVersion) -> TlsConnector) {
    let made = rcgen::generate_simple_self_signed(["mx.mayfly.example".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let shown = CertifiedKey::from_der(vec![made.cert.der().clone()], key.into(), &aws_lc_rs::default_provider());
    let acceptor = tls::acceptor(Arc::new(SingleCertAndKey::from(shown.unwrap()))).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let connector = move |version| {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    };
    (acceptor, connector)
}
