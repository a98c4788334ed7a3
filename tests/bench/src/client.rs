//! A sender's side of SMTP: reads replies, sends messages one step at a time or in groups.

use std::{collections::BTreeMap, io, time::Duration};

use clap::ValueEnum;
use serde::Serialize;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::{
    channel::{Channel, From},
    loopback::Target,
    mail::Mail,
};

/// How a message is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    /// In how many writes.
    pub(crate) steps: Steps,
    /// With which command.
    pub(crate) transfer: Transfer,
}

/// In how many writes a message is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Steps {
    /// Each command once the one before it was answered.
    #[default]
    Single,
    /// What may go together goes together (RFC 2920).
    Pipelined,
}

/// What a message is sent with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Transfer {
    /// `DATA`.
    #[default]
    Data,
    /// `BDAT` with one chunk (RFC 3030).
    Bdat,
}

/// What a session is opened with.
#[derive(Clone)]
pub(crate) struct Opening {
    /// The server.
    pub(crate) target: Target,
    /// From where.
    pub(crate) from: From,
    /// Under TLS or not.
    pub(crate) security: Security,
    /// How long each step may take.
    pub(crate) patience: Duration,
}

/// Under TLS or not.
#[derive(Clone)]
pub(crate) enum Security {
    Plain,
    StartTls(TlsConnector),
}

/// Why it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// No connection.
    Connect(io::ErrorKind),
    /// The server said this, where something else is needed.
    Said(u16),
    /// The server has left.
    Ended,
    /// The connection broke.
    Broken(io::ErrorKind),
    /// Nothing came in time.
    Silent,
    /// What came is no reply.
    NotSmtp,
    /// No TLS came about.
    Tls(io::ErrorKind),
}

/// How often each trouble was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Troubles(pub(crate) BTreeMap<Trouble, usize>);

/// A session.
pub(crate) struct Client {
    channel: Channel,
    held: Vec<u8>,
    read: usize,
    patience: Duration,
}

/// Longest reply that is read: servers send some hundred octets.
const REPLY_OCTETS: usize = 64 * 1024;

impl Client {
    /// Connects, without waiting for a greeting.
    pub(crate) async fn connect(opening: &Opening) -> Result<Self, Trouble> {
        let connect = Channel::connect(opening.target, opening.from);
        let channel = timeout(opening.patience, connect).await.map_err(|_| Trouble::Silent)?;
        let channel = channel.map_err(|error| Trouble::Connect(error.kind()))?;
        Ok(Self { channel, held: Vec::new(), read: 0, patience: opening.patience })
    }

    /// Connects, hears the greeting, says `EHLO`, and again under TLS.
    pub(crate) async fn open(opening: &Opening) -> Result<Self, Trouble> {
        let mut client = Self::connect(opening).await?;
        client.expect(2).await?;
        client.hello().await?;
        if let Security::StartTls(tls) = &opening.security {
            client.say("STARTTLS", 2).await?;
            let secured = timeout(opening.patience, client.channel.secure(tls)).await.map_err(|_| Trouble::Silent)?;
            secured.map_err(|error| Trouble::Tls(error.kind()))?;
            client.hello().await?;
        }
        client.held = Vec::new();
        Ok(client)
    }

    /// `EHLO`.
    pub(crate) async fn hello(&mut self) -> Result<(), Trouble> {
        self.say("EHLO load.example", 2).await
    }

    /// Sends a command and wants a reply of this class.
    pub(crate) async fn say(&mut self, command: &str, class: u16) -> Result<(), Trouble> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.expect(class).await
    }

    /// Sends octets as they are.
    pub(crate) async fn write(&mut self, octets: &[u8]) -> Result<(), Trouble> {
        let written = timeout(self.patience, self.channel.write(octets)).await.map_err(|_| Trouble::Silent)?;
        written.map_err(|error| Trouble::Broken(error.kind()))
    }

    /// Wants a reply of this class.
    pub(crate) async fn expect(&mut self, class: u16) -> Result<(), Trouble> {
        match self.reply().await? {
            code if code / 100 == class => Ok(()),
            code => Err(Trouble::Said(code)),
        }
    }

    /// A reply's code, once all its lines are there.
    pub(crate) async fn reply(&mut self) -> Result<u16, Trouble> {
        timeout(self.patience, self.unhurried_reply()).await.map_err(|_| Trouble::Silent)?
    }

    /// The same, however long it takes.
    pub(crate) async fn unhurried_reply(&mut self) -> Result<u16, Trouble> {
        loop {
            if let Some(code) = self.parse()? {
                return Ok(code);
            }
            if self.held.len() > REPLY_OCTETS {
                return Err(Trouble::NotSmtp);
            }
            match self.channel.read(&mut self.held).await {
                Ok(0) => return Err(Trouble::Ended),
                Ok(_) => {}
                Err(error) => return Err(Trouble::Broken(error.kind())),
            }
        }
    }

    /// Takes the next whole reply out of what is held.
    fn parse(&mut self) -> Result<Option<u16>, Trouble> {
        let mut at = self.read;
        while let Some(length) = self.held[at..].iter().position(|octet| *octet == b'\n') {
            let line = &self.held[at..at + length];
            at += length + 1;
            if line.get(3) == Some(&b'-') {
                continue;
            }
            self.read = at;
            let code = line.get(..3).and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| code.parse().ok());
            if self.read == self.held.len() {
                self.held.clear();
                self.read = 0;
            }
            return code.map(Some).ok_or(Trouble::NotSmtp);
        }
        Ok(None)
    }

    /// One message.
    pub(crate) async fn send(&mut self, recipient: &str, mail: &Mail, manner: Manner) -> Result<(), Trouble> {
        let from = "MAIL FROM:<load@sender.example>";
        let to = format!("RCPT TO:<{recipient}>");
        match manner {
            Manner { steps: Steps::Single, transfer } => {
                self.say(from, 2).await?;
                self.say(&to, 2).await?;
                match transfer {
                    Transfer::Data => {
                        self.say("DATA", 3).await?;
                        self.write(mail.stuffed()).await?;
                    }
                    Transfer::Bdat => self.write(mail.chunk()).await?,
                }
                self.expect(2).await
            }
            Manner { steps: Steps::Pipelined, transfer: Transfer::Data } => {
                self.write(format!("{from}\r\n{to}\r\nDATA\r\n").as_bytes()).await?;
                let [sender, reader, data] = [self.reply().await?, self.reply().await?, self.reply().await?];
                let refused =
                    [(sender, 2), (reader, 2), (data, 3)].into_iter().find(|(code, class)| code / 100 != *class);
                if let Some((code, _)) = refused {
                    return Err(Trouble::Said(code));
                }
                self.write(mail.stuffed()).await?;
                self.expect(2).await
            }
            Manner { steps: Steps::Pipelined, transfer: Transfer::Bdat } => {
                let mut group = format!("{from}\r\n{to}\r\n").into_bytes();
                group.extend_from_slice(mail.chunk());
                self.write(&group).await?;
                let codes = [self.reply().await?, self.reply().await?, self.reply().await?];
                codes.into_iter().find(|code| code / 100 != 2).map_or(Ok(()), |code| Err(Trouble::Said(code)))
            }
        }
    }

    /// Says good-bye, and does not mind what comes.
    pub(crate) async fn quit(mut self) {
        let _ = self.say("QUIT", 2).await;
    }
}

impl Troubles {
    /// One more.
    pub(crate) fn add(&mut self, trouble: Trouble) {
        *self.0.entry(trouble).or_default() += 1;
    }

    /// How many in all.
    pub(crate) fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// By name.
    pub(crate) fn named(&self) -> BTreeMap<String, usize> {
        self.0.iter().map(|(trouble, count)| (trouble.to_string(), *count)).collect()
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connect(kind) => write!(f, "no connection ({kind})"),
            Self::Said(code) => write!(f, "{code}"),
            Self::Ended => f.write_str("closed"),
            Self::Broken(kind) => write!(f, "broken ({kind})"),
            Self::Silent => f.write_str("silence"),
            Self::NotSmtp => f.write_str("no SMTP"),
            Self::Tls(kind) => write!(f, "no TLS ({kind})"),
        }
    }
}

impl std::error::Error for Trouble {}

impl std::fmt::Display for Troubles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (n, (trouble, count)) in self.0.iter().enumerate() {
            write!(f, "{}{trouble}: {count}", if n == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
