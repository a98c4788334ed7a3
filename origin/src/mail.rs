//! The nouns: what a message is at each step of its way, and whom it is for.
//!
//! ```text
//!  Received --judge--> Accepted --seal--> Sealed --store--> Stored
//! ```
//!
//! A message's type is its history. [`Accepted`] can be made by `judge` alone and [`Sealed`] by
//! `seal` alone (their constructors are private to those folders), and the store's `put` takes
//! nothing but a [`Sealed`]: storing plaintext does not compile.

mod plaintext;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use hmac::{Hmac, KeyInit, Mac};
use protocol::{
    address::Address,
    cursor::Seq,
    id::{InboxId, MessageId},
    sealing::PublicKey,
    time::Timestamp,
    webhook::Webhook,
    wrap::WrapKey,
};
use sha2::Sha256;

pub use self::plaintext::Plaintext;
pub use crate::{
    judge::Accepted,
    seal::{Sealed, SealedRecord},
};

/// Where a message came from and how it was announced (RFC 5321 §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReversePath {
    /// `<>`: a bounce or another notice that must not be answered.
    Null,
    /// A mailbox, as written between the angle brackets.
    Mailbox(Secret),
}

impl ReversePath {
    /// The domain that the mailbox names, as written: unchecked, and a text about a person.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        match self {
            Self::Null => None,
            Self::Mailbox(mailbox) => mailbox.0.rsplit_once('@').map(|(_, domain)| domain),
        }
    }
}

/// A text about a person: kept for the message's own trace, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// An inbox that a recipient was found to be.
#[derive(Clone)]
pub struct Destination {
    /// Which inbox.
    pub inbox: InboxId,
    /// What its mail is sealed to.
    pub public_key: Arc<PublicKey>,
    /// What its mail is wrapped under, where it is stored.
    pub wrap_key: WrapKey,
    /// The tag that the recipient was written with.
    pub tag: Option<String>,
}

/// Who brought a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// A host at this address, which lives as long as the session and is never logged.
    Host(IpAddr),
    /// A mail server on this machine, over a Unix socket: the operator's own. Nobody's address can be told from it.
    Local,
}

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        Self::Host(address)
    }
}

impl From<Ipv4Addr> for Client {
    fn from(address: Ipv4Addr) -> Self {
        Self::Host(address.into())
    }
}

impl From<Ipv6Addr> for Client {
    fn from(address: Ipv6Addr) -> Self {
        Self::Host(address.into())
    }
}

/// How the last hop brought the message.
#[derive(Clone)]
pub struct Hop {
    /// Who it was.
    pub client: Client,
    /// What it called itself in `EHLO`, `HELO` or `LHLO`.
    pub helo: Secret,
    /// The TLS version and cipher of the session, if any: `TLSv1.3`.
    pub tls: Option<String>,
}

/// A message as the session took it in: complete, unjudged, in the clear.
pub struct Received {
    /// `MAIL FROM`.
    pub reverse_path: ReversePath,
    /// `RCPT TO`: at least one.
    pub recipients: Vec<Destination>,
    /// The trace fields that we add (RFC 5321 §4.4), followed by the message, dots unstuffed.
    pub raw: Plaintext,
    /// How many octets of `raw` are our trace fields.
    pub trace_len: usize,
    /// The last hop.
    pub hop: Hop,
    /// When the last octet came.
    pub received_at: Timestamp,
}

/// A message that the store has: what `250` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which inbox.
    pub inbox: InboxId,
    /// Which message.
    pub id: MessageId,
    /// The change of the inbox that it is.
    pub seq: Seq,
    /// Whether its owner is to be told.
    pub notice: Notice,
}

/// Whether an inbox's owner is told of its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Nobody asked for it.
    Unwanted,
    /// By the inbox's webhook.
    Webhook,
}

impl Notice {
    /// Of an inbox that has this webhook, or none.
    #[must_use]
    pub const fn by(webhook: Option<&Arc<Webhook>>) -> Self {
        match webhook {
            None => Self::Unwanted,
            Some(_) => Self::Webhook,
        }
    }
}

/// What an address is found by: an HMAC, so that no store holds the address itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressKey([u8; 32]);

impl AddressKey {
    /// As a store, or another process of this origin, has it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Turns addresses into what they are found by, under a key that all nodes of a region share.
#[derive(Clone)]
pub struct AddressHasher(Hmac<Sha256>);

impl AddressHasher {
    /// With `key`, which never leaves memory.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; 64]; // HMAC pads a short key with zeros (RFC 2104 §2).
        block[..32].copy_from_slice(key);
        Self(Hmac::new(&block.into()))
    }

    /// The key of `address`; its tag does not matter.
    #[must_use]
    pub fn key(&self, address: &Address) -> AddressKey {
        let mut mac = self.0.clone();
        mac.update(b"mayfly address v1\0");
        mac.update(address.canonical().as_bytes());
        AddressKey(mac.finalize().into_bytes().into())
    }
}
