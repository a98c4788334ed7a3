//! A webhook: where an inbox's owner is told that mail came, and the secret that what is told is signed with
//! (Standard Webhooks, <https://www.standardwebhooks.com>).
//!
//! Pure: a URL is read here, never looked up. Both are the owner's own: nothing here prints them.

mod url;

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

pub use self::url::{UrlError, WebhookUrl};
use crate::{
    hidden::hidden,
    limits::{WEBHOOK_SECRET_OCTETS_MAX, WEBHOOK_SECRET_OCTETS_MIN},
    problem::{Kind, Problem},
};

/// What a secret's text begins with.
const SECRET_PREFIX: &str = "whsec_";

/// What is said of a secret that is none.
const SECRET_FORM: &str = "webhook.secret must be whsec_ and 24 to 64 octets in base64 with its padding, \
    or be left out: then one is drawn and told once.";

/// A webhook as it is sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookBody {
    /// Where mail is told of: `https://`, a host name and a path; the port is 443.
    pub url: String,
    /// What is told is signed with it: `whsec_` and base64. One is drawn where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A webhook in the answer to the call that set it; no other answer has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookView {
    /// Where mail is told of.
    pub url: String,
    /// The secret, once, where the service drew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// What a webhook is sent: that mail came, never what is in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookEvent {
    /// `message.received`.
    #[serde(rename = "type")]
    pub kind: WebhookEventKind,
    /// When it came to pass.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub timestamp: crate::time::Timestamp,
    /// What came to pass.
    pub data: WebhookMessage,
}

/// What may come to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WebhookEventKind {
    /// A message came.
    #[serde(rename = "message.received")]
    MessageReceived,
}

/// A message that came: as a listing shows it to whoever holds the read token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookMessage {
    /// Which inbox.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub inbox: crate::id::InboxId,
    /// The message, its summary sealed.
    #[serde(flatten)]
    pub entry: crate::message::SealedEntry,
}

/// A secret that what a webhook is sent is signed with; wiped with this value.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

/// A webhook, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Where.
    pub url: WebhookUrl,
    /// Signed with what.
    pub secret: WebhookSecret,
}

/// A checked wish for a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookWish {
    /// Where.
    pub url: WebhookUrl,
    /// The client's own secret; none: one is to be drawn.
    pub secret: Option<WebhookSecret>,
}

hidden!(WebhookBody, WebhookView, WebhookEvent, WebhookMessage, WebhookSecret, Webhook, WebhookWish);

/// A text or octets that are no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ and {WEBHOOK_SECRET_OCTETS_MIN} to {WEBHOOK_SECRET_OCTETS_MAX} octets in base64")]
pub struct NotASecret;

impl WebhookSecret {
    /// Of these octets.
    ///
    /// # Errors
    /// [`NotASecret`], where they are too few or too many.
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Result<Self, NotASecret> {
        let fits = (WEBHOOK_SECRET_OCTETS_MIN..=WEBHOOK_SECRET_OCTETS_MAX).contains(&bytes.len());
        if fits { Ok(Self(bytes)) } else { Err(NotASecret) }
    }

    /// Of 32 octets that were drawn for it: as many as the hash has (RFC 2104 §3).
    #[must_use]
    pub fn drawn(octets: &[u8; 32]) -> Self {
        Self(Zeroizing::new(octets.to_vec()))
    }

    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// [`NotASecret`].
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let encoded = text.strip_prefix(SECRET_PREFIX).ok_or(NotASecret)?;
        if encoded.len() > BASE64.encode_len(WEBHOOK_SECRET_OCTETS_MAX) {
            return Err(NotASecret);
        }
        Self::from_bytes(Zeroizing::new(BASE64.decode(encoded.as_bytes()).map_err(|_| NotASecret)?))
    }

    /// `whsec_…`.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(SECRET_PREFIX.len() + BASE64.encode_len(self.0.len()));
        text.push_str(SECRET_PREFIX);
        BASE64.encode_append(&self.0, &mut text);
        Zeroizing::new(text)
    }

    /// Its octets: the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Webhook {
    /// As a store keeps it: one line.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let secret = self.secret.to_text();
        let mut text = String::with_capacity(secret.len() + 1 + self.url.as_str().len());
        text.push_str(&secret);
        text.push(' ');
        text.push_str(self.url.as_str());
        Zeroizing::new(text)
    }

    /// Reads what [`Self::to_text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (secret, url) = text.split_once(' ')?;
        Some(Self { url: WebhookUrl::parse(url).ok()?, secret: WebhookSecret::parse(secret).ok()? })
    }
}

impl WebhookWish {
    /// Checks a body.
    ///
    /// # Errors
    /// A [`Kind::Unprocessable`] problem whose sentence tells what to do; it holds nothing that was sent.
    pub fn check(body: &WebhookBody) -> Result<Self, Problem> {
        let refuse = |detail: String| Problem::new(Kind::Unprocessable, detail);
        let url = WebhookUrl::parse(&body.url).map_err(|error| refuse(format!("webhook.url {error}.")))?;
        let secret = body.secret.as_deref().map(WebhookSecret::parse).transpose();
        Ok(Self { url, secret: secret.map_err(|NotASecret| refuse(SECRET_FORM.to_owned()))? })
    }
}

/// Tells a field that is `null` from one that is left out, together with `#[serde(default)]`.
#[expect(clippy::option_option, reason = "left out, null and given are three things to say")]
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
