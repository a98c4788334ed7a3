//! The network between servers that speak to each other: every connection goes through here, and pairs of places can be
//! parted.
//!
//! Parted as a network parts: nothing is refused and no connection ends; what is sent stays on its way, and arrives once
//! the two are joined again. A place is known by the last octet of the loopback address that it connects from.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinSet,
};

/// The last octet of an address in 127.0.0.0/8.
pub(crate) type Place = u8;

/// Whoever connects from 127.0.0.1: the origin, and the tests themselves.
pub(crate) const HERE: Place = 1;

/// Pairs that are parted, the lower place first.
type Parted = BTreeSet<(Place, Place)>;

/// The network; it ends with this.
pub(crate) struct Wire {
    parted: watch::Sender<Parted>,
    carriers: JoinSet<()>,
}

fn pair(one: Place, other: Place) -> (Place, Place) {
    (one.min(other), one.max(other))
}

impl Wire {
    /// One that parts nobody.
    pub(crate) fn new() -> Self {
        Self { parted: watch::Sender::new(Parted::new()), carriers: JoinSet::new() }
    }

    /// A port that leads to `target`, which is at `place`.
    pub(crate) async fn lead_to(&mut self, place: Place, target: SocketAddr) -> Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        self.carriers.spawn(carry(listener, place, target, self.parted.subscribe()));
        Ok(port)
    }

    /// Parts two places.
    pub(crate) fn part(&self, one: Place, other: Place) {
        self.parted.send_modify(|parted| {
            parted.insert(pair(one, other));
        });
    }

    /// Joins all.
    pub(crate) fn join(&self) {
        self.parted.send_replace(Parted::new());
    }
}

/// Carries connections of a listener to `target`.
async fn carry(listener: TcpListener, place: Place, target: SocketAddr, parted: watch::Receiver<Parted>) {
    // Each ends with the listener's own task.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((inner, from)) => drop(connections.spawn(connect(inner, pair(from_place(from), place), target, parted.clone()))),
                Err(_) => return,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn from_place(from: SocketAddr) -> Place {
    match from.ip() {
        IpAddr::V4(address) => address.octets()[3],
        IpAddr::V6(_) => HERE,
    }
}

async fn connect(inner: TcpStream, between: (Place, Place), target: SocketAddr, mut parted: watch::Receiver<Parted>) {
    if joined(&mut parted, between).await.is_err() {
        return;
    }
    let Ok(outer) = TcpStream::connect(target).await else { return };
    let _ = (inner.set_nodelay(true), outer.set_nodelay(true));
    let ((from_inner, to_inner), (from_outer, to_outer)) = (inner.into_split(), outer.into_split());
    // Once one side has ended, so has the other.
    tokio::select! {
        _ = pass(from_inner, to_outer, between, parted.clone()) => {}
        _ = pass(from_outer, to_inner, between, parted) => {}
    }
}

/// Waits until the two are not parted.
async fn joined(parted: &mut watch::Receiver<Parted>, between: (Place, Place)) -> Result<()> {
    parted.wait_for(|parted| !parted.contains(&between)).await?;
    Ok(())
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    between: (Place, Place),
    mut parted: watch::Receiver<Parted>,
) -> Result<()> {
    let mut octets = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut octets).await?;
        joined(&mut parted, between).await?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&octets[..count]).await?;
    }
}
