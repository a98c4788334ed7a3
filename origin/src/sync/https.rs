//! The link to the edge: one signed `POST` a batch.
//!
//! Each attempt is signed afresh, so one that was received without its answer coming back is no replay when
//! it is sent again. Follows no redirect and never logs a body.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    batch::{PATH, Signature, SigningKey},
    time::Millis,
};
use reqwest::{Client, Response, StatusCode, header, redirect};

use crate::{
    limits::{INLINE_WORK_OCTETS, PUSH_TIMEOUT},
    ports::{Chance, Clock, EdgeLink, PushError},
};

/// Patience with an edge that says `429` and not for how long.
const BUSY_UNTOLD: Millis = Millis::from_secs(1);

/// The link.
pub struct HttpsLink {
    client: Client,
    url: String,
    region: String,
    key: Arc<SigningKey>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The URL cannot be used.
    #[error("the edge's URL must be https:// (or http://), a host, and no query: {0}")]
    Url(&'static str),
    /// TLS cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

impl HttpsLink {
    /// To the edge at `edge` (a base URL), signing for `region` with `key`.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn new(
        edge: &str,
        region: String,
        key: SigningKey,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Self, LinkError> {
        Self::with_timeout(edge, region, key, clock, chance, PUSH_TIMEOUT)
    }

    fn with_timeout(
        edge: &str,
        region: String,
        key: SigningKey,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        timeout: Millis,
    ) -> Result<Self, LinkError> {
        let url = reqwest::Url::parse(edge).map_err(|_| LinkError::Url("it does not parse"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(LinkError::Url("another scheme, or no host"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(LinkError::Url("a query or a fragment"));
        }
        let is_here = matches!(url.host_str(), Some("localhost" | "[::1]")) || url.host_str().is_some_and(is_loopback);
        if url.scheme() == "http" && !is_here {
            tracing::warn!("sync.edge is http://: the keys of stored mail pass in the clear; put TLS before the edge");
        }
        let url = format!("{}{PATH}", url.as_str().trim_end_matches('/'));
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(timeout.as_duration()).build()?;
        Ok(Self { client, url, region, key: Arc::new(key), clock, chance })
    }
}

#[async_trait]
impl EdgeLink for HttpsLink {
    async fn push(&self, body: Bytes) -> Result<(), PushError> {
        let signature = self.sign(&body).await?;
        let mut request = self.client.post(&self.url).header(header::CONTENT_TYPE, "application/octet-stream");
        for (name, value) in signature.headers() {
            request = request.header(name, value);
        }
        let answer = request.body(body).send().await.map_err(|_| PushError::Unavailable)?;
        meaning(&answer)
    }
}

impl HttpsLink {
    /// Hashes all of the body: tens of milliseconds for a large one, which the executor is not kept for.
    async fn sign(&self, body: &Bytes) -> Result<Signature, PushError> {
        let mut nonce = [0; 16];
        self.chance.fill(&mut nonce);
        let (key, region, now) = (Arc::clone(&self.key), self.region.clone(), self.clock.now());
        if body.len() <= INLINE_WORK_OCTETS {
            return Ok(key.sign(&region, now, nonce, body));
        }
        let body = body.clone();
        let signing = tokio::task::spawn_blocking(move || key.sign(&region, now, nonce, &body));
        signing.await.map_err(|_| PushError::Unavailable)
    }
}

fn is_loopback(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// What an answer means for the next attempt.
fn meaning(answer: &Response) -> Result<(), PushError> {
    match answer.status() {
        status if status.is_success() => Ok(()),
        StatusCode::TOO_MANY_REQUESTS => Err(PushError::Busy(patience(answer))),
        // A nonce that the edge has seen: this very push, whose answer was lost. The next one has its own.
        StatusCode::CONFLICT => Err(PushError::Unavailable),
        status if status.is_client_error() => Err(PushError::Refused(status.as_u16())),
        _ => Err(PushError::Unavailable),
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); the edge never sends a date.
fn patience(answer: &Response) -> Millis {
    let text = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.trim().parse().ok()).map_or(BUSY_UNTOLD, Millis::from_secs)
}

#[cfg(test)]
mod tests;
