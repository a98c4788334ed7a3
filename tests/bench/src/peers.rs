//! Other servers that the origin is compared with: Postfix's smtp-sink, and whatever runs already.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    str::FromStr,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tokio::process::{Child, Command};

use crate::{
    channel::{Channel, From},
    clock::Moment,
    loopback::Target,
};

/// A server that somebody else has started.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) name: String,
    pub(crate) smtp: Target,
    pub(crate) pids: Vec<u32>,
}

/// smtp-sink: takes mail and throws it away.
pub(crate) struct Sink {
    child: Child,
    pub(crate) smtp: Target,
}

/// How long it may take to listen.
const START: Duration = Duration::from_secs(5);

impl Sink {
    /// Where the program is, if it is here.
    pub(crate) fn find(named: Option<&Path>) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/lib/postfix/sbin".into()]);
        let mut found = folders.map(|folder| folder.join("smtp-sink"));
        named.map(Path::to_path_buf).or_else(|| found.find(|file| file.is_file()))
    }

    /// Starts it and waits until it listens.
    pub(crate) async fn start(program: &Path) -> Result<Self> {
        // It takes no port 0. Whoever takes this one meanwhile makes the run fail, not lie.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(program);
        if rustix::process::geteuid().is_root() {
            // It does not run as root.
            command.args(["-u", "nobody"]);
        }
        command.args([&format!("127.0.0.1:{port}"), "1000"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{} does not start", program.display()))?;
        let smtp = Target::from_str(&format!("127.0.0.1:{port}")).map_err(anyhow::Error::msg)?;
        let start = Moment::now();
        while Channel::connect(smtp, From::Anywhere).await.is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("smtp-sink ended with {status}");
            }
            if start.elapsed() > START {
                bail!("smtp-sink does not listen");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { child, smtp })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().context("smtp-sink has ended")
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

impl FromStr for Running {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || format!("{text:?} is not of the form NAME=ADDR@PID[,PID...]");
        let (name, rest) = text.split_once('=').ok_or_else(form)?;
        let (smtp, pids) = rest.rsplit_once('@').ok_or_else(form)?;
        let pids: Result<Vec<u32>, _> = pids.split(',').map(str::parse).collect();
        Ok(Self { name: name.to_owned(), smtp: smtp.parse()?, pids: pids.map_err(|_| form())? })
    }
}
