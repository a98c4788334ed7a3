//! The object that draws each day's key and forgets it after the next day. No other place keeps one.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::{chance, clock, parameter};
use crate::admission::{DAY, day};

/// What the object answers: keys in base64url.
#[derive(Serialize, Deserialize)]
pub(super) struct DayKeys {
    /// The asked day's.
    pub(super) today: String,
    /// The day before's, where there was one.
    pub(super) before: Option<String>,
}

/// The keys of today and yesterday.
#[durable_object]
pub struct Keyring {
    state: State,
}

impl DurableObject for Keyring {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let today: u64 = parameter(&request, "day")?;
        self.forget_before(today.saturating_sub(1)).await?;
        let storage = self.state.storage();
        let before = storage.get::<String>(&name(today.saturating_sub(1))).await?;
        let today = match storage.get::<String>(&name(today)).await? {
            Some(key) => key,
            None => {
                let key = BASE64URL_NOPAD.encode(&chance::secret()?);
                storage.put(&name(today), key.clone()).await?;
                storage.set_alarm(DAY.as_duration().saturating_mul(2)).await?;
                key
            }
        };
        Response::from_json(&DayKeys { today, before })
    }

    /// Nobody may come by tomorrow: keys are forgotten all the same.
    async fn alarm(&self) -> Result<Response> {
        self.forget_before(day(clock::now()).saturating_sub(1)).await?;
        let storage = self.state.storage();
        if storage.list().await?.size() > 0 {
            storage.set_alarm(DAY.as_duration()).await?;
        }
        Response::empty()
    }
}

impl Keyring {
    /// Forgets the keys of all days before `first`.
    async fn forget_before(&self, first: u64) -> Result<()> {
        let storage = self.state.storage();
        for name in storage.list().await?.keys() {
            let name = name.map_err(worker::Error::from)?.as_string().unwrap_or_default();
            if name.strip_prefix("day:").and_then(|day| day.parse::<u64>().ok()).is_none_or(|day| day < first) {
                storage.delete(&name).await?;
            }
        }
        Ok(())
    }
}

/// Where a day's key is kept.
fn name(day: u64) -> String {
    format!("day:{day}")
}
