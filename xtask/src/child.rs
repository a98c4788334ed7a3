//! Long-running programs: started in a process group of their own, with their output in files, and ended for sure.

use std::{
    fs::File,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread::sleep,
    time::Duration,
};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::{clock::Stopwatch, command::shortened, workspace::read};

/// How long a program may take to end when asked.
const GRACE: Duration = Duration::from_secs(5);

/// How often a state is looked at that nobody announces.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// A running program and all that it started.
pub(crate) struct Child {
    name: &'static str,
    process: std::process::Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Child {
    /// Starts `command`, its output going to files in `logs`.
    pub(crate) fn start(name: &'static str, command: &mut Command, logs: &Path) -> Result<Self> {
        let stdout = logs.join(format!("{name}.out"));
        let stderr = logs.join(format!("{name}.log"));
        let process = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .spawn()
            .with_context(|| format!("cannot start {name}: {}", command.get_program().to_string_lossy()))?;
        Ok(Self { name, process, stdout, stderr })
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// The whole lines of its standard output so far.
    pub(crate) fn lines(&self) -> Result<Vec<String>> {
        let text = read(&self.stdout)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        Ok(whole.lines().map(str::to_owned).collect())
    }

    /// What it said last, for a person to find out why it failed.
    pub(crate) fn said(&self) -> String {
        let show = |file: &Path| shortened(&read(file).unwrap_or_default());
        format!("--- {} said:\n{}\n{}\n---", self.name, show(&self.stdout), show(&self.stderr))
    }

    /// Ends it and all that it started: by request, then by force.
    fn end(&mut self) {
        let Ok(Some(group)) = i32::try_from(self.process.id()).map(Pid::from_raw) else { return };
        // Errors mean that nobody is left to signal: what was wanted.
        let _ = kill_process_group(group, Signal::TERM);
        let watch = Stopwatch::start();
        while watch.elapsed() < GRACE && !matches!(self.process.try_wait(), Ok(Some(_)) | Err(_)) {
            sleep(TICK);
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests;
