//! Mail that was accepted is read: whole, soon, by its owner.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use protocol::message::{Part, TransferEncoding};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{
    World,
    client::{Client, Inbox, Mode, text},
    smtp::{Smtp, deliver},
};

const CODE_MAIL: &str = "From: Canary Shop <shop@sender.example>\nTo: you\nSubject: Your sign-in code\n\
    Date: Mon, 23 Nov 2026 20:54:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n\
    Your verification code is 482913. It is valid for ten minutes.\n";

pub(crate) async fn mail_over_smtp_is_read_sealed_at_the_edge(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    let inbox = reader.create().await?;
    deliver(world.smtp, &inbox.address, CODE_MAIL).await?;
    let list = reader.messages(&inbox, 1, Mode::Sealed).await?;
    let summary = inbox.summary(&list["messages"][0])?;
    ensure!(summary.subject == "Your sign-in code" && summary.codes == ["482913"], "{summary:?}");
    ensure!(summary.from.name == "Canary Shop" && summary.from.address == "shop@sender.example");
    // The whole message, from KV once it is there.
    world.settled().await?;
    let path = format!("/v1/inboxes/{}/messages/{}", inbox.id, text(&list["messages"][0]["id"])?);
    let answer = reader.get(&path, &inbox.bearer(Mode::Sealed)).await?;
    ensure!(answer.headers().get("mayfly-source").is_some_and(|s| s == "kv"), "{:?}", answer.headers());
    let content = inbox.content(&answer.json().await?)?;
    ensure!(content.text.context("text")?.contains("valid for ten minutes"));
    Ok(())
}

pub(crate) async fn mail_over_smtp_is_read_assisted_at_the_edge(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    let inbox = reader.create_assisted().await?;
    deliver(world.smtp, &inbox.address.to_uppercase(), CODE_MAIL).await?;
    let list = reader.messages(&inbox, 1, Mode::Assisted).await?;
    ensure!(list["messages"][0]["summary"]["codes"] == json!(["482913"]), "{list}");
    let path = format!("/v1/inboxes/{}/messages/{}", inbox.id, text(&list["messages"][0]["id"])?);
    let answer = reader.get(&path, &inbox.bearer(Mode::Assisted)).await?;
    ensure!(answer.headers().get("mayfly-assisted").is_some_and(|who| who == "edge"), "it says who opened it");
    let message: Value = answer.json().await?;
    ensure!(text(&message["content"]["text"])?.contains("482913"), "{message}");
    let view = reader.json(&format!("/v1/inboxes/{}", inbox.id), &inbox.bearer(Mode::Assisted)).await?;
    ensure!(view["address"] == inbox.address.as_str(), "{view}");
    Ok(())
}

/// A message of about `size` octets with one attachment; returns it and the attachment's octets.
pub(crate) fn with_attachment(size: usize) -> (Vec<u8>, Vec<u8>) {
    let file: Vec<u8> = (0u32..).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).take(size * 3 / 4).collect();
    let mut message = b"From: a@sender.example\r\nSubject: Big\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n\
        --b\r\nContent-Type: application/x-canary; name=big.bin\r\nContent-Transfer-Encoding: base64\r\n\
        Content-Disposition: attachment; filename=big.bin\r\n\r\n"
        .to_vec();
    for line in data_encoding::BASE64.encode(&file).as_bytes().chunks(76) {
        message.extend_from_slice(line);
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(b"--b--\r\n");
    (message, file)
}

pub(crate) async fn five_megabytes_arrive_octet_for_octet(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    let inbox = reader.create().await?;
    let (message, file) = with_attachment(5_000_000);
    let reply = Smtp::connect(world.smtp).await?.message(&inbox.address, &message).await?;
    ensure!(reply.starts_with("250"), "{reply}");
    let list = reader.messages(&inbox, 1, Mode::Sealed).await?;
    world.settled().await?;
    let id = text(&list["messages"][0]["id"])?;
    let path = format!("/v1/inboxes/{}/messages/{id}", inbox.id);
    let content = inbox.content(&reader.json(&path, &inbox.bearer(Mode::Sealed)).await?)?;
    let blob = reader.get(&format!("{path}/raw"), &inbox.bearer(Mode::Sealed)).await?;
    ensure!(blob.headers()["content-type"] == "application/vnd.mayfly.sealed", "{:?}", blob.headers());
    let raw = inbox.open(id.parse()?, Part::Raw, &blob.bytes().await?)?;
    ensure!(raw.ends_with(&message), "the raw message ends with what was sent, octet for octet");
    let attachment = content.attachments.first().context("an attachment")?;
    ensure!(attachment.encoding == TransferEncoding::Base64 && attachment.summary.size == file.len() as u64);
    let range = usize::try_from(attachment.offset)?..usize::try_from(attachment.offset + attachment.length)?;
    let encoded: Vec<u8> = raw[range].iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    ensure!(data_encoding::BASE64.decode(&encoded)? == file, "the range is the attachment");
    Ok(())
}

pub(crate) async fn one_attachment_is_fetched_alone(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    let inbox = reader.create_assisted().await?;
    let (message, file) = with_attachment(40_000);
    Smtp::connect(world.smtp).await?.message(&inbox.address, &message).await?;
    let list = reader.messages(&inbox, 1, Mode::Assisted).await?;
    let path = format!("/v1/inboxes/{}/messages/{}/attachments/0", inbox.id, text(&list["messages"][0]["id"])?);
    let answer = reader.get(&path, &inbox.bearer(Mode::Assisted)).await?;
    ensure!(answer.headers()["content-type"] == "application/octet-stream");
    ensure!(answer.headers()["content-disposition"].to_str()?.starts_with("attachment"));
    ensure!(answer.bytes().await? == file);
    let refused = reader.get(&path, &inbox.bearer(Mode::Sealed)).await?;
    ensure!(refused.status() == StatusCode::FORBIDDEN, "a read token opens nothing");
    Ok(())
}

pub(crate) async fn a_wait_ends_when_mail_comes(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    let inbox = reader.create().await?;
    let bearer = inbox.bearer(Mode::Sealed);
    let list = reader.json(&format!("/v1/inboxes/{}/messages", inbox.id), &bearer).await?;
    let cursor = text(&list["cursor"])?;
    let path = format!("/v1/inboxes/{}/messages?since={cursor}&wait=50", inbox.id);
    let (waited, sent) = tokio::join!(reader.json(&path, &bearer), deliver(world.smtp, &inbox.address, CODE_MAIL));
    sent?;
    ensure!(waited?["messages"].as_array().is_some_and(|messages| messages.len() == 1));
    let again = reader.json(&format!("/v1/inboxes/{}/messages?since={cursor}&wait=0", inbox.id), &bearer).await?;
    let path = format!("/v1/inboxes/{}/messages?since={}&wait=1", inbox.id, text(&again["cursor"])?);
    let empty = reader.json(&path, &bearer).await?;
    ensure!(empty["messages"] == json!([]) && empty["cursor"] == again["cursor"], "{empty}");
    Ok(())
}

pub(crate) async fn events_tell_of_mail_and_of_deletions(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    let inbox = reader.create().await?;
    let bearer = inbox.bearer(Mode::Sealed);
    let mut stream = reader.get(&format!("/v1/inboxes/{}/events", inbox.id), &bearer).await?;
    ensure!(stream.headers()["content-type"].to_str()?.starts_with("text/event-stream"));
    deliver(world.smtp, &inbox.address, CODE_MAIL).await?;
    let event = next_event(&mut stream).await?;
    ensure!(event.contains("event: message") || event.contains("event:message"), "{event}");
    let list = reader.messages(&inbox, 1, Mode::Sealed).await?;
    let path = format!("/v1/inboxes/{}/messages/{}", inbox.id, text(&list["messages"][0]["id"])?);
    let deleted = reader.send(Method::DELETE, &path, Some(&bearer), None).await?;
    ensure!(deleted.status() == StatusCode::NO_CONTENT, "{}", deleted.status());
    let event = next_event(&mut stream).await?;
    ensure!(event.contains("deleted"), "{event}");
    Ok(())
}

/// The next event that is more than a heartbeat.
async fn next_event(stream: &mut reqwest::Response) -> Result<String> {
    let mut seen = String::new();
    while !(seen.contains("data:") && seen.ends_with("\n\n")) {
        let chunk = tokio::time::timeout(Duration::from_secs(30), stream.chunk()).await??;
        seen.push_str(std::str::from_utf8(&chunk.context("the stream ended")?)?);
    }
    Ok(seen)
}

pub(crate) async fn the_origin_alone_serves_the_same_api(world: Arc<World>) -> Result<()> {
    let reader = world.origin_reader()?;
    for (inbox, mode) in [(reader.create().await?, Mode::Sealed), (reader.create_assisted().await?, Mode::Assisted)] {
        deliver(world.smtp, &inbox.address, CODE_MAIL).await?;
        let list = reader.messages(&inbox, 1, mode).await?;
        let subject = match mode {
            Mode::Sealed => inbox.summary(&list["messages"][0])?.subject,
            Mode::Assisted => text(&list["messages"][0]["summary"]["subject"])?,
        };
        ensure!(subject == "Your sign-in code");
        let wish = Some(json!({"extend": true}));
        let extended = reader.send(Method::PATCH, &path(&inbox, ""), Some(&inbox.bearer(mode)), wish).await?;
        ensure!(extended.status() == StatusCode::OK, "{}", extended.status());
    }
    for public in ["/openapi.json", "/v1/domains", "/v1/status", "/healthz", "/readyz", "/"] {
        let answer = reader.send(Method::GET, public, None, None).await?;
        ensure!(answer.status() == StatusCode::OK, "{public}: {}", answer.status());
    }
    Ok(())
}

fn path(inbox: &Inbox, rest: &str) -> String {
    format!("/v1/inboxes/{}{rest}", inbox.id)
}

pub(crate) async fn bad_requests_get_problems_and_never_a_500(world: Arc<World>) -> Result<()> {
    for reader in [world.reader()?, world.origin_reader()?] {
        let inbox = reader.create().await?;
        let other = reader.create().await?;
        let bearer = inbox.bearer(Mode::Sealed);
        let wrong = other.bearer(Mode::Sealed);
        let unknown = format!("/v1/inboxes/{}", protocol::id::InboxId::from_bytes([9; 16]));
        let cases: Vec<Case<'_>> = vec![
            (Method::POST, "/v1/inboxes".into(), None, Some(json!({})), 422),
            (Method::POST, "/v1/inboxes".into(), None, Some(json!({"assisted": true, "name": "admin"})), 422),
            (Method::POST, "/v1/inboxes".into(), None, Some(json!({"assisted": true, "ttl": 1})), 422),
            (
                Method::POST,
                "/v1/inboxes".into(),
                None,
                Some(json!({"public_key": "AAAA", "read_token_hash": "AAAA"})),
                422,
            ),
            (Method::POST, "/v1/inboxes".into(), None, Some(json!({"name": "x".repeat(20_000)})), 413),
            (Method::PUT, "/v1/inboxes".into(), None, None, 405),
            (Method::GET, path(&inbox, ""), None, None, 401),
            (Method::GET, path(&inbox, ""), Some("nonsense"), None, 401),
            (Method::GET, path(&inbox, ""), Some(&wrong), None, 403),
            (Method::GET, unknown, Some(&bearer), None, 404),
            (Method::GET, "/v1/inboxes/nonsense".into(), Some(&bearer), None, 404),
            (Method::GET, "/v1/nonsense".into(), None, None, 404),
            (Method::GET, path(&inbox, "/messages?since=yesterday"), Some(&bearer), None, 422),
            (Method::GET, path(&inbox, "/messages?wait=56"), Some(&bearer), None, 422),
            (Method::PATCH, path(&inbox, ""), Some(&bearer), Some(json!({"extend": false})), 422),
        ];
        for (method, path, bearer, body, status) in cases {
            let what = format!("{method} {path} {body:.60?}");
            problem(&reader, method, &path, bearer, body, status).await.context(what)?;
        }
    }
    Ok(())
}

/// Method, path, bearer, body, and the status that is due.
type Case<'a> = (Method, String, Option<&'a str>, Option<Value>, u16);

async fn problem(
    reader: &Client,
    method: Method,
    path: &str,
    bearer: Option<&str>,
    body: Option<Value>,
    status: u16,
) -> Result<()> {
    let answer = reader.send(method, path, bearer, body).await?;
    ensure!(answer.status().as_u16() == status, "{} where {status} was due", answer.status());
    ensure!(answer.headers()["content-type"] == "application/problem+json", "{:?}", answer.headers());
    let problem: Value = answer.json().await?;
    ensure!(problem["status"] == status && problem["type"].is_string() && problem["detail"].is_string(), "{problem}");
    Ok(())
}
