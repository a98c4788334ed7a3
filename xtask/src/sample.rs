//! The lines that `run` prints when all is up: what to open, and how to send a first message.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// An inbox that the API made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inbox {
    /// Where mail for it goes.
    pub(crate) address: String,
    /// What opens it.
    pub(crate) capability: String,
}

impl Inbox {
    /// Reads the API's answer to an assisted create.
    pub(crate) fn read(body: &str) -> Result<Self> {
        let view: Value = serde_json::from_str(body).context("the new inbox is not JSON")?;
        let text = |name: &str| view[name].as_str().map(str::to_owned).with_context(|| format!("it has no {name}"));
        Ok(Self { address: text("address")?, capability: text("capability")? })
    }

    /// The line that delivers a message with a code to it.
    pub(crate) fn delivery(&self, smtp: SocketAddr) -> String {
        let to = &self.address;
        format!(
            "printf 'From: Example <you@example.org>\\r\\nTo: <{to}>\\r\\nSubject: Your code\\r\\n\\r\\n\
             Your verification code is 481623.\\r\\n' | curl -sS smtp://{smtp} --mail-from you@example.org \
             --mail-rcpt {to} --upload-file -"
        )
    }

    /// The private link: who has it reads the inbox.
    pub(crate) fn link(&self, edge: SocketAddr) -> String {
        format!("http://{edge}/#{}", self.capability)
    }
}

/// All that a newcomer needs.
pub(crate) fn welcome(inbox: &Inbox, edge: SocketAddr, smtp: SocketAddr, logs: &std::path::Path) -> String {
    format!(
        "\nMayfly is up.\n\n  \
         page   http://{edge}/\n  \
         SMTP   {smtp}\n  \
         logs   {}\n\n\
         To see mail arrive, open this inbox in a browser:\n\n  {}\n\n\
         and send it a message with a code:\n\n  {}\n\n\
         Ctrl-C ends it; nothing is kept.",
        logs.display(),
        inbox.link(edge),
        inbox.delivery(smtp),
    )
}

#[cfg(test)]
mod tests;
