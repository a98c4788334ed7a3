//! A reader: an API client with an address of its own, so that one test's requests are not another's limit.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use data_encoding::BASE64URL_NOPAD;
use protocol::{
    capability::Capability,
    id::{InboxId, MessageId},
    message::{Content, Part, Summary},
    sealing::Binding,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

/// Talks to `/v1` at one place.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
}

/// An inbox and its owner's secret.
#[derive(Clone)]
pub(crate) struct Inbox {
    /// The secret.
    pub capability: Capability,
    /// Its id.
    pub id: InboxId,
    /// Its address.
    pub address: String,
}

/// How the owner reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// With the read token, opening everything here.
    Sealed,
    /// With the capability: the service opens.
    Assisted,
}

static NEXT: AtomicU16 = AtomicU16::new(2);

impl Client {
    /// A client of the service at `base`, connecting from a loopback address that nobody else uses.
    pub(crate) fn new(base: &str) -> Result<Self> {
        let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let from = IpAddr::V4(Ipv4Addr::new(127, 77, high, low));
        let http = reqwest::Client::builder().local_address(from).timeout(Duration::from_secs(65)).build()?;
        Ok(Self { http, base: base.to_owned() })
    }

    /// One request.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        body: Option<Value>,
    ) -> Result<Response> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.with_context(|| format!("no answer for {path}"))
    }

    /// `GET`, whatever the status.
    pub(crate) async fn get(&self, path: &str, bearer: &str) -> Result<Response> {
        self.send(Method::GET, path, Some(bearer), None).await
    }

    /// `GET` of JSON that must succeed.
    pub(crate) async fn json(&self, path: &str, bearer: &str) -> Result<Value> {
        let answer = self.get(path, bearer).await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status == StatusCode::OK, "{path}: {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Makes an inbox whose keys stay here.
    pub(crate) async fn create(&self) -> Result<Inbox> {
        self.create_with(json!({})).await
    }

    /// The same with more wishes.
    pub(crate) async fn create_with(&self, wishes: Value) -> Result<Inbox> {
        self.create_as(Capability::from_bytes(random()), wishes).await
    }

    /// The same for a capability that is given.
    pub(crate) async fn create_for(&self, capability: Capability) -> Result<Inbox> {
        self.create_as(capability, json!({})).await
    }

    async fn create_as(&self, capability: Capability, mut wishes: Value) -> Result<Inbox> {
        wishes["public_key"] = BASE64URL_NOPAD.encode(capability.key_pair().public_key().as_bytes()).into();
        wishes["read_token_hash"] = BASE64URL_NOPAD.encode(capability.read_token().hash().as_bytes()).into();
        let view = self.created(wishes).await?;
        ensure!(view["id"] == capability.inbox_id().to_string(), "the id follows from the capability: {view}");
        Ok(Inbox { id: capability.inbox_id(), address: text(&view["address"])?, capability })
    }

    /// Makes an inbox in assisted mode.
    pub(crate) async fn create_assisted(&self) -> Result<Inbox> {
        let view = self.created(json!({"assisted": true})).await?;
        let capability: Capability = text(&view["capability"])?.parse()?;
        Ok(Inbox { id: capability.inbox_id(), address: text(&view["address"])?, capability })
    }

    async fn created(&self, wishes: Value) -> Result<Value> {
        let answer = self.send(Method::POST, "/v1/inboxes", None, Some(wishes)).await?;
        let status = answer.status();
        let body = answer.text().await?;
        ensure!(status == StatusCode::CREATED, "{status}: {body}");
        Ok(serde_json::from_str(&body)?)
    }

    /// Waits until the inbox lists at least `count` messages; returns the listing.
    pub(crate) async fn messages(&self, inbox: &Inbox, count: usize, mode: Mode) -> Result<Value> {
        for _ in 0..30 {
            let list = self.json(&format!("/v1/inboxes/{}/messages", inbox.id), &inbox.bearer(mode)).await?;
            if list["messages"].as_array().is_some_and(|messages| messages.len() >= count) {
                return Ok(list);
            }
            let since = text(&list["cursor"])?;
            let path = format!("/v1/inboxes/{}/messages?since={since}&wait=2", inbox.id);
            self.json(&path, &inbox.bearer(mode)).await?;
        }
        anyhow::bail!("{count} messages never came")
    }
}

impl Inbox {
    /// What is sent in `Authorization: Bearer …`.
    pub(crate) fn bearer(&self, mode: Mode) -> String {
        match mode {
            Mode::Sealed => self.capability.read_token().to_text(),
            Mode::Assisted => self.capability.to_text(),
        }
    }

    /// Opens a sealed part.
    pub(crate) fn open(&self, message: MessageId, part: Part, blob: &[u8]) -> Result<Vec<u8>> {
        let binding = Binding { inbox: self.id, message };
        let opened = self.capability.key_pair().open(&binding, part, blob)?;
        Ok(opened.inflate(64 * 1024 * 1024)?.to_vec())
    }

    /// Opens the summary of a sealed listing's entry.
    pub(crate) fn summary(&self, entry: &Value) -> Result<Summary> {
        let blob = BASE64URL_NOPAD.decode(text(&entry["sealed"]["summary"])?.as_bytes())?;
        Ok(serde_json::from_slice(&self.open(text(&entry["id"])?.parse()?, Part::Summary, &blob)?)?)
    }

    /// Opens the content of one sealed message.
    pub(crate) fn content(&self, entry: &Value) -> Result<Content> {
        let blob = BASE64URL_NOPAD.decode(text(&entry["sealed"]["content"])?.as_bytes())?;
        Ok(serde_json::from_slice(&self.open(text(&entry["id"])?.parse()?, Part::Content, &blob)?)?)
    }
}

/// A JSON string.
pub(crate) fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("not a string: {value}"))
}

/// Octets nobody can foretell.
#[expect(clippy::disallowed_methods, reason = "a test draws its own capability")]
pub(crate) fn random() -> [u8; 32] {
    let mut octets = [0; 32];
    getrandom::fill(&mut octets).unwrap();
    octets
}
