//! The object that counts the clients of one shard. Kept in memory and written through: an object that is put to
//! sleep between two requests must not forget the first.

use std::{cell::RefCell, time::Duration};

use protocol::{
    limiter::{Admission as Verdict, SlidingWindow},
    limits::ADMIT_WINDOW,
    time::Timestamp,
};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, js_sys, wasm_bindgen::JsValue};

use super::{clock, parameter};
use crate::windows::Windows;

/// Sliding windows, one a client.
#[durable_object]
pub struct Admission {
    state: State,
    windows: RefCell<Windows>,
}

impl DurableObject for Admission {
    fn new(state: State, _env: Env) -> Self {
        Self { state, windows: RefCell::default() }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let client: String = parameter(&request, "client")?;
        let now = Timestamp::from_millis(parameter(&request, "now")?);
        let storage = self.state.storage();
        if !self.windows.borrow().knows(&client)
            && let Some(kept) = storage.get::<String>(&client).await?
        {
            let kept: SlidingWindow = serde_json::from_str(&kept)?;
            self.windows.borrow_mut().recall(&client, kept);
        }
        let (verdict, kept) = {
            let mut windows = self.windows.borrow_mut();
            let (verdict, window) =
                windows.admit(&client, now).map_err(|full| worker::Error::from(full.to_string()))?;
            (verdict, serde_json::to_string(window)?)
        };
        // A refused request does not count, so that a flood of them costs no writes.
        if let Verdict::Limited { .. } = verdict {
            return Response::from_json(&verdict);
        }
        storage.put(&client, kept).await?;
        if storage.get_alarm().await?.is_none() {
            storage.set_alarm(sweep_interval()).await?;
        }
        Response::from_json(&verdict)
    }

    /// Forgets, in memory and storage, who has been still for a whole window.
    async fn alarm(&self) -> Result<Response> {
        let now = clock::now();
        self.windows.borrow_mut().drop_idle(now);
        let storage = self.state.storage();
        let mut idle = Vec::new();
        let mut waiting = 0_usize;
        for entry in storage.list().await?.entries() {
            let entry = js_sys::Array::from(&entry.map_err(worker::Error::from)?);
            let text = |value: JsValue| value.as_string().unwrap_or_default();
            let (client, kept) = (text(entry.get(0)), text(entry.get(1)));
            // What cannot be read counts nobody.
            if serde_json::from_str::<SlidingWindow>(&kept).map_or(true, |window| window.is_idle(now)) {
                idle.push(client);
            } else {
                waiting += 1;
            }
        }
        for some in idle.chunks(super::DELETE_AT_ONCE) {
            storage.delete_multiple(some.iter().map(String::as_str).collect()).await?;
        }
        if waiting > 0 {
            storage.set_alarm(sweep_interval()).await?;
        }
        Response::empty()
    }
}

/// Two windows: whoever is idle then has been so for at least one.
fn sweep_interval() -> Duration {
    ADMIT_WINDOW.as_duration().saturating_mul(2)
}
