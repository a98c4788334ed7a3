//! Bounds of telling owners of their mail: what a hostile target, or a hostile owner, can make us do.

use protocol::time::Millis;

/// Addresses of one name that are tried; all are checked.
pub const WEBHOOK_ADDRESSES: usize = 8;

/// Deadline of looking a name up, beside the resolver's own for each question.
pub const WEBHOOK_RESOLVE_TIMEOUT: Millis = Millis::from_secs(5);

/// Deadline of TCP and TLS together.
pub const WEBHOOK_CONNECT_TIMEOUT: Millis = Millis::from_secs(10);

/// Deadline of connection, request and the head of the answer together: Standard Webhooks asks for 15 to 30 s.
pub const WEBHOOK_TIMEOUT: Millis = Millis::from_secs(20);

/// Requests to one host at one time: a slow one holds up no more workers than this.
pub const WEBHOOKS_A_HOST: usize = 4;

/// Requests at one time to all hosts whose names end in the same two labels: names below one's own cost nothing.
pub const WEBHOOKS_A_FAMILY: usize = 16;

/// Connections to a host that fail in a row before it is left alone for a while.
pub const WEBHOOK_FAILURES: u32 = 5;

/// How long.
pub const WEBHOOK_REST: Millis = Millis::from_secs(30);

/// Hosts whose failures are remembered; beyond, those that are idle are forgotten.
pub const WEBHOOK_HOSTS: usize = 10_000;

/// Shortest pause between two attempts.
pub const WEBHOOK_PAUSE_MIN: Millis = Millis::from_secs(5);

/// Longest pause that a target may ask for: a mistaken `Retry-After` must not cost the message.
pub const WEBHOOK_RETRY_AFTER_MAX: Millis = Millis::from_secs(6 * 60 * 60);

/// Longest `Retry-After` that is read, in octets: a date has 29 (RFC 9110 §5.6.7).
pub const WEBHOOK_RETRY_AFTER_OCTETS: usize = 64;

/// Stored messages whose owners wait to be told; further ones are not told of theirs, and counted.
pub const NOTICES_WAITING: usize = 4_096;
