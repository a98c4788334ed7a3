//! A scenario's zone as a DNS server on loopback (RFC 1035 §4), written by hand: it shares no code with the resolver.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use tokio::{net::UdpSocket, task::JoinHandle};

use crate::suite::{Data, Kind, Said, Zone};

/// The largest answer of these zones, and of UDP without fragments.
const DATAGRAM: usize = 1232;

/// A response that is authoritative, to a recursive question, by a recursive server.
const FLAGS: u16 = 0x8580;
const NAME_ERROR: u16 = 3;

const CLASS: u16 = 1;
const SOA: u16 = 6;
const TTL: u32 = 60;

/// Aliases that one answer follows.
const ALIASES: usize = 4;

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

/// The answer to a query; none where the zone is silent or the query is not understood.
fn answer(zone: &Zone, query: &[u8]) -> Option<Vec<u8>> {
    let (name, end) = question(query)?;
    let kind = u16::from_be_bytes([*query.get(end)?, *query.get(end + 1)?]);
    let question = query.get(12..end + 4)?;
    let (mut records, mut name, mut failed) = (Vec::new(), name, 0);
    for _ in 0..ALIASES {
        match asked(kind).map_or(Said::NoRecords, |kind| zone.ask(&name, kind)) {
            Said::Records(found) => {
                records.extend(found.iter().map(|data| record(&name, data)));
                let [Data::Cname(target)] = found.as_slice() else { break };
                target.trim_end_matches('.').clone_into(&mut name);
            }
            Said::NoRecords => break,
            Said::NoSuchName => {
                failed = NAME_ERROR;
                break;
            }
            Said::Silence => return None,
        }
    }
    let absence = if records.is_empty() { vec![start_of_authority()] } else { Vec::new() };
    let counts = [1, records.len(), absence.len(), 0].map(|count| u16::try_from(count).unwrap_or(0));
    let mut out = query.get(..2)?.to_vec();
    out.extend((FLAGS | failed).to_be_bytes());
    out.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
    out.extend(question);
    out.extend(records.concat());
    out.extend(absence.concat());
    Some(out)
}

fn asked(kind: u16) -> Option<Kind> {
    [Kind::A, Kind::Cname, Kind::Ptr, Kind::Mx, Kind::Txt, Kind::Aaaa, Kind::Spf]
        .into_iter()
        .find(|one| *one as u16 == kind)
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
        labels.push(std::str::from_utf8(query.get(at..at + length)?).ok()?.to_owned());
        at += length;
    }
}

fn record(name: &str, data: &Data) -> Vec<u8> {
    let octets = match data {
        Data::Txt(texts) if texts.is_empty() => vec![0],
        Data::Txt(texts) => texts.iter().flat_map(|text| text.as_bytes().chunks(255)).flat_map(string).collect(),
        Data::A(address) => address.octets().to_vec(),
        Data::Aaaa(address) => address.octets().to_vec(),
        Data::Mx(preference, host) => [preference.to_be_bytes().to_vec(), wire(host)].concat(),
        Data::Ptr(target) | Data::Cname(target) => wire(target),
        Data::Spf => Vec::new(),
    };
    resource(&wire(name), data.kind() as u16, &octets)
}

/// RFC 2308 §3: what says how long an absence may be remembered.
fn start_of_authority() -> Vec<u8> {
    let numbers = [1, TTL, TTL, TTL, TTL].map(u32::to_be_bytes).concat();
    resource(&[0], SOA, &[[0, 0].as_slice(), &numbers].concat())
}

fn resource(name: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let head = [kind.to_be_bytes(), CLASS.to_be_bytes()].concat();
    [name, &head, &TTL.to_be_bytes(), &length.to_be_bytes(), data].concat()
}

fn wire(name: &str) -> Vec<u8> {
    let labels = name.trim_end_matches('.').split('.').filter(|label| !label.is_empty());
    labels.flat_map(|label| string(label.as_bytes())).chain([0]).collect()
}

/// A length and that many octets.
fn string(octets: &[u8]) -> Vec<u8> {
    [&[u8::try_from(octets.len()).unwrap_or(u8::MAX)], octets].concat()
}
