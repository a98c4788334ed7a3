//! What happens to the servers: one fault after the other, each healed before the next, in an order, at places and for
//! times that follow from a seed.
//!
//! One at a time, since mail is in memory alone: whoever loses a master and all of its replicas at once has lost it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::time::sleep;

use super::{
    book::{Office, now},
    dice::Dice,
};
use crate::world::fleet::{Fleet, NODE_TIMEOUT, Reach, until};

/// What a server may use that is filled, in hundredths of its memory: beyond the mark (90), short of the end.
const FULL: usize = 94;

/// Octets that it is filled with at a time.
const GRAIN: usize = 128 * 1024;

/// What happens to one server.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// `kill -9`; it is started again after the delay.
    Kill,
    /// It stands still, holding its connections, for longer than its peers wait.
    Freeze,
    /// It runs, and its peers do not hear it.
    Part,
    /// Somebody else's data fills it.
    Fill,
}

/// Does everything once to the servers; `delay` is how long a dead one stays away.
pub(super) async fn run(fleet: &mut Fleet, office: &Office, dice: &mut Dice, delay: Duration) -> Result<()> {
    let began = now();
    let mut left = vec![Fault::Kill, Fault::Freeze, Fault::Part, Fault::Fill];
    while !left.is_empty() {
        let fault = left.swap_remove(dice.of(left.len()));
        fleet.whole().await?;
        let masters = fleet.masters().await;
        let master = *masters.get(dice.of(masters.len())).context("a master")?;
        let replicas = fleet.replicas(master).await?;
        // Mostly the master: that is where it hurts.
        let target = match fault {
            Fault::Freeze | Fault::Part if dice.of(4) == 0 => replicas[dice.of(replicas.len())],
            Fault::Kill | Fault::Freeze | Fault::Part | Fault::Fill => master,
        };
        let length = NODE_TIMEOUT * 2 + Duration::from_millis(dice.of(2_000) as u64);
        let who = if target == master { "a master" } else { "a replica" };
        println!("  {:5.1} s: {fault:?} {who} ({target})", (now() - began).as_secs_f64());
        office.reset();
        let struck = now();
        match fault {
            Fault::Kill => kill(fleet, target, delay).await?,
            Fault::Freeze => {
                fleet.nodes[target].process()?.freeze()?;
                sleep(length).await;
                fleet.nodes[target].process()?.thaw()?;
            }
            Fault::Part => {
                let reach = if dice.of(2) == 0 { Reach::Nobody } else { Reach::Origin };
                println!("           its reach: {reach:?}");
                fleet.isolate(target, reach);
                sleep(length).await;
                fleet.wire.join();
            }
            Fault::Fill => fill(fleet, target, office).await?,
        }
        healed(fleet, office, struck).await?;
    }
    println!("  {:5.1} s: all is healed", (now() - began).as_secs_f64());
    Ok(())
}

/// Waits until the servers are whole and every inbox has taken mail again; tells for how long any did not.
async fn healed(fleet: &Fleet, office: &Office, struck: Instant) -> Result<()> {
    fleet.whole().await?;
    let whole = now() - struck;
    // Once more round each inbox, so that the time in which it took nothing has an end.
    sleep(Duration::from_millis(1_500)).await;
    let (taken, listed) = office.without_service();
    println!(
        "           whole again after {:.1} s; longest without service of an inbox: mail {:.1} s, reading {:.1} s",
        whole.as_secs_f64(),
        taken.as_secs_f64(),
        listed.as_secs_f64()
    );
    Ok(())
}

async fn kill(fleet: &mut Fleet, target: usize, delay: Duration) -> Result<()> {
    fleet.nodes[target].kill();
    sleep(delay).await;
    fleet.restart(target)
}

/// Fills a master past the mark with what has no end and so is never evicted, until mail is refused; then takes it away.
async fn fill(fleet: &Fleet, target: usize, office: &Office) -> Result<()> {
    let node = &fleet.nodes[target];
    let cap = node.number("memory", "maxmemory").await?;
    let grain = "0".repeat(GRAIN);
    let mut keys = Vec::new();
    // Keys of one slot each, of which a cluster's master has some.
    let mut number = 0_usize;
    while node.number("memory", "used_memory").await? < cap / 100 * FULL {
        let key = format!("filler-{number}");
        number += 1;
        if node.ask(&["SET", &key, &grain]).await.is_ok() {
            keys.push(key);
        }
    }
    let before = office.replies("452 4.3.1");
    until("mail is put off for want of room", async || office.replies("452 4.3.1") > before).await?;
    for key in keys {
        node.ask(&["DEL", &key]).await?;
    }
    Ok(())
}
