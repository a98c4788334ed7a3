//! The npm packages, exactly those of `package-lock.json`: Node 22, Wrangler, esbuild, Binaryen and the page's own.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{
    command::{Job, missing, on_path},
    stamp::Stamp,
    workspace::Workspace,
};

/// Programs that must stand in `node_modules/.bin`.
const PROGRAMS: &[&str] = &["node", "wrangler", "esbuild", "wasm-opt", "tsc"];

/// The major version of Node that the Workers runtime's tool asks for.
const NODE: &str = "v22.";

/// Whether the packages are those of the lock file.
pub(crate) fn present(workspace: &Workspace) -> Result<bool> {
    Ok(stamp(workspace)?.fresh(&programs(workspace)))
}

/// Installs the packages.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    if on_path("npm").is_none() {
        return missing("npm", "install Node.js with npm (Debian: apt-get install npm), 20 or newer");
    }
    Job::new("installing npm packages", "npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .within(&workspace.root)
        .advice("the npm registry must be in reach; `npm config get registry` names the one in use")
        .quiet()?;
    let node = Job::new("asking Node for its version", workspace.npm_bin("node")).args(["--version"]).quiet()?;
    if !node.starts_with(NODE) {
        bail!("node_modules/.bin/node says {}, wanted is {NODE}x", node.trim());
    }
    if let Some(absent) = programs(workspace).iter().find(|program| !program.exists()) {
        bail!("npm ci ended well, yet {} is missing", absent.display());
    }
    stamp(workspace)?.done()
}

fn stamp(workspace: &Workspace) -> Result<Stamp> {
    Stamp::of(workspace, "npm", &["package.json", "package-lock.json", ".npmrc"], &[])
}

fn programs(workspace: &Workspace) -> Vec<PathBuf> {
    PROGRAMS.iter().map(|program| workspace.npm_bin(program)).collect()
}
