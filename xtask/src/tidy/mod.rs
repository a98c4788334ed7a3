//! `cargo xtask tidy`: the laws of the layout, checked over the parsed sources.
//!
//! Each law is a pure function from a source to what breaks it; exceptions stand in one table, by name and with
//! a reason, and an exception that nothing needs any more is itself a finding.

mod dependencies;
mod exceptions;
mod imports;
mod marks;
mod purity;
mod shape;
mod source;

use std::{fmt, process::ExitCode};

use anyhow::Result;

use crate::workspace::Workspace;
use exceptions::{EXCEPTIONS, Exception};
use source::Source;

/// What tidy watches over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Law {
    /// Stages never import one another.
    Stages,
    /// `app.rs` alone names concrete adapters.
    Adapters,
    /// A file named for an idea does no I/O, reads no clock and draws no chance.
    Purity,
    /// A file holds one idea, in at most so many lines.
    FileLength,
    /// A function is at most so many lines.
    FunctionLength,
    /// Every module says what it does.
    ModuleDoc,
    /// Files and modules are named for what they hold.
    Names,
    /// Unit tests sit in a sibling file.
    TestsApart,
    /// Nothing is left unfinished.
    Unfinished,
    /// Nothing of one machine is in the sources.
    Machine,
    /// `protocol` needs no runtime and no system.
    ProtocolFree,
    /// No crate is there in two versions.
    Duplicates,
    /// Every exception is needed.
    StaleException,
}

/// One breach of a law.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    law: Law,
    path: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {:?}: {}", self.path, self.line, self.law, self.what)
    }
}

/// Checks all laws and says what breaks them.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let sources = source::all(workspace)?;
    let mut findings: Vec<Finding> = sources.iter().flat_map(check).collect();
    findings.extend(dependencies::check(workspace)?);
    let findings = except(findings, EXCEPTIONS);
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} files keep the laws", sources.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "tidy: {} findings. Mend them; where the law does not fit, name the exception and its reason in \
         xtask/src/tidy/exceptions.rs",
        findings.len()
    );
    Ok(ExitCode::FAILURE)
}

/// All laws that look at one source.
fn check(source: &Source) -> Vec<Finding> {
    [imports::check(source), purity::check(source), shape::check(source), marks::check(source)].concat()
}

/// Leaves out what is excepted, and adds the exceptions that excepted nothing.
fn except(findings: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let covers = |exception: &Exception, finding: &Finding| {
        exception.law == finding.law && exception.path == finding.path && finding.what.contains(exception.what)
    };
    let stale = exceptions.iter().filter(|exception| !findings.iter().any(|finding| covers(exception, finding)));
    let stale: Vec<_> = stale
        .map(|exception| Finding {
            law: Law::StaleException,
            path: exception.path.to_owned(),
            line: 0,
            what: format!("nothing breaks {:?} here any more: remove the exception", exception.law),
        })
        .collect();
    let kept = findings.into_iter().filter(|finding| !exceptions.iter().any(|exception| covers(exception, finding)));
    kept.chain(stale).collect()
}

#[cfg(test)]
mod tests;
