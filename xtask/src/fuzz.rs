//! `cargo xtask fuzz`: builds the fuzz targets and runs each for a bounded time, beginning with its seeds.
//!
//! The compiler on stable has the coverage that libFuzzer wants; sanitizers it has not, and code without `unsafe` needs
//! them least. What the fuzzer finds stays in the build folder, for it to begin with the next time.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    clock::Stopwatch,
    command::Job,
    wasm_target::host_triple,
    workspace::{Workspace, cargo},
};

/// Where the targets are.
const FOLDER: &str = "origin/fuzz";

/// What libFuzzer needs of the compiler: counters and a table of places, and the operands of comparisons.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// Most inputs of one run: a target that is quick needs no more than that to show what a short run can show.
const RUNS: usize = 1_000_000;

/// Longest input: every bound that a short run can reach is below it.
const OCTETS: usize = 8 * 1024;

/// What is run, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Only targets whose names contain this.
    pub(crate) filter: String,
    /// How long each is run, at most.
    pub(crate) seconds: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { filter: String::new(), seconds: 8 }
    }
}

/// Builds and runs them; how many were run.
pub(crate) fn run(workspace: &Workspace, plan: &Plan) -> Result<u64> {
    let names = targets(&workspace.at(FOLDER).join("fuzz_targets"))?;
    let names: Vec<_> = names.into_iter().filter(|name| name.contains(&plan.filter)).collect();
    if names.is_empty() {
        bail!("no fuzz target is named so");
    }
    let built = build(workspace)?;
    for name in &names {
        let watch = Stopwatch::start();
        one(workspace, &built, name, plan.seconds)?;
        println!("{name}: nothing found in {}", watch.shown());
    }
    Ok(names.len() as u64)
}

/// Builds all of them; the folder with the programs.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let (host, target) = (host_triple()?, workspace.target.join("fuzz"));
    // With a target named, the flags are not for what only builds: build scripts and procedural macros.
    Job::new("building the fuzz targets", cargo())
        .args(["build", "--quiet", "--target", &host, "--target-dir"])
        .args([&target])
        .env("RUSTFLAGS", FLAGS)
        .advice("libFuzzer is C++: a compiler for it is needed (Debian: g++)")
        .within(&workspace.at(FOLDER))
        .shown()?;
    Ok(target.join(host).join("debug"))
}

fn one(workspace: &Workspace, built: &Path, name: &str, seconds: u32) -> Result<()> {
    let target = workspace.target.join("fuzz");
    let (found, artifacts) = (target.join("corpus").join(name), target.join("artifacts"));
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;
    let prefix = format!("-artifact_prefix={}/{name}-", artifacts.display());
    Job::new(format!("fuzzing {name}"), built.join(name))
        .args([&found, &workspace.at(FOLDER).join("seeds").join(name)])
        .args([&prefix, &format!("-max_total_time={seconds}"), &format!("-runs={RUNS}"), &format!("-max_len={OCTETS}")])
        .args(["-timeout=10", "-rss_limit_mb=2048", "-verbosity=1"])
        .advice(format!("the input is in {}; give its path to the program above to see it again", artifacts.display()))
        .quiet()
        .map(drop)
}

/// The names of the targets, in order.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} is not there", folder.display()))?;
    let names = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.strip_suffix(".rs").map(str::to_owned)
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests;
