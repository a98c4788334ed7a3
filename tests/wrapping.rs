//! A forgotten copy of stored mail opens to nobody: not even to who has the inbox's capability.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use data_encoding::BASE64URL_NOPAD;
use protocol::{
    message::Part,
    wrap::{InboxKeys, KEY_OCTETS, KEYS_PATH},
};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::world::{
    World,
    client::{Client, Inbox, Mode, text},
    process::Signal,
    smtp::deliver,
};

const MAIL: &str = "From: a@sender.example\nSubject: Wrapped\n\nThe code is 664422.\n";

/// An inbox with one message that the edge has, the message's path, and its entry with the content.
async fn filled(world: &World, reader: &Client) -> Result<(Inbox, String, Value)> {
    let inbox = reader.create().await?;
    deliver(world.smtp, &inbox.address, MAIL).await?;
    let list = reader.messages(&inbox, 1, Mode::Sealed).await?;
    world.settled().await?;
    let message = format!("/v1/inboxes/{}/messages/{}", inbox.id, text(&list["messages"][0]["id"])?);
    let entry = reader.json(&message, &inbox.bearer(Mode::Sealed)).await?;
    Ok((inbox, message, entry))
}

/// Everything that can be asked for of the inbox's content.
fn paths(inbox: &Inbox, message: &str) -> [String; 5] {
    let path = format!("/v1/inboxes/{}", inbox.id);
    let messages = format!("{path}/messages");
    [messages, format!("{path}/deliveries"), path, message.to_owned(), format!("{message}/raw")]
}

async fn ensure_all(reader: &Client, inbox: &Inbox, message: &str, expected: StatusCode) -> Result<()> {
    for path in paths(inbox, message) {
        for mode in [Mode::Sealed, Mode::Assisted] {
            let status = reader.get(&path, &inbox.bearer(mode)).await?.status();
            ensure!(status == expected, "{path} ({mode:?}): {status}, not {expected}");
        }
    }
    Ok(())
}

/// Ends the worker and all that it knows, and starts another on what was stored.
async fn forget_all(world: &mut World) -> Result<Client> {
    if let Some(mut edge) = world.edge.take() {
        edge.stop(Signal::Terminate);
    }
    world.start_edge().await?;
    world.reader()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

pub(crate) async fn a_copy_of_kv_opens_to_nobody_once_its_inbox_is_erased(mut world: World) -> Result<()> {
    let reader = world.reader()?;
    let (inbox, message, _) = filled(&world, &reader).await?;
    // The copy, of a store at rest: nothing of it is half written.
    if let Some(mut edge) = world.edge.take() {
        edge.stop(Signal::Terminate);
    }
    let (kept, forgotten) = (world.dir.path().join("edge"), world.dir.path().join("forgotten"));
    copy(&kept, &forgotten)?;
    world.start_edge().await?;

    let reader = world.reader()?;
    let bearer = inbox.bearer(Mode::Sealed);
    let erased = reader.send(Method::DELETE, &format!("/v1/inboxes/{}", inbox.id), Some(&bearer), None).await?;
    ensure!(erased.status() == StatusCode::NO_CONTENT, "{}", erased.status());
    world.settled().await?;

    // Put back in its place, it is of no use: to the edge, while the region says that all is gone …
    std::fs::remove_dir_all(&kept)?;
    copy(&forgotten, &kept)?;
    let reader = forget_all(&mut world).await?;
    ensure_all(&reader, &inbox, &message, StatusCode::GONE).await?;
    // … to the edge alone …
    world.stop_origin(Signal::Kill);
    ensure_all(&reader, &inbox, &message, StatusCode::SERVICE_UNAVAILABLE).await?;
    // … and to whoever holds the files and the capability.
    let mut stored = Vec::new();
    files(&forgotten, &mut stored)?;
    let id = text(&Value::from(message.rsplit('/').next().unwrap_or_default()))?.parse()?;
    for file in &stored {
        let octets = std::fs::read(file)?;
        for part in [Part::Content, Part::Raw] {
            ensure!(inbox.open(id, part, &octets).is_err(), "{} opens", file.display());
        }
    }
    ensure!(stored.len() >= 3, "a record and two parts are there");
    Ok(())
}

pub(crate) async fn what_is_written_is_wrapped_and_its_keys_are_written_nowhere(mut world: World) -> Result<()> {
    let reader = world.reader()?;
    let (inbox, message, entry) = filled(&world, &reader).await?;
    let bearer = inbox.bearer(Mode::Sealed);
    let raw = reader.get(&format!("{message}/raw"), &bearer).await?.bytes().await?;
    ensure!(inbox.content(&entry)?.text.is_some_and(|text| text.contains("664422")), "a reader sees no wrapping");
    ensure!(entry["size"].as_u64() == Some(raw.len() as u64), "nor its octets: {}", entry["size"]);
    let packed = world.origin_reader()?.get(&format!("{KEYS_PATH}{}", inbox.id), &bearer).await?.bytes().await?;
    let mut keys = Vec::new();
    InboxKeys::unpack(&packed).ok_or_else(|| anyhow::anyhow!("no keys"))?.write(&mut keys);
    ensure!(keys.len() >= 2 * KEY_OCTETS, "the address's and an hour's");

    world.stop_origin(Signal::Terminate);
    if let Some(mut edge) = world.edge.take() {
        edge.stop(Signal::Terminate);
    }
    ensure!(!world.written(inbox.id.to_string().as_bytes())?.is_empty(), "something is written");
    let view = text(&entry["sealed"]["summary"])?;
    let content = BASE64URL_NOPAD.decode(text(&entry["sealed"]["content"])?.as_bytes())?;
    // The beginning of each: the encapsulation, which is as good as random.
    for sealed in [&raw[2..66], &content[2..66], &view.as_bytes()[4..68]] {
        let found = world.written(sealed)?;
        ensure!(found.is_empty(), "a sealed part stands bare in {found:?}");
    }
    for key in keys.chunks_exact(KEY_OCTETS) {
        for written in [key.to_vec(), BASE64URL_NOPAD.encode(key).into_bytes()] {
            let found = world.written(&written)?;
            ensure!(found.is_empty(), "a key stands in {found:?}");
        }
    }
    Ok(())
}

pub(crate) async fn an_edge_that_has_forgotten_its_keys_asks_the_region_and_without_it_says_503(
    mut world: World,
) -> Result<()> {
    let reader = world.reader()?;
    let (inbox, message, _) = filled(&world, &reader).await?;
    let (raw, bearer) = (format!("{message}/raw"), inbox.bearer(Mode::Sealed));
    let reader = forget_all(&mut world).await?;
    let answer = reader.get(&raw, &bearer).await?;
    ensure!(answer.headers()["mayfly-source"] == "kv", "the region was asked for keys alone: {:?}", answer.headers());
    // From here on the edge knows them again, whoever is there.
    world.stop_origin(Signal::Kill);
    for path in paths(&inbox, &message) {
        // A list of failed deliveries that is empty cannot be told from one that is not known.
        if path.ends_with("/deliveries") {
            continue;
        }
        let answer = reader.get(&path, &bearer).await?;
        ensure!(answer.status() == StatusCode::OK, "{path}: {}", answer.status());
    }
    // What the worker itself remembers is over; and an object that was still would be forgotten by the platform after
    // ten seconds, which no clock of ours can hasten.
    world.advance_edge(60_000).await?;
    tokio::time::sleep(std::time::Duration::from_secs(12)).await;
    ensure!(reader.get(&raw, &bearer).await?.status() == StatusCode::OK, "objects with keys stay awake");
    // Cold, and the region gone: an error, never an empty inbox.
    let reader = forget_all(&mut world).await?;
    ensure_all(&reader, &inbox, &message, StatusCode::SERVICE_UNAVAILABLE).await
}
