//! Builds the parts, each only when what it is made from has changed.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    command::{Job, timed},
    setup::Ready,
    stamp::Stamp,
    tools,
    wasm_target::WASM,
    workspace::{Workspace, cargo},
};

/// What every browser that the page supports can run.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-reference-types",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// How `wasm-opt` makes a module smallest in brotli, which finds like functions, but no longer once they are inlined:
/// the limits, in `wasm-opt`'s own measure, gave the least. No browser reads the section with the target's features.
const SMALLEST: &[&str] = &[
    "-Oz",
    "--converge",
    "--always-inline-max-function-size=8",
    "--one-caller-inline-max-function-size=20",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// Which programs to build: those for use, or those whose clock a test may advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// For use.
    Plain,
    /// With the feature `virtual-clock`.
    VirtualClock,
}

/// What was built.
pub(crate) struct Built {
    /// The origin's program.
    pub(crate) origin: PathBuf,
    /// The page's folder.
    pub(crate) page: PathBuf,
    /// The folder with the worker's `index.js`.
    pub(crate) worker: PathBuf,
}

/// Builds all that `run` starts.
pub(crate) fn all(workspace: &Workspace, ready: &Ready) -> Result<Built> {
    parts(workspace, ready, Variant::Plain)
}

/// Builds all that the system tests start.
pub(crate) fn for_tests(workspace: &Workspace, ready: &Ready) -> Result<Built> {
    parts(workspace, ready, Variant::VirtualClock)
}

fn parts(workspace: &Workspace, ready: &Ready, variant: Variant) -> Result<Built> {
    opener(workspace, ready)?;
    let page = page(workspace)?;
    let worker = worker(workspace, ready, variant)?;
    let origin = origin(workspace, variant)?;
    Ok(Built { origin, page, worker })
}

/// The browser's Wasm: `edge/opener/pkg`.
pub(crate) fn opener(workspace: &Workspace, ready: &Ready) -> Result<()> {
    let raw = timed("compiling edge/opener to Wasm", || {
        let messages = Job::new("compiling edge/opener", cargo())
            .args(["build", "-p", "mayfly-opener", "--target", WASM, "--profile", "opener"])
            .args(["--message-format", "json-render-diagnostics"])
            .args(ready.small.args())
            .envs(ready.toolchain.envs())
            .envs(ready.small.envs(workspace, &ready.toolchain)?)
            .within(&workspace.root)
            .artifacts()?;
        artifact(&messages, |file| file.ends_with(".wasm")).context("cargo names no .wasm of mayfly-opener")
    })?;
    let bindgen = tools::wasm_bindgen(workspace)?;
    let digest = Stamp::of_file(&raw)?;
    let words = [&[digest.as_str(), &bindgen.version], SMALLEST, WASM_FEATURES].concat();
    let stamp = Stamp::of(workspace, "opener", &["package-lock.json"], &words)?;
    let folder = workspace.at("edge/opener/pkg");
    let made = folder.join("opener_bg.wasm");
    if stamp.fresh(&[made.clone(), folder.join("opener.js")]) {
        return Ok(());
    }
    timed("binding and shrinking the opener", || {
        Job::new("making the opener's JavaScript side", workspace.tool("wasm-bindgen"))
            .args(["--target", "web", "--omit-default-module-path", "--out-name", "opener", "--out-dir"])
            .args([&folder, &raw])
            .quiet()?;
        Job::new("shrinking the opener", workspace.npm_bin("wasm-opt"))
            .args(WASM_FEATURES)
            .args(SMALLEST)
            .args(["-o"])
            .args([&made, &made])
            .quiet()
    })?;
    stamp.done()
}

/// The page: `edge/page/dist`.
pub(crate) fn page(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.at("edge/page/dist");
    // What the opener was made into is an input too, though it is not in the checkout.
    let opener = Stamp::of_file(&workspace.at("edge/opener/pkg/opener_bg.wasm"))?;
    let stamp = Stamp::of(workspace, "page", &["edge/page", "package-lock.json"], &[&opener])?;
    if !stamp.fresh(&[folder.join("index.html")]) {
        timed("building the page", || {
            Job::new("building the page", workspace.npm_bin("node"))
                .args(["edge/page/build.mjs"])
                .env("PATH", workspace.path()?)
                .within(&workspace.root)
                .quiet()
        })?;
        stamp.done()?;
    }
    Ok(folder)
}

/// The worker: `edge/build`, or a folder beside cargo's for the one with a virtual clock.
pub(crate) fn worker(workspace: &Workspace, ready: &Ready, variant: Variant) -> Result<PathBuf> {
    let (step, folder) = match variant {
        Variant::Plain => ("worker", workspace.at("edge/build")),
        Variant::VirtualClock => ("worker-virtual-clock", workspace.target.join("edge-virtual-clock")),
    };
    let bindgen = tools::wasm_bindgen(workspace)?;
    let build = tools::worker_build();
    let inputs = [
        "Cargo.toml",
        "Cargo.lock",
        "edge/Cargo.toml",
        "edge/src",
        "protocol/src",
        "protocol/Cargo.toml",
        "package-lock.json",
    ];
    let words = [bindgen.version.as_str(), &build.version, ready.toolchain.name()];
    let stamp = Stamp::of(workspace, step, &inputs, &words)?;
    if stamp.fresh(&[folder.join("index.js"), folder.join("index_bg.wasm")]) {
        return Ok(folder);
    }
    timed("building the worker", || {
        let job = Job::new("building the worker", workspace.tool("worker-build"))
            .args(["--profile", "edge", "--out-dir"])
            .args([&folder])
            .env("PATH", workspace.path()?)
            .env("WASM_BINDGEN_BIN", workspace.tool("wasm-bindgen"))
            .env("ESBUILD_BIN", workspace.npm_bin("esbuild"))
            .env("WASM_OPT_BIN", workspace.npm_bin("wasm-opt"))
            .envs(ready.toolchain.envs())
            .within(&workspace.at("edge"));
        match variant {
            Variant::Plain => job.shown(),
            Variant::VirtualClock => job.args(["--features", "virtual-clock"]).shown(),
        }
    })?;
    if !folder.join("index.js").is_file() {
        bail!("worker-build ended well, yet {} has no index.js", folder.display());
    }
    stamp.done()?;
    Ok(folder)
}

/// The origin's program.
pub(crate) fn origin(workspace: &Workspace, variant: Variant) -> Result<PathBuf> {
    let args: &[&str] = match variant {
        Variant::Plain => &["--profile", "local"],
        Variant::VirtualClock => &["--features", "virtual-clock"],
    };
    timed("compiling the origin", || {
        let messages = Job::new("compiling the origin", cargo())
            .args(["build", "-p", "mayfly", "--bin", "mayfly"])
            .args(args)
            .args(["--message-format", "json-render-diagnostics"])
            .within(&workspace.root)
            .artifacts()?;
        let built = artifact(&messages, |file| file.ends_with("/mayfly") || file.ends_with("\\mayfly.exe"));
        built.context("cargo names no program `mayfly`")
    })
}

/// The last file that cargo says it made and that `wanted` recognises.
fn artifact(messages: &str, wanted: impl Fn(&str) -> bool) -> Option<PathBuf> {
    let files = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).flat_map(|message| {
        let names = message["filenames"].as_array().cloned().unwrap_or_default();
        names.into_iter().filter_map(|name| name.as_str().map(str::to_owned))
    });
    files.filter(|file| wanted(file)).last().map(PathBuf::from)
}

#[cfg(test)]
mod tests;
