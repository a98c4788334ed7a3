//! What was promised with `250` is kept, whatever happens to the servers that keep it; and what keeps it is needed.
//!
//! Clients write down each `250` that they have read. Then servers die, freeze, are parted and filled; when all is healed
//! every message that was promised is read back whole, by its hash. `MAYFLY_SEED` plays a run again.

#![expect(clippy::print_stdout, reason = "a run says its seed, what was done and what was measured")]

mod book;
mod dice;
mod nemesis;

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use self::{
    book::{Account, Office},
    dice::Dice,
};
use crate::world::{
    client::random,
    fleet::{Fleet, Kind, NODE_TIMEOUT, until},
};

/// No run takes longer.
const RUN: Duration = Duration::from_secs(120);

/// One fleet at a time: they tell death by silence, and a machine that is busy with two of them is silent for long.
static ONE: Mutex<()> = Mutex::const_new(());

/// The seed of this run.
fn seed() -> Result<u64> {
    let seed = match std::env::var("MAYFLY_SEED") {
        Ok(text) => text.parse().context("MAYFLY_SEED is a number")?,
        Err(_) => u64::from_le_bytes(*random().first_chunk().context("octets")?),
    };
    println!("MAYFLY_SEED={seed}");
    Ok(seed)
}

/// A setting of a shipped file: what follows `name` on its line, also where it is commented out.
fn shipped(file: &str, name: &str) -> Result<u64> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/redis").join(file);
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix([' ', '='])?.parse().ok());
    value.with_context(|| format!("no {name} in {file}"))
}

/// How long a dead server stays away, as it is shipped, in node timeouts of the fleet.
fn shipped_delay() -> Result<Duration> {
    let delay = Duration::from_secs(shipped("redis.service", "RestartSec")?);
    let node_timeout = Duration::from_millis(shipped("redis.conf", "cluster-node-timeout")?);
    Ok(NODE_TIMEOUT.mul_f64(delay.as_secs_f64() / node_timeout.as_secs_f64()))
}

pub(crate) async fn a_dead_server_stays_away_for_three_node_timeouts() -> Result<()> {
    ensure!(shipped_delay()? >= NODE_TIMEOUT * 3, "{:?}", shipped_delay()?);
    ensure!(shipped("redis.conf", "min-replicas-to-write")? >= 1);
    Ok(())
}

pub(crate) async fn a_cluster_keeps_all_that_was_promised() -> Result<()> {
    keeps_all(Kind::Cluster).await
}

pub(crate) async fn servers_under_sentinels_keep_all_that_was_promised() -> Result<()> {
    keeps_all(Kind::Sentinel).await
}

async fn keeps_all(kind: Kind) -> Result<()> {
    let _one = ONE.lock().await;
    let seed = seed()?;
    timeout(RUN, async {
        let mut dice = Dice::new(seed);
        let mut fleet = Fleet::start(kind, &[]).await?;
        let mut office = Office::open(&fleet, 1).await?;
        office.begin(dice.next());
        nemesis::run(&mut fleet, &office, &mut dice, shipped_delay()?).await?;
        office.end().await?;
        let Account { promised, lost } = office.account().await?;
        ensure!(lost.is_empty(), "seed {seed}: of {promised} promised messages are lost: {lost:?}");
        ensure!(promised > 200, "only {promised} messages were promised");
        ensure!(office.evicted().await? == 0, "seed {seed}: messages were pushed out");
        Ok(())
    })
    .await
    .with_context(|| format!("seed {seed}: not in {RUN:?}"))?
}

pub(crate) async fn without_waiting_for_replicas_mail_is_lost() -> Result<()> {
    for kind in [Kind::Cluster, Kind::Sentinel] {
        let waited = behind_a_severed_link(kind, 1).await?;
        ensure!(waited.lost.is_empty(), "{kind:?}: {waited:?}");
        let unwaited = behind_a_severed_link(kind, 0).await?;
        ensure!(!unwaited.lost.is_empty(), "{kind:?}: {unwaited:?}");
    }
    Ok(())
}

/// A master's replicas stop hearing it, mail comes, the master dies and a replica takes its place.
async fn behind_a_severed_link(kind: Kind, replicas: u32) -> Result<Account> {
    let _one = ONE.lock().await;
    let mut dice = Dice::new(seed()?);
    // Else the master itself notices after a while: it is the origin's waiting that is looked at.
    let mut fleet = Fleet::start(kind, &["--min-replicas-to-write", "0"]).await?;
    let office = Office::open(&fleet, replicas).await?;
    office.send_each("before", 2, dice.next()).await?;
    let masters = fleet.masters().await;
    let master = masters[dice.of(masters.len())];
    let heirs = fleet.replicas(master).await?;
    for heir in &heirs {
        fleet.wire.part(fleet.nodes[master].place, fleet.nodes[*heir].place);
    }
    office.send_each("behind", 2, dice.next()).await?;
    fleet.nodes[master].kill();
    until("a replica takes over", async || {
        let masters = fleet.masters().await;
        heirs.iter().any(|heir| masters.contains(heir))
    })
    .await?;
    // Not before: what a dead server has sent must not arrive.
    fleet.wire.join();
    sleep(shipped_delay()?).await;
    fleet.restart(master)?;
    fleet.whole().await?;
    office.account().await
}

pub(crate) async fn a_master_that_is_back_at_once_has_lost_its_mail_and_its_replicas() -> Result<()> {
    for kind in [Kind::Cluster, Kind::Sentinel] {
        let patient = after_a_restart(kind, shipped_delay()?).await?;
        ensure!(patient.lost.is_empty(), "{kind:?}: {patient:?}");
        let hasty = after_a_restart(kind, Duration::ZERO).await?;
        ensure!(!hasty.lost.is_empty(), "{kind:?}: {hasty:?}");
    }
    Ok(())
}

/// A master dies and is started again after so long. All mail is on a replica by then.
async fn after_a_restart(kind: Kind, delay: Duration) -> Result<Account> {
    let _one = ONE.lock().await;
    let mut dice = Dice::new(seed()?);
    let mut fleet = Fleet::start(kind, &[]).await?;
    let office = Office::open(&fleet, 1).await?;
    office.send_each("before", 3, dice.next()).await?;
    let masters = fleet.masters().await;
    let master = masters[dice.of(masters.len())];
    fleet.nodes[master].kill();
    sleep(delay).await;
    fleet.restart(master)?;
    fleet.whole().await?;
    office.account().await
}
