//! Certificates come and go, from files and from an authority, and no sender notices.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use rustls::{ClientConfig, RootCertStore, client::Resumption};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::world::{
    authority::{Authority, LIFE_DAYS, Pair, free},
    origin::{HOST, Origin, until},
    process::Signal,
    smtp::Smtp,
    zone::{Mood, Zone, now},
};

type Secured = Smtp<TlsStream<TcpStream>>;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn trusting(roots: RootCertStore) -> TlsConnector {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    // A session that is resumed shows no certificate.
    config.resumption = Resumption::disabled();
    TlsConnector::from(Arc::new(config))
}

/// A session under TLS, with a host that shows a certificate which the client trusts.
async fn session(origin: &Origin, tls: &TlsConnector) -> Result<Secured> {
    Smtp::connect(origin.smtp).await?.secure(tls, HOST).await
}

/// The certificate that a trusting client is shown, once there is one, and another than `but`.
async fn shown(origin: &Origin, tls: &TlsConnector, but: &[u8]) -> Result<Vec<u8>> {
    until("a certificate", || async {
        let shown = session(origin, tls).await?.certificate()?;
        ensure!(shown != but, "the same as before");
        Ok(shown)
    })
    .await
}

/// Waits until a metric is at least so much.
async fn counted(origin: &Origin, metric: &str, least: u64) -> Result<()> {
    let wait = until(metric, || async {
        let now = origin.metric(metric).await?;
        ensure!(now >= least, "{now}");
        Ok(())
    });
    wait.await.map_err(|error| error.context(origin.process.output()))
}

/// A certificate in files, which a client that trusts it alone accepts.
struct Files {
    dir: TempDir,
}

impl Files {
    fn new() -> Result<Self> {
        Ok(Self { dir: TempDir::with_prefix("mayfly-certificates-")? })
    }

    fn write(&self, pair: &Pair) -> Result<()> {
        fs::write(self.dir.path().join("chain.pem"), &pair.chain)?;
        Ok(fs::write(self.dir.path().join("key.pem"), &pair.key)?)
    }

    async fn start(&self) -> Result<Origin> {
        let at = |name: &str| self.dir.path().join(name).display().to_string();
        let settings = [("MAYFLY_SMTP_CERTIFICATE", at("chain.pem")), ("MAYFLY_SMTP_KEY", at("key.pem"))];
        Origin::start(free()?, &settings, &self.dir.path().join("origin.log")).await
    }
}

fn self_signed() -> Result<(Pair, TlsConnector)> {
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()])?;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    Ok((Pair { chain: made.cert.pem(), key: made.signing_key.serialize_pem() }, trusting(roots)))
}

pub(crate) async fn a_new_certificate_is_shown_and_running_sessions_go_on() -> Result<()> {
    let (files, (first, old), (second, new)) = (Files::new()?, self_signed()?, self_signed()?);
    files.write(&first)?;
    let origin = files.start().await?;
    let mut running = session(&origin, &old).await?;
    files.write(&second)?;
    origin.process.hang_up()?;
    shown(&origin, &new, &[]).await?;
    ensure!(session(&origin, &old).await.is_err(), "the old certificate is shown still");
    let reply = running.say("NOOP").await?;
    ensure!(reply.starts_with("250"), "{reply}");
    Ok(())
}

pub(crate) async fn a_broken_certificate_changes_nothing() -> Result<()> {
    let (files, (first, old), (second, new)) = (Files::new()?, self_signed()?, self_signed()?);
    files.write(&first)?;
    let origin = files.start().await?;
    let failures = "mayfly_certificate_reload_failures_total";
    let halves = [
        Pair { chain: second.chain.clone(), key: first.key.clone() },
        Pair { chain: second.chain[..200].to_owned(), key: second.key.clone() },
        Pair { chain: String::new(), key: String::new() },
    ];
    for (at, half) in halves.iter().enumerate() {
        files.write(half)?;
        origin.process.hang_up()?;
        counted(&origin, failures, at as u64 + 1).await?;
        session(&origin, &old).await?;
    }
    files.write(&second)?;
    origin.process.hang_up()?;
    shown(&origin, &new, &[]).await?;
    Ok(())
}

/// An authority, the zone that it asks, and where it looks for answers.
struct Ordering {
    dir: TempDir,
    zone: Zone,
    authority: Authority,
    http: std::net::SocketAddr,
    trusting: TlsConnector,
}

impl Ordering {
    async fn start() -> Result<Self> {
        let dir = TempDir::with_prefix("mayfly-acme-")?;
        let (zone, http) = (Zone::start().await?, free()?);
        let authority = Authority::start(&dir, zone.questions, http).await?;
        let trusting = trusting(authority.issued_by.clone());
        Ok(Self { dir, zone, authority, http, trusting })
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("MAYFLY_ACME_DIRECTORY", self.authority.directory.clone()),
            ("MAYFLY_ACME_ROOT", self.authority.root.display().to_string()),
            ("MAYFLY_ACME_NAMES", "mail.mayfly.test".to_owned()),
            ("MAYFLY_ACME_CONTACT", "canary-operator@mayfly.test".to_owned()),
        ]
    }

    fn folder(&self) -> std::path::PathBuf {
        self.dir.path().join("kept")
    }

    fn log(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }
}

fn owners_alone(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let (path, mode) = (entry?.path(), 0o777);
        let open = fs::metadata(&path)?.permissions().mode() & mode;
        ensure!(open == 0o600, "{} is open to others: {open:o}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ensure!(!name.starts_with("answer-"), "an answer is left");
    }
    Ok(())
}

pub(crate) async fn a_certificate_is_ordered_renewed_and_kept_over_a_restart() -> Result<()> {
    let ordering = Ordering::start().await?;
    let folder = [("MAYFLY_ACME_FOLDER", ordering.folder().display().to_string())];
    let settings = [ordering.settings().as_slice(), &folder].concat();
    let mut origin = Origin::start(ordering.http, &settings, &ordering.log("one.log")).await?;
    // Until then there is TLS too, only nobody vouches for it.
    let first = shown(&origin, &ordering.trusting, &[]).await.map_err(|e| e.context(origin.process.output()))?;
    ensure!(origin.metric("mayfly_certificate_orders_total{outcome=\"issued\"}").await? == 1);
    owners_alone(&ordering.folder())?;
    let mut running = session(&origin, &ordering.trusting).await?;

    origin.advance(DAY * 61).await?;
    let second = shown(&origin, &ordering.trusting, &first).await?;
    let reply = running.say("NOOP").await?;
    ensure!(reply.starts_with("250"), "a renewal ended a session: {reply}");
    ensure!(ordering.authority.issued() == 2, "{} issued", ordering.authority.issued());
    let ends = origin.metric("mayfly_certificate_expires_at_seconds").await?;
    ensure!(ends.abs_diff(now() + LIFE_DAYS * DAY.as_secs()) < DAY.as_secs(), "ends at {ends}");

    let log = origin.process.output();
    ensure!(!log.contains("canary-operator"), "{log}");
    origin.process.stop(Signal::Terminate);
    let origin = Origin::start(ordering.http, &settings, &ordering.log("two.log")).await?;
    ensure!(shown(&origin, &ordering.trusting, &first).await? == second, "it was ordered anew");
    ensure!(ordering.authority.issued() == 2);
    Ok(())
}

pub(crate) async fn a_certificate_is_ordered_through_a_zone_whatever_its_server_does() -> Result<()> {
    let ordering = Ordering::start().await?;
    let dns = [
        ("MAYFLY_ACME_CHALLENGE", "dns-01".to_owned()),
        ("MAYFLY_ACME_DNS_ZONE", "mayfly.test".to_owned()),
        ("MAYFLY_ACME_DNS_SERVER", ordering.zone.updates.to_string()),
        ("MAYFLY_ACME_DNS_KEY", Zone::key()),
        ("MAYFLY_ACME_DNS_WAIT_MS", "0".to_owned()),
    ];
    ordering.zone.is(Mood::Failing);
    let settings = [ordering.settings().as_slice(), &dns].concat();
    let origin = Origin::start(ordering.http, &settings, &ordering.log("origin.log")).await?;
    let failed = "mayfly_certificate_orders_total{outcome=\"failed\"}";
    counted(&origin, failed, 1).await?;
    let mut failures = 1;
    let faults = [
        (Mood::OtherSecret, DAY / 2, "another secret"),
        (Mood::Impostor, DAY / 2, "not signed with our key"),
        (Mood::Silent, DAY / 2, "does not answer"),
        // Its clock stays behind.
        (Mood::Sound, Duration::ZERO, "too far from ours"),
    ];
    for (mood, follows, told) in faults {
        ordering.zone.is(mood);
        ordering.zone.advance(follows);
        origin.advance(DAY / 2).await?;
        failures += 1;
        counted(&origin, failed, failures).await?;
        let log = origin.process.output();
        ensure!(log.contains(told), "no {told:?} in {log}");
    }
    ensure!(ordering.zone.told() == (0, 0), "{:?}", ordering.zone.told());
    ensure!(ordering.authority.issued() == 0);
    // Both right again.
    ordering.zone.advance(DAY);
    origin.advance(DAY / 2).await?;
    shown(&origin, &ordering.trusting, &[]).await.map_err(|e| e.context(origin.process.output()))?;
    // Two names, each published and taken away again.
    until("an empty zone", || async {
        ensure!(ordering.zone.told() == (0, 4), "{:?}", ordering.zone.told());
        Ok(())
    })
    .await?;
    let secret = Zone::key();
    let secret = secret.rsplit(':').next().unwrap_or_default();
    ensure!(!origin.process.output().contains(secret));
    Ok(())
}

pub(crate) async fn of_two_processes_with_one_folder_one_orders() -> Result<()> {
    let ordering = Ordering::start().await?;
    let folder = [("MAYFLY_ACME_FOLDER", ordering.folder().display().to_string())];
    let settings = [ordering.settings().as_slice(), &folder].concat();
    // The authority asks the first, whichever of the two orders: answers are in the folder.
    let logs = [ordering.log("one.log"), ordering.log("two.log")];
    let one = Origin::start(ordering.http, &settings, &logs[0]);
    let two = Origin::start(free()?, &settings, &logs[1]);
    let (one, two) = tokio::try_join!(one, two)?;
    for origin in [&one, &two] {
        let other = until("a certificate", || async {
            // Whoever did not order looks at the folder when it is asked to.
            origin.process.hang_up()?;
            session(origin, &ordering.trusting).await
        });
        other.await?;
    }
    let first = session(&one, &ordering.trusting).await?.certificate()?;
    ensure!(first == session(&two, &ordering.trusting).await?.certificate()?, "two certificates");
    ensure!(ordering.authority.issued() == 1, "{} issued", ordering.authority.issued());
    Ok(())
}
