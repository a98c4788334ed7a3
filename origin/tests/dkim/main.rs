//! DKIM and ARC against dkimpy: messages that it signed, some spoiled on their way, must be judged as it judges them,
//! with the keys in memory and from real DNS on loopback.
//!
//! dkimpy is another project's and no part of this repository; `cargo xtask test` fetches it and names it in
//! `MAYFLY_DKIMPY`.

#[path = "../zone/server.rs"]
mod server;

use std::{
    collections::HashMap,
    io::Write as _,
    net::{Ipv4Addr, Ipv6Addr},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use data_encoding::BASE64;
use origin::{
    dns::{
        Name,
        hickory::{Deadlines, Hickory, Servers},
    },
    judge::{Chain, Covers, Dkim},
    pipeline::evidence::{Time, dkim::check},
    ports::{Clock, Exchange, Lookup, Resolver},
};
use protocol::{
    message::Outcome,
    time::{Millis, Timestamp},
};
use serde::Deserialize;
use serde_json::json;

use server::{Server, Zone};

/// How many messages there are: 19 bodies and what is done to them, in four forms by two kinds of keys, and some more.
const MESSAGES: usize = 300;

/// Much more than loopback takes, for the machine may be busy.
const DEADLINES: Deadlines = Deadlines { patience: Duration::from_secs(5), question: Duration::from_secs(10) };

/// What dkimpy did.
#[derive(Deserialize)]
struct Signed {
    now: u64,
    keys: HashMap<String, String>,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    name: String,
    message: String,
    dkim: bool,
    arc: String,
}

/// The time at which dkimpy was done.
struct Now(Timestamp);

impl Clock for Now {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The keys without a network.
struct Memory(HashMap<String, String>);

#[async_trait]
impl Resolver for Memory {
    async fn txt(&self, name: &Name) -> Lookup<Vec<u8>> {
        let record = self.0.get(name.as_str()).map(|record| record.clone().into_bytes());
        record.map_or(Lookup::NoSuchName, |record| Lookup::Records(vec![record]))
    }

    async fn a(&self, _: &Name) -> Lookup<Ipv4Addr> {
        Lookup::Failed
    }

    async fn aaaa(&self, _: &Name) -> Lookup<Ipv6Addr> {
        Lookup::Failed
    }

    async fn mx(&self, _: &Name) -> Lookup<Exchange> {
        Lookup::Failed
    }

    async fn ptr(&self, _: &Name) -> Lookup<Name> {
        Lookup::Failed
    }
}

/// Has dkimpy sign, with fresh keys.
fn signed() -> Result<Signed> {
    let path = std::env::var_os("MAYFLY_DKIMPY")
        .context("MAYFLY_DKIMPY names no folder with dkimpy in it: run `cargo xtask test`, which fetches it")?;
    let rsa = KeyPair::generate(KeySize::Rsa2048)?;
    let private: Pkcs8V1Der<'_> = rsa.as_der()?;
    let public: PublicKeyX509Der<'_> = rsa.public_key().as_der()?;
    let keys = json!({
        "rsa": format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64.encode(private.as_ref())),
        "rsa_public": BASE64.encode(public.as_ref()),
        "ed25519": BASE64.encode(&[7; 32]),
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dkim/sign.py");
    let mut python = Command::new("python3")
        .args(["-B", script])
        .env("PYTHONPATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start python3")?;
    python.stdin.take().context("python3 takes no input")?.write_all(keys.to_string().as_bytes())?;
    let output = python.wait_with_output()?;
    ensure!(output.status.success(), "dkimpy signed nothing: {}", output.status);
    let signed: Signed = serde_json::from_slice(&output.stdout)?;
    ensure!(signed.messages.len() >= MESSAGES, "{} messages instead of {MESSAGES}", signed.messages.len());
    Ok(signed)
}

/// Holds our verdicts against dkimpy's.
async fn compare(now: u64, messages: &[Message], resolver: &dyn Resolver) -> Result<()> {
    let now = Now(Timestamp::from_millis(now * 1_000));
    let time = Time { clock: &now, until: now.0.plus(Millis::from_secs(60)) };
    let mut wrong = Vec::new();
    let (mut held, mut in_part) = (0, 0);
    for Message { name, message, dkim, arc } in messages {
        let message = BASE64.decode(message.as_bytes())?;
        let (found, chain) = check(&message, resolver, &time).await;
        let Dkim::Checked(signatures) = &found else { anyhow::bail!("{name}: not checked") };
        let topmost = signatures.first().map_or(Outcome::None, |signature| signature.outcome);
        let of_chain = match chain {
            Chain::None => "none",
            Chain::Sealed(Outcome::Pass) => "pass",
            Chain::Sealed(_) => "fail",
        };
        if (topmost == Outcome::Pass) != *dkim || of_chain != arc {
            wrong.push(format!("{name}: {topmost:?} and {of_chain}, dkimpy says {dkim} and {arc}"));
        }
        held += usize::from(*dkim);
        in_part += usize::from(signatures.iter().any(|signature| signature.covers == Covers::Beginning));
    }
    ensure!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), messages.len(), wrong.join("\n"));
    ensure!(held >= 160 && in_part >= 16, "only {held} hold, {in_part} in part");
    Ok(())
}

#[tokio::test]
async fn signatures_hold_as_dkimpy_says_with_keys_in_memory() -> Result<()> {
    let signed = signed()?;
    compare(signed.now, &signed.messages, &Memory(signed.keys)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signatures_hold_as_dkimpy_says_with_keys_from_real_dns() -> Result<()> {
    let signed = signed()?;
    let server = Server::start(Zone { texts: signed.keys, failing: Vec::new() }).await?;
    let resolver = Hickory::new(&Servers::These(vec![server.address]), DEADLINES)?;
    compare(signed.now, &signed.messages, &resolver).await
}
