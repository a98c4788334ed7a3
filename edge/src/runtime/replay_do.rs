//! The object that remembers one region's nonces, for as long as a batch signed with one could be taken.

use protocol::{limits::BATCH_WINDOW, time::Timestamp};
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, js_sys};

use super::{clock, parameter};

/// What the object says of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Nonce {
    /// It was never seen.
    New,
    /// It was.
    Used,
}

/// Nonces and until when each is remembered.
#[durable_object]
pub struct ReplayGuard {
    state: State,
}

impl DurableObject for ReplayGuard {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let nonce: String = parameter(&request, "nonce")?;
        let now = Timestamp::from_millis(parameter(&request, "now")?);
        let storage = self.state.storage();
        if storage.get::<String>(&nonce).await?.is_some() {
            return Response::from_json(&Nonce::Used);
        }
        // Signed up to a window ahead of this clock, a batch is taken until a window after that.
        let until = now.plus(BATCH_WINDOW).plus(BATCH_WINDOW);
        storage.put(&nonce, until.as_millis().to_string()).await?;
        if storage.get_alarm().await?.is_none() {
            storage.set_alarm(BATCH_WINDOW.as_duration()).await?;
        }
        Response::from_json(&Nonce::New)
    }

    /// Forgets the nonces whose time is over.
    async fn alarm(&self) -> Result<Response> {
        let now = clock::now().as_millis();
        let storage = self.state.storage();
        let mut over = Vec::new();
        let mut waiting = 0_usize;
        for entry in storage.list().await?.entries() {
            let entry = js_sys::Array::from(&entry.map_err(worker::Error::from)?);
            let nonce = entry.get(0).as_string().unwrap_or_default();
            match entry.get(1).as_string().and_then(|until| until.parse::<u64>().ok()) {
                Some(until) if until >= now => waiting += 1,
                Some(_) | None => over.push(nonce),
            }
        }
        for some in over.chunks(super::DELETE_AT_ONCE) {
            storage.delete_multiple(some.iter().map(String::as_str).collect()).await?;
        }
        if waiting > 0 {
            storage.set_alarm(BATCH_WINDOW.as_duration()).await?;
        }
        Response::empty()
    }
}
