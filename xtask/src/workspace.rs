//! Where things are: the checkout, the build folder, the tools that outlive a checkout, the locked versions.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command::Job;

/// The checkout and what belongs to it.
pub(crate) struct Workspace {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's build folder.
    pub(crate) target: PathBuf,
    /// Where tools are kept that a second clone finds again.
    pub(crate) tools: PathBuf,
}

impl Workspace {
    /// Asks cargo where the workspace is.
    pub(crate) fn find() -> Result<Self> {
        let said = Job::new("reading the workspace", cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .advice("run cargo xtask inside the checkout")
            .quiet()?;
        let metadata: Value = serde_json::from_str(&said).context("cargo metadata is not JSON")?;
        let folder = |name: &str| {
            metadata[name].as_str().map(PathBuf::from).with_context(|| format!("cargo metadata names no {name}"))
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")?, tools: tools()? })
    }

    /// A path inside the checkout.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A program of an npm package.
    pub(crate) fn npm_bin(&self, name: &str) -> PathBuf {
        self.root.join("node_modules/.bin").join(name)
    }

    /// A program among the kept tools.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.tools.join("bin").join(name)
    }

    /// The `PATH` with the npm packages' programs first, so that `node` is the locked one.
    pub(crate) fn path(&self) -> Result<String> {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let first = self.root.join("node_modules/.bin");
        let paths = std::iter::once(first).chain(std::env::split_paths(&old));
        let joined = std::env::join_paths(paths).context("the PATH cannot be extended")?;
        Ok(joined.to_string_lossy().into_owned())
    }

    /// The version of a crate in `Cargo.lock`.
    pub(crate) fn locked(&self, name: &str) -> Result<String> {
        let lock = read(&self.at("Cargo.lock"))?;
        locked(&lock, name).with_context(|| format!("Cargo.lock names no {name}; run `cargo update -w` once"))
    }
}

/// The cargo that started this task, or the one on the `PATH`.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn tools() -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("MAYFLY_TOOLS")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("mayfly/tools")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/mayfly/tools")))
        .context("no folder for tools: set MAYFLY_TOOLS, XDG_CACHE_HOME or HOME")
}

/// The version that follows a package's name in a lock file; the highest when there are several.
fn locked(lock: &str, name: &str) -> Option<String> {
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines();
    let mut found = None;
    while lines.by_ref().any(|line| line == wanted) {
        let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
        found = Some(version.to_owned());
    }
    found
}

#[cfg(test)]
mod tests;
