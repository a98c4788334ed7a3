//! The certificate that STARTTLS shows: where it comes from, how long it is good, and how a new one takes its place.
//!
//! * [`der`] (pure): what a certificate says of itself.
//! * [`renewal`] (pure): when a new one is ordered, and how long to rest after an order that failed.
//! * [`tls`]: the certificate in use, swapped for new handshakes while running sessions go on.
//! * [`file`] (I/O): the operator's PEM files, watched; and the shelf on which ACME's things are kept.
//! * [`acme`] (I/O): the conversation with a certificate authority (RFC 8555), and when it is held.
//!
//! Nothing here knows of people or of mail.

pub mod acme;
pub mod der;
pub mod file;
pub mod renewal;
pub mod tls;

use protocol::time::Timestamp;

/// From when until when a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Its first instant.
    pub from: Timestamp,
    /// Its last instant.
    pub until: Timestamp,
}

impl Validity {
    /// Whether `now` lies within (RFC 5280 §4.1.2.5: both ends included).
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        (self.from..=self.until).contains(&now)
    }
}
