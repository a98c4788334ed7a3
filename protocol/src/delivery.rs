//! What became of mail that did not come: one record for each attempt that a recipient's inbox was spared.
//!
//! A record is made after the recipient was known and before there was a message to seal. It tells the inbox's owner
//! when, from which domain, how much, why not, and what the sender was told; it is sealed to its inbox like a message,
//! under an id of its own. It never holds an address, a subject or anything of the mail itself.

use serde::{Deserialize, Serialize};

use crate::{bytes::Base64, cursor::Cursor, hidden::hidden, id::MessageId, time::Timestamp};

/// One attempt at delivery that failed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryRecord {
    /// When it failed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// The domain of `MAIL FROM`, unchecked; none for a bounce (`<>`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_domain: Option<String>,
    /// The message's octets, as many as were announced or counted; none where neither was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Why, in one word: `spf_fail`, `too_large`, `inbox_full`, `interrupted`, … Readers take words they do not know.
    pub reason: String,
    /// What the sender was told: `550 5.7.23 …`; empty where it had hung up.
    pub reply: String,
}

hidden!(DeliveryRecord, OpenDelivery);

/// A record, still closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SealedDelivery {
    /// Which record.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MessageId,
    /// When the attempt failed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// The [`DeliveryRecord`] in JSON, sealed as part 5 under the record's id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sealed: Base64,
}

/// A record opened by the service (assisted mode).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenDelivery {
    /// Which record.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MessageId,
    /// What it says.
    #[serde(flatten)]
    pub record: DeliveryRecord,
}

/// The records of an inbox, to whoever shows the read token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedDeliveries {
    /// Oldest first.
    pub deliveries: Vec<SealedDelivery>,
    /// Where the reader stands now.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub cursor: Cursor,
}

/// The records of an inbox, to whoever shows the capability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenDeliveries {
    /// Oldest first.
    pub deliveries: Vec<OpenDelivery>,
    /// Where the reader stands now.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub cursor: Cursor,
}

/// The data of a `delivery` event: that there is a record; what it says is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryEvent {
    /// Which record.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MessageId,
    /// When the attempt failed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
}

#[cfg(test)]
mod tests;
