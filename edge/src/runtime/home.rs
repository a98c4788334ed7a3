//! The regions, asked over HTTPS: the nearest healthy one, or the one where an inbox lives.
//!
//! Never hands on a capability, nor anything about the client: a region sees the worker's address.

use std::cell::RefCell;

use futures_util::{
    StreamExt,
    future::{Either, select},
};
use protocol::{
    capability::ReadToken,
    region::{Place, Region, RegionTable},
    time::{Millis, Timestamp},
};
use worker::{AbortController, Delay, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use super::{clock, reply::Outcome};
use crate::{refusal::Refusal, region::HealthBook};

/// How long a region may take over an answer.
pub(super) const ANSWER_TIMEOUT: Millis = Millis::from_secs(8);

/// How long it may take where KV can answer as well.
pub(super) const FRESHNESS_TIMEOUT: Millis = Millis::from_millis(1_500);

/// Largest JSON answer that is read rather than passed on: two hundred sealed summaries in base64url, twice.
const JSON_OCTETS: usize = 10 * 1024 * 1024;

thread_local! {
    /// What this isolate has learnt of the regions' health.
    static HEALTH: RefCell<HealthBook> = RefCell::default();
}

/// What a region is asked.
pub(super) struct Ask {
    /// The method.
    pub(super) method: Method,
    /// Path and query.
    pub(super) path: String,
    /// The inbox's read token; never its capability.
    pub(super) token: Option<ReadToken>,
    /// A JSON body.
    pub(super) body: Option<Vec<u8>>,
    /// Where an event stream goes on.
    pub(super) last_event_id: Option<String>,
    /// How long until the answer's head.
    pub(super) timeout: Millis,
}

/// What the regions said of an inbox.
pub(super) enum Heard {
    /// This.
    Answer(Response),
    /// It is in none of them.
    Unknown,
    /// Not all that might know it answered.
    Unreachable,
}

/// The regions as one request sees them.
pub(super) struct Homes<'a> {
    pub(super) table: &'a RegionTable,
    pub(super) place: Option<Place>,
    pub(super) now: Timestamp,
}

impl Ask {
    /// A `GET`.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            token: None,
            body: None,
            last_event_id: None,
            timeout: ANSWER_TIMEOUT,
        }
    }

    /// With the read token.
    pub(super) fn with_token(self, token: ReadToken) -> Self {
        Self { token: Some(token), ..self }
    }

    /// Waiting at most this long.
    pub(super) fn within(self, timeout: Millis) -> Self {
        Self { timeout, ..self }
    }

    /// As a request to `region`.
    fn request(&self, region: &Region) -> worker::Result<Request> {
        let headers = Headers::new();
        if let Some(token) = &self.token {
            headers.set("authorization", &format!("Bearer {}", token.to_text()))?;
        }
        if let Some(id) = &self.last_event_id {
            headers.set("last-event-id", id)?;
        }
        let mut init = RequestInit::new();
        if let Some(body) = &self.body {
            headers.set("content-type", "application/json")?;
            init.with_body(Some(worker::js_sys::Uint8Array::from(body.as_slice()).into()));
        }
        init.with_method(self.method.clone()).with_headers(headers).with_redirect(RequestRedirect::Manual);
        Request::new_with_init(&format!("{}{}", region.url, self.path), &init)
    }
}

impl Homes<'_> {
    /// The nearest healthy region's answer; the next one's where that fails.
    pub(super) async fn nearest(&self, ask: &Ask) -> Outcome<Response> {
        for region in self.order() {
            if let Some(answer) = self.ask(region, ask).await {
                return Ok(answer);
            }
        }
        Err(Refusal::unreachable())
    }

    /// The answer of an inbox's home: `region` where that is known, else the first that knows it.
    pub(super) async fn of_inbox(&self, region: Option<&str>, ask: &Ask) -> Heard {
        let known = region.and_then(|name| self.table.find(name));
        let candidates = known.map_or_else(|| self.order(), |region| vec![region]);
        let mut heard = Heard::Unknown;
        for region in candidates {
            match self.ask(region, ask).await {
                Some(answer) if answer.status_code() == 404 => {}
                Some(answer) => return Heard::Answer(answer),
                None => heard = Heard::Unreachable,
            }
        }
        heard
    }

    /// One region's answer; none where it did not come in time, or says that the region is not well.
    async fn ask(&self, region: &Region, ask: &Ask) -> Option<Response> {
        let answer = match ask.request(region) {
            Ok(request) => send(request, ask.timeout).await,
            Err(_) => None,
        };
        let answer = answer.filter(|answer| answer.status_code() < 500);
        HEALTH.with_borrow_mut(|book| match &answer {
            Some(_) => book.answered(&region.name),
            None => book.failed(&region.name, clock::now()),
        });
        // A region that is too busy for us is well, and has not answered.
        answer.filter(|answer| answer.status_code() != 429)
    }

    fn order(&self) -> Vec<&Region> {
        HEALTH.with_borrow(|book| self.table.order(self.place, |name| book.health(name), self.now))
    }
}

/// Sends a request; none where the head of the answer is not here in time.
async fn send(request: Request, timeout: Millis) -> Option<Response> {
    let abort = AbortController::default();
    let signal = abort.signal();
    let fetch = Fetch::Request(request);
    let answer = std::pin::pin!(fetch.send_with_signal(&signal));
    match select(answer, Delay::from(timeout.as_duration())).await {
        Either::Left((answer, _)) => answer.ok(),
        Either::Right(((), _)) => {
            abort.abort();
            None
        }
    }
}

/// An answer's whole body, where it is no longer than `limit` and comes in time.
pub(super) async fn body(answer: &mut Response, limit: usize) -> Option<Vec<u8>> {
    let mut stream = answer.stream().ok()?;
    let read = std::pin::pin!(async {
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.ok()?;
            if chunk.len() > limit.saturating_sub(body.len()) {
                return None;
            }
            body.extend_from_slice(&chunk);
        }
        Some(body)
    });
    match select(read, Delay::from(ANSWER_TIMEOUT.as_duration())).await {
        Either::Left((body, _)) => body,
        Either::Right(((), _)) => None,
    }
}

/// An answer's JSON.
pub(super) async fn json<T: serde::de::DeserializeOwned>(answer: &mut Response) -> Option<T> {
    serde_json::from_slice(&body(answer, JSON_OCTETS).await?).ok()
}
