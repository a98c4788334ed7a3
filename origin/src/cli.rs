//! The command line: what was typed, and what it asks for.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

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
    /// Print what would become of a message and why, as JSON: the verdict with its named reason and reply, the evidence,
    /// the Authentication-Results field, codes, links and attachments. Nothing is stored or sent on.
    Judge(Judge),
    /// Keys: what signs batches to the edge, and what opens the operator's inbox.
    #[command(subcommand)]
    Key(KeyCommand),
}

/// A message to be judged, and how it is to have come.
#[derive(Debug, clap::Args)]
pub struct Judge {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The client's address; without it SPF is not checked, and DMARC is told only where a signature vouches.
    #[arg(long, value_name = "ADDR")]
    pub ip: Option<IpAddr>,
    /// What the client called itself; without it, the domain of the reverse-path.
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The reverse-path; without it, that of the message's first Return-Path field, or else null.
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// The one DNS server to ask, with its port or 53; without it, those of dns.servers.
    #[arg(long, value_name = "ADDR")]
    pub dns: Option<String>,
    /// The message; - is standard input.
    #[arg(value_name = "FILE")]
    pub message: PathBuf,
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

impl Judge {
    /// The layers of configuration that these flags, the text of the file they name and `environment` make.
    #[must_use]
    pub fn layers(&self, file: Option<String>, environment: Vec<(String, String)>) -> Layers {
        let flags = self.dns.iter().map(|server| ("--dns", Key::DnsServers, server.clone()));
        Layers { file: self.config.clone().zip(file), environment, flags: flags.collect() }
    }
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
