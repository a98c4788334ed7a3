//! Nobody but a region writes to the edge.

use std::{sync::Arc, time::SystemTime};

use anyhow::{Result, ensure};
use data_encoding::BASE64URL_NOPAD;
use protocol::{
    batch::{self, Change, SigningKey},
    id::InboxId,
    time::{Millis, Timestamp},
};
use serde_json::json;

use crate::world::{
    World,
    client::{Mode, random},
};

pub(crate) async fn forged_stale_and_replayed_batches_are_refused(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    let victim = reader.create().await?;
    world.settled().await?;
    let seed: [u8; 32] = BASE64URL_NOPAD.decode(world.key.secret.as_bytes())?.try_into().unwrap();
    let (ours, strangers) = (SigningKey::from_seed(&seed), SigningKey::from_seed(&random()));
    let erase = |inbox: InboxId| {
        let gone_until = now().plus(Millis::from_secs(600));
        batch::encode(vec![Change::Erase { inbox, removed: vec![], gone_until }], &[])
    };
    let body = erase(victim.id)?;
    let hour_ago = Timestamp::from_millis(now().as_millis() - 3_600_000);

    // Another's key; our key's id on another's signature; a changed body; too old.
    ensure!(post(&world, &strangers.sign("local", now(), nonce(), &body), &body).await? == 401, "another's key");
    let mut dressed = strangers.sign("local", now(), nonce(), &body);
    dressed.key = ours.verifying_key().id();
    ensure!(post(&world, &dressed, &body).await? == 401, "another's signature");
    let harmless = erase(InboxId::from_bytes([1; 16]))?;
    ensure!(post(&world, &ours.sign("local", now(), nonce(), &harmless), &body).await? == 401, "a changed body");
    ensure!(post(&world, &ours.sign("local", hour_ago, nonce(), &body), &body).await? == 401, "an old one");
    ensure!(post(&world, &ours.sign("elsewhere", now(), nonce(), &body), &body).await? == 401, "another region");

    // The same one twice.
    let once = ours.sign("local", now(), nonce(), &harmless);
    ensure!(post(&world, &once, &harmless).await? == 200, "a real one is taken");
    ensure!(post(&world, &once, &harmless).await? == 409, "and not taken again");

    // No signature, no batch.
    let bare = reqwest::Client::new().post(format!("{}{}", world.url, batch::PATH)).json(&json!({})).send().await?;
    ensure!(bare.status() == 401, "{}", bare.status());

    // The inbox they aimed at is still there.
    reader.json(&format!("/v1/inboxes/{}", victim.id), &victim.bearer(Mode::Sealed)).await?;
    Ok(())
}

async fn post(world: &World, signature: &batch::Signature, body: &[u8]) -> Result<u16> {
    let mut request = reqwest::Client::new().post(format!("{}{}", world.url, batch::PATH)).body(body.to_vec());
    for (name, value) in signature.headers() {
        request = request.header(name, value);
    }
    Ok(request.send().await?.status().as_u16())
}

fn nonce() -> [u8; 16] {
    let [nonce, _] = [0, 16].map(|at| random()[at..at + 16].try_into().unwrap());
    nonce
}

#[expect(clippy::disallowed_methods, reason = "a test signs with the real time")]
fn now() -> Timestamp {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(passed.as_millis().try_into().unwrap())
}
