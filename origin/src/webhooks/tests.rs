//! What tests of webhooks stand on: a receiver that checks every signature and answers as it is told, a domain name
//! system that says something else each time, and a road from public addresses to this machine.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{time::Timestamp, webhook::WebhookSecret};
use reqwest::Certificate;
use rustls::pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    https::{Https, Patience, Road, Trust},
    signature,
};
use crate::{
    dns::Name,
    networks::Networks,
    ports::{Exchange, Lookup, Resolver},
};

mod flow;
mod line;

pub(super) const HOST: &str = "hooks.example.com";
pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A public address, of nobody.
pub(super) const PUBLIC: Ipv4Addr = Ipv4Addr::new(8, 8, 8, 8);

/// What a receiver does with a request that it has read and believed.
#[derive(Clone)]
pub(super) enum Act {
    /// Answers with this status and these header lines.
    Say(u16, &'static str),
    /// Answers 200, and with a body that does not end.
    Talk,
    /// Answers 200, with a head that does not end.
    Babble,
    /// Never answers.
    Wait,
    /// Hangs up.
    HangUp,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) head: String,
    pub(super) id: String,
    pub(super) timestamp: u64,
    pub(super) body: serde_json::Value,
}

/// Where webhooks lead.
pub(super) struct Receiver {
    pub(super) root: Certificate,
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    connections: Arc<AtomicUsize>,
}

impl Receiver {
    /// One whose certificate is for [`HOST`]; answers 204 once `acts` are over.
    pub(super) async fn open(acts: Vec<Act>) -> Self {
        Self::of(HOST, acts).await
    }

    /// One whose certificate is for `host`.
    pub(super) async fn of(host: &str, acts: Vec<Act>) -> Self {
        let (root, acceptor) = certified(host);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acts, heard) = (Arc::new(Mutex::new(VecDeque::from(acts))), Arc::new(Mutex::default()));
        let connections = Arc::new(AtomicUsize::new(0));
        let receiver = Self { root, port, heard: Arc::clone(&heard), connections };
        let count = Arc::clone(&receiver.connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&acts), Arc::clone(&heard)));
            }
        });
        receiver
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// A client whose public addresses lead here, and whose names lead where `names` says.
    pub(super) fn client(&self, names: Arc<Names>, allowed: &str) -> Https {
        let port = self.port;
        let road: Road = Arc::new(move |_| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        self.client_by(names, allowed, road)
    }

    pub(super) fn client_by(&self, names: Arc<Names>, allowed: &str, road: Road) -> Https {
        let (trust, allowed) = (Trust::Only(vec![self.root.clone()]), allowed.parse::<Networks>().unwrap());
        let millis = protocol::time::Millis::from_millis;
        let patience = Patience { connect: millis(5_000), total: millis(5_000) };
        Https::by(names, allowed, trust, road, patience).unwrap()
    }
}

/// A root, and who has a certificate of it for `host`.
fn certified(host: &str) -> (Certificate, TlsAcceptor) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let (root_key, key) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
    let root = authority.self_signed(&root_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, root_key);
    let server = rcgen::CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    (Certificate::from_der(root.der()).unwrap(), TlsAcceptor::from(Arc::new(config)))
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    acts: Arc<Mutex<VecDeque<Act>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
) -> Option<()> {
    let mut stream = acceptor.accept(stream).await.ok()?;
    let request = read(&mut stream).await?;
    heard.lock().unwrap().push(request);
    let act = acts.lock().unwrap().pop_front().unwrap_or(Act::Say(204, ""));
    match act {
        Act::Say(status, lines) => {
            let head = format!("HTTP/1.1 {status} So\r\n{lines}content-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.shutdown().await.ok()
        }
        Act::Talk => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(b"1000\r\n").await.ok()?;
                stream.write_all(&[b'x'; 0x1000]).await.ok()?;
                stream.write_all(b"\r\n").await.ok()?;
            }
        }
        Act::Babble => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await.ok()?;
            loop {
                stream.write_all(b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").await.ok()?;
            }
        }
        Act::Wait => std::future::pending().await,
        Act::HangUp => None,
    }
}

/// Reads one request and checks it as a receiver has to.
async fn read(stream: &mut TlsStream<TcpStream>) -> Option<Heard> {
    let mut octets = Vec::new();
    let (head, body) = loop {
        let mut chunk = [0; 4_096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        octets.extend_from_slice(&chunk[..read]);
        let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(octets[..end].to_vec()).unwrap();
        let length: usize = field(&head, "content-length").unwrap().parse().unwrap();
        if octets.len() >= end + 4 + length {
            break (head, octets.split_off(end + 4));
        }
    };
    let (id, timestamp) = (field(&head, "webhook-id").unwrap(), field(&head, "webhook-timestamp").unwrap());
    let secs: u64 = timestamp.parse().unwrap();
    let secret = WebhookSecret::parse(SECRET).unwrap();
    let expected =
        signature::sign(&secret, id.clone(), Timestamp::from_millis(secs * 1_000), Bytes::from(body.clone()));
    assert_eq!(field(&head, "webhook-signature").unwrap(), expected.unwrap().signature);
    Some(Heard { id, timestamp: secs, body: serde_json::from_slice(&body).unwrap(), head })
}

fn field(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
}

/// A domain name system that gives each answer once, and the last for ever.
#[derive(Default)]
pub(super) struct Names {
    a: Mutex<VecDeque<Lookup<Ipv4Addr>>>,
    aaaa: Mutex<VecDeque<Lookup<Ipv6Addr>>>,
    pub(super) asked: AtomicUsize,
}

impl Names {
    /// Every name has these addresses, the first time these, then those.
    pub(super) fn of(answers: &[&[&str]]) -> Arc<Self> {
        let names = Self::default();
        for answer in answers {
            let addresses: Vec<IpAddr> = answer.iter().map(|text| text.parse().unwrap()).collect();
            let v4: Vec<_> =
                addresses.iter().filter_map(|ip| if let IpAddr::V4(v4) = ip { Some(*v4) } else { None }).collect();
            let v6: Vec<_> =
                addresses.iter().filter_map(|ip| if let IpAddr::V6(v6) = ip { Some(*v6) } else { None }).collect();
            names.a.lock().unwrap().push_back(if v4.is_empty() { Lookup::NoRecords } else { Lookup::Records(v4) });
            names.aaaa.lock().unwrap().push_back(if v6.is_empty() { Lookup::NoRecords } else { Lookup::Records(v6) });
        }
        Arc::new(names)
    }

    /// Every name is that public one.
    pub(super) fn public() -> Arc<Self> {
        Self::of(&[&[&PUBLIC.to_string()]])
    }
}

fn next<T: Clone>(answers: &Mutex<VecDeque<Lookup<T>>>) -> Lookup<T> {
    let mut answers = answers.lock().unwrap();
    let answer = answers.front().cloned().unwrap_or(Lookup::NoSuchName);
    if answers.len() > 1 {
        answers.pop_front();
    }
    answer
}

#[async_trait]
impl Resolver for Names {
    async fn txt(&self, _: &Name) -> Lookup<Vec<u8>> {
        Lookup::NoRecords
    }

    async fn a(&self, _: &Name) -> Lookup<Ipv4Addr> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        next(&self.a)
    }

    async fn aaaa(&self, _: &Name) -> Lookup<Ipv6Addr> {
        next(&self.aaaa)
    }

    async fn mx(&self, _: &Name) -> Lookup<Exchange> {
        Lookup::NoRecords
    }

    async fn ptr(&self, _: &Name) -> Lookup<Name> {
        Lookup::NoRecords
    }
}
