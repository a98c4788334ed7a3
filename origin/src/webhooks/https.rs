//! The way to a webhook: HTTPS alone, to addresses that were looked up once and checked, and to no others.
//!
//! The client's own resolver is a list of pins: a host that nobody has pinned leads nowhere, so no redirect, no proxy
//! and no second look-up can lead where nothing was checked. No connection is kept. Only the head of an answer is
//! read; its body is left on the wire. Errors say nothing of where.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use protocol::{time::Millis, webhook::WebhookUrl};
use reqwest::{
    Certificate, Client, StatusCode, Url,
    dns::{Addrs, Name as Asked, Resolve, Resolving},
    header, redirect,
};
use tokio::time::timeout;

use super::target::{Checked, TargetError};
use crate::{
    dns::Name,
    limits::{WEBHOOK_CONNECT_TIMEOUT, WEBHOOK_RESOLVE_TIMEOUT, WEBHOOK_RETRY_AFTER_OCTETS, WEBHOOK_TIMEOUT},
    networks::Networks,
    ports::{Courier, Lookup, Resolver, SignedEvent, Unanswered, WebhookAnswer},
};

/// Where a webhook answers (RFC 9110 §4.2.2).
const PORT: u16 = 443;

/// What the request calls itself.
const USER_AGENT: &str = concat!("mayfly/", env!("CARGO_PKG_VERSION"), " (webhooks)");

/// Where an address that was checked is reached: at port 443 of itself, but in a test's world.
pub type Road = Arc<dyn Fn(IpAddr) -> SocketAddr + Send + Sync>;

/// Deadlines of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For TCP and TLS together.
    pub connect: Millis,
    /// For all of it but the look-up.
    pub total: Millis,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: WEBHOOK_CONNECT_TIMEOUT, total: WEBHOOK_TIMEOUT }
    }
}

/// Whom the client believes that they are the host.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Whoever the system believes.
    System,
    /// Who has a certificate from one of these, and nobody else.
    Only(Vec<Certificate>),
}

/// The client.
pub struct Https {
    client: Client,
    resolver: Arc<dyn Resolver>,
    allowed: Networks,
    pins: Pins,
    road: Road,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for webhooks cannot be set up: {0}")]
pub struct HttpsError(#[from] reqwest::Error);

impl Https {
    /// A client that looks hosts up by `resolver`, and connects to public addresses and to `allowed` ones.
    ///
    /// # Errors
    /// [`HttpsError`].
    pub fn new(resolver: Arc<dyn Resolver>, allowed: Networks) -> Result<Self, HttpsError> {
        let road = Arc::new(|address| SocketAddr::new(address, PORT));
        Self::by(resolver, allowed, Trust::System, road, Patience::default())
    }

    /// The same, by another road.
    ///
    /// # Errors
    /// [`HttpsError`].
    pub fn by(
        resolver: Arc<dyn Resolver>,
        allowed: Networks,
        trust: Trust,
        road: Road,
        patience: Patience,
    ) -> Result<Self, HttpsError> {
        let pins = Pins::default();
        let builder = Client::builder()
            .https_only(true)
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .connect_timeout(patience.connect.as_duration())
            .timeout(patience.total.as_duration())
            .user_agent(USER_AGENT)
            .dns_resolver(pins.clone());
        let builder = match trust {
            Trust::System => builder,
            Trust::Only(roots) => builder.tls_certs_only(roots),
        };
        Ok(Self { client: builder.build()?, resolver, allowed, pins, road })
    }

    /// All addresses of a host, checked. Both kinds are asked for at once, and each once.
    async fn look_up(&self, host: &str) -> Result<Checked, Unanswered> {
        let name = Name::parse(host).ok_or(Unanswered::Unusable)?;
        let both = async { tokio::join!(self.resolver.a(&name), self.resolver.aaaa(&name)) };
        let asked = timeout(WEBHOOK_RESOLVE_TIMEOUT.as_duration(), both).await;
        let (v4, v6) = asked.map_err(|_| Unanswered::NoAddress)?;
        let mut addresses = of(v4);
        addresses.extend(of(v6));
        Checked::of(addresses, &self.allowed).map_err(|error| match error {
            TargetError::NoAddress => Unanswered::NoAddress,
            TargetError::NotPublic => Unanswered::NotPublic,
        })
    }
}

#[async_trait]
impl Courier for Https {
    async fn post(&self, url: &WebhookUrl, event: SignedEvent) -> Result<WebhookAnswer, Unanswered> {
        let parsed = Url::parse(url.as_str()).map_err(|_| Unanswered::Unusable)?;
        // Two readers of one URL must not mean two hosts.
        if parsed.domain() != Some(url.host()) || parsed.port().is_some() || parsed.scheme() != "https" {
            return Err(Unanswered::Unusable);
        }
        let checked = self.look_up(url.host()).await?;
        let addresses = checked.addresses().iter().map(|address| (self.road)(*address)).collect();
        let _pin = self.pins.pin(url.host(), addresses);
        let request = self
            .client
            .post(parsed)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", event.id)
            .header("webhook-timestamp", event.timestamp)
            .header("webhook-signature", event.signature)
            .body(event.body);
        let answer = request
            .send()
            .await
            .map_err(|error| if error.is_connect() { Unanswered::NoConnection } else { Unanswered::NoAnswer })?;
        let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.filter(|text| text.len() <= WEBHOOK_RETRY_AFTER_OCTETS).map(str::to_owned);
        Ok(WebhookAnswer { status: StatusCode::as_u16(&answer.status()), retry_after })
    }
}

/// Addresses of one kind; what cannot be told just now is none.
fn of<T: Into<IpAddr>>(lookup: Lookup<T>) -> Vec<IpAddr> {
    match lookup {
        Lookup::Records(records) => records.into_iter().map(Into::into).collect(),
        Lookup::NoRecords | Lookup::NoSuchName | Lookup::Failed => Vec::new(),
    }
}

/// Where hosts lead, while somebody is on the way to them.
#[derive(Clone, Default)]
struct Pins(Arc<Mutex<HashMap<Box<str>, Pinned>>>);

/// One host's addresses, and how many are on their way.
struct Pinned {
    addresses: Vec<SocketAddr>,
    visits: usize,
}

/// A pin, for as long as this is kept.
struct Pin<'a> {
    pins: &'a Pins,
    host: &'a str,
}

/// Nobody has pinned the host.
#[derive(Debug, thiserror::Error)]
#[error("the host was not looked up")]
struct NotPinned;

impl Pins {
    fn pin<'a>(&'a self, host: &'a str, addresses: Vec<SocketAddr>) -> Pin<'a> {
        let mut pins = self.lock();
        let pinned = pins.entry(host.into()).or_insert_with(|| Pinned { addresses: Vec::new(), visits: 0 });
        // All that ever stands here was checked: which visit's look-up it was makes no difference.
        pinned.addresses = addresses;
        pinned.visits += 1;
        drop(pins);
        Pin { pins: self, host }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Pinned>> {
        // Nothing done under this lock can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        let mut pins = self.pins.lock();
        if let Some(pinned) = pins.get_mut(self.host) {
            pinned.visits = pinned.visits.saturating_sub(1);
            if pinned.visits == 0 {
                pins.remove(self.host);
            }
        }
    }
}

impl Resolve for Pins {
    fn resolve(&self, name: Asked) -> Resolving {
        let pinned = self.lock().get(name.as_str()).map(|pinned| pinned.addresses.clone());
        Box::pin(async move {
            let addresses = pinned.ok_or(NotPinned)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
