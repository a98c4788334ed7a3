//! What the crates depend on: `protocol` on no runtime and no system, and nobody on two versions of one crate.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{Finding, Law};
use crate::{
    command::Job,
    wasm_target::WASM,
    workspace::{Workspace, cargo},
};

/// Crates that bring a runtime, a network or a system into what must run in a browser.
const NOT_IN_PROTOCOL: &[&str] = &[
    "axum",
    "getrandom",
    "hyper",
    "js-sys",
    "libc",
    "mio",
    "rand",
    "redis",
    "reqwest",
    "rustix",
    "rustls",
    "socket2",
    "tokio",
    "wasm-bindgen",
    "web-sys",
    "worker",
];

/// Asks cargo, for this machine and for Wasm, and checks both laws.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let tree = |args: &[&str]| {
        Job::new("reading the dependencies", cargo())
            .args(["tree", "--locked", "--prefix", "none", "--all-features"])
            .args(args)
            .advice("if Cargo.lock is out of date, run `cargo check` once and commit it")
            .within(&workspace.root)
            .quiet()
    };
    let wasm = ["--target", WASM];
    let browsers = ["-p", "mayfly-edge", "-p", "mayfly-opener", "-e", "normal,no-proc-macro"];
    let protocol = ["-p", "mayfly-protocol", "-e", "normal"];
    let protocol = tree(&protocol)? + &tree(&[protocol.as_slice(), &wasm].concat())?;
    // Procedural macros run at build time only: their versions do not meet in a program.
    let all = ["--workspace", "-e", "normal,no-proc-macro"];
    let mut several = duplicates(&tree(&all)?);
    for finding in duplicates(&tree(&[browsers.as_slice(), &wasm].concat())?) {
        if !several.contains(&finding) {
            several.push(finding);
        }
    }
    Ok([protocol_free(&protocol), several].concat())
}

/// What `protocol` must not depend on.
fn protocol_free(tree: &str) -> Vec<Finding> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let banned = names.into_iter().filter(|name| NOT_IN_PROTOCOL.contains(name));
    let finding = |name: &str| Finding {
        law: Law::ProtocolFree,
        path: "protocol/Cargo.toml".to_owned(),
        line: 0,
        what: format!("depends on {name}: see `cargo tree -p mayfly-protocol -i {name}`"),
    };
    banned.map(finding).collect()
}

/// Crates that are there in several versions.
fn duplicates(tree: &str) -> Vec<Finding> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            versions.entry(name).or_default().insert(version);
        }
    }
    let several = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    let finding = |(name, versions): (&str, BTreeSet<&str>)| Finding {
        law: Law::Duplicates,
        path: "Cargo.lock".to_owned(),
        line: 0,
        what: format!("{name} is there as {}", versions.into_iter().collect::<Vec<_>>().join(" and ")),
    };
    several.map(finding).collect()
}

#[cfg(test)]
mod tests;
