//! The primary server of a zone, on loopback: answers questions (RFC 1035), takes signed updates (RFC 2136,
//! RFC 8945), and fails as it is told. Written by hand: it shares no code with the origin.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, ensure};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
};

const A: u16 = 1;
const TXT: u16 = 16;
const TSIG: u16 = 250;
const NOTAUTH: u16 = 9;

/// The key's name and secret.
const KEY: &str = "mayfly-key";
const SECRET: [u8; 32] = [9; 32];

/// How it treats updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It does what it should.
    Sound,
    /// `SERVFAIL`.
    Failing,
    /// It does not know the key's secret: `NOTAUTH`, `BADSIG`.
    OtherSecret,
    /// It says yes, with a signature by another key.
    Impostor,
    /// It hangs up.
    Silent,
}

struct State {
    mood: Mood,
    /// How far its clock is ahead, in seconds.
    ahead: u64,
    records: BTreeSet<(String, String)>,
    changes: usize,
}

/// The server. Every name is at 127.0.0.1, and has the TXT records that updates have given it.
pub(crate) struct Zone {
    /// Where it is asked, over UDP.
    pub questions: SocketAddr,
    /// Where it takes updates, over TCP.
    pub updates: SocketAddr,
    state: Arc<Mutex<State>>,
    _tasks: JoinSet<()>,
}

impl Zone {
    /// Starts one.
    pub(crate) async fn start() -> Result<Self> {
        let (udp, tcp) = (UdpSocket::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
        let (questions, updates) = (udp.local_addr()?, tcp.local_addr()?);
        let state = State { mood: Mood::Sound, ahead: 0, records: BTreeSet::new(), changes: 0 };
        let state = Arc::new(Mutex::new(state));
        let mut tasks = JoinSet::new();
        let asked = Arc::clone(&state);
        tasks.spawn(async move {
            let mut buffer = [0; 1232];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                if let Ok(answer) = answer(&asked, &buffer[..length]) {
                    let _ = udp.send_to(&answer, from).await;
                }
            }
        });
        let changed = Arc::clone(&state);
        tasks.spawn(async move {
            while let Ok((stream, _)) = tcp.accept().await {
                // What is refused is told to the client, and what is no update to nobody.
                let _ = serve(stream, &changed).await;
            }
        });
        Ok(Self { questions, updates, state, _tasks: tasks })
    }

    /// The key, as `acme.dns_key` takes it.
    pub(crate) fn key() -> String {
        format!("hmac-sha256:{KEY}:{}", BASE64.encode(&SECRET))
    }

    /// How it goes on.
    pub(crate) fn is(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// Sets its clock forward.
    pub(crate) fn advance(&self, length: std::time::Duration) {
        self.state.lock().unwrap().ahead += length.as_secs();
    }

    /// The records that updates have left, and how many updates were done.
    pub(crate) fn told(&self) -> (usize, usize) {
        let state = self.state.lock().unwrap();
        (state.records.len(), state.changes)
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>) -> Result<()> {
    let mut message = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut message).await?;
    let Some(answer) = update(&mut state.lock().unwrap(), &message)? else { return Ok(()) };
    stream.write_all(&[&u16::try_from(answer.len())?.to_be_bytes(), answer.as_slice()].concat()).await?;
    Ok(())
}

/// The time of day, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a server of other people's, and its own clock")]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A message that is read from its beginning.
struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Result<&[u8]> {
        let octets = self.message.get(self.at..self.at + length).context("the message is too short")?;
        self.at += length;
        Ok(octets)
    }

    fn number(&mut self) -> Result<u16> {
        let octets = self.take(2)?;
        Ok(u16::from_be_bytes([octets[0], octets[1]]))
    }

    /// A name without compression, in lower case.
    fn name(&mut self) -> Result<String> {
        let mut labels = Vec::new();
        loop {
            let length = usize::from(self.take(1)?[0]);
            ensure!(length < 64, "a compressed name, which nobody who asks here writes");
            if length == 0 {
                return Ok(labels.join("."));
            }
            labels.push(String::from_utf8(self.take(length)?.to_ascii_lowercase())?);
        }
    }
}

fn answer(state: &Mutex<State>, query: &[u8]) -> Result<Vec<u8>> {
    let mut reader = Reader { message: query, at: 12 };
    let name = reader.name()?;
    let (kind, _) = (reader.number()?, reader.number()?);
    let question = &query[12..reader.at];
    let records: Vec<Vec<u8>> = match kind {
        A => vec![vec![127, 0, 0, 1]],
        TXT => {
            let state = state.lock().unwrap();
            let of_name = state.records.iter().filter(|(owner, _)| *owner == name);
            of_name.map(|(_, text)| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()).collect()
        }
        _ => Vec::new(),
    };
    let mut out = query[..2].to_vec();
    let count = u16::try_from(records.len())?;
    out.extend([0x8580, 1, count, 0, 0].map(u16::to_be_bytes).as_flattened());
    out.extend(question);
    for data in records {
        out.extend([0xc0, 12]);
        out.extend([kind, 1, 0, 0, u16::try_from(data.len())?].map(u16::to_be_bytes).as_flattened());
        out.extend(data);
    }
    Ok(out)
}

/// What a request's signature says.
struct Signature {
    /// Where its record begins.
    begins: usize,
    at: u64,
    mac: Vec<u8>,
}

fn update(state: &mut State, message: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut reader = Reader { message, at: 2 };
    ensure!(reader.number()? == 5 << 11, "no update");
    let counts = [reader.number()?, reader.number()?, reader.number()?, reader.number()?];
    ensure!(counts == [1, 0, 1, 1], "{counts:?}");
    ensure!((reader.name()?, reader.number()?, reader.number()?) == ("mayfly.test".to_owned(), 6, 1), "another zone");
    let zone = message[12..reader.at].to_vec();
    let (owner, kind, class) = (reader.name()?, reader.number()?, reader.number()?);
    ensure!(kind == TXT && owner.ends_with(".mayfly.test"), "{owner} {kind}");
    reader.take(4)?;
    let length = usize::from(reader.number()?);
    let text = String::from_utf8(reader.take(length)?[1..].to_vec())?;
    let signature = signature(&mut reader)?;

    let now = now() + state.ahead;
    let mut signed = message[..signature.begins].to_vec();
    signed[11] = 0;
    let expected = mac(&SECRET, &[&signed, &variables(signature.at, 0, &[])]);
    let genuine = expected == signature.mac && state.mood != Mood::OtherSecret;
    let head = |code: u16| {
        let mut head = message[..2].to_vec();
        head.extend([0xa800 | code, 1, 0, 0, 0].map(u16::to_be_bytes).as_flattened());
        [head, zone.clone()].concat()
    };
    if state.mood == Mood::Silent {
        return Ok(None);
    }
    if !genuine {
        return Ok(Some(sign(head(NOTAUTH), None, (now, 16, &[]))));
    }
    if now.abs_diff(signature.at) > 300 {
        // RFC 8945 §5.2.3: signed, with the client's time, and ours beside it.
        let other = now.to_be_bytes()[2..].to_vec();
        return Ok(Some(sign(head(NOTAUTH), Some((&SECRET, &signature.mac)), (signature.at, 18, &other))));
    }
    match state.mood {
        Mood::Failing => return Ok(Some(sign(head(2), Some((&SECRET, &signature.mac)), (now, 0, &[])))),
        Mood::Impostor => return Ok(Some(sign(head(0), Some((&[1; 32], &signature.mac)), (now, 0, &[])))),
        Mood::Sound | Mood::OtherSecret | Mood::Silent => {}
    }
    state.changes += 1;
    match class {
        1 => state.records.insert((owner, text)),
        254 => state.records.remove(&(owner, text)),
        other => anyhow::bail!("class {other}"),
    };
    Ok(Some(sign(head(0), Some((&SECRET, &signature.mac)), (now, 0, &[]))))
}

fn signature(reader: &mut Reader<'_>) -> Result<Signature> {
    let begins = reader.at;
    ensure!(reader.name()? == KEY, "another key");
    ensure!((reader.number()?, reader.number()?) == (TSIG, 255), "no signature");
    reader.take(6)?;
    ensure!(reader.name()? == "hmac-sha256", "another algorithm");
    let at = reader.take(6)?.iter().fold(0, |at, octet| at << 8 | u64::from(*octet));
    ensure!(reader.number()? == 300, "another fudge");
    let length = usize::from(reader.number()?);
    let mac = reader.take(length)?.to_vec();
    let id = reader.number()?;
    ensure!(id.to_be_bytes() == reader.message[..2], "another number");
    ensure!((reader.number()?, reader.number()?) == (0, 0), "an error in a request");
    ensure!(reader.at == reader.message.len(), "something behind the signature");
    Ok(Signature { begins, at, mac })
}

/// Adds a signature: by a key over a request's, or empty.
fn sign(mut message: Vec<u8>, by: Option<(&[u8; 32], &[u8])>, (at, error, other): (u64, u16, &[u8])) -> Vec<u8> {
    let id = message[..2].to_vec();
    let mac = by.map_or(Vec::new(), |(secret, over)| {
        let length = u16::try_from(over.len()).unwrap().to_be_bytes();
        mac(secret, &[&length, over, &message, &variables(at, error, other)])
    });
    let short = |length: usize| u16::try_from(length).unwrap().to_be_bytes().to_vec();
    let times = [&at.to_be_bytes()[2..], &300_u16.to_be_bytes()].concat();
    let data = [wire("hmac-sha256"), times, short(mac.len()), mac, id, rest(error, other)].concat();
    message[11] = 1;
    message.extend(wire(KEY));
    message.extend([TSIG, 255, 0, 0].map(u16::to_be_bytes).as_flattened());
    message.extend(short(data.len()));
    message.extend(data);
    message
}

fn variables(at: u64, error: u16, other: &[u8]) -> Vec<u8> {
    let times = [&at.to_be_bytes()[2..], &300_u16.to_be_bytes()].concat();
    [wire(KEY), vec![0, 255, 0, 0, 0, 0], wire("hmac-sha256"), times, rest(error, other)].concat()
}

fn rest(error: u16, other: &[u8]) -> Vec<u8> {
    let length = u16::try_from(other.len()).unwrap();
    [&error.to_be_bytes()[..], &length.to_be_bytes(), other].concat()
}

fn mac(secret: &[u8; 32], parts: &[&[u8]]) -> Vec<u8> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    parts.iter().for_each(|part| hmac.update(part));
    hmac.finalize().into_bytes().to_vec()
}

fn wire(name: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat();
    name.split('.').flat_map(label).chain([0]).collect()
}
