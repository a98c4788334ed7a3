//! Who gets the mail: inboxes made for the run, in turn, so that none fills up; or addresses by pattern.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use protocol::limits::INBOX_MESSAGES;
use serde_json::{Value, json};

use crate::{loopback::Target, options::Server};

/// Addresses that take turns.
#[derive(Clone, Debug)]
pub(crate) struct Recipients(Vec<String>);

impl Recipients {
    /// Enough for that many messages: made at the API if there is one, else by pattern. `purpose` makes their names
    /// other than those of other runs.
    pub(crate) async fn for_messages(messages: usize, server: &Server, purpose: &str) -> Result<Self> {
        // A few more than can come: whoever is told of an error may have had the message stored all the same.
        let count = messages.div_ceil(INBOX_MESSAGES - 10).max(1);
        if server.http.is_empty() {
            return Ok(Self((0..count).map(|n| server.to.replace("{}", &n.to_string())).collect()));
        }
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        let run = std::process::id();
        let mut addresses = Vec::with_capacity(count);
        for n in 0..count {
            // The same name everywhere: whichever origin takes a connection knows the recipient.
            let name = format!("load-{run}-{purpose}-{n}");
            let mut made = String::new();
            for http in &server.http {
                made = create(&client, *http, &name).await?;
            }
            addresses.push(made);
        }
        Ok(Self(addresses))
    }

    /// Whose turn it is at the nth message.
    pub(crate) fn of(&self, nth: usize) -> &str {
        // There is at least one; a remainder is below the length.
        self.0.get(nth % self.0.len().max(1)).map_or("", String::as_str)
    }
}

async fn create(client: &reqwest::Client, http: Target, name: &str) -> Result<String> {
    let body = json!({ "assisted": true, "name": name }).to_string();
    let request =
        client.post(format!("http://{http}/v1/inboxes")).header("content-type", "application/json").body(body);
    let answer = request.send().await.with_context(|| format!("the API at {http} does not answer"))?;
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "the API at {http} makes no inbox: {status} {text}");
    let view: Value = serde_json::from_str(&text)?;
    view["address"].as_str().map(str::to_owned).context("an inbox without an address")
}
