//! Set-up, run and checks: `cargo xtask run | test | fuzz | tidy | setup | build`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task speaks to the person who started it")]

mod args;
mod build;
mod child;
mod clock;
mod command;
mod fuzz;
mod http;
mod npm;
mod run;
mod sample;
mod setup;
mod stamp;
mod suite;
mod system;
mod tally;
mod test;
mod tidy;
mod tools;
mod wasm_target;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use crate::{args::Task, workspace::Workspace};

fn main() -> ExitCode {
    let task = match args::parse(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(misuse) => {
            eprintln!("{misuse}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match perform(&task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: &Task) -> Result<ExitCode> {
    if *task == Task::Help {
        println!("{}", args::USAGE);
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::find()?;
    match task {
        Task::Run(ports) => run::run(&workspace, ports)?,
        Task::Test(scope) => return test::test(&workspace, scope),
        Task::Fuzz(plan) => drop(fuzz::run(&workspace, plan)?),
        Task::Tidy => return tidy::run(&workspace),
        Task::Setup => drop(setup::for_test(&workspace)?),
        Task::Build => drop(build::all(&workspace, &setup::for_run(&workspace)?)?),
        Task::Help => {}
    }
    Ok(ExitCode::SUCCESS)
}
