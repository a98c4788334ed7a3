//! Parts die, links break; what was accepted is still read, and what was owed arrives.

use anyhow::{Result, ensure};
use reqwest::StatusCode;

use crate::world::{
    World,
    client::{Mode, text},
    process::Signal,
    smtp::deliver,
};

const MAIL: &str = "From: a@sender.example\nSubject: Kept\n\nThe code is 553311.\n";

pub(crate) async fn what_arrived_is_read_while_the_origin_is_dead(mut world: World) -> Result<()> {
    let reader = world.reader()?;
    let (sealed, assisted) = (reader.create().await?, reader.create_assisted().await?);
    for inbox in [&sealed, &assisted] {
        deliver(world.smtp, &inbox.address, MAIL).await?;
    }
    world.settled().await?;
    world.stop_origin(Signal::Kill);
    for (inbox, mode) in [(&sealed, Mode::Sealed), (&assisted, Mode::Assisted)] {
        let list = reader.messages(inbox, 1, mode).await?;
        let path = format!("/v1/inboxes/{}/messages/{}", inbox.id, text(&list["messages"][0]["id"])?);
        for path in [path.clone(), format!("{path}/raw")] {
            let answer = reader.get(&path, &inbox.bearer(mode)).await?;
            ensure!(answer.status() == StatusCode::OK, "{path}: {}", answer.status());
            ensure!(answer.headers()["mayfly-source"] == "kv", "{:?}", answer.headers());
        }
        // Waiting for what cannot come ends with what is known, not with an error and not with an empty inbox.
        let waited = reader.get(&format!("/v1/inboxes/{}/messages?wait=1", inbox.id), &inbox.bearer(mode)).await?;
        ensure!(waited.status() == StatusCode::OK, "{}", waited.status());
    }
    // What cannot be known is an error, never an empty inbox.
    let stranger = protocol::capability::Capability::from_bytes([5; 32]);
    let path = format!("/v1/inboxes/{}/messages", stranger.inbox_id());
    let unknown = reader.get(&path, &stranger.read_token().to_text()).await?;
    ensure!(unknown.status() == StatusCode::SERVICE_UNAVAILABLE, "{}", unknown.status());
    Ok(())
}

pub(crate) async fn what_was_owed_arrives_when_the_link_is_back(world: World) -> Result<()> {
    let reader = world.reader()?;
    let inbox = reader.create().await?;
    world.settled().await?;
    // Neither side reaches the other. SMTP goes on.
    world.push.cut();
    world.read.cut();
    for _ in 0..3 {
        deliver(world.smtp, &inbox.address, MAIL).await?;
    }
    let path = format!("/v1/inboxes/{}/messages", inbox.id);
    let unheard = reader.get(&path, &inbox.bearer(Mode::Sealed)).await?;
    ensure!(
        unheard.status() == StatusCode::SERVICE_UNAVAILABLE,
        "the edge knows the inbox and none of its mail: an error, never an empty inbox, and not {}",
        unheard.status()
    );
    // Only the push is mended: everything must come through it.
    world.push.mend();
    world.settled().await?;
    let list = reader.json(&path, &inbox.bearer(Mode::Sealed)).await?;
    ensure!(list["messages"].as_array().is_some_and(|messages| messages.len() == 3), "{list}");
    for entry in list["messages"].as_array().into_iter().flatten() {
        ensure!(inbox.summary(entry)?.codes == ["553311"]);
        let raw = format!("{path}/{}/raw", text(&entry["id"])?);
        ensure!(reader.get(&raw, &inbox.bearer(Mode::Sealed)).await?.status() == StatusCode::OK);
    }
    Ok(())
}

pub(crate) async fn a_fresh_origin_serves_new_inboxes(mut world: World) -> Result<()> {
    let reader = world.reader()?;
    let old = reader.create().await?;
    deliver(world.smtp, &old.address, MAIL).await?;
    world.settled().await?;
    world.stop_origin(Signal::Kill);
    let refused =
        reader.send(reqwest::Method::POST, "/v1/inboxes", None, Some(serde_json::json!({"assisted": true}))).await?;
    ensure!(refused.status() == StatusCode::SERVICE_UNAVAILABLE, "{}", refused.status());
    world.start_origin().await?;
    // The edge asks a region that failed again only after a while: move on past that.
    world.advance(15_000).await?;
    let new = reader.create().await?;
    deliver(world.smtp, &new.address, MAIL).await?;
    reader.messages(&new, 1, Mode::Sealed).await?;
    // The old inbox was in the dead origin's memory alone; what the edge has of it is still read.
    reader.messages(&old, 1, Mode::Sealed).await?;
    Ok(())
}
