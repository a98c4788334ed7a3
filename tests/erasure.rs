//! After its time, and when its owner says so, nothing is left.

use anyhow::{Result, ensure};
use reqwest::{Method, StatusCode};

use crate::world::{
    World,
    client::{Client, Inbox, Mode, text},
    smtp::{Smtp, deliver},
};

const MAIL: &str = "From: a@sender.example\nSubject: Soon gone\n\nA body.\n";
const DAY: u64 = 24 * 60 * 60 * 1000;

/// An inbox with one message that the edge has, and the message's path.
async fn filled(world: &World, reader: &Client) -> Result<(Inbox, String)> {
    let inbox = reader.create().await?;
    deliver(world.smtp, &inbox.address, MAIL).await?;
    let list = reader.messages(&inbox, 1, Mode::Sealed).await?;
    world.settled().await?;
    let message = format!("/v1/inboxes/{}/messages/{}", inbox.id, text(&list["messages"][0]["id"])?);
    Ok((inbox, message))
}

async fn status(reader: &Client, inbox: &Inbox, path: &str) -> Result<StatusCode> {
    Ok(reader.get(path, &inbox.bearer(Mode::Sealed)).await?.status())
}

pub(crate) async fn an_expired_inbox_is_gone_everywhere(world: World) -> Result<()> {
    let reader = world.reader()?;
    let (inbox, message) = filled(&world, &reader).await?;
    let path = format!("/v1/inboxes/{}", inbox.id);
    world.advance(DAY - 60_000).await?;
    ensure!(status(&reader, &inbox, &path).await? == StatusCode::OK, "a minute before its end it is there");
    world.advance(60_000).await?;
    for path in [&path, &format!("{path}/messages"), &message, &format!("{message}/raw")] {
        ensure!(status(&reader, &inbox, path).await? == StatusCode::GONE, "{path} at the edge");
        ensure!(status(&world.origin_reader()?, &inbox, path).await? == StatusCode::GONE, "{path} at the origin");
    }
    let mut session = Smtp::connect(world.smtp).await?;
    let reply = session.message(&inbox.address, b"Subject: late\r\n\r\n").await?;
    ensure!(reply.starts_with("550 5.2.1"), "{reply}");
    // KV is told, not left to find out.
    world.settled().await?;
    world.read.cut();
    ensure!(status(&reader, &inbox, &path).await? == StatusCode::GONE, "from the edge's own memory");
    Ok(())
}

pub(crate) async fn a_deleted_message_and_a_deleted_inbox_are_gone_everywhere(world: World) -> Result<()> {
    let reader = world.reader()?;
    let (inbox, message) = filled(&world, &reader).await?;
    let bearer = inbox.bearer(Mode::Sealed);
    let deleted = reader.send(Method::DELETE, &message, Some(&bearer), None).await?;
    ensure!(deleted.status() == StatusCode::NO_CONTENT, "{}", deleted.status());
    world.settled().await?;
    ensure!(status(&reader, &inbox, &message).await? == StatusCode::NOT_FOUND);
    ensure!(status(&reader, &inbox, &format!("{message}/raw")).await? == StatusCode::NOT_FOUND);
    let list = reader.json(&format!("/v1/inboxes/{}/messages", inbox.id), &bearer).await?;
    ensure!(list["messages"].as_array().is_some_and(Vec::is_empty), "{list}");

    let path = format!("/v1/inboxes/{}", inbox.id);
    let deleted = reader.send(Method::DELETE, &path, Some(&bearer), None).await?;
    ensure!(deleted.status() == StatusCode::NO_CONTENT, "{}", deleted.status());
    world.settled().await?;
    ensure!(status(&reader, &inbox, &path).await? == StatusCode::GONE, "at the edge");
    ensure!(status(&world.origin_reader()?, &inbox, &path).await? == StatusCode::GONE, "at the origin");
    let reply = Smtp::connect(world.smtp).await?.message(&inbox.address, b"Subject: late\r\n\r\n").await?;
    ensure!(reply.starts_with("550"), "{reply}");
    Ok(())
}
