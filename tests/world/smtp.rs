//! A sender's MTA: a small SMTP client that says exactly what it is told.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// One SMTP session.
pub(crate) struct Smtp<S = TcpStream>(BufReader<S>);

impl Smtp {
    /// Connects, reads the greeting, says `EHLO`.
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let mut session = Self(BufReader::new(TcpStream::connect(address).await?));
        session.reply().await?;
        session.say("EHLO mta.sender.example").await?;
        Ok(session)
    }

    /// Goes on under TLS, with the host of this name.
    pub(crate) async fn secure(mut self, tls: &TlsConnector, name: &'static str) -> Result<Smtp<TlsStream<TcpStream>>> {
        let reply = self.say("STARTTLS").await?;
        if !reply.starts_with("220") {
            bail!("no TLS: {reply}");
        }
        let stream = tls.connect(name.try_into()?, self.0.into_inner()).await?;
        let mut session = Smtp(BufReader::new(stream));
        session.say("EHLO mta.sender.example").await?;
        Ok(session)
    }
}

impl Smtp<TlsStream<TcpStream>> {
    /// The host's certificate.
    pub(crate) fn certificate(&self) -> Result<Vec<u8>> {
        let shown = self.0.get_ref().get_ref().1.peer_certificates().and_then(<[_]>::first);
        Ok(shown.context("no certificate")?.to_vec())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Smtp<S> {
    /// Sends a line and returns the whole reply.
    pub(crate) async fn say(&mut self, line: &str) -> Result<String> {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
        self.reply().await
    }

    /// Sends octets as they are.
    pub(crate) async fn send(&mut self, octets: &[u8]) -> Result<()> {
        Ok(self.0.get_mut().write_all(octets).await?)
    }

    /// Reads one reply, all its lines.
    pub(crate) async fn reply(&mut self) -> Result<String> {
        let mut whole = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                bail!("the server hung up after {whole:?}");
            }
            let last = line.as_bytes().get(3) != Some(&b'-');
            whole.push_str(&line);
            if last {
                return Ok(whole);
            }
        }
    }

    /// One message to `recipient`; `message` has CRLF line ends. Returns the first reply that is no success, or the last.
    pub(crate) async fn message(&mut self, recipient: &str, message: &[u8]) -> Result<String> {
        let steps = [format!("MAIL FROM:<{SENDER}>"), format!("RCPT TO:<{recipient}>"), "DATA".to_owned()];
        for step in &steps {
            let reply = self.say(step).await?;
            if !reply.starts_with(['2', '3']) {
                return Ok(reply);
            }
        }
        let mut stuffed = Vec::with_capacity(message.len() + 16);
        for line in message.split_inclusive(|octet| *octet == b'\n') {
            if line.starts_with(b".") {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        stuffed.extend_from_slice(b".\r\n");
        self.send(&stuffed).await?;
        self.reply().await
    }
}

/// One message in a session of its own. Returns the first reply that is no success, the greeting's included, or the last.
pub(crate) async fn attempt(address: SocketAddr, recipient: &str, message: &[u8]) -> Result<String> {
    let mut session = Smtp(BufReader::new(TcpStream::connect(address).await?));
    let greeting = session.reply().await?;
    if !greeting.starts_with('2') {
        return Ok(greeting);
    }
    let hello = session.say("EHLO mta.sender.example").await?;
    if !hello.starts_with('2') {
        return Ok(hello);
    }
    session.message(recipient, message).await
}

/// Who sends, in every test.
pub(crate) const SENDER: &str = "canary-sender@sender.example";

/// Sends one message in a session of its own; fails unless it is accepted.
pub(crate) async fn deliver(address: SocketAddr, recipient: &str, message: &str) -> Result<()> {
    let reply = Smtp::connect(address).await?.message(recipient, message.replace('\n', "\r\n").as_bytes()).await?;
    if !reply.starts_with("250") {
        bail!("not accepted: {reply}");
    }
    Ok(())
}
