//! Bounds on what is found out about senders.

use protocol::time::Millis;

/// Terms of one SPF evaluation that cause look-ups (RFC 7208 §4.6.4).
pub const SPF_TERMS: usize = 10;

/// Terms of one SPF evaluation whose look-up finds nothing (RFC 7208 §4.6.4 proposes two).
pub const SPF_VOIDS: usize = 2;

/// Names that one MX or PTR look-up of an SPF evaluation may give (RFC 7208 §4.6.4).
pub const SPF_NAMES: usize = 10;

/// Longest SPF record in octets. RFC 7208 §3.4 asks for 450; the longest in use have a few thousand.
pub const SPF_RECORD_OCTETS: usize = 16 * 1024;

/// No look-up about a message's sender begins later than this after the first (RFC 7208 §4.6.4: at least 20 s for SPF).
pub const SENDER_BUDGET: Millis = Millis::from_secs(20);

/// Deadline of one question to DNS, repetitions and all servers included.
pub const DNS_TIMEOUT: Millis = Millis::from_secs(5);

/// How long one server may take before the question is repeated or put to the next.
pub const DNS_PATIENCE: Millis = Millis::from_millis(1_500);

/// Answers of DNS that are remembered, for all messages together; a common one takes some hundred octets.
pub const DNS_ANSWERS: u64 = 32_768;

/// Longest that an answer is remembered, whatever its own time: a sender who mends a record is believed within it.
pub const DNS_MEMORY: Millis = Millis::from_secs(60 * 60);

/// Longest that the absence of records is remembered: within RFC 2308 §5's one to three hours, and a new record is seen soon.
pub const DNS_ABSENCE_MEMORY: Millis = Millis::from_secs(5 * 60);

/// DNS servers that may be configured: one look-up's deadline leaves no time for more.
pub const DNS_SERVERS: usize = 8;
