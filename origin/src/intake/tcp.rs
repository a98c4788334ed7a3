//! The listener: accepts, counts, turns away, drains. Each session runs on one task.
//!
//! It never waits for a peer: a connection over the limit is told `421` by a small pool of its own,
//! and running out of descriptors costs new sessions, not the listener. A permit is taken before
//! anything is allocated for a session.

mod drive;
mod held;
mod pace;
mod seat;
pub(super) mod source;
mod spare;
mod visit;
mod wire;

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use protocol::{limits::MESSAGE_OCTETS, time::Millis};
use socket2::{Domain, Socket, Type};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

use self::{
    seat::{Seated, Seats},
    source::{Connection, Source},
    spare::Spare,
    visit::{Entry, visit},
    wire::Wire,
};
use super::{
    classes::{Crowded, Quota, Quotas},
    reply::{self, Reply},
    session::{Protocol, Site, TlsOffer},
    stress::{Level, Load, Memory},
};
use crate::{
    budget::{NoRoom, Reservation},
    limits,
    mail::Client,
    networks::Networks,
    ports::{Clock, Door, Reception},
};

/// How intake presents itself, and its bounds.
#[derive(Clone)]
pub struct Config {
    /// The name that it greets with and that stands in its trace fields.
    pub hostname: String,
    /// What TLS is spoken with; without it `STARTTLS` is not offered.
    pub tls: Option<TlsAcceptor>,
    /// Its bounds.
    pub bounds: Bounds,
    /// Who must begin with a PROXY header, and is believed.
    pub proxies: Networks,
    /// Whose sessions are not counted by where they come from.
    pub uncounted: Networks,
    /// What the classes of sessions are found by; of this process alone.
    pub class_key: [u8; 32],
}

/// Intake's bounds; the defaults are those of [`limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Sessions at one time.
    pub sessions: usize,
    /// How long a client is watched before it is greeted; zero: only what it said by then counts.
    pub greet_delay: Millis,
    /// Deadline of each command and each piece of a message.
    pub command_timeout: Millis,
    /// Deadline of a TLS handshake.
    pub tls_timeout: Millis,
    /// Longest session.
    pub session_timeout: Millis,
    /// Slowest a message may come, in octets a second.
    pub data_rate_min: u64,
    /// Largest message.
    pub message_octets: usize,
    /// Most recipients of a message.
    pub recipients: usize,
    /// Most messages of a session.
    pub messages: usize,
    /// Most errors of a session.
    pub errors: usize,
    /// Most commands that do no work between two messages.
    pub idle_commands: usize,
    /// Sessions of one address, and of one network.
    pub quotas: Quotas,
}

/// Whether other processes may listen on the same port (`SO_REUSEPORT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// No.
    Alone,
    /// Yes: the kernel spreads connections over them.
    Shared,
}

/// What all conversations of a listener share.
pub(super) struct Host {
    site: Arc<Site>,
    bounds: Bounds,
    tls: Option<TlsAcceptor>,
    reception: Arc<dyn Reception>,
    clock: Arc<dyn Clock>,
    proxies: Networks,
    seats: Seats,
    permits: Arc<Semaphore>,
    sessions: usize,
    /// Whether memory was spent when it was last asked for.
    spent: AtomicBool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            sessions: limits::SESSIONS,
            greet_delay: limits::GREET_DELAY,
            command_timeout: limits::COMMAND_TIMEOUT,
            tls_timeout: limits::TLS_TIMEOUT,
            session_timeout: limits::SESSION_TIMEOUT,
            data_rate_min: limits::DATA_RATE_MIN,
            message_octets: MESSAGE_OCTETS,
            recipients: limits::RECIPIENTS,
            messages: limits::MESSAGES_PER_SESSION,
            errors: limits::ERRORS_PER_SESSION,
            idle_commands: limits::IDLE_COMMANDS,
            quotas: Quotas {
                address: Quota { sessions: limits::ADDRESS_SESSIONS, rate: limits::ADDRESS_RATE },
                network: Quota { sessions: limits::NETWORK_SESSIONS, rate: limits::NETWORK_RATE },
            },
        }
    }
}

impl Host {
    pub(super) fn new(
        config: Config,
        protocol: Protocol,
        reception: Arc<dyn Reception>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let seats = Seats::new(&config);
        let Config { hostname, tls, bounds, proxies, .. } = config;
        // tokio's semaphores count no further; nobody has that many descriptors.
        let sessions = bounds.sessions.min(Semaphore::MAX_PERMITS).min(u32::MAX as usize);
        let permits = Arc::new(Semaphore::new(sessions));
        let offer = if tls.is_some() { TlsOffer::Offered } else { TlsOffer::Unavailable };
        let site = Arc::new(Site {
            protocol,
            hostname,
            tls: protocol.offer(offer),
            message_octets: bounds.message_octets,
            recipients: bounds.recipients,
            messages: bounds.messages,
            errors: bounds.errors,
            idle_commands: bounds.idle_commands,
        });
        Self { site, bounds, tls, reception, clock, proxies, seats, permits, sessions, spent: AtomicBool::new(false) }
    }

    /// How pressed we are just now.
    fn level(&self) -> Level {
        let memory = if self.spent.load(Ordering::Relaxed) { Memory::Spent } else { Memory::Free };
        let sessions = self.sessions - self.permits.available_permits().min(self.sessions);
        Level::of(Load { sessions, limit: self.sessions, memory })
    }

    /// The bounds as they are just now.
    fn bounds(&self) -> Bounds {
        let level = self.level();
        Bounds {
            command_timeout: level.deadline(self.bounds.command_timeout),
            tls_timeout: level.deadline(self.bounds.tls_timeout),
            session_timeout: level.deadline(self.bounds.session_timeout),
            ..self.bounds
        }
    }

    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        let room = self.reception.reserve(octets);
        self.spent.store(Memory::after(&room) == Memory::Spent, Ordering::Relaxed);
        room
    }
}

/// A listener at `address`, with the backlog that layer 2 promises; IPv6 takes IPv4 too.
///
/// # Errors
/// What the system says: the port is taken, or may not be had.
pub fn listen(address: SocketAddr, sharing: Sharing) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(socket2::Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if sharing == Sharing::Shared {
        socket.set_reuse_port(true)?;
    }
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(limits::BACKLOG).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// Takes mail at `listener` until `shutdown` says `true` (or its sender is gone). Then no new session
/// begins, clients that are being waited for hear `421`, and a message under way comes to its end;
/// returns when the last session has ended.
///
/// # Errors
/// The listener cannot be used at all. Failing to accept is no reason to end.
pub async fn serve(
    listener: std::net::TcpListener,
    config: Config,
    reception: Arc<dyn Reception>,
    clock: Arc<dyn Clock>,
    shutdown: watch::Receiver<bool>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    take_in(listener, Host::new(config, Protocol::Smtp, reception, clock), shutdown).await;
    Ok(())
}

/// What [`serve`] does, wherever connections come from.
pub(super) async fn take_in(listener: impl Source, host: Host, shutdown: watch::Receiver<bool>) {
    let host = Arc::new(host);
    let (permits, sessions) = (Arc::clone(&host.permits), host.sessions);
    let gate = Gate { host, turned_away: Arc::new(Semaphore::new(limits::TURNED_AWAY)), shutdown: shutdown.clone() };
    gate.accept(&listener, shutdown).await;
    drop(listener);
    let sessions = u32::try_from(sessions).unwrap_or(u32::MAX);
    // The semaphore is never closed, so this waits for the last session and cannot fail.
    let _ = permits.acquire_many(sessions).await;
}

/// Where connections become sessions, or do not.
struct Gate {
    host: Arc<Host>,
    turned_away: Arc<Semaphore>,
    shutdown: watch::Receiver<bool>,
}

impl Gate {
    async fn accept(&self, listener: &impl Source, mut shutdown: watch::Receiver<bool>) {
        let mut spare = Spare::new();
        let mut pause = limits::ACCEPT_PAUSE;
        loop {
            let accepted = tokio::select! {
                biased;
                _ = shutdown.wait_for(|down| *down) => return,
                accepted = poll_fn(|context| listener.poll_accept(context)) => accepted,
            };
            match accepted {
                Ok((stream, client)) => {
                    pause = limits::ACCEPT_PAUSE;
                    self.admit(stream, client);
                }
                // The client left before we came to it; the next one may be fine.
                Err(error) if is_about_the_client(&error) => {}
                Err(_) => {
                    if spare.turn_away(listener) {
                        self.host.reception.at_the_door(Door::TurnedAway);
                    } else {
                        // Waiting keeps a lack of descriptors or memory from becoming a lack of processor time.
                        sleep(pause.as_duration()).await;
                        pause = Millis::from_millis(pause.as_millis() * 2).min(limits::ACCEPT_PAUSE_MAX);
                    }
                }
            }
        }
    }

    fn admit(&self, stream: impl Connection, client: Client) {
        match Arc::clone(&self.host.permits).try_acquire_owned() {
            Ok(permit) => match self.entry(client) {
                Ok(entry) => {
                    let (host, shutdown) = (Arc::clone(&self.host), self.shutdown.clone());
                    tokio::spawn(visit(stream, entry, host, shutdown, permit));
                }
                Err(_) => self.turn_away(stream, &reply::CROWDED),
            },
            Err(_) => self.turn_away(stream, &reply::TOO_MANY_SESSIONS),
        }
    }

    fn entry(&self, client: Client) -> Result<Entry, Crowded> {
        let Client::Host(address) = client else { return Ok(Entry::Direct(client, Seated::Free)) };
        if self.host.proxies.contains(address) {
            return Ok(Entry::Proxied(address));
        }
        let seat = self.host.seats.take(address, self.host.clock.now())?;
        Ok(Entry::Direct(client, seat))
    }

    /// Says `421`, always: a connection that just vanishes makes senders try again at once.
    fn turn_away(&self, stream: impl Connection, reply: &Reply) {
        self.host.reception.at_the_door(Door::TurnedAway);
        let mut words = Vec::new();
        reply.write(&mut words);
        // A fresh socket's send buffer is empty, so this neither waits nor is cut short.
        let _ = stream.try_write(&words);
        if let Ok(permit) = Arc::clone(&self.turned_away).try_acquire_owned() {
            tokio::spawn(async move {
                let mut wire = Wire::Plain(stream);
                wire.part().await;
                drop(permit);
            });
        }
    }
}

fn is_about_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests;
