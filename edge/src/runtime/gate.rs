//! Admission: the client is named by today's key and counted by the object of its shard.

use std::cell::RefCell;

use data_encoding::BASE64URL_NOPAD;
use protocol::{limiter::Admission as Verdict, time::Timestamp};
use worker::{Env, Request};

use super::{keyring_do::DayKeys, reply::Outcome};
use crate::admission::{self, Client, DayKey};

thread_local! {
    /// The keys of a day, for as long as it is that day.
    static KEYS: RefCell<Option<(u64, DayKey, Option<DayKey>)>> = const { RefCell::new(None) };
}

/// Counts a request, and refuses it where that is one too many. Whatever fails here refuses as well.
pub(super) async fn admit(request: &Request, env: &Env, now: Timestamp) -> Outcome<Verdict> {
    let address = request.headers().get("cf-connecting-ip")?;
    let (today, before) = keys(env, now).await.map_err(|_| admission::unavailable())?;
    let count = async |key: &DayKey| {
        let client = admission::client(key, address.as_deref());
        match count(env, &client, now).await.map_err(|_| admission::unavailable())? {
            Verdict::Limited { retry_after } => Err(admission::refusal(retry_after)),
            admitted @ Verdict::Admitted { .. } => Ok(admitted),
        }
    };
    let under_the_old = match before.filter(|_| admission::is_young(now)) {
        Some(key) => Some(count(&key).await?),
        None => None,
    };
    let under_the_new = count(&today).await?;
    Ok(under_the_old.unwrap_or(under_the_new))
}

/// Asks the client's object.
async fn count(env: &Env, client: &Client, now: Timestamp) -> worker::Result<Verdict> {
    let stub = env.durable_object("ADMISSION")?.get_by_name(&client.shard)?;
    let url = format!("https://admission/?client={}&now={}", client.name, now.as_millis());
    stub.fetch_with_str(&url).await?.json().await
}

/// The keys of `now`'s day and of the one before.
async fn keys(env: &Env, now: Timestamp) -> worker::Result<(DayKey, Option<DayKey>)> {
    let day = admission::day(now);
    let remembered = KEYS.with_borrow(|keys| keys.filter(|(of, _, _)| *of == day));
    if let Some((_, today, before)) = remembered {
        return Ok((today, before));
    }
    let stub = env.durable_object("KEYRING")?.get_by_name("keyring")?;
    let keys: DayKeys = stub.fetch_with_str(&format!("https://keyring/?day={day}")).await?.json().await?;
    let read = |text: &str| -> worker::Result<DayKey> {
        let octets = BASE64URL_NOPAD.decode(text.as_bytes()).ok().and_then(|octets| octets.try_into().ok());
        octets.ok_or_else(|| worker::Error::from("not a key"))
    };
    let today = read(&keys.today)?;
    let before = keys.before.as_deref().map(read).transpose()?;
    KEYS.set(Some((day, today, before)));
    Ok((today, before))
}
