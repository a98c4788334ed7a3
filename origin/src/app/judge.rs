//! `mayfly judge`: asks DNS about one message, and says what the service would do with it.

use std::net::IpAddr;

use protocol::limits::MESSAGE_OCTETS;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{StartError, ThisClock, senders::senders};
use crate::{
    config::Config,
    judge::Evidence,
    mail::{Client, Hop, ReversePath, Secret},
    opinion::{Letter, take_in, untaken},
    pipeline::{Senders, evidence},
    ports::Clock as _,
};

/// How a message is to have come.
pub struct Circumstances {
    /// From where; `None`: from this machine, and SPF is not checked.
    pub client: Option<IpAddr>,
    /// What the client called itself; `None`: the domain of the reverse-path.
    pub helo: Option<String>,
    /// The reverse-path; `None`: what the message's own `Return-Path` says, or else null.
    pub mail_from: Option<String>,
}

/// Judges `message`, the octets of a file, and returns the whole opinion on it.
///
/// # Errors
/// [`StartError`]: DNS cannot be asked at all. That it does not answer is part of the opinion.
pub async fn judge(config: &Config, how: Circumstances, message: &[u8]) -> Result<Value, StartError> {
    let raw = match take_in(message, MESSAGE_OCTETS) {
        Ok(raw) => raw,
        Err(fault) => return Ok(untaken(fault)),
    };
    let clock = ThisClock::start();
    let sender = how.mail_from.or_else(|| return_path(&raw)).unwrap_or_default();
    let sender = sender.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    let domain = sender.rsplit_once('@').map_or("", |(_, domain)| domain);
    let hop = Hop {
        client: how.client.map_or(Client::Local, Client::Host),
        helo: Secret(how.helo.unwrap_or_else(|| domain.to_owned())),
        tls: None,
    };
    let reverse_path = if sender.is_empty() { ReversePath::Null } else { ReversePath::Mailbox(Secret(sender)) };
    let letter = Letter::new(raw, reverse_path, hop, clock.now());
    let hostname = config.smtp.hostname.as_str();
    let evidence = match senders(&config.dns)? {
        Senders::Unchecked => Evidence::default(),
        Senders::CheckedBy(resolver) => {
            let turns = Semaphore::new(1);
            let gathered = evidence::gather(&mut letter.received(), hostname, &*resolver, &clock, &turns).await;
            gathered.map_err(StartError::Judge)?
        }
    };
    Ok(letter.opinion(&evidence, config.policy, hostname))
}

/// What the first field of a message says, if that is `Return-Path`: the server that took it in wrote it there.
fn return_path(raw: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"return-path:";
    let line = raw.split(|octet| *octet == b'\n').next()?;
    let (name, value) = line.split_at_checked(NAME.len())?;
    name.eq_ignore_ascii_case(NAME).then(|| String::from_utf8_lossy(value).trim().to_owned())
}
