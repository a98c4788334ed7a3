//! The form in which a store is handed over: one piece for each inbox, message, deletion, record and remembered end.
//!
//! Pure. A piece is a short head and, for what is sealed, a body: the sealed octets as they are, never copied. Nothing
//! in a piece is in the clear that the store did not hold so. Integers are big-endian; times are milliseconds.

use std::sync::Arc;

use bytes::Bytes;
use protocol::{
    address::Domain,
    capability::ReadTokenHash,
    cursor::Seq,
    id::{ID_OCTETS, InboxId, MessageId},
    sealing::{PublicKey, Suite},
    time::Timestamp,
    webhook::Webhook,
    wrap::{KEY_OCTETS, WRAP_OCTETS, WrapKey},
};
use zeroize::Zeroizing;

use super::inbox::{AtEdge, Debt, Told};
use crate::mail::AddressKey;

/// One piece on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is. Wiped when dropped: an inbox's holds its key.
    pub head: Zeroizing<Vec<u8>>,
    /// Its sealed octets, in order.
    pub body: Vec<Bytes>,
}

/// A head that says nothing, or nothing that fits its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A living inbox, without what is in it.
pub(super) struct InboxItem {
    pub(super) id: InboxId,
    pub(super) key: AddressKey,
    pub(super) public_key: Arc<PublicKey>,
    pub(super) wrap_key: WrapKey,
    pub(super) read_token_hash: ReadTokenHash,
    pub(super) sealed_address: Bytes,
    pub(super) domain: Domain,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) extended_at: Timestamp,
    pub(super) seq: Seq,
    pub(super) told: Told,
    pub(super) debt: Debt,
    pub(super) webhook: Option<Arc<Webhook>>,
}

/// A message. Its end follows from its inbox's.
pub(super) struct MessageItem {
    pub(super) inbox: InboxId,
    pub(super) id: MessageId,
    pub(super) seq: Seq,
    pub(super) received_at: Timestamp,
    pub(super) kept_at: Timestamp,
    pub(super) blobs: AtEdge,
    /// As many as its room is for, beside the overhead.
    pub(super) octets: usize,
    pub(super) parts: [Bytes; 3],
}

/// A message that went.
pub(super) struct DeletedItem {
    pub(super) inbox: InboxId,
    pub(super) id: MessageId,
    pub(super) seq: Seq,
    pub(super) at: Timestamp,
    pub(super) blobs: AtEdge,
}

/// A delivery record.
pub(super) struct RecordItem {
    pub(super) inbox: InboxId,
    pub(super) id: MessageId,
    pub(super) seq: Seq,
    pub(super) at: Timestamp,
    pub(super) kept_at: Timestamp,
    /// As many as its room is for, beside the overhead.
    pub(super) octets: usize,
    pub(super) sealed: Bytes,
}

/// An inbox that has ended.
pub(super) struct EndedItem {
    pub(super) id: InboxId,
    pub(super) key: AddressKey,
    pub(super) until: Timestamp,
    pub(super) farewell: Debt,
}

/// A message whose blobs the edge may have, of an inbox that has ended.
pub(super) struct RemovedItem {
    pub(super) inbox: InboxId,
    pub(super) id: MessageId,
}

/// What a piece may be. What belongs to an inbox comes after it.
pub(super) enum Item {
    Inbox(InboxItem),
    Message(MessageItem),
    Deleted(DeletedItem),
    Record(RecordItem),
    Ended(EndedItem),
    Removed(RemovedItem),
}

/// Octets that an inbox's head fits into, with its public key and its wrapped address.
const INBOX_HEAD: usize = 4 * 1024;

/// Octets that any other head fits into.
const HEAD: usize = 160;

const INBOX: u8 = 1;
const MESSAGE: u8 = 2;
const DELETED: u8 = 3;
const RECORD: u8 = 4;
const ENDED: u8 = 5;
const REMOVED: u8 = 6;

impl Item {
    /// As it is sent.
    pub(super) fn piece(&self) -> Piece {
        // A head that grew would leave a key behind in freed memory.
        let room = if matches!(self, Self::Inbox(_)) { INBOX_HEAD } else { HEAD };
        let mut head = Head(Zeroizing::new(Vec::with_capacity(room)));
        let body = match self {
            Self::Inbox(inbox) => inbox.write(&mut head),
            Self::Message(message) => message.write(&mut head),
            Self::Record(record) => {
                head.octets(&[RECORD]).change(record.inbox, record.id, record.seq);
                head.time(record.at).time(record.kept_at).number(record.octets as u64);
                vec![record.sealed.clone()]
            }
            Self::Deleted(gone) => {
                head.octets(&[DELETED]).change(gone.inbox, gone.id, gone.seq).time(gone.at).at_edge(gone.blobs);
                Vec::new()
            }
            Self::Ended(ended) => {
                head.octets(&[ENDED]).octets(ended.id.as_bytes()).octets(ended.key.as_bytes());
                head.time(ended.until).debt(ended.farewell);
                Vec::new()
            }
            Self::Removed(removed) => {
                head.octets(&[REMOVED]).octets(removed.inbox.as_bytes()).octets(removed.id.as_bytes());
                Vec::new()
            }
        };
        Piece { head: head.0, body }
    }

    /// As it came: a head, and all of its body.
    pub(super) fn read(head: &[u8], body: &Bytes) -> Result<Self, Malformed> {
        let mut head = Rest(head);
        let item = match head.octet()? {
            INBOX => Self::Inbox(InboxItem::read(&mut head)?),
            MESSAGE => Self::Message(MessageItem::read(&mut head, body)?),
            RECORD => {
                let (inbox, id, seq) = head.change()?;
                Self::Record(RecordItem {
                    inbox,
                    id,
                    seq,
                    at: head.time()?,
                    kept_at: head.time()?,
                    octets: head.octets_of(body)?,
                    sealed: body.clone(),
                })
            }
            DELETED => {
                let (inbox, id, seq) = head.change()?;
                Self::Deleted(DeletedItem { inbox, id, seq, at: head.time()?, blobs: head.at_edge()? })
            }
            ENDED => Self::Ended(EndedItem {
                id: head.inbox()?,
                key: AddressKey::from_bytes(head.array()?),
                until: head.time()?,
                farewell: head.debt()?,
            }),
            REMOVED => Self::Removed(RemovedItem { inbox: head.inbox()?, id: head.message()? }),
            _ => return Err(Malformed),
        };
        let with_body = matches!(item, Self::Message(_) | Self::Record(_));
        if head.0.is_empty() && (with_body || body.is_empty()) { Ok(item) } else { Err(Malformed) }
    }
}

impl InboxItem {
    fn write(&self, head: &mut Head) -> Vec<Bytes> {
        head.octets(&[INBOX]).octets(self.id.as_bytes()).octets(self.key.as_bytes());
        head.octets(&[self.public_key.suite().octet()]).text(self.public_key.as_bytes());
        head.octets(self.wrap_key.as_bytes());
        head.octets(self.read_token_hash.as_bytes()).text(&self.sealed_address).text(self.domain.as_str().as_bytes());
        head.time(self.created_at).time(self.expires_at).time(self.extended_at).number(self.seq.0);
        match self.told {
            Told::Nothing => head.octets(&[0]),
            Told::Record { seq, expires_at } => head.octets(&[1]).number(seq.0).time(expires_at),
        };
        head.debt(self.debt);
        match &self.webhook {
            None => head.octets(&[0]),
            Some(webhook) => head.octets(&[1]).text(webhook.to_text().as_bytes()),
        };
        Vec::new()
    }

    fn read(head: &mut Rest<'_>) -> Result<Self, Malformed> {
        let (id, key) = (head.inbox()?, AddressKey::from_bytes(head.array()?));
        let suite = Suite::from_octet(head.octet()?).ok_or(Malformed)?;
        let public_key = Arc::new(PublicKey::from_bytes(suite, head.text()?).map_err(|_| Malformed)?);
        let wrap_key = WrapKey::from_octets(head.take(KEY_OCTETS)?).ok_or(Malformed)?;
        let read_token_hash = ReadTokenHash::from_bytes(head.array()?);
        let sealed_address = Bytes::copy_from_slice(head.text()?);
        let domain = std::str::from_utf8(head.text()?).ok().and_then(|text| Domain::parse(text).ok());
        let domain = domain.ok_or(Malformed)?;
        let (created_at, expires_at, extended_at) = (head.time()?, head.time()?, head.time()?);
        let seq = Seq(head.number()?);
        let told = match head.octet()? {
            0 => Told::Nothing,
            1 => Told::Record { seq: Seq(head.number()?), expires_at: head.time()? },
            _ => return Err(Malformed),
        };
        let debt = head.debt()?;
        let webhook = match head.octet()? {
            0 => None,
            1 => {
                let text = std::str::from_utf8(head.text()?).map_err(|_| Malformed)?;
                Some(Arc::new(Webhook::parse(text).ok_or(Malformed)?))
            }
            _ => return Err(Malformed),
        };
        Ok(Self {
            id,
            key,
            public_key,
            wrap_key,
            read_token_hash,
            sealed_address,
            domain,
            created_at,
            expires_at,
            extended_at,
            seq,
            told,
            debt,
            webhook,
        })
    }
}

impl MessageItem {
    fn write(&self, head: &mut Head) -> Vec<Bytes> {
        head.octets(&[MESSAGE]).change(self.inbox, self.id, self.seq);
        head.time(self.received_at).time(self.kept_at).at_edge(self.blobs).number(self.octets as u64);
        for part in &self.parts {
            head.number(part.len() as u64);
        }
        self.parts.to_vec()
    }

    fn read(head: &mut Rest<'_>, body: &Bytes) -> Result<Self, Malformed> {
        let (inbox, id, seq) = head.change()?;
        let (received_at, kept_at, blobs) = (head.time()?, head.time()?, head.at_edge()?);
        let octets = head.octets_of(body)?;
        let mut rest = body.clone();
        let mut parts = [Bytes::new(), Bytes::new(), Bytes::new()];
        for part in &mut parts {
            let length = usize::try_from(head.number()?).ok().filter(|length| *length <= rest.len());
            *part = rest.split_to(length.ok_or(Malformed)?);
        }
        if !rest.is_empty() {
            return Err(Malformed);
        }
        Ok(Self { inbox, id, seq, received_at, kept_at, blobs, octets, parts })
    }
}

/// A head that is written.
struct Head(Zeroizing<Vec<u8>>);

impl Head {
    fn octets(&mut self, octets: &[u8]) -> &mut Self {
        self.0.extend_from_slice(octets);
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.octets(&number.to_be_bytes())
    }

    fn time(&mut self, time: Timestamp) -> &mut Self {
        self.number(time.as_millis())
    }

    /// Octets behind their number.
    fn text(&mut self, octets: &[u8]) -> &mut Self {
        self.number(octets.len() as u64).octets(octets)
    }

    fn change(&mut self, inbox: InboxId, message: MessageId, seq: Seq) -> &mut Self {
        self.octets(inbox.as_bytes()).octets(message.as_bytes()).number(seq.0)
    }

    fn at_edge(&mut self, blobs: AtEdge) -> &mut Self {
        self.octets(&[match blobs {
            AtEdge::Behind => 0,
            AtEdge::Confirmed => 1,
        }])
    }

    fn debt(&mut self, debt: Debt) -> &mut Self {
        match debt {
            Debt::None => self.octets(&[0]),
            Debt::Since(since) => self.octets(&[1]).time(since),
        }
    }
}

/// What is still to be read of a head.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, octets: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(octets).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    fn octet(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    fn number(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// How many sealed octets a body holds: at most all of it, and no fewer than its wrapping leaves.
    fn octets_of(&mut self, body: &Bytes) -> Result<usize, Malformed> {
        let octets = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        let fewest = body.len().saturating_sub(3 * WRAP_OCTETS);
        if (fewest..=body.len()).contains(&octets) { Ok(octets) } else { Err(Malformed) }
    }

    fn time(&mut self) -> Result<Timestamp, Malformed> {
        Ok(Timestamp::from_millis(self.number()?))
    }

    fn text(&mut self) -> Result<&'a [u8], Malformed> {
        let octets = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        self.take(octets)
    }

    fn inbox(&mut self) -> Result<InboxId, Malformed> {
        Ok(InboxId::from_bytes(self.array::<ID_OCTETS>()?))
    }

    fn message(&mut self) -> Result<MessageId, Malformed> {
        Ok(MessageId::from_bytes(self.array::<ID_OCTETS>()?))
    }

    fn change(&mut self) -> Result<(InboxId, MessageId, Seq), Malformed> {
        Ok((self.inbox()?, self.message()?, Seq(self.number()?)))
    }

    fn at_edge(&mut self) -> Result<AtEdge, Malformed> {
        match self.octet()? {
            0 => Ok(AtEdge::Behind),
            1 => Ok(AtEdge::Confirmed),
            _ => Err(Malformed),
        }
    }

    fn debt(&mut self) -> Result<Debt, Malformed> {
        match self.octet()? {
            0 => Ok(Debt::None),
            1 => Ok(Debt::Since(self.time()?)),
            _ => Err(Malformed),
        }
    }
}
