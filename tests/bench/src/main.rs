//! `mayfly-load`: a bounded load program for SMTP servers on this machine. It refuses every address that is not a
//! loopback one, and every run ends after a number of messages or of seconds, whatever the server does.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that measures speaks to who started it")]

mod channel;
mod client;
mod clock;
mod compare;
mod engines;
mod herd;
mod hold;
mod holders;
mod idle;
mod loopback;
mod machine;
mod mail;
mod names;
mod news;
mod options;
mod origin;
mod over;
mod peers;
mod recipients;
mod slow;
mod spread;
mod table;
mod throughput;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser as _;
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

use crate::{
    options::{Cli, Command},
    table::Verdict,
};

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(Verdict::Met) => ExitCode::SUCCESS,
        Ok(Verdict::Missed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mayfly-load: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<Verdict> {
    machine::raise_descriptors();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let work = async {
            match command {
                Command::Throughput(options) => throughput::run(&options).await,
                Command::Idle(options) => idle::run(&options).await,
                Command::Slow(options) => slow::run(&options).await,
                Command::Over(options) => over::run(&options).await,
                Command::Compare(options) => compare::run(&options).await,
                Command::Engines(options) => engines::run(&options).await,
                Command::Herd(options) => herd::run(&options).await,
                Command::Hold(options) => hold::run(&options).await,
            }
        };
        // What was started ends with us, also when we are told to end.
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            verdict = work => verdict,
            _ = terminate.recv() => bail!("told to end"),
            _ = ctrl_c() => bail!("told to end"),
        }
    })
}
