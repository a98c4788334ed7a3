//! A person at a browser: headless Chromium, driven through ChromeDriver (W3C WebDriver).

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use fantoccini::{
    Client, ClientBuilder, Locator,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{given, process::Process};

/// One browser window with an empty profile.
pub(crate) struct Browser {
    /// The WebDriver session.
    pub page: Client,
    _driver: Process,
    _profile: TempDir,
}

/// The look that a page is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

/// A phone.
pub(crate) const PHONE: Screen = Screen { width: 390, height: 844 };

impl Browser {
    /// Starts ChromeDriver on a free port and a browser in it.
    pub(crate) async fn open(screen: Screen) -> Result<Self> {
        let profile = TempDir::with_prefix("mayfly-browser-")?;
        let mut command = Command::new(given("MAYFLY_CHROMEDRIVER")?);
        command.arg("--port=0");
        let mut driver = Process::start("chromedriver", command, &[], profile.path().join("driver.log"))?;
        let port = driver.line(|line| line.strip_suffix('.')?.rsplit_once("on port ")?.1.parse::<u16>().ok()).await?;
        let mut capabilities = Capabilities::new();
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({
                "binary": given("MAYFLY_CHROMIUM")?,
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", "--lang=en-US", "--force-prefers-reduced-motion",
                    format!("--window-size={},{}", screen.width, screen.height),
                    format!("--user-data-dir={}", profile.path().join("profile").display()),
                ],
            }),
        );
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let page = ClientBuilder::new(connector)
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .with_context(|| format!("no browser: {}", driver.output()))?;
        Ok(Self { page, _driver: driver, _profile: profile })
    }

    /// Goes to `url` and waits for the document.
    pub(crate) async fn go(&self, url: &str) -> Result<()> {
        Ok(self.page.goto(url).await?)
    }

    /// Runs the body of a function in the page and returns what it returns.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.page.execute(script, arguments).await?)
    }

    /// Runs the body of an async function in the page: it calls its last argument with the result.
    pub(crate) async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.page.execute_async(script, arguments).await?)
    }

    /// The text of the element with this `data-testid`, once it has one that `fits`.
    pub(crate) async fn text(&self, testid: &str, fits: impl Fn(&str) -> bool) -> Result<String> {
        let selector = format!("[data-testid={testid}]");
        for _ in 0..300 {
            if let Ok(element) = self.page.find(Locator::Css(&selector)).await
                && let Ok(text) = element.text().await
                && fits(&text)
            {
                return Ok(text);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let shown = self.run("return document.body.innerText", vec![]).await?;
        bail!("{testid} never showed it; the page shows: {shown}")
    }

    /// Clicks the element with this `data-testid`, once it is there.
    pub(crate) async fn click(&self, testid: &str) -> Result<()> {
        self.text(testid, |_| true).await?;
        let selector = format!("[data-testid={testid}]");
        self.page.find(Locator::Css(&selector)).await?.click().await?;
        Ok(())
    }

    /// Waits until `script` (a function's body) returns something true.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Result<Value> {
        for _ in 0..300 {
            let value = self.run(script, vec![]).await?;
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return Ok(value);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let shown = self.run("return document.body.innerText", vec![]).await?;
        bail!("it never came to pass that {what}; the page shows: {shown}")
    }

    /// Slows the network: throughput in octets a second, latency in milliseconds.
    pub(crate) async fn throttle(&self, octets_per_second: u32, latency_ms: u32) -> Result<()> {
        let conditions = json!({"network_conditions": {
            "offline": false, "latency": latency_ms,
            "download_throughput": octets_per_second, "upload_throughput": octets_per_second,
        }});
        self.page.issue_cmd(Vendor("chromium/network_conditions", conditions)).await?;
        Ok(())
    }
}

/// A command of ChromeDriver's own.
#[derive(Debug)]
struct Vendor(&'static str, Value);

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}
