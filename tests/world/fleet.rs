//! Redis servers as an operator runs them, on one machine: a cluster of six, or a master and two replicas that three
//! Sentinels watch. They reach one another through a [`Wire`]; they can be killed, frozen, parted and filled.
//!
//! They have the shipped settings, as far as those concern what is kept; times are scaled to a node timeout of 2 s.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use redis::{Value, aio::MultiplexedConnection};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::{
    process::{Process, Signal},
    wire::{HERE, Place, Wire},
};

/// After this a server that is silent is taken for dead: `cluster-node-timeout`, `down-after-milliseconds`.
pub(crate) const NODE_TIMEOUT: Duration = Duration::from_secs(2);

/// What each server may use.
const MEMORY: usize = 32 * 1024 * 1024;

/// What is asked of a server directly is answered within this, or it is dead, frozen or full.
const ASK: Duration = Duration::from_secs(1);

/// What the servers are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Three masters with a replica each.
    Cluster,
    /// One master with two replicas, and three Sentinels.
    Sentinel,
}

/// One server.
pub(crate) struct Node {
    /// How the wire knows it.
    pub place: Place,
    /// Its own port, for the tests alone.
    port: u16,
    /// Where all others find it.
    door: u16,
    bus_door: u16,
    arguments: Vec<String>,
    process: Option<Process>,
    starts: usize,
}

/// What a server is just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A master to which so many replicas are joined.
    Master(usize),
    /// A replica that has all that its master has.
    Replica,
    /// Neither: dead, frozen, on its way.
    Nothing,
}

/// All servers.
pub(crate) struct Fleet {
    pub kind: Kind,
    pub nodes: Vec<Node>,
    sentinels: Vec<Node>,
    pub wire: Wire,
    dir: TempDir,
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Node {
    async fn new(wire: &mut Wire, number: usize) -> Result<Self> {
        let place = Place::try_from(number + 10)?;
        let (port, bus) = (free_port()?, free_port()?);
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (door, bus_door) = (wire.lead_to(place, at(port)).await?, wire.lead_to(place, at(bus)).await?);
        let from = format!("127.0.1.{place}");
        let (port_text, bus) = (port.to_string(), bus.to_string());
        let arguments =
            ["--port", &port_text, "--bind", "127.0.0.1", "--bind-source-addr", &from, "--cluster-port", &bus];
        let arguments = arguments.map(str::to_owned).to_vec();
        Ok(Self { place, port, door, bus_door, arguments, process: None, starts: 0 })
    }

    fn with(mut self, settings: &[&str]) -> Self {
        self.arguments.extend(settings.iter().map(|&word| word.to_owned()));
        self
    }

    /// Starts it (again), with nothing but what a cluster's node writes down of its peers.
    pub(crate) fn start(&mut self, dir: &Path) -> Result<()> {
        self.starts += 1;
        let own = dir.join(self.place.to_string());
        std::fs::create_dir_all(&own)?;
        // Whatever ends the tests, a panic or a signal, ends their servers: this thread is theirs to its end.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "redis-server"]);
        let file = own.join("conf");
        if file.exists() {
            command.arg(file);
        }
        command.args(&self.arguments).arg("--dir").arg(&own);
        let log = dir.join(format!("{}-{}.log", self.place, self.starts));
        self.process = Some(Process::start("redis-server", command, &[], log)?);
        Ok(())
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop(Signal::Kill);
        }
    }

    /// Its process, while it has one.
    pub(crate) fn process(&self) -> Result<&Process> {
        self.process.as_ref().context("the server is dead")
    }

    async fn connection(&self) -> Result<MultiplexedConnection> {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port))?;
        Ok(timeout(ASK, client.get_multiplexed_async_connection()).await??)
    }

    /// Asks it directly.
    pub(crate) async fn ask(&self, words: &[&str]) -> Result<Value> {
        let mut command = redis::cmd(words.first().context("a command")?);
        command.arg(&words[1..]);
        let mut connection = self.connection().await?;
        Ok(timeout(ASK, command.query_async(&mut connection)).await??)
    }

    /// The same, of an answer that is text.
    pub(crate) async fn told(&self, words: &[&str]) -> Result<String> {
        Ok(redis::from_redis_value(self.ask(words).await?)?)
    }

    /// A number of `INFO`.
    pub(crate) async fn number(&self, section: &str, name: &str) -> Result<usize> {
        let all = self.told(&["INFO", section]).await?;
        let value = all.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(value.with_context(|| format!("no {name}"))?.trim().parse()?)
    }

    async fn role(&self) -> Role {
        let Ok(info) = self.told(&["INFO", "replication"]).await else { return Role::Nothing };
        if info.contains("role:master") {
            Role::Master(info.matches("state=online").count())
        } else if info.contains("master_link_status:up") {
            Role::Replica
        } else {
            Role::Nothing
        }
    }

    /// Whether so many replicas confirm what is written here: one that is still being fed is joined, too.
    async fn is_confirmed(&self, replicas: u32) -> Result<bool> {
        let mut connection = self.connection().await?;
        let mut pipe = redis::pipe();
        // Of the writes the one that names no key, and so no slot.
        pipe.cmd("FLUSHALL").cmd("WAIT").arg(replicas).arg(200);
        let (_, confirmed): (Value, u32) = timeout(ASK, pipe.query_async(&mut connection)).await??;
        Ok(confirmed >= replicas)
    }
}

/// Waits until something holds, for up to half a minute.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) -> Result<()> {
    for _ in 0..300 {
        if holds().await {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    bail!("{what}: not in half a minute")
}

impl Fleet {
    /// Starts one and waits until it is whole. `more` are settings beside the usual ones.
    pub(crate) async fn start(kind: Kind, more: &[&str]) -> Result<Self> {
        let dir = TempDir::with_prefix("mayfly-fleet-")?;
        let mut fleet = Self { kind, nodes: Vec::new(), sentinels: Vec::new(), wire: Wire::new(), dir };
        let timeout = NODE_TIMEOUT.as_millis().to_string();
        let memory = MEMORY.to_string();
        #[rustfmt::skip]
        let usual = [
            "--save", "", "--appendonly", "no", "--maxmemory", &memory, "--maxmemory-policy", "volatile-ttl",
            "--maxmemory-samples", "10", "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
            "--repl-diskless-load", "swapdb", "--min-replicas-to-write", "1", "--min-replicas-max-lag", "2",
        ];
        let count = match kind {
            Kind::Cluster => 6,
            Kind::Sentinel => 3,
        };
        for number in 0..count {
            let node = Node::new(&mut fleet.wire, number).await?;
            let (door, bus_door) = (node.door.to_string(), node.bus_door.to_string());
            let of_kind = match kind {
                #[rustfmt::skip]
                Kind::Cluster => vec![
                    "--cluster-enabled", "yes", "--cluster-node-timeout", &timeout, "--cluster-require-full-coverage", "no",
                    "--cluster-announce-ip", "127.0.0.1", "--cluster-announce-port", &door,
                    "--cluster-announce-bus-port", &bus_door,
                ],
                Kind::Sentinel => vec!["--replica-announce-ip", "127.0.0.1", "--replica-announce-port", &door],
            };
            let mut node = node.with(&[&usual[..], &of_kind, more].concat());
            node.start(fleet.dir.path())?;
            fleet.nodes.push(node);
        }
        for node in &fleet.nodes {
            until("a server answers", async || node.ask(&["PING"]).await.is_ok()).await?;
        }
        match kind {
            Kind::Cluster => fleet.cluster().await?,
            Kind::Sentinel => fleet.watched().await?,
        }
        fleet.whole().await?;
        Ok(fleet)
    }

    /// Makes a cluster of the servers: the first three are masters, each of the others the replica of one.
    async fn cluster(&self) -> Result<()> {
        let (masters, replicas) = self.nodes.split_at(3);
        for (node, range) in masters.iter().zip([["0", "5460"], ["5461", "10922"], ["10923", "16383"]]) {
            node.ask(&["CLUSTER", "ADDSLOTSRANGE", range[0], range[1]]).await?;
        }
        for (epoch, node) in self.nodes.iter().enumerate() {
            node.ask(&["CLUSTER", "SET-CONFIG-EPOCH", &(epoch + 1).to_string()]).await?;
            let (door, bus) = (node.door.to_string(), node.bus_door.to_string());
            if epoch > 0 {
                self.nodes[0].ask(&["CLUSTER", "MEET", "127.0.0.1", &door, &bus]).await?;
            }
        }
        for (master, replica) in masters.iter().zip(replicas) {
            let id = master.told(&["CLUSTER", "MYID"]).await?;
            until("a replica may follow", async || replica.ask(&["CLUSTER", "REPLICATE", &id]).await.is_ok()).await?;
        }
        for master in masters {
            until("a replica confirms", async || master.is_confirmed(1).await.unwrap_or(false)).await?;
        }
        Ok(())
    }

    /// Makes the first server the master of the others, and starts the Sentinels.
    async fn watched(&mut self) -> Result<()> {
        let (master, replicas) = self.nodes.split_first().context("a master")?;
        for replica in replicas {
            replica.ask(&["REPLICAOF", "127.0.0.1", &master.door.to_string()]).await?;
        }
        until("both replicas confirm", async || master.is_confirmed(2).await.unwrap_or(false)).await?;
        for number in 3..6 {
            let mut sentinel = Node::new(&mut self.wire, number).await?;
            let (own, millis) = (self.dir.path().join(sentinel.place.to_string()), NODE_TIMEOUT.as_millis());
            std::fs::create_dir_all(&own)?;
            let file = format!(
                "sentinel monitor mayfly 127.0.0.1 {} 2\nsentinel down-after-milliseconds mayfly {millis}\n\
                 sentinel failover-timeout mayfly 6000\nsentinel announce-ip 127.0.0.1\nsentinel announce-port {}\n",
                master.door, sentinel.door
            );
            std::fs::write(own.join("conf"), file)?;
            sentinel = sentinel.with(&["--sentinel"]);
            sentinel.start(self.dir.path())?;
            until("a Sentinel answers", async || sentinel.ask(&["PING"]).await.is_ok()).await?;
            self.sentinels.push(sentinel);
        }
        for sentinel in &self.sentinels {
            // What they look at every ten seconds, and announce every two, is scaled as all other times are.
            sentinel.ask(&["SENTINEL", "DEBUG", "INFO-PERIOD", "1000", "PUBLISH-PERIOD", "500"]).await?;
            until("the Sentinels know all", async || {
                let told = async |name| {
                    let all: Vec<String> =
                        redis::from_redis_value(sentinel.ask(&["SENTINEL", "MASTER", "mayfly"]).await?)?;
                    let at = all.iter().position(|word| word == name).context("no such word")?;
                    anyhow::Ok(all.get(at + 1).cloned().unwrap_or_default())
                };
                let (others, replicas) = (told("num-other-sentinels").await, told("num-slaves").await);
                others.is_ok_and(|count| count == "2") && replicas.is_ok_and(|count| count == "2")
            })
            .await?;
        }
        Ok(())
    }

    /// Waits until each server is what it should be: every replica is joined, every master has all of its own.
    pub(crate) async fn whole(&self) -> Result<()> {
        let replicas = match self.kind {
            Kind::Cluster => 1,
            Kind::Sentinel => 2,
        };
        until("the servers are whole", async || {
            let mut masters = 0;
            for node in &self.nodes {
                match node.role().await {
                    Role::Master(joined) if joined == replicas => masters += 1,
                    Role::Replica => {}
                    Role::Master(_) | Role::Nothing => return false,
                }
                if self.kind == Kind::Cluster {
                    let info = node.told(&["CLUSTER", "INFO"]).await.unwrap_or_default();
                    if !info.contains("cluster_state:ok") || !info.contains("cluster_known_nodes:6") {
                        return false;
                    }
                }
            }
            masters * (replicas + 1) == self.nodes.len()
        })
        .await
    }

    /// The servers that are masters just now, replicas or none, by their index.
    pub(crate) async fn masters(&self) -> Vec<usize> {
        let mut masters = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            if let Role::Master(_) = node.role().await {
                masters.push(index);
            }
        }
        masters
    }

    /// The replicas of a master, by their index.
    pub(crate) async fn replicas(&self, master: usize) -> Result<Vec<usize>> {
        let info = self.nodes[master].told(&["INFO", "replication"]).await?;
        // Only Sentinels are told the port that is announced.
        let is_of = |node: &Node| [node.door, node.port].iter().any(|port| info.contains(&format!("port={port},")));
        let replicas = (0..self.nodes.len()).filter(|index| is_of(&self.nodes[*index])).collect::<Vec<_>>();
        ensure!(!replicas.is_empty(), "no replica: {info}");
        Ok(replicas)
    }

    /// Starts a server again.
    pub(crate) fn restart(&mut self, index: usize) -> Result<()> {
        self.nodes[index].start(self.dir.path())
    }

    /// Parts a server from all others, Sentinels included; from whoever else asks it, if that is wanted.
    pub(crate) fn isolate(&self, index: usize, from_origin: Reach) {
        let place = self.nodes[index].place;
        for other in self.nodes.iter().chain(&self.sentinels).filter(|other| other.place != place) {
            self.wire.part(place, other.place);
        }
        if from_origin == Reach::Nobody {
            self.wire.part(place, HERE);
        }
    }

    /// How an origin is told where they are, with so many replicas to wait for.
    pub(crate) fn settings(&self, replicas: u32) -> Vec<(&'static str, String)> {
        let urls = |nodes: &[Node]| {
            let urls = nodes.iter().map(|node| format!("redis://127.0.0.1:{}", node.door));
            urls.collect::<Vec<_>>().join(",")
        };
        let mut settings = vec![("MAYFLY_STORE_REPLICAS", replicas.to_string())];
        match self.kind {
            Kind::Cluster => settings.push(("MAYFLY_STORE_REDIS", urls(&self.nodes))),
            Kind::Sentinel => {
                settings.push(("MAYFLY_STORE_SENTINELS", urls(&self.sentinels)));
                settings.push(("MAYFLY_STORE_REDIS", "redis://localhost".to_owned()));
            }
        }
        settings
    }

    /// Where files may be written.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }
}

/// Who reaches a server that is parted from its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nobody.
    Nobody,
    /// The origin: on that side of the network it is.
    Origin,
}
