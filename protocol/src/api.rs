//! What clients send and get under `/v1`, the same at the edge and at the origin.

use serde::{Deserialize, Serialize};

use crate::{
    address::{Domain, Local},
    bytes::Base64,
    capability::ReadTokenHash,
    cursor::Cursor,
    hidden::hidden,
    id::{InboxId, MessageId},
    limits::{INBOX_LIFE, INBOX_LIFE_MIN},
    message::{OpenEntry, SealedEntry},
    problem::{Kind, Problem},
    sealing::{PublicKey, Suite},
    time::{Millis, Timestamp},
    webhook::{self, WebhookBody, WebhookView, WebhookWish},
};

/// The body of `POST /v1/inboxes`, as sent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateInboxBody {
    /// The X-Wing public key (1,216 octets) that mail is sealed to.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<Base64>,
    /// SHA-256 of the read token (32 octets).
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_token_hash: Option<Base64>,
    /// `true`: the service draws the capability, returns it once and forgets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assisted: Option<bool>,
    /// The wanted local part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One of the public domains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The wanted life in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    /// The site that the address is for; a hint for the choice of the domain, not kept.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Where the owner is told of mail that comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookBody>,
}

/// Whose keys an inbox is made with.
#[derive(Clone)]
pub enum Owner {
    /// The client keeps the capability.
    Sealed {
        /// What mail is sealed to.
        public_key: Box<PublicKey>,
        /// What listing is proved against.
        read_token_hash: ReadTokenHash,
    },
    /// The service draws the capability, returns it once and forgets it.
    Assisted,
}

/// A checked wish for an inbox.
#[derive(Clone)]
pub struct CreateInbox {
    /// Whose keys.
    pub owner: Owner,
    /// The wanted local part.
    pub name: Option<Local>,
    /// The wanted domain.
    pub domain: Option<Domain>,
    /// How long it shall live.
    pub life: Millis,
    /// The site that the address is for.
    pub purpose: Option<Domain>,
    /// Where the owner is told of mail.
    pub webhook: Option<WebhookWish>,
}

impl CreateInbox {
    /// Checks a body.
    ///
    /// # Errors
    /// A [`Kind::Unprocessable`] problem that names the field and its bounds.
    pub fn check(body: &CreateInboxBody) -> Result<Self, Problem> {
        let refuse = |detail: &str| Problem::new(Kind::Unprocessable, detail);
        let owner = match (&body.public_key, &body.read_token_hash, body.assisted) {
            (Some(key), Some(hash), None | Some(false)) => Owner::Sealed {
                public_key: Box::new(
                    PublicKey::from_bytes(Suite::XWing, key.as_slice())
                        .map_err(|_| refuse("public_key must be an X-Wing public key of 1,216 octets in base64url."))?,
                ),
                read_token_hash: ReadTokenHash::from_bytes(
                    hash.as_slice()
                        .try_into()
                        .map_err(|_| refuse("read_token_hash must be 32 octets in base64url."))?,
                ),
            },
            (None, None, Some(true)) => Owner::Assisted,
            _ => {
                return Err(refuse(
                    "Send either public_key and read_token_hash (the client keeps the keys), or \"assisted\": true.",
                ));
            }
        };
        let life = match body.ttl {
            None => INBOX_LIFE,
            Some(secs) => Some(Millis::from_secs(secs))
                .filter(|life| (INBOX_LIFE_MIN..=INBOX_LIFE).contains(life))
                .ok_or_else(|| refuse("ttl is in seconds, from 60 to 86400."))?,
        };
        let name = body.name.as_deref().map(Local::parse).transpose().map_err(|_| {
            refuse("name must be 3 to 40 characters of a-z, 0-9, '.', '-' and '_', beginning and ending with a letter or digit.")
        })?;
        let domain = body.domain.as_deref().map(Domain::parse).transpose();
        let domain = domain.map_err(|_| refuse("domain must be one of those that GET /v1/domains lists."))?;
        let purpose = body.purpose.as_deref().map(Domain::parse).transpose();
        let purpose =
            purpose.map_err(|_| refuse("for must be the domain name of the site that the address is for."))?;
        let webhook = body.webhook.as_ref().map(WebhookWish::check).transpose()?;
        Ok(Self { owner, name, domain, life, purpose, webhook })
    }
}

/// Which provider an inbox lives at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Our own intake.
    Mayfly,
}

/// Who can read an inbox's mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Whoever holds the capability, nobody else.
    Sealed,
}

/// An inbox as clients see it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxView {
    /// Which inbox.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: InboxId,
    /// Its address: when it is made, and to whoever shows the capability. The service does not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its address sealed to its owner: to whoever shows the read token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedInbox>,
    /// The domain of its address.
    pub domain: String,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// Where it lives.
    pub provider: Provider,
    /// Who can read it.
    pub privacy: Privacy,
    /// The capability, once, when the service drew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// The webhook, in the answer to the call that set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookView>,
}

hidden!(CreateInboxBody, InboxView, PatchInboxBody);

/// What of an inbox only its owner opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedInbox {
    /// The sealed address.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub address: Base64,
}

/// The body of `PATCH /v1/inboxes/{id}`: one of its fields.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PatchInboxBody {
    /// `true`: the inbox lives another 24 hours from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extend: Option<bool>,
    /// Where the owner is told of mail from now on; `null`: nowhere.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<WebhookBody>))]
    #[serde(default, deserialize_with = "webhook::nullable", skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Option<WebhookBody>>,
}

/// A checked change of an inbox.
#[derive(Clone, PartialEq, Eq)]
pub enum InboxChange {
    /// It lives another 24 hours from now.
    Extend,
    /// Its owner is told of mail there, and nowhere else.
    Webhook(Box<WebhookWish>),
    /// Its owner is told of mail nowhere.
    NoWebhook,
}

impl InboxChange {
    /// Checks a body.
    ///
    /// # Errors
    /// A [`Kind::Unprocessable`] problem that tells what to send.
    pub fn check(body: &PatchInboxBody) -> Result<Self, Problem> {
        let refuse = |detail: &str| Err(Problem::new(Kind::Unprocessable, detail));
        match (body.extend, &body.webhook) {
            (Some(true), None) => Ok(Self::Extend),
            (None, Some(Some(webhook))) => Ok(Self::Webhook(Box::new(WebhookWish::check(webhook)?))),
            (None, Some(None)) => Ok(Self::NoWebhook),
            (Some(false), _) => refuse("extend can only be true; DELETE ends an inbox at once."),
            (Some(true), Some(_)) | (None, None) => {
                refuse("Send one change at a time: \"extend\": true, or webhook with its url, or \"webhook\": null.")
            }
        }
    }
}

/// A listing to whoever shows the read token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedList {
    /// Oldest first.
    pub messages: Vec<SealedEntry>,
    /// Where the reader stands now.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub cursor: Cursor,
}

/// A listing to whoever shows the capability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenList {
    /// Oldest first.
    pub messages: Vec<OpenEntry>,
    /// Where the reader stands now.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub cursor: Cursor,
}

/// The data of a `deleted` event; a `message` event carries a listing's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedEvent {
    /// Which message went.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MessageId,
}

/// The data of an `expiring` event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpiringEvent {
    /// When the inbox ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// `GET /v1/domains`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DomainsView {
    /// The domains that anyone may take an address at.
    pub domains: Vec<DomainView>,
}

/// One public domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DomainView {
    /// Its name.
    pub name: String,
}

/// `GET /v1/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusView {
    /// The region that answered.
    pub region: String,
    /// The running version.
    pub version: String,
    /// Whether mail is taken in just now.
    pub intake: IntakeStatus,
    /// How far the edge lags behind this region.
    pub replication: ReplicationStatus,
}

/// Whether mail is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum IntakeStatus {
    /// Yes.
    Open,
    /// The store is past its high-water mark: senders are asked to come again.
    Full,
}

/// What the edge has not got yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplicationStatus {
    /// Inboxes with changes that the edge has not confirmed.
    pub owed_inboxes: u64,
    /// The age of the oldest of them, in milliseconds.
    pub oldest_ms: u64,
}
