//! Runs other programs: says what they do, and on failure what they said and what to do about it.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::clock::Stopwatch;

/// How many lines of a failed program's output are shown: of its beginning, where the cause often is, and of its end.
const HEAD: usize = 20;
const TAIL: usize = 60;

/// A program to run, why, and what to do when it fails.
pub(crate) struct Job {
    what: String,
    advice: String,
    command: Command,
}

impl Job {
    /// Describes a run of `program`.
    pub(crate) fn new(what: impl Into<String>, program: impl AsRef<OsStr>) -> Self {
        Self { what: what.into(), advice: String::new(), command: Command::new(program) }
    }

    /// What to do when it fails.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Adds an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Keeps an environment variable from it.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Adds many environment variables.
    pub(crate) fn envs(mut self, envs: impl IntoIterator<Item = (String, String)>) -> Self {
        self.command.envs(envs);
        self
    }

    /// Sets the folder.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs silently; the answer is what it printed on standard output.
    pub(crate) fn quiet(mut self) -> Result<String> {
        let output = self.command.stdin(Stdio::null()).output().map_err(|error| self.not_started(&error))?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let said = stdout + &String::from_utf8_lossy(&output.stderr);
        Err(self.failed(&output.status.to_string(), &shortened(&said)))
    }

    /// Runs with its output on the terminal.
    pub(crate) fn shown(mut self) -> Result<()> {
        let status = self.command.stdin(Stdio::null()).status().map_err(|error| self.not_started(&error))?;
        if status.success() { Ok(()) } else { Err(self.failed(&status.to_string(), "")) }
    }

    /// Runs with its output on the terminal and hands each line of standard output to `each` as well.
    pub(crate) fn watched(mut self, mut each: impl FnMut(&str)) -> Result<()> {
        let spawned = self.command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| self.not_started(&error))?;
        let stdout = child.stdout.take().context("standard output is piped")?;
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            each(&line);
        }
        let status = child.wait()?;
        if status.success() { Ok(()) } else { Err(self.failed(&status.to_string(), "")) }
    }

    /// Runs silently; the answer is what it wrote on standard output, with compiler messages on the terminal.
    pub(crate) fn artifacts(mut self) -> Result<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| self.not_started(&error))?;
        if !output.status.success() {
            return Err(self.failed(&output.status.to_string(), ""));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn not_started(&self, error: &std::io::Error) -> anyhow::Error {
        let program = self.command.get_program().to_string_lossy();
        anyhow!("{}: cannot start {program}: {error}{}", self.what, self.hint())
    }

    fn failed(&self, status: &str, said: &str) -> anyhow::Error {
        let line: Vec<_> = std::iter::once(self.command.get_program()).chain(self.command.get_args()).collect();
        let line = line.join(OsStr::new(" "));
        let said = if said.is_empty() { String::new() } else { format!("\n{said}") };
        anyhow!("{} failed ({status}): {}{said}{}", self.what, line.to_string_lossy(), self.hint())
    }

    fn hint(&self) -> String {
        if self.advice.is_empty() { String::new() } else { format!("\nWhat to do: {}", self.advice) }
    }
}

/// The first and the last lines of a text.
pub(crate) fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let left_out = lines.len().saturating_sub(HEAD + TAIL);
    if left_out == 0 {
        return lines.join("\n");
    }
    let (head, tail) = (&lines[..HEAD], &lines[lines.len() - TAIL..]);
    format!("{}\n[… {left_out} lines …]\n{}", head.join("\n"), tail.join("\n"))
}

/// Finds a program on the `PATH`.
pub(crate) fn on_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Says what is being done, does it, and says how long it took.
pub(crate) fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("{what} …");
    let watch = Stopwatch::start();
    let done = work()?;
    println!("{what}: {}", watch.shown());
    Ok(done)
}

/// Fails with a sentence on what is missing.
pub(crate) fn missing<T>(what: &str, advice: &str) -> Result<T> {
    bail!("{what} is missing.\nWhat to do: {advice}")
}

#[cfg(test)]
mod tests;
