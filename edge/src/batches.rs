//! Which batches the edge believes, and what each changes in KV.

use protocol::{
    batch::{Batch, BatchError, Change, InboxRecord, Signature, VerifyingKey},
    capability::ReadTokenHash,
    problem::Kind,
    region::RegionTable,
};

use crate::{
    record::{Standing, replaces},
    refusal::Refusal,
};

/// The key that `signature` names, where the table gives it to that region.
///
/// # Errors
/// [`BatchError::Key`].
pub fn key(table: &RegionTable, signature: &Signature) -> Result<VerifyingKey, BatchError> {
    let region = table.find(&signature.region).ok_or(BatchError::Key)?;
    let keys = region.keys.iter().filter_map(|key| {
        let octets = <&[u8; 32]>::try_from(key.as_slice()).ok()?;
        VerifyingKey::from_bytes(octets).ok()
    });
    keys.into_iter().find(|key| key.id() == signature.key).ok_or(BatchError::Key)
}

/// What the sender is told of an error.
#[must_use]
pub fn refusal(error: BatchError) -> Refusal {
    match error {
        BatchError::Headers | BatchError::Key | BatchError::Stale { .. } | BatchError::Forged => {
            Refusal::new(Kind::Unauthorized, &format!("The batch is refused: {error}."))
                .with("www-authenticate", "Mayfly-Batch")
        }
        BatchError::TooLarge { limit, .. } => Refusal::too_large(limit),
        BatchError::Malformed(_) => Refusal::new(Kind::BadRequest, &format!("The batch is refused: {error}.")),
    }
}

/// What a sender of a used nonce is told.
#[must_use]
pub fn replayed() -> Refusal {
    Refusal::new(Kind::Conflict, "The batch is refused: its nonce was used before. Sign it afresh.")
}

/// Whether `region` may say what `batch` says: each inbox is its own, and named by the read token's hash.
///
/// # Errors
/// A 403.
pub fn authority(batch: &Batch<'_>, region: &str) -> Result<(), Refusal> {
    let is_own = |record: &InboxRecord| {
        record.region == region
            && <[u8; 32]>::try_from(record.read_token_hash.as_slice())
                .is_ok_and(|hash| ReadTokenHash::from_bytes(hash).inbox_id() == record.id)
    };
    let all_own = batch.changes.iter().all(|change| match change {
        Change::Update { record, .. } => is_own(record),
        // Whose it is, KV knows: see `effect`.
        Change::Erase { .. } => true,
    });
    if all_own { Ok(()) } else { Err(not_its_own()) }
}

/// A region spoke for another's inbox.
#[must_use]
pub fn not_its_own() -> Refusal {
    Refusal::new(Kind::Forbidden, "The batch is refused: an inbox in it is another region's.")
}

/// What a change does to what KV has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// All of it is written.
    Apply,
    /// It comes late: of its blobs, those of messages that KV still lists are written, nothing else.
    BlobsOnly,
    /// It comes after the end: nothing is written.
    Nothing,
    /// It is another region's inbox.
    Refuse,
}

/// What `change` of `region` does where KV says `standing`.
#[must_use]
pub fn effect(change: &Change, region: &str, standing: &Standing) -> Effect {
    match (change, standing) {
        (_, Standing::Living(old) | Standing::Expired(old)) if old.region != region => Effect::Refuse,
        (Change::Update { record, .. }, Standing::Living(old) | Standing::Expired(old)) if !replaces(record, old) => {
            Effect::BlobsOnly
        }
        // An inbox does not come back: an erasure that overtook an update stays.
        (Change::Update { .. }, Standing::Gone) => Effect::Nothing,
        (Change::Update { .. } | Change::Erase { .. }, _) => Effect::Apply,
    }
}

#[cfg(test)]
mod tests;
