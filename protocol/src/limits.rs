//! The bounds that both sides of the wire keep, each with its reason.
//!
//! Bounds that concern the origin alone stand in `origin/src/limits.rs`.

use crate::time::Millis;

/// How long an inbox lives by default and at most: the promise of the service.
pub const INBOX_LIFE: Millis = Millis::from_secs(24 * 60 * 60);

/// The shortest life that can be asked for: KV expires nothing sooner than a minute.
pub const INBOX_LIFE_MIN: Millis = Millis::from_secs(60);

/// How long before its end an inbox says so on its event stream: time enough to extend it (WCAG 2.2.1).
pub const EXPIRY_WARNING: Millis = Millis::from_secs(10 * 60);

/// Messages one inbox holds; more are refused at `RCPT`. Keeps the index one small KV value.
pub const INBOX_MESSAGES: usize = 200;

/// Deletions that one inbox's readers are told: a reader behind more of them has been away for most of its life.
pub const INBOX_DELETIONS: usize = 1_000;

/// Delivery records one inbox keeps; beyond, the oldest go. Keeps the index one small KV value, whoever knocks.
pub const INBOX_DELIVERIES: usize = 50;

/// Largest sealed delivery record in octets: a domain and a reply, each bounded, with the envelope.
pub const DELIVERY_OCTETS: usize = 4 * 1024;

/// Largest message in octets, as `SIZE` announces it (RFC 1870). Its sealed form, padded by at most
/// 12 %, stays below KV's 25 MiB a value.
pub const MESSAGE_OCTETS: usize = 20 * 1024 * 1024;

/// Largest sealed part in octets: a whole message, incompressible, padded, with its envelope.
pub const SEALED_OCTETS: usize = 24 * 1024 * 1024;

/// Largest sealed summary in octets: it is listed inline, two hundred at a time.
pub const SUMMARY_OCTETS: usize = 16 * 1024;

/// Largest content (text, HTML, inline parts) in octets, before compression.
pub const CONTENT_OCTETS: usize = 8 * 1024 * 1024;

/// Largest batch body in octets: one largest message with its three parts, and room for an index.
pub const BATCH_OCTETS: usize = 40 * 1024 * 1024;

/// Inboxes in one batch: bounds the KV writes that one request of a worker makes (1,000 sub-requests).
pub const BATCH_INBOXES: usize = 64;

/// Blobs in one batch, for the same reason.
pub const BATCH_BLOBS: usize = 400;

/// Messages that one batch removes, over all its inboxes: the edge deletes two blobs for each.
pub const BATCH_REMOVED: usize = 200;

/// How far a batch's time may lie from the edge's clock, either way.
pub const BATCH_WINDOW: Millis = Millis::from_secs(5 * 60);

/// Requests that one client address may make in any [`ADMIT_WINDOW`].
pub const ADMIT_REQUESTS: usize = 100;

/// The sliding window of admission.
pub const ADMIT_WINDOW: Millis = Millis::from_secs(60);

/// Largest JSON body a client may send, in octets: a public key of 1,216 octets in base64url and a name fit many times.
pub const REQUEST_OCTETS: usize = 8 * 1024;

/// Longest `wait` of a listing, in seconds: below the minute at which proxies hang up.
pub const WAIT_SECONDS_MAX: u32 = 55;

/// Messages in one listing when `limit` is not given, and at most.
pub const LIST_LIMIT: usize = INBOX_MESSAGES;

/// Longest URL of a webhook, in octets: those that services hand out have a quarter of it, and an inbox's share of the
/// store holds it.
pub const WEBHOOK_URL_OCTETS: usize = 512;

/// Shortest secret of a webhook, in octets (Standard Webhooks, "Signature scheme").
pub const WEBHOOK_SECRET_OCTETS_MIN: usize = 24;

/// Longest one.
pub const WEBHOOK_SECRET_OCTETS_MAX: usize = 64;
/// How long one epoch key takes in new mail: what is destroyed with it was to live between a day and this much more.
pub const EPOCH: Millis = Millis::from_secs(60 * 60);

/// Hours that one inbox's living mail can have come in: a day's, begun and ended within one, and one more where the
/// clocks of a region's nodes differ.
pub const INBOX_EPOCHS: usize = 26;

/// Objects of one region at the edge that share its inboxes' keys: about a thousand requests a second each, beside what
/// each worker remembers for a moment.
pub const KEY_SHARDS: usize = 8;
