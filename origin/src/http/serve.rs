//! The connections of the HTTP side: how many there are, how long they may take, how they end.
//!
//! Speaks HTTP/1.1 alone: the edge and its tunnels ask for no more, and a client's share of memory is easy to
//! bound. Never waits for a client without end: a head is due within a time, an answer must be taken at a least rate.

mod steady;

use std::{io, net::IpAddr, time::Duration};

use axum::{Router, extract::Request};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::sleep,
};
use tower::ServiceExt as _;

use self::steady::Steady;
use crate::limits::{ACCEPT_PAUSE_MAX, HTTP_HEAD_OCTETS, HTTP_HEAD_TIMEOUT, HTTP_STALL_TIMEOUT};

/// Who is at the other end of a connection: an extension of each request that came over one.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// How much and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at one time; further ones wait in the backlog.
    pub connections: usize,
    /// How long a head may take to come.
    pub head: Duration,
    /// How long a client may take nothing of an answer.
    pub stall: Duration,
}

impl Bounds {
    /// The limits' own, for so many connections.
    #[must_use]
    pub const fn of(connections: usize) -> Self {
        Self { connections, head: HTTP_HEAD_TIMEOUT.as_duration(), stall: HTTP_STALL_TIMEOUT.as_duration() }
    }
}

/// Serves `routes` at `listener` until `draining` says so or its sender is gone; then each connection comes to the
/// end of its request. Dropping this future ends all of them at once.
pub async fn serve(listener: TcpListener, routes: Router, bounds: Bounds, mut draining: watch::Receiver<bool>) {
    let mut open = JoinSet::new();
    let until = draining.clone();
    loop {
        tokio::select! {
            biased;
            _ = draining.wait_for(|draining| *draining) => break,
            Some(_) = open.join_next() => {}
            (stream, peer) = accept(&listener), if open.len() < bounds.connections => {
                open.spawn(converse(stream, peer, routes.clone(), bounds, until.clone()));
            }
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

/// The next connection. Without descriptors or memory only waiting helps.
async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, Peer(peer.ip())),
            Err(error) if is_about_the_client(&error) => {}
            Err(_) => sleep(ACCEPT_PAUSE_MAX.as_duration()).await,
        }
    }
}

async fn converse(stream: TcpStream, peer: Peer, routes: Router, bounds: Bounds, mut draining: watch::Receiver<bool>) {
    // Nagle's algorithm would hold small events back. A socket that refuses this is about to fail anyway.
    let _ = stream.set_nodelay(true);
    let routes = routes.map_request(move |mut request: Request<_>| {
        request.extensions_mut().insert(peer);
        request
    });
    let channel = TokioIo::new(Steady::new(stream, bounds.stall));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_buf_size(HTTP_HEAD_OCTETS)
        .serve_connection(channel, TowerToHyperService::new(routes));
    tokio::pin!(connection);
    // What ends a connection early is its client's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = draining.wait_for(|draining| *draining) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

fn is_about_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests;
