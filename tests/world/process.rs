//! Child processes that end with the test: started in their own group, their output in a file.

use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// A program that runs until it is dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    name: &'static str,
}

/// How a process is told to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    /// `SIGTERM`: it may finish what it does.
    Terminate,
    /// `SIGKILL`: it may not.
    Kill,
}

impl Process {
    /// Starts `command` with nothing of our environment but `PATH` and `HOME`, and what it was given.
    pub(crate) fn start(
        name: &'static str,
        mut command: Command,
        given: &[(&str, String)],
        log: PathBuf,
    ) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let out = File::create(&log)?;
        command.env_clear();
        for kept in ["PATH", "HOME"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.envs(given.iter().map(|(k, v)| (k, v)));
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).process_group(0);
        let child = command.spawn().with_context(|| format!("{name} does not start"))?;
        Ok(Self { child, log, name })
    }

    /// Everything it has written.
    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The first line of its output that `pick` has an answer for; fails when the process ends before, or in a minute.
    pub(crate) async fn line<T>(&mut self, pick: impl Fn(&str) -> Option<T>) -> Result<T> {
        for _ in 0..1200 {
            if let Some(found) = self.output().lines().find_map(&pick) {
                return Ok(found);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}:\n{}", self.name, self.output());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{} did not get ready in a minute:\n{}", self.name, self.output())
    }

    /// Waits until it ends by itself, which must be well and within a minute.
    pub(crate) async fn ended(&mut self) -> Result<()> {
        for _ in 0..1200 {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("{} ended with {status}:\n{}", self.name, self.output()),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        bail!("{} did not end in a minute:\n{}", self.name, self.output())
    }

    /// Sends `SIGHUP` to the process: it should look at its files.
    pub(crate) fn hang_up(&self) -> Result<()> {
        self.tell("-HUP")
    }

    /// Stops it where it stands, until [`Process::thaw`].
    pub(crate) fn freeze(&self) -> Result<()> {
        self.tell("-STOP")
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) -> Result<()> {
        self.tell("-CONT")
    }

    fn tell(&self, signal: &str) -> Result<()> {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { bail!("{} is not there", self.name) }
    }

    /// Sends a signal to the process and all its children, and waits until it has ended.
    pub(crate) fn stop(&mut self, signal: Signal) {
        let name = match signal {
            Signal::Terminate => "-TERM",
            Signal::Kill => "-KILL",
        };
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args([name, "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop(Signal::Kill);
    }
}
