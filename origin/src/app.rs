//! The one place that names concrete adapters: builds them, starts the stages, and ends them in order.
//!
//! Ending goes the way of the mail: first nothing new comes in, then what is under way is finished, then
//! what the edge is owed is pushed, for this store is memory and ends with the process.

pub(crate) mod admission;
mod certificates;
mod handover;
pub(crate) mod jobs;
pub mod judge;
mod lmtp;
mod operator;
mod porch;
mod process;
mod senders;
mod serving;
mod store;
#[cfg(feature = "bench")]
mod unsealed;
mod webhooks;

use std::{io, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::batch::SigningKey;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tokio_rustls::TlsAcceptor;

pub use self::handover::HandoverError;
use self::{
    handover::{Before, drawn_before},
    porch::{LastChance, Unopened},
    serving::{Serving, Site, Sockets},
    store::Estate,
};
use crate::{
    chance::SystemChance,
    config::{Config, Smtp, Sync},
    dns::hickory::ResolverError,
    http::{self, Admit, ApiState, operator_router, router},
    intake::{
        self, Bounds,
        classes::{Quota, Quotas},
        unix,
    },
    limits::{DRAIN_EDGE_TIMEOUT, DRAIN_TIMEOUT, HTTP_CONNECTIONS, OPERATOR_CONNECTIONS},
    mail::AddressHasher,
    metrics::Metrics,
    operator::StandingInbox,
    pipeline::{self, Pipeline, Senders},
    ports::{Chance, Clock, EdgeLink, PushError, Reception, Store},
    registrar::{Registrar, Webhooks},
    seal::aws_lc::AwsLc,
    sync::{Source, https::HttpsLink},
};

#[cfg(not(feature = "virtual-clock"))]
use crate::clock::SystemClock as ThisClock;
#[cfg(feature = "virtual-clock")]
use crate::clock::VirtualClock as ThisClock;

/// Why the origin does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port cannot be had.
    #[error("cannot listen for {what} at {address}: {reason}; choose another with {flag}")]
    Listen {
        /// For what.
        what: &'static str,
        /// Where.
        address: std::net::SocketAddr,
        /// Why not.
        reason: io::Error,
        /// What to change.
        flag: &'static str,
    },
    /// A Unix socket cannot be had.
    #[error("cannot listen for mail at {path}: {reason}; choose another with lmtp.listen")]
    Socket {
        /// Where.
        path: std::path::PathBuf,
        /// Why not.
        reason: unix::UnixError,
    },
    /// The certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] certificates::SourceError),
    /// What another process holds cannot be had.
    #[error(transparent)]
    Handover(#[from] HandoverError),
    /// The page is not where it should be.
    #[error("http.page: there is no index.html in {0}; build the page first, or leave the setting empty")]
    Page(std::path::PathBuf),
    /// DNS cannot be asked.
    #[error(transparent)]
    Dns(#[from] ResolverError),
    /// Webhooks cannot be reached.
    #[error(transparent)]
    Webhooks(#[from] crate::webhooks::https::HttpsError),
    /// The way to the edge cannot be built.
    #[error("the link to the edge cannot be built: {0}")]
    Link(String),
    /// The store cannot be had.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A message's evidence was lost.
    #[error("the message cannot be judged: {0}")]
    Judge(crate::pipeline::evidence::Lost),
    /// The system does not let us hear signals.
    #[error("signals cannot be heard: {0}")]
    Signals(io::Error),
}

/// The adapters, in the shape of their ports.
struct Parts {
    store: Arc<dyn Store>,
    beneath: Source,
    clock: Arc<ThisClock>,
    chance: Arc<dyn Chance>,
    metrics: Arc<Metrics>,
    hasher: AddressHasher,
    estate: Estate,
    admit: Admit,
    queues: jobs::Queues,
}

/// What was bound.
struct Listeners {
    smtp: std::net::TcpListener,
    lmtp: Option<unix::Listener>,
    http: TcpListener,
    operator: TcpListener,
    challenges: Option<TcpListener>,
}

/// What mail that comes in needs beside them.
#[derive(Clone)]
struct Intake {
    tls: TlsAcceptor,
    senders: Senders,
    operator: StandingInbox,
    challenges: certificates::Answers,
    webhooks: webhooks::Telling,
}

/// What the process was told last.
enum Told {
    ToServe,
    ToEnd,
}

/// Runs until `SIGTERM` or `SIGINT`. Once everything is bound, `say` is given one JSON line of what.
///
/// # Errors
/// [`StartError`], before anything is taken in.
pub async fn serve(config: Config, say: impl FnOnce(&str)) -> Result<(), StartError> {
    log_to_standard_error(config.log_level);
    process::harden();
    if process::raise_descriptors().is_some_and(|most| most < config.smtp.sessions as u64) {
        tracing::warn!("the limit of open files is below smtp.sessions: raise it (LimitNOFILE, ulimit -n)");
    }
    let signals = signals()?;
    run(config, say, signals).await
}

/// Runs until `ended`.
async fn run(config: Config, say: impl FnOnce(&str), ended: impl Future<Output = ()>) -> Result<(), StartError> {
    let senders = senders::senders(&config.dns)?;
    if let Some(folder) = config.http.page.as_ref().filter(|folder| !folder.join("index.html").is_file()) {
        return Err(StartError::Page(folder.clone()));
    }
    let mut parts = Parts::build(&config).await?;
    let mut before = Before::ask(&config.handover, parts.estate.held.capacity()).await?;
    let mut sockets = Sockets::bind(&config, &mut before).await?;
    let porch = Unopened::prepare(&config.handover)?;
    let source = certificates::source(&config.smtp, &parts)?;
    let tls = source.acceptor()?;
    // For as long as the process runs, whatever becomes of its service.
    let (mut household, (leave, leaving)) = (JoinSet::new(), watch::channel(false));
    let challenges = source.keep(&mut household, &parts, leaving)?;
    let link = link(&config, &parts)?;
    let webhooks = webhooks::Telling::build(&config, &senders, &parts)?;
    // Whatever may fail has not: from here on the content of a process before may be this one's.
    let drawn = before.take(&mut parts.estate, &parts.queues.kept).await?;
    sockets.look_after(&config);
    parts.hasher = AddressHasher::new(&parts.estate.hasher);
    let operator = operator::standing(&config, drawn_before(&drawn), parts.chance.as_ref());
    let intake = Intake { tls, senders, operator, challenges, webhooks };
    let site = Site { parts, sockets, config, intake, link };
    let mut serving = Serving::open(&site).await;
    let porch = porch.open();
    say(&site.sockets.line());
    tracing::info!(region = site.config.region, "ready");

    let mut ended = std::pin::pin!(ended);
    let mut told = Told::ToServe;
    loop {
        let successor = match told {
            Told::ToServe => tokio::select! {
                () = ended.as_mut() => {
                    told = Told::ToEnd;
                    continue;
                }
                stream = porch.knock() => porch::greet(stream, &site).await,
            },
            Told::ToEnd => match porch.last_chance(&site).await {
                LastChance::Taken(successor) => successor,
                LastChance::Missed => break,
            },
        };
        let Some(successor) = successor else { continue };
        tracing::info!("handing over");
        serving.close(DRAIN_TIMEOUT.as_duration()).await;
        if !successor.give(&site).await.owns() {
            site.sockets.leave();
            tracing::info!("handed over");
            return Ok(());
        }
        serving = Serving::open(&site).await;
    }
    tracing::info!("draining");
    drop((porch, site.sockets, leave));
    serving.close(DRAIN_TIMEOUT.as_duration().saturating_sub(DRAIN_EDGE_TIMEOUT.as_duration())).await;
    tracing::info!(owed = site.parts.store.status().owed, "ended");
    Ok(())
}

impl Parts {
    async fn build(config: &Config) -> Result<Self, StartError> {
        let chance: Arc<dyn Chance> = Arc::new(SystemChance);
        let (beneath, estate) = store::open(config, &chance).await?;
        Ok(Self {
            admit: admission::admit(config, &chance)?,
            store: store::wrapped(&beneath),
            beneath,
            clock: Arc::new(ThisClock::start()),
            chance,
            metrics: Arc::new(Metrics::new()),
            hasher: AddressHasher::new(&estate.hasher),
            estate,
            queues: jobs::Queues::open(config)?,
        })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    /// Opens SMTP, the API and the operator's door.
    fn open(
        &self,
        fronts: &mut JoinSet<()>,
        listeners: Listeners,
        config: &Config,
        Intake { tls, senders, operator, challenges, webhooks }: Intake,
        draining: &watch::Receiver<bool>,
    ) -> Arc<Pipeline> {
        let intake = self.intake(&config.smtp, tls);
        let pipeline = Arc::new(Pipeline::new(pipeline::Parts {
            store: Arc::clone(&self.store),
            hasher: self.hasher.clone(),
            domains: config.domains.clone(),
            hostname: config.smtp.hostname.as_str().to_owned(),
            operator: operator.address.clone(),
            senders,
            policy: config.policy,
            clock: self.clock(),
            chance: Arc::clone(&self.chance),
            primitives: Arc::new(AwsLc),
            metrics: Arc::clone(&self.metrics),
            notices: webhooks.notices(&self.queues.jobs),
        }));
        let reception: Arc<dyn Reception> = Arc::<Pipeline>::clone(&pipeline);
        #[cfg(feature = "bench")]
        let reception =
            unsealed::unless_off(reception, Arc::clone(&self.store), self.clock(), Arc::clone(&self.chance));
        if let Some(listener) = listeners.lmtp {
            lmtp::open(fronts, listener, intake.clone(), reception.clone(), self.clock(), draining.clone());
        }
        let smtp = intake::serve(listeners.smtp, intake, reception, self.clock(), draining.clone());
        fronts.spawn(async {
            if let Err(error) = smtp.await {
                tracing::error!(kind = ?error.kind(), "the mail listener ended");
            }
        });

        let challenges = challenges.open(listeners.challenges, fronts, draining);
        let api = self.api(config, (operator, webhooks.served()), draining);
        let doors = [
            (listeners.http, router(api.clone()).merge(challenges), HTTP_CONNECTIONS),
            (listeners.operator, operator_router(api).merge(self.queues.door(self)), OPERATOR_CONNECTIONS),
        ];
        for (listener, routes, connections) in doors {
            fronts.spawn(http::serve(listener, routes, http::Bounds::of(connections), draining.clone()));
        }
        pipeline
    }

    fn intake(&self, config: &Smtp, tls: TlsAcceptor) -> intake::Config {
        let quota = |(sessions, rate)| Quota { sessions, rate };
        let quotas = Quotas { address: quota(config.of_address), network: quota(config.of_network) };
        let (sessions, greet_delay) = (config.sessions, config.greet_delay);
        let mut class_key = [0; 32];
        self.chance.fill(&mut class_key);
        intake::Config {
            hostname: config.hostname.as_str().to_owned(),
            tls: Some(tls),
            bounds: Bounds { sessions, greet_delay, quotas, ..Bounds::default() },
            proxies: config.proxies.clone(),
            uncounted: config.uncounted.clone(),
            class_key,
        }
    }

    fn api(&self, config: &Config, with: (StandingInbox, Webhooks), draining: &watch::Receiver<bool>) -> ApiState {
        let (operator, webhooks) = with;
        let registrar = Registrar {
            store: Arc::clone(&self.store),
            hasher: self.hasher.clone(),
            domains: config.domains.clone(),
            chance: Arc::clone(&self.chance),
            clock: self.clock(),
            webhooks,
        };
        ApiState {
            store: Arc::clone(&self.store),
            reading: store::wrapped(&self.beneath),
            registrar: Arc::new(registrar),
            clock: self.clock(),
            metrics: Arc::clone(&self.metrics),
            operator,
            admit: self.admit.clone(),
            region: config.region.clone(),
            page: config.http.page.clone(),
            draining: draining.clone(),
            #[cfg(feature = "virtual-clock")]
            advance: {
                let clock = Arc::clone(&self.clock);
                Arc::new(move |length| clock.advance(length))
            },
        }
    }
}

fn link(config: &Config, parts: &Parts) -> Result<Option<Arc<dyn EdgeLink>>, StartError> {
    let Sync::Edge { url, key } = &config.sync else {
        return Ok(None);
    };
    let link = HttpsLink::new(
        url,
        config.region.clone(),
        SigningKey::from_seed(key),
        Arc::new(parts.clock.wall()),
        Arc::clone(&parts.chance),
    );
    let link = link.map_err(|error| StartError::Link(error.to_string()))?;
    Ok(Some(Arc::new(Counted { link, metrics: Arc::clone(&parts.metrics) })))
}

/// A link whose pushes are counted.
struct Counted {
    link: HttpsLink,
    metrics: Arc<Metrics>,
}

#[async_trait]
impl EdgeLink for Counted {
    async fn push(&self, body: Bytes) -> Result<(), PushError> {
        let result = self.link.push(body).await;
        self.metrics.push(&result);
        result
    }
}

/// A future that ends with `SIGTERM` or `SIGINT`; both are heard from now on.
fn signals() -> Result<impl Future<Output = ()>, StartError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Signals)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Our own events alone: what libraries log, they may log about people.
fn log_to_standard_error(level: tracing::Level) {
    use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};
    let ours = Targets::new().with_target("origin", level);
    let lines = tracing_subscriber::fmt::layer().json().with_writer(io::stderr);
    // A subscriber that is already there (a test's) stays.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
}

#[cfg(test)]
mod tests;
