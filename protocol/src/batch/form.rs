//! How a batch is written, and how its bounds are kept while it is read.
//!
//! Lists are cut off at their bound while they are parsed, so that memory is never taken for more
//! than a batch may hold; blobs are borrowed from the body and never copied.

use core::{fmt, marker::PhantomData};
use std::collections::{BTreeMap, BTreeSet};

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};

use zeroize::Zeroizing;

use super::{Batch, BatchError, BlobHead, Change, Deletion, DeliveryEntry, Head, InboxRecord, IndexEntry, KeyHead};
use crate::{
    id::{InboxId, MessageId},
    limits::{
        BATCH_BLOBS, BATCH_INBOXES, BATCH_OCTETS, BATCH_REMOVED, DELIVERY_OCTETS, INBOX_DELETIONS, INBOX_DELIVERIES,
        INBOX_EPOCHS, INBOX_MESSAGES, SEALED_OCTETS, SUMMARY_OCTETS,
    },
    message::Part,
    region::is_region_name,
    time::Timestamp,
    wrap::{Epoch, InboxKeys, KEY_OCTETS, WRAP_OCTETS},
};

/// What a body begins with: the form's name and version.
const MAGIC: &[u8; 4] = b"MFB2";

/// Octets before the head: [`MAGIC`] and the head's length.
const PREFIX: usize = 8;

/// Longest domain in octets (RFC 1035 §2.3.4).
const DOMAIN_OCTETS: usize = 255;

/// Writes a batch without keys: the inverse of [`Batch::parse`].
///
/// # Errors
/// [`BatchError::TooLarge`] past [`crate::limits::BATCH_OCTETS`], [`BatchError::Malformed`] where [`Batch::parse`]
/// would refuse the result.
pub fn encode(changes: Vec<Change>, blobs: &[(BlobHead, &[u8])]) -> Result<Vec<u8>, BatchError> {
    encode_with_keys(changes, blobs, &[]).map(|mut body| core::mem::take(&mut *body))
}

/// Writes a batch: the inverse of [`Batch::parse`]. Wiped when dropped, as whatever it is copied into should be.
///
/// # Errors
/// As [`encode`].
pub fn encode_with_keys(
    changes: Vec<Change>,
    blobs: &[(BlobHead, &[u8])],
    keys: &[(InboxId, InboxKeys)],
) -> Result<Zeroizing<Vec<u8>>, BatchError> {
    let of = |(inbox, keys): &(InboxId, InboxKeys)| KeyHead { inbox: *inbox, epochs: keys.epochs().collect() };
    let head = Head {
        inboxes: changes,
        blobs: blobs.iter().map(|(head, _)| *head).collect(),
        keys: keys.iter().map(of).collect(),
    };
    check(&head)?;
    if blobs.iter().any(|(head, blob)| usize::try_from(head.len) != Ok(blob.len())) {
        return Err(BatchError::Malformed("a blob's length is not the one its head says"));
    }
    let json = serde_json::to_vec(&head).map_err(|_| BatchError::Malformed("the head cannot be written"))?;
    let of_keys = head.keys.iter().map(KeyHead::octets);
    let lengths = blobs.iter().map(|(_, blob)| blob.len()).chain(of_keys);
    let octets = lengths.fold(PREFIX.saturating_add(json.len()), usize::saturating_add);
    let octets = within_bound(octets)?;
    let length = u32::try_from(json.len()).map_err(|_| BatchError::Malformed("the head is too long"))?;
    let mut body = Zeroizing::new(Vec::with_capacity(octets));
    body.extend_from_slice(MAGIC);
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(&json);
    for (_, blob) in blobs {
        body.extend_from_slice(blob);
    }
    for (_, keys) in keys {
        keys.write(&mut body);
    }
    Ok(body)
}

impl<'a> Batch<'a> {
    /// Reads a batch. Every bound is checked before anything is allocated for it.
    ///
    /// # Errors
    /// [`BatchError::TooLarge`], [`BatchError::Malformed`].
    pub fn parse(body: &'a [u8]) -> Result<Self, BatchError> {
        within_bound(body.len())?;
        let rest = body.strip_prefix(MAGIC).ok_or(BatchError::Malformed("it does not begin with MFB2"))?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(BatchError::Malformed("the head's length is cut"))?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (json, mut rest) = rest.split_at_checked(length).ok_or(BatchError::Malformed("the head is cut"))?;
        let head: Head = serde_json::from_slice(json)
            .map_err(|_| BatchError::Malformed("the head is not of the documented form, or past a bound"))?;
        check(&head)?;
        let mut blobs = Vec::with_capacity(head.blobs.len());
        for blob in head.blobs {
            let length = usize::try_from(blob.len).unwrap_or(usize::MAX);
            let (octets, after) = rest.split_at_checked(length).ok_or(BatchError::Malformed("a blob is cut"))?;
            blobs.push((blob, octets));
            rest = after;
        }
        let mut keys = Vec::with_capacity(head.keys.len());
        for of in head.keys {
            let (octets, after) = rest.split_at_checked(of.octets()).ok_or(BatchError::Malformed("a key is cut"))?;
            let read = InboxKeys::read(&of.epochs, octets).ok_or(BatchError::Malformed("keys are out of order"))?;
            keys.push((of.inbox, read));
            rest = after;
        }
        if !rest.is_empty() {
            return Err(BatchError::Malformed("something follows the last blob or key"));
        }
        Ok(Self { changes: head.inboxes, blobs, keys })
    }
}

impl KeyHead {
    /// Octets of the keys themselves.
    const fn octets(&self) -> usize {
        self.epochs.len().saturating_add(1).saturating_mul(KEY_OCTETS)
    }
}

/// `len`, where a body may be that long.
fn within_bound(len: usize) -> Result<usize, BatchError> {
    if len > BATCH_OCTETS { Err(BatchError::TooLarge { len, limit: BATCH_OCTETS }) } else { Ok(len) }
}

/// Everything that a head promises beyond its form.
fn check(head: &Head) -> Result<(), BatchError> {
    let refuse = |reason| Err(BatchError::Malformed(reason));
    if head.inboxes.len() > BATCH_INBOXES || head.blobs.len() > BATCH_BLOBS || head.keys.len() > BATCH_INBOXES {
        return refuse("too many inboxes, blobs or keys");
    }
    let mut seen = BTreeSet::new();
    let mut present = BTreeMap::<InboxId, BTreeSet<MessageId>>::new();
    let mut removals = 0_usize;
    for change in &head.inboxes {
        let (inbox, removed) = match change {
            Change::Update { record, removed } => {
                check_record(record)?;
                let messages = record.entries.iter().map(|entry| entry.entry.id).collect::<BTreeSet<_>>();
                if messages.len() != record.entries.len() {
                    return refuse("a message is indexed twice");
                }
                if removed.iter().any(|gone| messages.contains(gone)) {
                    return refuse("a message is both there and removed");
                }
                present.insert(record.id, messages);
                (record.id, removed)
            }
            Change::Erase { inbox, removed, .. } => (*inbox, removed),
        };
        removals = removals.saturating_add(removed.len());
        if !seen.insert(inbox) {
            return refuse("an inbox is named twice");
        }
    }
    if removals > BATCH_REMOVED {
        return refuse("too many removed messages");
    }
    check_keys(&head.keys, &present)?;
    check_blobs(&head.blobs, &present)
}

/// Keys are told with the inbox that they read, once.
fn check_keys(keys: &[KeyHead], present: &BTreeMap<InboxId, BTreeSet<MessageId>>) -> Result<(), BatchError> {
    let mut seen = BTreeSet::new();
    if keys.iter().any(|of| !present.contains_key(&of.inbox) || !seen.insert(of.inbox)) {
        return Err(BatchError::Malformed("keys come without their inbox, or twice"));
    }
    if keys.iter().any(|of| of.epochs.len() > INBOX_EPOCHS) {
        return Err(BatchError::Malformed("an inbox has too many keys"));
    }
    Ok(())
}

/// Each blob belongs to a message that its inbox's record lists, is a part that KV keeps, and comes once.
fn check_blobs(blobs: &[BlobHead], present: &BTreeMap<InboxId, BTreeSet<MessageId>>) -> Result<(), BatchError> {
    let refuse = |reason| Err(BatchError::Malformed(reason));
    let mut seen = BTreeSet::new();
    for blob in blobs {
        if !matches!(blob.part, Part::Content | Part::Raw) {
            return refuse("a blob is a part that records carry themselves");
        }
        if usize::try_from(blob.len).is_ok_and(|len| len > SEALED_OCTETS + WRAP_OCTETS) {
            return refuse("a blob is too long");
        }
        if !present.get(&blob.inbox).is_some_and(|messages| messages.contains(&blob.message)) {
            return refuse("a blob's message is not in the head");
        }
        if !seen.insert((blob.inbox, blob.message, blob.part)) {
            return refuse("a blob is named twice");
        }
    }
    Ok(())
}

/// A record's own promises: sizes, and a history in order.
fn check_record(record: &InboxRecord) -> Result<(), BatchError> {
    let refuse = |reason| Err(BatchError::Malformed(reason));
    if !is_region_name(&record.region) || record.domain.len() > DOMAIN_OCTETS {
        return refuse("a record's region or domain is malformed");
    }
    if record.read_token_hash.as_slice().len() != 32 {
        return refuse("a record's read token hash is not 32 octets");
    }
    if record.sealed_address.as_slice().len() > SUMMARY_OCTETS + WRAP_OCTETS {
        return refuse("a record's sealed address is too long");
    }
    if record.entries.len() > INBOX_MESSAGES || record.deleted.len() > INBOX_DELETIONS {
        return refuse("a record lists too many messages");
    }
    let ascending = record.entries.iter().zip(record.entries.iter().skip(1)).all(|(one, next)| one.seq < next.seq);
    let included = record.entries.iter().map(|entry| entry.seq).chain(record.deleted.iter().map(|gone| gone.seq));
    if !ascending || included.max().is_some_and(|last| last > record.seq) {
        return refuse("a record's changes are out of order");
    }
    for IndexEntry { entry, .. } in &record.entries {
        if entry.sealed.summary.as_slice().len() > SUMMARY_OCTETS + WRAP_OCTETS || entry.sealed.content.is_some() {
            return refuse("an index entry carries more than a summary");
        }
    }
    check_deliveries(record)
}

/// A record's delivery records: few, small, in the order of its history.
fn check_deliveries(record: &InboxRecord) -> Result<(), BatchError> {
    let refuse = |reason| Err(BatchError::Malformed(reason));
    let deliveries = &record.deliveries;
    if deliveries.len() > INBOX_DELIVERIES {
        return refuse("a record lists too many deliveries");
    }
    let ascending = deliveries.iter().zip(deliveries.iter().skip(1)).all(|(one, next)| one.seq < next.seq);
    if !ascending || deliveries.last().is_some_and(|last| last.seq > record.seq) {
        return refuse("a record's deliveries are out of order");
    }
    if deliveries.iter().any(|delivery| delivery.entry.sealed.as_slice().len() > DELIVERY_OCTETS + WRAP_OCTETS) {
        return refuse("a delivery record is too long");
    }
    Ok(())
}

/// A [`Change`] as the head spells it. It is read in one go: what an enum's tag decides, serde would first take into
/// memory whole, past every bound.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flat {
    change: Tag,
    record: Option<Box<InboxRecord>>,
    inbox: Option<InboxId>,
    #[serde(deserialize_with = "removed")]
    removed: Vec<MessageId>,
    gone_until: Option<Timestamp>,
}

/// Which change.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tag {
    Update,
    Erase,
}

impl TryFrom<Flat> for Change {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, &'static str> {
        let Flat { change, record, inbox, removed, gone_until } = flat;
        match (change, record, inbox, gone_until) {
            (Tag::Update, Some(record), None, None) => Ok(Self::Update { record, removed }),
            (Tag::Erase, None, Some(inbox), Some(gone_until)) => Ok(Self::Erase { inbox, removed, gone_until }),
            (Tag::Update | Tag::Erase, ..) => Err("a change lacks a field or has another's"),
        }
    }
}

/// Reads at most [`BATCH_INBOXES`].
pub(super) fn inboxes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Change>, D::Error> {
    deserializer.deserialize_seq(AtMost::<Change, BATCH_INBOXES>(PhantomData))
}

/// Reads at most [`BATCH_BLOBS`].
pub(super) fn blobs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<BlobHead>, D::Error> {
    deserializer.deserialize_seq(AtMost::<BlobHead, BATCH_BLOBS>(PhantomData))
}

/// Reads at most [`BATCH_INBOXES`].
pub(super) fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<KeyHead>, D::Error> {
    deserializer.deserialize_seq(AtMost::<KeyHead, BATCH_INBOXES>(PhantomData))
}

/// Reads at most [`INBOX_EPOCHS`].
pub(super) fn epochs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Epoch>, D::Error> {
    deserializer.deserialize_seq(AtMost::<Epoch, INBOX_EPOCHS>(PhantomData))
}

/// Reads at most [`INBOX_MESSAGES`].
pub(super) fn entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IndexEntry>, D::Error> {
    deserializer.deserialize_seq(AtMost::<IndexEntry, INBOX_MESSAGES>(PhantomData))
}

/// Reads at most [`INBOX_DELETIONS`].
pub(super) fn deleted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Deletion>, D::Error> {
    deserializer.deserialize_seq(AtMost::<Deletion, INBOX_DELETIONS>(PhantomData))
}

/// Reads at most [`INBOX_DELIVERIES`].
pub(super) fn deliveries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DeliveryEntry>, D::Error> {
    deserializer.deserialize_seq(AtMost::<DeliveryEntry, INBOX_DELIVERIES>(PhantomData))
}

/// Reads at most [`BATCH_REMOVED`].
fn removed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<MessageId>, D::Error> {
    deserializer.deserialize_seq(AtMost::<MessageId, BATCH_REMOVED>(PhantomData))
}

/// A list of at most `N`: the element after the last allowed one is refused before it is read.
struct AtMost<T, const N: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for AtMost<T, N> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {N}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while list.len() < N {
            match seq.next_element()? {
                Some(element) => list.push(element),
                None => return Ok(list),
            }
        }
        match seq.next_element::<de::IgnoredAny>()? {
            Some(_) => Err(de::Error::invalid_length(N.saturating_add(1), &self)),
            None => Ok(list),
        }
    }
}
