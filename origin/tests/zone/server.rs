//! Texts at names as a DNS server on loopback (RFC 1035 §4), written by hand: it shares no code with the resolver.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::Result;
use tokio::{net::UdpSocket, task::JoinHandle};

/// The largest answer of this zone, and of UDP without fragments.
const DATAGRAM: usize = 1232;

/// A response that is authoritative, to a recursive question, by a recursive server.
const FLAGS: u16 = 0x8580;
const SERVER_FAILURE: u16 = 2;
const NAME_ERROR: u16 = 3;

const SOA: u16 = 6;
const TXT: u16 = 16;
const CLASS: u16 = 1;
const TTL: u32 = 60;

pub(crate) struct Zone {
    pub(crate) texts: HashMap<String, String>,
    /// Names about which the server fails.
    pub(crate) failing: Vec<String>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(zone: Zone) -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = socket.local_addr()?;
        let task = tokio::spawn(async move {
            let mut buffer = [0; DATAGRAM];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                if let Some(answer) = answer(&zone, &buffer[..length]) {
                    // An asker that is gone is no concern of ours.
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        Ok(Self { address, task })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Zone {
    /// Whether a name is there: it has a text, or a name below it has (RFC 8020).
    fn has(&self, name: &str) -> bool {
        self.texts.keys().any(|other| other == name || other.ends_with(&format!(".{name}")))
    }
}

/// The answer to a query; none where it is not understood.
fn answer(zone: &Zone, query: &[u8]) -> Option<Vec<u8>> {
    let (name, end) = question(query)?;
    let kind = u16::from_be_bytes([*query.get(end)?, *query.get(end + 1)?]);
    let text = zone.texts.get(&name).filter(|_| kind == TXT);
    let code = match text {
        _ if zone.failing.contains(&name) => SERVER_FAILURE,
        None if !zone.has(&name) => NAME_ERROR,
        _ => 0,
    };
    let (data, counts) = match text {
        Some(text) => (resource(TXT, &text.as_bytes().chunks(255).flat_map(string).collect::<Vec<_>>()), [1, 1, 0, 0]),
        None => (start_of_authority(), [1, 0, 1, 0]),
    };
    let mut out = query.get(..2)?.to_vec();
    out.extend((FLAGS | code).to_be_bytes());
    out.extend(counts.map(u16::to_be_bytes).concat());
    out.extend(query.get(12..end + 4)?);
    out.extend(data);
    Some(out)
}

/// The name that is asked about, and where it ends.
fn question(query: &[u8]) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(std::str::from_utf8(query.get(at..at + length)?).ok()?.to_ascii_lowercase());
        at += length;
    }
}

/// RFC 2308 §3: what says how long an absence may be remembered.
fn start_of_authority() -> Vec<u8> {
    resource(SOA, &[[0, 0].as_slice(), &[1, TTL, TTL, TTL, TTL].map(u32::to_be_bytes).concat()].concat())
}

/// A record: an answer's name is the question's (RFC 1035 §4.1.4), that of the authority the root.
fn resource(kind: u16, data: &[u8]) -> Vec<u8> {
    let name: &[u8] = if kind == SOA { &[0] } else { &[0xc0, 12] };
    let head = [kind.to_be_bytes(), CLASS.to_be_bytes()].concat();
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    [name, &head, &TTL.to_be_bytes(), &length.to_be_bytes(), data].concat()
}

/// A length and that many octets.
fn string(octets: &[u8]) -> Vec<u8> {
    [&[u8::try_from(octets.len()).unwrap_or(u8::MAX)], octets].concat()
}
