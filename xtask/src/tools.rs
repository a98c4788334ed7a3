//! The build tools, as crates, at the versions that the lock file asks for, kept outside the checkout.

use anyhow::{Result, bail};

use crate::{
    command::Job,
    workspace::{Workspace, cargo},
};

/// The version of `worker-build` that goes with the crate `worker`.
const WORKER_BUILD: &str = "0.8.7";

/// A tool that cargo can install.
pub(crate) struct Tool {
    /// The crate.
    pub(crate) package: &'static str,
    /// The program it installs.
    program: &'static str,
    /// The wanted version.
    pub(crate) version: String,
    /// How long it takes on a small machine.
    pub(crate) takes: &'static str,
    lock: Lock,
}

/// Whose choice of dependencies an installation follows.
enum Lock {
    /// The package's own lock file.
    Theirs,
    /// The newest that fit: the package's lock file names a release that cannot be had.
    Newest,
}

/// Turns a worker crate into a worker.
pub(crate) fn worker_build() -> Tool {
    let version = WORKER_BUILD.to_owned();
    Tool { package: "worker-build", program: "worker-build", version, takes: "3 min", lock: Lock::Theirs }
}

/// Makes the JavaScript side of a Wasm module; its version must be the crate's.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<Tool> {
    let version = workspace.locked("wasm-bindgen")?;
    Ok(Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, takes: "3 min", lock: Lock::Newest })
}

impl Tool {
    /// Whether this very version is among the kept tools.
    pub(crate) fn present(&self, workspace: &Workspace) -> bool {
        let said = Job::new("asking for the version", workspace.tool(self.program)).args(["--version"]).quiet();
        said.is_ok_and(|said| version(&said) == Some(&self.version))
    }

    /// Compiles and keeps it.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<()> {
        let mut args = vec!["install", self.package, "--version", &self.version, "--force"];
        if matches!(self.lock, Lock::Theirs) {
            args.push("--locked");
        }
        Job::new(format!("installing {} {}", self.package, self.version), cargo())
            .args(args)
            .args([std::path::Path::new("--root"), &workspace.tools])
            .within(&std::env::temp_dir())
            .advice("the registry of crates must be in reach; MAYFLY_TOOLS names another folder for the tools")
            .shown()?;
        if !self.present(workspace) {
            bail!("{} was installed, but does not say that it is {}", self.program, self.version);
        }
        Ok(())
    }
}

/// The version in what `--version` prints: `0.8.7` or `wasm-bindgen 0.2.130`, with a commit after it at times.
fn version(said: &str) -> Option<&str> {
    said.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
