//! Mail that did not come: its owner is told why, by whoever is asked, and nobody else can read it.

use std::sync::Arc;

use anyhow::{Result, ensure};
use protocol::{delivery::DeliveryRecord, message::Part};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{
    World,
    browser::{Browser, PHONE},
    client::{Client, Inbox, Mode, text},
    given,
    process::Signal,
    smtp::Smtp,
};

/// Has a message for `recipient` refused, in the name of somebody at `domain`.
pub(crate) async fn refused(world: &World, recipient: &str, domain: &str) -> Result<String> {
    let mut smtp = Smtp::connect(world.smtp).await?;
    for step in [format!("MAIL FROM:<shop@{domain}>"), format!("RCPT TO:<{recipient}>"), "DATA".to_owned()] {
        let reply = smtp.say(&step).await?;
        ensure!(reply.starts_with(['2', '3']), "{step}: {reply}");
    }
    smtp.send(&b"Received: by there; Mon, 23 Nov 2026 20:54:00 +0000\r\n".repeat(101)).await?;
    smtp.send(b"Subject: canary-looping\r\n\r\nHello.\r\n.\r\n").await?;
    let reply = smtp.reply().await?;
    ensure!(reply.starts_with("554 5.4.6"), "{reply}");
    Ok(reply.trim_end().to_owned())
}

/// The inbox's records, once there are some.
pub(crate) async fn records(reader: &Client, inbox: &Inbox, mode: Mode) -> Result<Value> {
    for _ in 0..200 {
        let list = reader.json(&format!("/v1/inboxes/{}/deliveries", inbox.id), &inbox.bearer(mode)).await?;
        if list["deliveries"].as_array().is_some_and(|records| !records.is_empty()) {
            return Ok(list);
        }
        // A record is a change of the inbox: a wait for mail looks again when it comes.
        let since = text(&list["cursor"])?;
        reader.get(&format!("/v1/inboxes/{}/messages?since={since}&wait=1", inbox.id), &inbox.bearer(mode)).await?;
    }
    anyhow::bail!("no record ever came")
}

fn opened(inbox: &Inbox, record: &Value) -> Result<DeliveryRecord> {
    let blob = data_encoding::BASE64URL_NOPAD.decode(text(&record["sealed"])?.as_bytes())?;
    Ok(serde_json::from_slice(&inbox.open(text(&record["id"])?.parse()?, Part::Delivery, &blob)?)?)
}

pub(crate) async fn why_mail_did_not_come_is_told_to_its_reader(world: Arc<World>) -> Result<()> {
    for reader in [world.reader()?, world.origin_reader()?] {
        let sealed = world.reader()?.create().await?;
        let reply = refused(&world, &sealed.address, "shop.example").await?;
        let list = records(&reader, &sealed, Mode::Sealed).await?;
        ensure!(!list.to_string().contains("shop.example"), "{list}");
        let record = opened(&sealed, &list["deliveries"][0])?;
        ensure!(record.sender_domain.as_deref() == Some("shop.example") && record.reason == "loop");
        ensure!(record.reply == reply && record.size.is_some_and(|octets| octets > 5_000), "{}", record.reply);

        let assisted = world.reader()?.create_assisted().await?;
        refused(&world, &assisted.address, "shop.example").await?;
        let list = records(&reader, &assisted, Mode::Assisted).await?;
        let record = &list["deliveries"][0];
        ensure!(record["sender_domain"] == "shop.example" && record["reply"] == reply.as_str(), "{list}");
        let path = format!("/v1/inboxes/{}/deliveries?since={}", assisted.id, text(&list["cursor"])?);
        let rest = reader.json(&path, &assisted.bearer(Mode::Assisted)).await?;
        ensure!(rest["deliveries"] == json!([]), "{rest}");
        let other = reader.get(&path, &sealed.bearer(Mode::Sealed)).await?;
        ensure!(other.status() == StatusCode::FORBIDDEN, "{}", other.status());
        let messages =
            reader.json(&format!("/v1/inboxes/{}/messages", sealed.id), &sealed.bearer(Mode::Sealed)).await?;
        ensure!(messages["messages"] == json!([]), "a record is no message: {messages}");
    }
    Ok(())
}

pub(crate) async fn why_mail_did_not_come_is_told_while_the_origin_is_dead(mut world: World) -> Result<()> {
    let reader = world.reader()?;
    let (missing, quiet) = (reader.create().await?, reader.create().await?);
    refused(&world, &missing.address, "shop.example").await?;
    records(&reader, &missing, Mode::Sealed).await?;
    world.settled().await?;
    world.stop_origin(Signal::Kill);
    for mode in [Mode::Sealed, Mode::Assisted] {
        let path = format!("/v1/inboxes/{}/deliveries", missing.id);
        let answer = reader.get(&path, &missing.bearer(mode)).await?;
        ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
        ensure!(answer.headers()["mayfly-source"] == "kv", "{:?}", answer.headers());
        let list: Value = answer.json().await?;
        ensure!(list["deliveries"].as_array().is_some_and(|records| records.len() == 1), "{list}");
    }
    let path = format!("/v1/inboxes/{}/deliveries", quiet.id);
    let unknown = reader.get(&path, &quiet.bearer(Mode::Sealed)).await?;
    ensure!(unknown.status() == StatusCode::SERVICE_UNAVAILABLE, "never an empty list: {}", unknown.status());
    Ok(())
}

pub(crate) async fn the_page_says_why_mail_did_not_come(world: Arc<World>) -> Result<()> {
    let browser = Browser::open(PHONE).await?;
    browser.go(&world.url).await?;
    let address = browser.text("address", |text| text.contains('@')).await?;
    let live = "return document.querySelector('[data-testid=state]')?.dataset.state === 'live'";
    browser.until("the page is live", live).await?;
    let reply = refused(&world, address.trim(), "shop.example").await?;
    browser.text("missed", |text| text.contains("(1)")).await?;
    browser.click("missed").await?;
    let row = browser.text("missed-row", |text| text.contains("shop.example")).await?;
    ensure!(row.contains("circle between servers") && row.contains(&reply), "{row}");

    let axe = std::fs::read_to_string(given("MAYFLY_ROOT")?.join("node_modules/axe-core/axe.min.js"))?;
    browser.run(&axe, vec![]).await?;
    let script = "const done = arguments[0];
        axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((found) => done(
            {violations: found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ')), passes: found.passes.length}))";
    let found = browser.run_async(script, vec![]).await?;
    ensure!(found["violations"] == json!([]) && found["passes"].as_u64().unwrap_or_default() > 10, "{found}");

    // Another opening of the same inbox hears of it, too.
    browser.click("cancel").await?;
    browser.page.refresh().await?;
    browser.text("missed", |text| text.contains("(1)")).await?;
    Ok(())
}
