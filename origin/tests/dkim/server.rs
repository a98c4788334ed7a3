//! TXT records as a DNS server on loopback (RFC 1035 §4), written by hand: it shares no code with the resolver.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::Result;
use tokio::{net::UdpSocket, task::JoinHandle};

/// The largest answer here, and of UDP without fragments.
const DATAGRAM: usize = 1232;

/// A response that is authoritative, to a recursive question, by a recursive server.
const FLAGS: u16 = 0x8580;
const NAME_ERROR: u16 = 3;

const TXT_IN: [u8; 4] = [0, 16, 0, 1];
const SOA_IN: [u8; 4] = [0, 6, 0, 1];
const TTL: [u8; 4] = [0, 0, 0, 60];

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(texts: HashMap<String, String>) -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = socket.local_addr()?;
        let task = tokio::spawn(async move {
            let mut buffer = [0; DATAGRAM];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                if let Some(answer) = answer(&texts, &buffer[..length]) {
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

/// The answer to a query; none where it is not understood.
fn answer(texts: &HashMap<String, String>, query: &[u8]) -> Option<Vec<u8>> {
    let (name, end) = name(query)?;
    let question = query.get(12..end + 4)?;
    let text = texts.get(&name.to_ascii_lowercase());
    let (flags, answers, authorities) = if text.is_some() { (FLAGS, 1, 0) } else { (FLAGS | NAME_ERROR, 0, 1) };
    let counts = [1_u16, answers, authorities, 0];
    let mut out = [query.get(..2)?, &flags.to_be_bytes()].concat();
    out.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
    out.extend(question);
    match text {
        Some(text) => {
            let strings = text.as_bytes().chunks(200).flat_map(|piece| [&[piece.len() as u8], piece].concat());
            out.extend(record(query.get(12..end)?, TXT_IN, &strings.collect::<Vec<_>>()));
        }
        // RFC 2308 §3: what says how long an absence may be remembered.
        None => out.extend(record(&[0], SOA_IN, &[&[0, 0], [TTL; 5].as_flattened()].concat())),
    }
    Some(out)
}

/// The name that is asked about, and where it ends.
fn name(query: &[u8]) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(std::str::from_utf8(query.get(at..at + length)?).ok()?.to_owned());
        at += length;
    }
}

fn record(name: &[u8], kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
    [name, &kind, &TTL, &length, data].concat()
}
