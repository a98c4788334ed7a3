//! Where the certificate comes from, as configured: made, read from files, or ordered; and what keeps it fresh.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use axum::Router;
use tokio::{net::TcpListener, sync::watch, task};
use tokio_rustls::TlsAcceptor;

use super::Parts;
use crate::{
    certificates::{
        acme::{
            Authority, Proof, Supervisor,
            https::{Https, HttpsError, Roots},
            supervise,
        },
        file::{self, Files, Print, shelf::Shelf},
        tls::{CertificateError, Certified, InUse},
    },
    config::{Acme, Certificate, Challenge, Smtp},
    dns::update::UpdatedZone,
    http::{self, challenge_router},
    intake,
    limits::OPERATOR_CONNECTIONS,
    ports::{ChallengeAnswers, Chance, Clock},
};

/// Why there is no certificate to begin with.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operator's files cannot be used.
    #[error("smtp.certificate, smtp.key: {0}")]
    Files(#[from] CertificateError),
    /// The cryptography cannot be used.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// Nothing can be kept where ACME should keep it.
    #[error("acme.folder: {folder} cannot be made or written to: {reason}")]
    Folder {
        /// Where.
        folder: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The way to the authority cannot be built.
    #[error(transparent)]
    Https(#[from] HttpsError),
    /// The system does not let us hear `SIGHUP`.
    #[error("signals cannot be heard: {0}")]
    Signals(io::Error),
}

/// A certificate, and what keeps it fresh.
pub(super) struct Source {
    /// What handshakes show.
    in_use: Arc<InUse>,
    /// How a new one comes.
    fresh: Fresh,
}

/// How a new certificate comes.
enum Fresh {
    /// Not while this process runs.
    Never,
    /// The operator puts it into files.
    Files(Files, Print),
    /// It is ordered.
    Ordered(Box<Authority>, Challenges),
}

/// Where challenges over HTTP are answered.
enum Challenges {
    /// Nowhere.
    Unanswered,
    /// With the API, and at a listener of their own where there is one.
    OverHttp,
}

/// Finds the certificate that is shown from the start.
///
/// A pair of files that cannot be used is an error now, when the operator is looking. One that is over is shown with
/// a complaint: senders that do not look get TLS.
pub(super) fn source(config: &Smtp, parts: &Parts) -> Result<Source, SourceError> {
    let metrics = || Arc::clone(&parts.metrics);
    let self_made = || Certified::self_made(config.hostname.as_str());
    Ok(match &config.certificate {
        Certificate::SelfMade => Source { in_use: Arc::new(InUse::new(self_made()?, metrics())), fresh: Fresh::Never },
        Certificate::Files { chain, key } => {
            let files = Files { chain: chain.clone(), key: key.clone() };
            let (found, print) = files.load()?;
            if let Err(error) = found.clone().good_at(parts.clock.wall().now()) {
                tracing::error!("{error}; it is shown nevertheless, for there is no other");
            }
            Source { in_use: Arc::new(InUse::new(found, metrics())), fresh: Fresh::Files(files, print) }
        }
        Certificate::Acme(acme) => {
            let in_use = Arc::new(InUse::new(self_made()?, metrics()));
            let (authority, challenges) = order(acme, parts)?;
            Source { in_use, fresh: Fresh::Ordered(Box::new(authority), challenges) }
        }
    })
}

fn order(acme: &Acme, parts: &Parts) -> Result<(Authority, Challenges), SourceError> {
    let shelf = match &acme.folder {
        None => Shelf::in_memory(),
        Some(folder) => {
            Shelf::in_folder(folder).map_err(|reason| SourceError::Folder { folder: folder.clone(), reason })?
        }
    };
    let (proof, challenges) = match &acme.challenge {
        Challenge::Http { .. } => (Proof::Http, Challenges::OverHttp),
        Challenge::Dns { zone, server, key, wait } => {
            let (clock, chance) = (Arc::new(parts.clock.wall()), Arc::clone(&parts.chance));
            let zone = UpdatedZone { zone: zone.clone(), server: *server, key: key.clone(), clock, chance };
            (Proof::Dns { zone: Arc::new(zone), wait: *wait }, Challenges::Unanswered)
        }
    };
    let roots = acme.root.as_deref().map_or(Roots::System, Roots::File);
    let authority = Authority {
        directory: acme.directory.clone(),
        contacts: acme.contacts.clone(),
        names: acme.names.clone(),
        proof,
        https: Https::new(roots)?,
        shelf: Arc::new(shelf),
    };
    Ok((authority, challenges))
}

/// What runs beside the stages on behalf of the certificate.
#[derive(Clone, Default)]
pub(super) struct Answers {
    /// Routes to be answered with the API's.
    routes: Router,
}

/// Where a listener for challenges alone is configured, if one is.
pub(super) fn door(config: &Smtp) -> Option<SocketAddr> {
    let Certificate::Acme(acme) = &config.certificate else { return None };
    match acme.challenge {
        Challenge::Http { listen } => listen,
        Challenge::Dns { .. } => None,
    }
}

impl Source {
    /// What shakes hands with it.
    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, SourceError> {
        Ok(intake::tls::acceptor(Arc::clone(&self.in_use) as _)?)
    }

    /// Starts what keeps the certificate fresh, until `ending`; `SIGHUP` makes it look at once.
    pub(super) fn keep(
        self,
        background: &mut task::JoinSet<()>,
        parts: &Parts,
        ending: watch::Receiver<bool>,
    ) -> Result<Answers, SourceError> {
        let asked = hang_ups(background, ending.clone()).map_err(SourceError::Signals)?;
        let clock: Arc<dyn Clock> = Arc::new(parts.clock.wall());
        let mut answering = Answers::default();
        match self.fresh {
            // SIGHUP is heard all the same: unheard, it would end the process.
            Fresh::Never => {}
            Fresh::Files(files, print) => {
                background.spawn(file::watch(files, print, self.in_use, clock, asked, ending));
            }
            Fresh::Ordered(authority, challenges) => {
                let answers: Arc<dyn ChallengeAnswers> = Arc::new(Arc::clone(&authority.shelf));
                match challenges {
                    Challenges::Unanswered => {}
                    Challenges::OverHttp => answering.routes = challenge_router(answers, Arc::clone(&parts.metrics)),
                }
                let chance: Arc<dyn Chance> = Arc::clone(&parts.chance);
                let metrics = Arc::clone(&parts.metrics);
                let with = Supervisor { authority: *authority, in_use: self.in_use, clock, chance, metrics };
                background.spawn(supervise(with, asked, ending));
            }
        }
        Ok(answering)
    }
}

impl Answers {
    /// Opens the door of their own; returns what the API's listener answers too.
    pub(super) fn open(
        self,
        door: Option<TcpListener>,
        fronts: &mut task::JoinSet<()>,
        draining: &watch::Receiver<bool>,
    ) -> Router {
        if let Some(listener) = door {
            let bounds = http::Bounds::of(OPERATOR_CONNECTIONS);
            fronts.spawn(http::serve(listener, self.routes.clone(), bounds, draining.clone()));
        }
        self.routes
    }
}

/// Changes with every `SIGHUP`, until `ending`.
fn hang_ups(background: &mut task::JoinSet<()>, mut ending: watch::Receiver<bool>) -> io::Result<watch::Receiver<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut heard = signal(SignalKind::hangup())?;
    let (tell, told) = watch::channel(());
    background.spawn(async move {
        let listen = async {
            while heard.recv().await.is_some() {
                tell.send_replace(());
            }
        };
        tokio::select! {
            () = listen => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    });
    Ok(told)
}
