//! Who the master is: one server, whomever Sentinels name, or each slot's master in a cluster.
//!
//! Asked anew for each connection that is made, and connections are dropped as soon as one of them says that it is no
//! master any more: so a failover is followed without a restart.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, Value,
    aio::MultiplexedConnection,
};
use tokio::time::timeout;

use super::{
    answer::{array, exactly, number, octets},
    fault::Fault,
    keys::{SHARDS, slot_of},
};
use crate::limits::{REDIS_ASK, REDIS_CALL, REDIS_CONNECT};

/// An address that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the URL of a Redis server: redis://, rediss:// or unix:// and its address")]
pub struct NotRedis;

/// Where Redis is.
#[derive(Clone)]
pub struct Topology(Kind);

#[derive(Clone)]
enum Kind {
    One(ConnectionInfo),
    Sentinel { sentinels: Vec<ConnectionInfo>, name: String, like: Box<ConnectionInfo> },
    Cluster(Vec<ConnectionInfo>),
}

fn parse(url: &str) -> Result<ConnectionInfo, NotRedis> {
    url.into_connection_info().map_err(|_| NotRedis)
}

fn parse_all(urls: &[String]) -> Result<Vec<ConnectionInfo>, NotRedis> {
    let all = urls.iter().map(|url| parse(url)).collect::<Result<Vec<_>, _>>()?;
    if all.is_empty() { Err(NotRedis) } else { Ok(all) }
}

impl Topology {
    /// One server.
    ///
    /// # Errors
    /// [`NotRedis`].
    pub fn one(url: &str) -> Result<Self, NotRedis> {
        parse(url).map(|info| Self(Kind::One(info)))
    }

    /// Whomever these Sentinels call the master of that name. `like` is a URL whose user, password and TLS are the
    /// servers' own; its host does not matter.
    ///
    /// # Errors
    /// [`NotRedis`].
    pub fn sentinel(urls: &[String], name: &str, like: &str) -> Result<Self, NotRedis> {
        let (sentinels, like) = (parse_all(urls)?, Box::new(parse(like)?));
        Ok(Self(Kind::Sentinel { sentinels, name: name.to_owned(), like }))
    }

    /// A cluster that these servers are of.
    ///
    /// # Errors
    /// [`NotRedis`].
    pub fn cluster(urls: &[String]) -> Result<Self, NotRedis> {
        parse_all(urls).map(|seeds| Self(Kind::Cluster(seeds)))
    }

    /// How many connections of a kind are needed, so that each goes to one master: shard `n` takes the `n`th of them,
    /// counted round.
    pub(super) fn lanes(&self) -> usize {
        match self.0 {
            Kind::One(_) | Kind::Sentinel { .. } => 1,
            Kind::Cluster(_) => SHARDS,
        }
    }

    /// Whether Sentinels say who the master is.
    pub(super) fn is_watched(&self) -> bool {
        matches!(self.0, Kind::Sentinel { .. })
    }

    /// The master of a shard, as it is just now. Of a cluster one server is asked, with each turn another one first.
    pub(super) async fn master(&self, shard: usize, turn: usize) -> Result<ConnectionInfo, Fault> {
        match &self.0 {
            Kind::One(info) => Ok(info.clone()),
            Kind::Sentinel { sentinels, name, like } => {
                let (host, port) = named(sentinels, name).await?;
                Ok(moved(like, &host, port))
            }
            Kind::Cluster(seeds) => {
                let mut command = redis::cmd("CLUSTER");
                command.arg("SLOTS");
                for seed in seeds.iter().cycle().skip(turn % seeds.len()).take(seeds.len()) {
                    let Ok(ranges) = ask(seed, &command).await else { continue };
                    if let Ok(Some(master)) = master_of(slot_of(shard), ranges, seed) {
                        return Ok(master);
                    }
                }
                Err(Fault::NoMaster)
            }
        }
    }
}

/// Whom most Sentinels name, of those that answer: one that was cut off names the former master.
async fn named(sentinels: &[ConnectionInfo], name: &str) -> Result<(Vec<u8>, u64), Fault> {
    let mut command = redis::cmd("SENTINEL");
    command.arg("get-master-addr-by-name").arg(name);
    let mut asked = sentinels.iter().map(|sentinel| ask(sentinel, &command)).collect::<FuturesUnordered<_>>();
    let mut votes: BTreeMap<(Vec<u8>, u64), usize> = BTreeMap::new();
    while let Some(answer) = asked.next().await {
        let Ok(Value::Array(answer)) = answer else { continue };
        let [host, port] = exactly(answer)?;
        let vote = (octets(&host)?.to_vec(), number(&port)?);
        let count = votes.entry(vote.clone()).or_default();
        *count += 1;
        if *count > sentinels.len() / 2 {
            return Ok(vote);
        }
    }
    votes.into_iter().max_by_key(|(_, count)| *count).map(|(vote, _)| vote).ok_or(Fault::NoMaster)
}

/// The master of a slot, as `CLUSTER SLOTS` has it.
fn master_of(slot: u16, ranges: Value, seed: &ConnectionInfo) -> Result<Option<ConnectionInfo>, Fault> {
    for range in array(ranges)? {
        let mut range = array(range)?.into_iter();
        let (Some(from), Some(to), Some(master)) = (range.next(), range.next(), range.next()) else { continue };
        if !(number(&from)?..=number(&to)?).contains(&slot.into()) {
            continue;
        }
        let mut master = array(master)?.into_iter();
        let (Some(host), Some(port)) = (master.next(), master.next()) else { continue };
        // No host: the one that was asked (a server that has not been told its own address).
        let host = octets(&host).unwrap_or_default();
        return Ok(Some(moved(seed, host, number(&port)?)));
    }
    Ok(None)
}

/// The same user, password and TLS at another address.
fn moved(like: &ConnectionInfo, host: &[u8], port: u64) -> ConnectionInfo {
    let port = u16::try_from(port).unwrap_or(0);
    let name = String::from_utf8_lossy(host).into_owned();
    let or = |own: &String| if name.is_empty() { own.clone() } else { name.clone() };
    let address = match like.addr() {
        ConnectionAddr::TcpTls { host, insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host: or(host), port, insecure: *insecure, tls_params: tls_params.clone() }
        }
        ConnectionAddr::Tcp(host, _) => ConnectionAddr::Tcp(or(host), port),
        _ => ConnectionAddr::Tcp(name, port),
    };
    like.clone().set_addr(address)
}

/// Asks a server who the master is. One that is frozen takes connections, and holds up the others no longer than this.
async fn ask(whom: &ConnectionInfo, command: &redis::Cmd) -> Result<Value, Fault> {
    let asked = async {
        let mut connection = connect(whom.clone(), bare()).await?;
        connection.send_packed_command(command).await.map_err(|error| Fault::of(&error))
    };
    timeout(REDIS_ASK_DURATION, asked).await.unwrap_or(Err(Fault::Deadline))
}

/// A connection's own bounds.
pub(super) fn bare() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(REDIS_CONNECT_DURATION))
        .set_response_timeout(Some(Duration::from_millis(REDIS_CALL.as_millis())))
}

const REDIS_ASK_DURATION: Duration = Duration::from_millis(REDIS_ASK.as_millis());
const REDIS_CONNECT_DURATION: Duration = Duration::from_millis(REDIS_CONNECT.as_millis());

/// Connects, within its deadline whatever the other side does.
pub(super) async fn connect(
    info: ConnectionInfo,
    config: AsyncConnectionConfig,
) -> Result<MultiplexedConnection, Fault> {
    let client = Client::open(info).map_err(|_| Fault::NoConnection)?;
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    timeout(REDIS_CONNECT_DURATION, connecting).await.map_err(|_| Fault::Deadline)?.map_err(|error| Fault::of(&error))
}
