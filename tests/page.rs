//! What a person in a browser sees.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::{
    delivery::with_attachment,
    world::{
        World,
        browser::{Browser, PHONE},
        given,
        smtp::{Smtp, deliver},
    },
};

/// What lets a page that is being watched tell of itself.
const ADDRESS_SHOWN: fn(&str) -> bool = |text| text.contains('@');

/// A browser with the page open and an address on it.
async fn person(world: &World) -> Result<(Browser, String)> {
    let browser = Browser::open(PHONE).await?;
    browser.go(&world.url).await?;
    let address = browser.text("address", ADDRESS_SHOWN).await?;
    live(&browser).await?;
    Ok((browser, address.trim().to_owned()))
}

async fn live(browser: &Browser) -> Result<()> {
    let script = "return document.querySelector('[data-testid=state]')?.dataset.state === 'live'";
    browser.until("the page is live", script).await.map(drop)
}

pub(crate) async fn the_page_shows_a_message_and_its_code_within_seconds(world: Arc<World>) -> Result<()> {
    let (browser, address) = person(&world).await?;
    let mail = "From: Shop <shop@sender.example>\nSubject: Your code\nContent-Type: text/html\n\n\
        <p>Your confirmation code: <b>719 204</b></p><p id=below>Thank you.</p>\n";
    deliver(world.smtp, &address, mail).await?;
    browser.text("code", |text| text.contains("719 204")).await?;
    browser.text("message", |text| text.contains("Your code") && text.contains("Shop")).await?;
    browser.click("open-message").await?;
    browser.until("the message is shown", "return document.querySelector('[data-testid=frame]') !== null").await?;
    let frame = browser.page.find(Locator::Css("[data-testid=frame]")).await?;
    frame.enter_frame().await?;
    browser.page.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css("b")).await?;
    let body = browser.page.find(Locator::Css("body")).await?.text().await?;
    ensure!(body.contains("719 204") && body.contains("Thank you."), "{body}");
    browser.page.clone().enter_parent_frame().await?;
    browser.page.clone().close().await?;
    Ok(())
}

pub(crate) async fn a_private_link_opens_the_inbox_elsewhere_and_leaves_no_trace(world: Arc<World>) -> Result<()> {
    let (browser, address) = person(&world).await?;
    deliver(world.smtp, &address, "From: a@sender.example\nSubject: For both\n\nHello.\n").await?;
    browser.text("message", |text| text.contains("For both")).await?;
    let capability =
        browser.run("return Object.values(sessionStorage).join(' ').match(/1[A-Za-z0-9_-]{43}/)?.[0]", vec![]);
    let capability = capability.await?.as_str().context("the tab keeps its capability")?.to_owned();
    ensure!(!browser.page.current_url().await?.as_str().contains(&capability), "it is not in the address bar");

    let elsewhere = Browser::open(PHONE).await?;
    elsewhere.go(&format!("{}/#{capability}", world.url)).await?;
    let shown = elsewhere.text("address", ADDRESS_SHOWN).await?;
    ensure!(shown.trim() == address, "{shown}");
    elsewhere.text("message", |text| text.contains("For both")).await?;
    ensure!(!elsewhere.page.current_url().await?.as_str().contains(&capability), "it is gone from the address bar");
    Ok(())
}

pub(crate) async fn a_big_attachment_opens_in_the_browser_octet_for_octet(world: Arc<World>) -> Result<()> {
    let (browser, address) = person(&world).await?;
    let (message, file) = with_attachment(5_000_000);
    let reply = Smtp::connect(world.smtp).await?.message(&address, &message).await?;
    ensure!(reply.starts_with("250"), "{reply}");
    browser.click("open-message").await?;
    // What is saved is a blob: note its digest instead of writing a file.
    browser
        .run(
            "const make = URL.createObjectURL; window.saved = null;
             URL.createObjectURL = (blob) => {
                 blob.arrayBuffer().then((octets) => crypto.subtle.digest('SHA-256', octets)).then((digest) => {
                     window.saved = blob.type + ' ' + [...new Uint8Array(digest)].map((n) => n.toString(16).padStart(2, '0')).join('');
                 });
                 return make.call(URL, blob);
             }",
            vec![],
        )
        .await?;
    browser.click("attachment").await?;
    let saved = browser.until("the attachment is saved", "return window.saved").await?;
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&file);
    let hex = data_encoding::HEXLOWER.encode(&digest);
    ensure!(saved == format!("application/octet-stream {hex}"), "{saved}");
    Ok(())
}

/// A listener that counts who comes: nobody should.
async fn listener() -> Result<(u16, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut octets = [0; 1024];
            let _ = stream.read(&mut octets).await;
        }
    });
    Ok((port, seen))
}

pub(crate) async fn hostile_mail_reaches_nobody(world: Arc<World>) -> Result<()> {
    let (port, seen) = listener().await?;
    let folder = given("MAYFLY_ROOT")?.join("tests/browser-fixtures/hostile");
    let vectors = std::fs::read_to_string(folder.join("vectors.json"))?;
    let vectors: Value = serde_json::from_str(&vectors)?;
    let vectors = vectors["vectors"].as_array().context("vectors")?;
    ensure!(vectors.len() >= 38, "{} vectors", vectors.len());
    let (browser, address) = person(&world).await?;
    let mut shown = 0;
    for vector in vectors {
        let name = vector["name"].as_str().context("a name")?;
        let leak = format!("127.0.0.1:{port}/{name}");
        let html = vector["html"].as_str().context("html")?.replace("{{LEAK_SCHEMELESS}}", &leak);
        let html = html.replace("{{LEAK}}", &format!("http://{leak}"));
        let encoded = data_encoding::BASE64.encode(html.as_bytes());
        let mail = format!(
            "From: a@sender.example\nSubject: {name}\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\
             Content-Transfer-Encoding: base64\n\n{encoded}\n"
        );
        deliver(world.smtp, &address, &mail).await?;
        let newest = format!(
            "const row = [...document.querySelectorAll('[data-testid=message]')].find((row) =>
                 [...row.querySelectorAll('*')].some((it) => it.textContent === '{name}'));
             if (!row) return false; row.querySelector('[data-testid=open-message]').click(); return true;"
        );
        browser.until("the message is listed", &newest).await?;
        let loaded = "return (document.querySelector('[data-testid=frame]')?.srcdoc ?? '').length > 0";
        browser.until(&format!("the frame of {name} is filled"), loaded).await?;
        // Two frames painted: what the markup asks for has been asked for.
        browser.run_async("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))", vec![]).await?;
        ensure!(seen.load(Ordering::SeqCst) == 0, "{name} reached the listener");
        browser.click("close").await?;
        shown += 1;
        if shown % 40 == 0 {
            // Nobody reads so fast: let the minute pass in which a hundred requests are admitted.
            world.advance(61_000).await?;
        }
    }
    ensure!(shown == vectors.len());

    // The listener works: once the reader asks for remote images, one comes.
    let mail = format!(
        "From: a@sender.example\nSubject: control\nMIME-Version: 1.0\nContent-Type: text/html\n\n\
         <p>x</p><img src=\"https://127.0.0.1:{port}/control.png\">\n"
    );
    deliver(world.smtp, &address, &mail).await?;
    let newest = "const row = [...document.querySelectorAll('[data-testid=message]')].find((row) => row.innerText.includes('control'));
        if (!row) return false; row.querySelector('[data-testid=open-message]').click(); return true;";
    browser.until("the control is listed", newest).await?;
    browser.click("load-images").await?;
    for _ in 0..200 {
        if seen.load(Ordering::SeqCst) > 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("the control image was asked for by the reader and never loaded")
}

pub(crate) async fn the_page_is_accessible(world: Arc<World>) -> Result<()> {
    let axe = std::fs::read_to_string(given("MAYFLY_ROOT")?.join("node_modules/axe-core/axe.min.js"))?;
    let (browser, address) = person(&world).await?;
    let audit = |browser: Browser| async {
        // Through WebDriver, not through a script element: the page's policy admits none.
        browser.run(&axe, vec![]).await?;
        let script = "const done = arguments[0];
            axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((found) => done(
                {violations: found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ')), passes: found.passes.length}))";
        let found = browser.run_async(script, vec![]).await?;
        ensure!(found["violations"] == json!([]), "{found}");
        ensure!(found["passes"].as_u64().unwrap_or_default() > 10, "the rules ran: {found}");
        Ok(browser)
    };
    let browser = audit(browser).await?;
    deliver(world.smtp, &address, "From: Shop <a@sender.example>\nSubject: Code\n\nYour code is 482913.\n").await?;
    browser.text("code", |text| text.contains("482913")).await?;
    let browser = audit(browser).await?;
    browser.click("open-message").await?;
    browser.text("view", |text| text.contains("Code")).await?;
    audit(browser).await?;
    Ok(())
}

pub(crate) async fn the_page_is_quick_and_still(world: Arc<World>) -> Result<()> {
    let browser = Browser::open(PHONE).await?;
    // 1.6 Mb/s and 150 ms: a phone on a slow network.
    browser.throttle(200_000, 150).await?;
    browser.go(&world.url).await?;
    browser.text("address", ADDRESS_SHOWN).await?;
    live(&browser).await?;
    let script = "const done = arguments[0]; const seen = {lcp: 0, cls: 0};
        new PerformanceObserver((list) => list.getEntries().forEach((e) => { seen.lcp = Math.max(seen.lcp, e.startTime); }))
            .observe({type: 'largest-contentful-paint', buffered: true});
        new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) seen.cls += e.value; }))
            .observe({type: 'layout-shift', buffered: true});
        seen.wire = performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
            .filter((e) => !e.name.includes('/v1/')).map((e) => [new URL(e.name).pathname, e.encodedBodySize]);
        setTimeout(() => done(seen), 100);";
    let seen = browser.run_async(script, vec![]).await?;
    let lcp = seen["lcp"].as_f64().context("LCP")?;
    ensure!(lcp > 0.0, "{seen}");
    // The goal is a second; twice that on a loaded machine is still no reason to call the page slow.
    ensure!(lcp < 2_000.0, "LCP {lcp} ms");
    ensure!(seen["cls"].as_f64().context("CLS")? < 0.05, "{seen}");
    Ok(())
}
