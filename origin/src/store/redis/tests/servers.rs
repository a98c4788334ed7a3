//! Real servers: started by the tests on free ports, ended with them.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::LazyLock,
    thread::sleep,
    time::Duration,
};

use super::Topology;

/// Runs a server until its input ends, be it because the tests were killed; then nothing of it is left.
const KEEPER: &str = r#"
folder=$1; shift
"$@" --dir "$folder" & server=$!
echo "$server" > "$folder/pid"
exec >&-
read -r line
kill -9 "$server" 2>/dev/null
wait "$server" 2>/dev/null
rm -rf "$folder"
"#;

/// How often a server that starts, or a cluster that forms, is asked, and how many times.
const PATIENCE: (Duration, usize) = (Duration::from_millis(50), 600);

/// One `redis-server`.
pub(crate) struct Server {
    keeper: Child,
    /// Its process: what signals go to.
    pub(crate) pid: String,
    pub(crate) port: u16,
}

/// A master and its replica, watched by three Sentinels.
pub(crate) struct Watched {
    pub(crate) master: Server,
    pub(crate) _replica: Server,
    pub(crate) sentinels: Vec<Server>,
}

/// Three masters, each with a replica.
pub(crate) struct Cluster {
    pub(crate) servers: Vec<Server>,
}

/// A port that is free just now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Asks a server with its own client.
pub(crate) fn cli(port: u16, arguments: &[&str]) -> String {
    let mut command = Command::new("redis-cli");
    let done = command.args(["-p", &port.to_string()]).args(arguments).stderr(Stdio::null()).output();
    String::from_utf8_lossy(&done.expect("redis-cli is there where redis-server is").stdout).into_owned()
}

/// Whether a replica confirms a write of this server, if it is a master: one that is still being fed is connected, too.
fn confirms(port: u16) -> bool {
    let mut command = Command::new("redis-cli");
    command.args(["-p", &port.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut client = command.spawn().expect("redis-cli is there where redis-server is");
    // Of the writes the one that names no key, and so no slot.
    client.stdin.take().unwrap().write_all(b"FLUSHALL\nWAIT 1 200\n").unwrap();
    let said = client.wait_with_output().unwrap().stdout;
    said.starts_with(b"OK\n1") || said.starts_with(b"READONLY")
}

/// Waits until something holds.
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..PATIENCE.1 {
        if holds() {
            return;
        }
        sleep(PATIENCE.0);
    }
    panic!("{what}: not in time");
}

impl Server {
    /// One for all tests.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Server> = LazyLock::new(|| Server::with(&[]));
        &SHARED
    }

    /// One for all tests with the rights and settings that are shipped, which must suffice, and how the origin reaches it.
    pub(crate) fn shipped() -> Topology {
        static SHIPPED: LazyLock<Server> = LazyLock::new(|| {
            let infra = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/redis/");
            let read = |name| std::fs::read_to_string(format!("{infra}{name}")).unwrap();
            // SHA-256 of "abc" (FIPS 180-4's example).
            let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
            let names =
                ["A", "ANOTHER", "A_THIRD"].map(|which| format!("REPLACE_WITH_THE_SHA-256_OF_{which}_PASSWORD_IN_HEX"));
            let acl = names.iter().fold(read("users.acl"), |acl, name| acl.replace(name, hash));
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("users.acl");
            std::fs::write(&path, acl).unwrap();
            let conf = read("redis.conf").replace("/etc/redis/users.acl", &path.display().to_string());
            Server::of(&conf, &["--min-replicas-to-write", "0"])
        });
        Topology::one(&format!("redis://mayfly:abc@127.0.0.1:{}", SHIPPED.port)).unwrap()
    }

    /// One of its own, with these settings.
    pub(crate) fn with(settings: &[&str]) -> Self {
        Self::run("", &[&["--save", "", "--repl-diskless-sync-delay", "0"], settings].concat())
    }

    /// One of its own, with this configuration file, and more settings.
    pub(crate) fn of(file: &str, settings: &[&str]) -> Self {
        Self::run(file, settings)
    }

    /// Starts one with a configuration file of these lines.
    fn run(file: &str, settings: &[&str]) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap().keep(), free_port());
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper"]).arg(&folder).arg("redis-server");
        if !file.is_empty() {
            std::fs::write(folder.join("conf"), file).unwrap();
            command.arg(folder.join("conf"));
        }
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]).args(settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut keeper = command.spawn().expect("sh can be run");
        let said = BufReader::new(keeper.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut told = Vec::new();
        for line in said {
            // The second is the last that a Sentinel says at its start.
            if line.contains("eady to accept connections") || line.contains("Sentinel ID is") {
                let pid = std::fs::read_to_string(folder.join("pid")).unwrap().trim().to_owned();
                return Self { keeper, pid, port };
            }
            told.push(line);
        }
        end(&mut keeper);
        let told = told.join("\n");
        panic!(
            "redis-server does not run: install it (apt-get install redis-server, or let `cargo xtask test`): {told}"
        );
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn topology(&self) -> Topology {
        Topology::one(&self.url()).unwrap()
    }

    /// Sends its process a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, "--", &self.pid]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.keeper);
    }
}

/// Ends a server by its keeper.
fn end(keeper: &mut Child) {
    drop(keeper.stdin.take());
    let _ = keeper.wait();
}

impl Watched {
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Watched> = LazyLock::new(Watched::start);
        &SHARED
    }

    pub(crate) fn start() -> Self {
        let master = Server::with(&[]);
        let replica = Server::with(&["--replicaof", "127.0.0.1", &master.port.to_string()]);
        until("the replica confirms", || confirms(master.port));
        let file = format!(
            "sentinel monitor mail 127.0.0.1 {} 2\nsentinel down-after-milliseconds mail 1000\n\
             sentinel failover-timeout mail 5000\n",
            master.port
        );
        let sentinels = (0..3).map(|_| Server::run(&file, &["--sentinel"])).collect::<Vec<_>>();
        for sentinel in &sentinels {
            until("the Sentinels know each other and the replica", || {
                let all = cli(sentinel.port, &["sentinel", "master", "mail"]);
                let told = |name: &str, value: &str| all.contains(&format!("{name}\n{value}\n"));
                told("num-other-sentinels", "2") && told("num-slaves", "1")
            });
        }
        Self { master, _replica: replica, sentinels }
    }

    pub(crate) fn topology(&self) -> Topology {
        let urls = self.sentinels.iter().map(Server::url).collect::<Vec<_>>();
        Topology::sentinel(&urls, "mail", "redis://localhost").unwrap()
    }
}

impl Cluster {
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Cluster> = LazyLock::new(Cluster::start);
        &SHARED
    }

    pub(crate) fn start() -> Self {
        let server = |_| {
            let bus = free_port().to_string();
            let timeout = ["--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no"];
            Server::with(&[&["--cluster-enabled", "yes", "--cluster-port", bus.as_str()], &timeout[..]].concat())
        };
        let servers = (0..6).map(server).collect::<Vec<_>>();
        let mut create = vec!["--cluster".to_owned(), "create".to_owned()];
        create.extend(servers.iter().map(|server| format!("127.0.0.1:{}", server.port)));
        create.extend(["--cluster-replicas", "1", "--cluster-yes"].map(str::to_owned));
        let made = cli(servers[0].port, &create.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(made.contains("All 16384 slots covered"), "{made}");
        for server in &servers {
            until("the cluster is of one mind", || {
                let info = cli(server.port, &["cluster", "info"]);
                let linked = || {
                    let replication = cli(server.port, &["info", "replication"]);
                    replication.contains("master_link_status:up") || replication.contains("connected_slaves:1")
                };
                info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:6") && linked()
            });
            until("a replica confirms", || confirms(server.port));
        }
        Self { servers }
    }

    pub(crate) fn topology(&self) -> Topology {
        Topology::cluster(&self.servers.iter().map(Server::url).collect::<Vec<_>>()).unwrap()
    }
}
