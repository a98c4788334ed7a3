//! The command line of `cargo xtask`, as a value.

use std::fmt;

use crate::fuzz::Plan;

/// What `cargo xtask` says about itself.
pub(crate) const USAGE: &str = "\
cargo xtask run [--http PORT] [--smtp PORT]    set up, build and start Mayfly here; Ctrl-C ends it
cargo xtask test [FILTER] [--quick] [--keep-going] [--only STEP]
                                               set up and run every check; --quick leaves out fuzzing, the
                                               browser and the whole system; FILTER runs only the tests whose names contain it
cargo xtask fuzz [TARGET] [--seconds N]        run the fuzz targets, each for N seconds
cargo xtask tidy                               check the laws of the layout
cargo xtask setup                              fetch what run and test need, once
cargo xtask build                              build the worker, the page and the origin";

/// A task and what it was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Start it here.
    Run(Ports),
    /// Check everything, or part of it.
    Test(Scope),
    /// Run the fuzz targets.
    Fuzz(Plan),
    /// Check the laws of the layout.
    Tidy,
    /// Fetch what is needed.
    Setup,
    /// Build what `run` starts.
    Build,
    /// Say what there is.
    Help,
}

/// The wished ports; 0 takes a free one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ports {
    /// The worker's.
    pub(crate) http: u16,
    /// Mail's.
    pub(crate) smtp: u16,
}

/// Which checks to run, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Which.
    pub(crate) which: Which,
    /// What a failed step does.
    pub(crate) on_failure: OnFailure,
}

/// Which checks to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All.
    All,
    /// All that need neither a browser nor the whole system.
    Quick,
    /// The tests whose names contain this, and no other checks.
    Named(String),
    /// The steps whose names contain this.
    Step(String),
}

/// What a failed step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Ends the run.
    Stop,
    /// Is told at the end.
    KeepGoing,
}

/// Why a command line was not understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misuse {
    /// No such task.
    Task(String),
    /// The task has no such argument.
    Argument(String),
    /// The option wants a value.
    NoValue(&'static str),
    /// Not a port.
    Port(String),
    /// Not a number of seconds.
    Seconds(String),
    /// Two choices of tests that exclude each other.
    TwoChoices,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(name) => write!(f, "there is no task {name:?}"),
            Self::Argument(name) => write!(f, "the task takes no {name:?}"),
            Self::NoValue(name) => write!(f, "{name} wants a value"),
            Self::Port(text) => write!(f, "{text:?} is not a port (0 to 65535)"),
            Self::Seconds(text) => write!(f, "{text:?} is not a number of seconds (1 to 86400)"),
            Self::TwoChoices => write!(f, "choose one of FILTER, --quick and --only"),
        }
    }
}

/// Reads a command line without the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Task, Misuse> {
    let mut args = args.into_iter();
    let Some(task) = args.next() else { return Ok(Task::Help) };
    match task.as_str() {
        "run" => ports(args).map(Task::Run),
        "test" => scope(args).map(Task::Test),
        "fuzz" => plan(args).map(Task::Fuzz),
        "tidy" => alone(args, Task::Tidy),
        "setup" => alone(args, Task::Setup),
        "build" => alone(args, Task::Build),
        "help" | "--help" | "-h" => Ok(Task::Help),
        _ => Err(Misuse::Task(task)),
    }
}

fn alone(mut args: impl Iterator<Item = String>, task: Task) -> Result<Task, Misuse> {
    args.next().map_or(Ok(task), |extra| Err(Misuse::Argument(extra)))
}

fn ports(mut args: impl Iterator<Item = String>) -> Result<Ports, Misuse> {
    let mut ports = Ports::default();
    while let Some(arg) = args.next() {
        let (name, port) = match arg.as_str() {
            "--http" => ("--http", &mut ports.http),
            "--smtp" => ("--smtp", &mut ports.smtp),
            _ => return Err(Misuse::Argument(arg)),
        };
        let text = args.next().ok_or(Misuse::NoValue(name))?;
        *port = text.parse().map_err(|_| Misuse::Port(text))?;
    }
    Ok(ports)
}

fn plan(mut args: impl Iterator<Item = String>) -> Result<Plan, Misuse> {
    let mut plan = Plan::default();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => {
                let text = args.next().ok_or(Misuse::NoValue("--seconds"))?;
                let seconds = text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds));
                plan.seconds = seconds.ok_or(Misuse::Seconds(text))?;
            }
            name if name.starts_with('-') || !plan.filter.is_empty() => return Err(Misuse::Argument(arg)),
            _ => plan.filter = arg,
        }
    }
    Ok(plan)
}

fn scope(mut args: impl Iterator<Item = String>) -> Result<Scope, Misuse> {
    let mut scope = Scope { which: Which::All, on_failure: OnFailure::Stop };
    while let Some(arg) = args.next() {
        let which = match arg.as_str() {
            "--keep-going" => {
                scope.on_failure = OnFailure::KeepGoing;
                continue;
            }
            "--quick" => Which::Quick,
            "--only" => Which::Step(args.next().ok_or(Misuse::NoValue("--only"))?),
            name if name.starts_with('-') => return Err(Misuse::Argument(arg)),
            _ => Which::Named(arg),
        };
        if scope.which != Which::All {
            return Err(Misuse::TwoChoices);
        }
        scope.which = which;
    }
    Ok(scope)
}

#[cfg(test)]
mod tests;
