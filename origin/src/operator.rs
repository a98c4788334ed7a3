//! The operator's mail: which recipients it is for, and the standing inbox that it goes to.
//!
//! Mail to `postmaster` and `abuse` is taken at every name that mail is taken for (RFC 5321 §4.5.1, RFC 2142 §4 and
//! §5), and goes to one inbox that does not end. Its capability is the operator's: whoever runs an origin puts only
//! what is public into its configuration. Pure: it keeps nothing and asks nobody.

use std::{fmt, str::FromStr, sync::Arc};

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use protocol::{
    address::{Address, Domain, Local},
    capability::{Capability, ReadTokenHash},
    id::InboxId,
    limits::INBOX_LIFE,
    message::Part,
    sealing::{Binding, Payload, PublicKey, Sealer, Suite},
    time::Timestamp,
    wrap::WrapKey,
};
use rand_core::CryptoRng;

use crate::{
    mail::AddressHasher,
    ports::{NewInbox, Unreachable},
};

/// What the text of public keys begins with; a capability's begins with `1`, a read token's with `r`.
const MARK: &str = "i";

/// Octets of a read token's hash.
const HASH_OCTETS: usize = 32;

/// The names whose mail is the operator's; `protocol::name` keeps them back from everybody else.
const ROLES: [&str; 2] = ["postmaster", "abuse"];

/// Whose mail something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// Whoever made the inbox of this name.
    Reader,
    /// The operator.
    Operator,
}

/// What an origin knows of an inbox that is read elsewhere: nothing secret.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKeys {
    /// What its mail is sealed to.
    pub public_key: Arc<PublicKey>,
    /// What listing is proved against.
    pub read_token_hash: ReadTokenHash,
}

/// A text that is no public keys of an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the `inbox` that `mayfly key inbox` prints: {MARK}, and a public key and a hash in base64url")]
pub struct NotPublicKeys;

/// Who has the capability of the operator's inbox.
#[derive(Clone)]
pub enum Holder {
    /// The operator, who configured what is public of it.
    Operator,
    /// This process, which drew it at start and tells it at the operator's door.
    Process(Capability),
}

/// The inbox that the operator's mail goes to.
#[derive(Clone)]
pub struct StandingInbox {
    /// Its keys.
    pub keys: PublicKeys,
    /// Who can open it.
    pub holder: Holder,
    /// The address that it is kept under, whichever of the operator's addresses mail is for.
    pub address: Address,
}

impl Addressee {
    /// Of mail for this local part, at whatever name of ours.
    #[must_use]
    pub fn of(local: &Local) -> Self {
        if ROLES.contains(&local.as_str()) { Self::Operator } else { Self::Reader }
    }

    /// Why it is not reached: the operator's inbox is never unknown and never ends, so where it is not there just
    /// now the sender comes again.
    #[must_use]
    pub const fn unreachable(self, why: Unreachable) -> Unreachable {
        match (self, why) {
            (Self::Operator, Unreachable::Unknown | Unreachable::Expired) => Unreachable::Unavailable,
            (_, why) => why,
        }
    }
}

impl PublicKeys {
    /// Those of the inbox that `capability` opens.
    #[must_use]
    pub fn of(capability: &Capability) -> Self {
        Self {
            public_key: Arc::new(capability.key_pair().public_key()),
            read_token_hash: capability.read_token().hash(),
        }
    }

    /// The inbox: the same for the same keys, wherever they are configured.
    #[must_use]
    pub fn inbox_id(&self) -> InboxId {
        self.read_token_hash.inbox_id()
    }
}

impl FromStr for PublicKeys {
    type Err = NotPublicKeys;

    fn from_str(text: &str) -> Result<Self, NotPublicKeys> {
        let octets = Suite::XWing.public_key_octets() + HASH_OCTETS;
        let encoded = text.strip_prefix(MARK).filter(|rest| rest.len() == BASE64URL_NOPAD.encode_len(octets));
        let octets = BASE64URL_NOPAD.decode(encoded.ok_or(NotPublicKeys)?.as_bytes()).map_err(|_| NotPublicKeys)?;
        let (key, hash) = octets.split_last_chunk::<HASH_OCTETS>().ok_or(NotPublicKeys)?;
        let public_key = PublicKey::from_bytes(Suite::XWing, key).map_err(|_| NotPublicKeys)?;
        Ok(Self { public_key: Arc::new(public_key), read_token_hash: ReadTokenHash::from_bytes(*hash) })
    }
}

impl fmt::Display for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = [self.public_key.as_bytes(), self.read_token_hash.as_bytes()].concat();
        write!(f, "{MARK}{}", BASE64URL_NOPAD.encode(&octets))
    }
}

impl fmt::Debug for PublicKeys {
    /// Says nothing: keys tell inboxes apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKeys(…)")
    }
}

impl StandingInbox {
    /// Of `holder`, on a host of this name.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test reads each of these names")]
    pub fn new(keys: PublicKeys, holder: Holder, hostname: Domain) -> Self {
        let postmaster = Local::parse(ROLES[0]).expect("postmaster is a local part");
        Self { keys, holder, address: Address::new(postmaster, hostname) }
    }

    /// Which inbox it is.
    #[must_use]
    pub fn id(&self) -> InboxId {
        self.keys.inbox_id()
    }

    /// How the store is asked to make it at `now`, with as long a life as any inbox has.
    #[must_use]
    pub fn made(&self, hasher: &AddressHasher, now: Timestamp, rng: &mut impl CryptoRng) -> NewInbox {
        let sealer = Sealer::new(&self.keys.public_key, Binding::address(self.id()), rng);
        NewInbox {
            id: self.id(),
            key: hasher.key(&self.address),
            public_key: Arc::clone(&self.keys.public_key),
            read_token_hash: self.keys.read_token_hash,
            wrap_key: WrapKey::filled(|key| rng.fill_bytes(key)),
            sealed_address: Bytes::from(
                sealer.seal(Part::Address, Payload::Identity(self.address.canonical().as_bytes())),
            ),
            domain: self.address.domain().clone(),
            created_at: now,
            expires_at: now.plus(INBOX_LIFE),
            webhook: None,
        }
    }
}

#[cfg(test)]
mod tests;
