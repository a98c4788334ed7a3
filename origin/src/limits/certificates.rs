//! Bounds on certificates and how they are come by.

use protocol::time::Millis;

/// Longest PEM file, of a chain or a key: ten certificates of the largest in use.
pub const PEM_OCTETS: u64 = 256 * 1024;

/// How often certificate files are looked at: a new one is in use within this, without a signal.
pub const CERTIFICATE_CHECK: Millis = Millis::from_secs(60);

/// Host names of one certificate: what authorities allow.
pub const CERTIFICATE_NAMES: usize = 100;

/// The pause after the first order that failed; each later one is four times as long. With it, an hour sees at most
/// four orders fail: public authorities turn away who fails five times.
pub const ACME_FIRST_PAUSE: Millis = Millis::from_secs(60);

/// The longest pause between two orders, and the pause after one that succeeded.
pub const ACME_LONGEST_PAUSE: Millis = Millis::from_secs(12 * 60 * 60);

/// Deadline of one request to an authority.
pub const ACME_REQUEST_TIMEOUT: Millis = Millis::from_secs(30);

/// Largest answer of an authority in octets: directories and chains have a few thousand.
pub const ACME_ANSWER_OCTETS: usize = 256 * 1024;

/// Deadline of an authority's check of our challenges, and of its making of the certificate.
pub const ACME_PATIENCE: Millis = Millis::from_secs(2 * 60);

/// Deadline of a whole order.
pub const ACME_ORDER_TIMEOUT: Millis = Millis::from_secs(10 * 60);

/// Longest token of a challenge in octets; RFC 8555 §8.1 asks for 128 bits, and 43 octets are common.
pub const CHALLENGE_TOKEN: usize = 128;

/// Deadline of one change of a zone (RFC 2136), connection and answer.
pub const ZONE_CHANGE_TIMEOUT: Millis = Millis::from_secs(10);

/// How long records of challenges may be remembered, in seconds: they are there for minutes.
pub const CHALLENGE_TTL: u32 = 60;

/// How far the clocks of a signed request's two ends may be apart, in seconds (RFC 8945 §10 recommends 300).
pub const TSIG_FUDGE: u16 = 300;

/// Soonest that an authority is asked again when it wants a certificate renewed (RFC 9773 §4.3).
pub const ACME_ADVICE_SHORTEST: Millis = Millis::from_secs(60 * 60);

/// Latest that it is asked again, and how soon where it gave no answer.
pub const ACME_ADVICE_LONGEST: Millis = Millis::from_secs(24 * 60 * 60);
