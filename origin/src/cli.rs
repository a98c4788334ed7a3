//! The command line: what was typed, and what it asks for.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};

use crate::config::{keys::Key, layers::Layers};

/// Disposable e-mail done right: the regional origin.
#[derive(Debug, Parser)]
#[command(name = "mayfly", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the origin: SMTP in, API out. Prints one JSON line of what it bound once it is ready.
    Serve(Serve),
    /// Print the effective configuration, with where each value came from.
    Config(Serve),
    /// Keys: what signs batches to the edge, and what opens the operator's inbox.
    #[command(subcommand)]
    Key(KeyCommand),
}

/// Flags that stand above file and environment.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where mail comes in; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub smtp: Option<SocketAddr>,
    /// Where the API listens; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub http: Option<SocketAddr>,
}

/// Keys: what signs batches to the edge, and what opens the operator's inbox.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Draw a new one and print it as JSON: `secret` is for this region's `sync.key`, `public` for the edge's region table.
    New,
    /// Draw an inbox for the operator's mail and print it as JSON: `inbox` is for `operator.inbox`, `capability` opens it
    /// and is for you alone, at the end of the page's address behind `#`.
    Inbox,
}

impl Serve {
    /// The layers of configuration that these flags, the text of the file they name and `environment` make.
    #[must_use]
    pub fn layers(&self, file: Option<String>, environment: Vec<(String, String)>) -> Layers {
        let flag = |name, key, value: &Option<SocketAddr>| value.map(|value| (name, key, value.to_string()));
        let flags = [flag("--smtp", Key::SmtpListen, &self.smtp), flag("--http", Key::HttpListen, &self.http)];
        Layers { file: self.config.clone().zip(file), environment, flags: flags.into_iter().flatten().collect() }
    }
}
