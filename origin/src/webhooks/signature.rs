//! The signature of Standard Webhooks: HMAC-SHA256 over id, time and body, so that whoever holds the secret knows
//! that we said it, when, and that it is not said again by somebody else.
//!
//! Pure: the time is an argument, and is the attempt's; the id is the message's and stays the same over all attempts.

use bytes::Bytes;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use protocol::{time::Timestamp, webhook::WebhookSecret};
use sha2::Sha256;

use crate::ports::SignedEvent;

/// The version of the scheme that is symmetric.
const VERSION: &str = "v1";

/// Signs `body`, an event known by `id`, at `now`.
///
/// `id` must hold no full stop: it stands between two of them in what is signed.
#[must_use]
pub fn sign(secret: &WebhookSecret, id: String, now: Timestamp, body: Bytes) -> Option<SignedEvent> {
    let timestamp = now.as_secs().to_string();
    // HMAC takes a key of any length (RFC 2104 §3): there is none that it refuses.
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", &body] {
        hmac.update(part);
    }
    let signature = format!("{VERSION},{}", BASE64.encode(&hmac.finalize().into_bytes()));
    Some(SignedEvent { id, timestamp, signature, body })
}

#[cfg(test)]
mod tests;
