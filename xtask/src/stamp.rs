//! Remembers what a build step was made from, so that it runs again only when that has changed.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;

/// Folders that are made, not written.
const MADE: &[&str] = &["node_modules", "target", "dist", "pkg", "build", ".wrangler"];

/// A step's stamp: where it is kept and what the inputs are now.
pub(crate) struct Stamp {
    file: PathBuf,
    now: String,
}

impl Stamp {
    /// Fingerprints `inputs` (files and folders of the checkout; absent ones count as empty) and `words`
    /// (versions, options).
    pub(crate) fn of(workspace: &Workspace, step: &str, inputs: &[&str], words: &[&str]) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        for input in inputs {
            add(&workspace.at(input), &mut hasher)?;
        }
        let file = workspace.target.join("xtask").join(format!("{step}.stamp"));
        Ok(Self { file, now: format!("{:016x}", hasher.finish()) })
    }

    /// A fingerprint of one file's contents.
    pub(crate) fn of_file(file: &Path) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        add(file, &mut hasher)?;
        Ok(format!("{:016x}", hasher.finish()))
    }

    /// Whether the step was done with these very inputs and its outputs are still there.
    pub(crate) fn fresh(&self, outputs: &[PathBuf]) -> bool {
        outputs.iter().all(|output| output.exists())
            && fs::read_to_string(&self.file).is_ok_and(|stamp| stamp == self.now)
    }

    /// Notes that the step was done.
    pub(crate) fn done(&self) -> Result<()> {
        let folder = self.file.parent().context("a stamp has a folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&self.file, &self.now).with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// Adds a file's, or a folder's files', names and contents.
fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
        let mut entries = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        entries.retain(|entry| !entry.file_name().is_some_and(|name| MADE.iter().any(|made| name == *made)));
        entries.sort();
        return entries.iter().try_for_each(|entry| add(entry, hasher));
    }
    if path.is_file() {
        path.hash(hasher);
        fs::read(path).with_context(|| format!("cannot read {}", path.display()))?.hash(hasher);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
