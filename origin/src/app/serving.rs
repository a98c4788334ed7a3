//! One stretch of service: from the opening of the doors to the last debt that could be paid.
//!
//! It can end and begin again at the same sockets, on the same store: that is what comes of a hand-over that failed.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Intake, Listeners, Parts, StartError, certificates, handover::Before, lmtp, operator};
use crate::{
    config::{Config, Lmtp, Port},
    handover::{Purpose, unix::duplicate},
    intake::{self, Sharing, unix},
    limits::{ACCEPT_PAUSE_MAX, DRAIN_EDGE_TIMEOUT},
    pipeline::Pipeline,
    ports::EdgeLink,
    sync,
};

/// All that is served, and with what; it outlives each stretch of service.
pub(super) struct Site {
    pub(super) parts: Parts,
    pub(super) sockets: Sockets,
    pub(super) config: Config,
    pub(super) intake: Intake,
    pub(super) link: Option<Arc<dyn EdgeLink>>,
}

/// What was bound. Clients wait here while nobody serves.
pub(super) struct Sockets {
    pub(super) smtp: std::net::TcpListener,
    pub(super) lmtp: Option<unix::Listener>,
    pub(super) http: std::net::TcpListener,
    pub(super) operator: std::net::TcpListener,
    pub(super) challenges: Option<std::net::TcpListener>,
}

impl Sockets {
    /// The sockets that a process before passes on, where they are the configured ones; all others are bound.
    pub(super) async fn bind(config: &Config, before: &mut Before) -> Result<Self, StartError> {
        let refuse = |what, address, flag| move |reason| StartError::Listen { what, address, reason, flag };
        let (smtp, http, operator) = (config.smtp.listen, config.http.listen, config.operator);
        let sharing = match config.smtp.port {
            Port::Own => Sharing::Alone,
            Port::Shared => Sharing::Shared,
        };
        let mut http_at = async |purpose, what, address, flag| match before.tcp(purpose, address) {
            Some(socket) => Ok(socket),
            None => {
                let bound = TcpListener::bind(address).await.and_then(TcpListener::into_std);
                bound.map_err(refuse(what, address, flag))
            }
        };
        let challenges = match certificates::door(&config.smtp) {
            Some(address) => Some(http_at(Purpose::Challenges, "challenges", address, "acme.http_listen").await?),
            None => None,
        };
        let http = http_at(Purpose::Http, "the API", http, "--http or http.listen").await?;
        let operator = http_at(Purpose::Operator, "the operator", operator, "operator.listen").await?;
        let smtp = match before.tcp(Purpose::Smtp, smtp) {
            Some(socket) => socket,
            None => intake::listen(smtp, sharing).map_err(refuse("mail", smtp, "--smtp or smtp.listen"))?,
        };
        Ok(Self { smtp, lmtp: lmtp::bind(&config.lmtp, before)?, http, operator, challenges })
    }

    /// For one stretch of service.
    fn listeners(&self) -> io::Result<Listeners> {
        Ok(Listeners {
            smtp: self.smtp.try_clone()?,
            lmtp: self.lmtp.as_ref().map(unix::Listener::again).transpose()?,
            http: TcpListener::from_std(self.http.try_clone()?)?,
            operator: TcpListener::from_std(self.operator.try_clone()?)?,
            challenges: match &self.challenges {
                Some(socket) => Some(TcpListener::from_std(socket.try_clone()?)?),
                None => None,
            },
        })
    }

    /// For another process.
    pub(super) fn to_pass_on(&self) -> io::Result<Vec<(Purpose, std::os::fd::OwnedFd)>> {
        let mut sockets = vec![
            (Purpose::Smtp, duplicate(&self.smtp)?),
            (Purpose::Http, duplicate(&self.http)?),
            (Purpose::Operator, duplicate(&self.operator)?),
        ];
        if let Some(challenges) = &self.challenges {
            sockets.push((Purpose::Challenges, duplicate(challenges)?));
        }
        if let Some(lmtp) = &self.lmtp {
            sockets.push((Purpose::Lmtp, duplicate(lmtp)?));
        }
        Ok(sockets)
    }

    /// Looks after the files that came with them, once all is this process's.
    pub(super) fn look_after(&mut self, config: &Config) {
        if let (Some(lmtp), Lmtp::Socket { mode, .. }) = (&mut self.lmtp, &config.lmtp)
            && let Err(error) = lmtp.look_after(*mode)
        {
            tracing::error!(kind = ?error.kind(), "the LMTP socket's file is gone");
        }
    }

    /// Ends here; another process has them, and their files.
    pub(super) fn leave(self) {
        if let Some(lmtp) = self.lmtp {
            lmtp.leave();
        }
    }

    /// The line that says what was bound.
    pub(super) fn line(&self) -> String {
        let mut ready = serde_json::json!({
            "smtp": self.smtp.local_addr().ok(),
            "http": self.http.local_addr().ok(),
            "operator": self.operator.local_addr().ok(),
        });
        if let Some(lmtp) = &self.lmtp {
            ready["lmtp"] = lmtp.path().display().to_string().into();
        }
        ready.to_string()
    }
}

/// A stretch of service, while it lasts.
pub(super) struct Serving {
    fronts: JoinSet<()>,
    background: JoinSet<()>,
    pipeline: Arc<Pipeline>,
    drain: watch::Sender<bool>,
    end: watch::Sender<bool>,
}

impl Serving {
    /// Opens all doors, and sets to work what goes on behind them. What the store holds may be nowhere else by now:
    /// where the system has no descriptors to spare, that is waited for.
    pub(super) async fn open(site: &Site) -> Self {
        let Site { parts, sockets, config, intake, link } = site;
        let listeners = loop {
            match sockets.listeners() {
                Ok(listeners) => break listeners,
                Err(error) => {
                    tracing::error!(kind = ?error.kind(), "sockets cannot be listened at");
                    sleep(ACCEPT_PAUSE_MAX.as_duration()).await;
                }
            }
        };
        let (drain, draining) = watch::channel(false);
        let (end, ending) = watch::channel(false);
        let mut background = JoinSet::new();
        if let Some(link) = link.clone() {
            let (source, clock, chance) = (parts.beneath.clone(), parts.clock(), Arc::clone(&parts.chance));
            background.spawn(sync::run(source, link, config.region.clone(), clock, chance, ending.clone()));
        }
        background.spawn(sync::purge_loop(Arc::clone(&parts.store), parts.clock(), ending.clone()));
        let keeper = operator::Keeper::new(intake.operator.clone(), parts);
        keeper.make().await;
        background.spawn(keeper.keep(ending.clone()));

        let mut fronts = JoinSet::new();
        let pipeline = parts.open(&mut fronts, listeners, config, intake.clone(), &draining);
        intake.webhooks.open(&mut background, parts, &pipeline, &ending);
        let recording = Arc::clone(&pipeline);
        background.spawn(async move { recording.keep_records(ending).await });
        Self { fronts, background, pipeline, drain, end }
    }

    /// Takes nothing new, lets what is under way come to its end within `patience`, and pays what can be paid.
    /// Nothing of it runs once this returns.
    pub(super) async fn close(mut self, patience: Duration) {
        self.drain.send_replace(true);
        let _ = timeout(patience, async { while self.fronts.join_next().await.is_some() {} }).await;
        self.fronts.shutdown().await;
        // Sessions that are left hear 451 from here on: what they brought, their senders keep.
        self.pipeline.stop().await;
        self.end.send_replace(true);
        let paid = async { while self.background.join_next().await.is_some() {} };
        let _ = timeout(DRAIN_EDGE_TIMEOUT.as_duration(), paid).await;
        self.background.shutdown().await;
    }
}
