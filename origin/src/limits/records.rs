//! Bounds of delivery records: what a hostile sender can make us do by being refused.

/// Records one inbox is given a minute; further attempts leave none. A retrying sender comes far less often.
pub const RECORDS_A_MINUTE: u32 = 10;

/// Records that all inboxes together are given a minute: sealing a hundred a second takes a few hundredths of one
/// processor. Bounds the counting, too.
pub const RECORDS_A_MINUTE_IN_ALL: u32 = 6_000;

/// Failed attempts that wait to be sealed; further ones leave no record. Each may be for [`super::RECIPIENTS`].
pub const RECORDS_WAITING: usize = 256;

/// What a record takes in the store beside its sealed octets, wrapping included.
pub const RECORD_OVERHEAD: usize = 256;

/// All records together take at most one part in so many of the store's budget: the rest is for mail.
pub const RECORDS_SHARE: usize = 16;

/// Longest domain that a record tells, in octets (RFC 1035 §2.3.4).
pub const RECORD_DOMAIN_OCTETS: usize = 255;

/// Longest reply that a record tells, in octets: a line of a reply (RFC 5321 §4.5.3.1.5).
pub const RECORD_REPLY_OCTETS: usize = 512;
