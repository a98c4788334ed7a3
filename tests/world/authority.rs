//! A certificate authority: Debian's `pebble`, which speaks ACME as the public ones do and checks as they do.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::Command,
};

use anyhow::Result;
use reqwest::Certificate;
use rustls::{RootCertStore, pki_types::pem::PemObject as _};
use serde_json::json;
use tempfile::TempDir;

use super::{given, process::Process};

/// How long its certificates are good.
pub(crate) const LIFE_DAYS: u64 = 90;

/// A running authority.
pub(crate) struct Authority {
    process: Process,
    /// The URL of its directory.
    pub directory: String,
    /// PEM file of the root that its own server's certificate comes from.
    pub root: PathBuf,
    /// The root of the certificates that it issues.
    pub issued_by: RootCertStore,
}

impl Authority {
    /// Starts one in `dir` that asks `dns` about names, and whoever listens at `http` for answers to challenges.
    pub(crate) async fn start(dir: &TempDir, dns: SocketAddr, http: SocketAddr) -> Result<Self> {
        let at = |name: &str| dir.path().join(name);
        let (root, served) = server_certificate()?;
        std::fs::write(at("root.pem"), root)?;
        std::fs::write(at("server.pem"), served.chain)?;
        std::fs::write(at("server.key"), served.key)?;
        let (listen, management) = (free()?, free()?);
        let config = json!({"pebble": {
            "listenAddress": listen.to_string(),
            "managementListenAddress": management.to_string(),
            "certificate": at("server.pem"),
            "privateKey": at("server.key"),
            "httpPort": http.port(),
            "tlsPort": free()?.port(),
            "certificateValidityPeriod": LIFE_DAYS * 24 * 60 * 60,
        }});
        std::fs::write(at("pebble.json"), config.to_string())?;
        let mut command = Command::new(given("MAYFLY_PEBBLE")?);
        command.arg("-config").arg(at("pebble.json")).args(["-strict", "-dnsserver", &dns.to_string()]);
        // It waits for no effect, asks for each proof anew, and refuses nonces as often as it likes to.
        let settings = [("PEBBLE_VA_NOSLEEP", "1".to_owned()), ("PEBBLE_AUTHZREUSE", "0".to_owned())];
        let mut process = Process::start("pebble", command, &settings, at("pebble.log"))?;
        process.line(|line| line.contains("ACME directory available").then_some(())).await?;
        let directory = format!("https://{listen}/dir");
        let issued_by = roots(management, &std::fs::read(at("root.pem"))?).await?;
        Ok(Self { process, directory, root: at("root.pem"), issued_by })
    }

    /// How many certificates it has issued.
    pub(crate) fn issued(&self) -> usize {
        self.process.output().lines().filter(|line| line.contains("Issued certificate serial")).count()
    }
}

async fn roots(management: SocketAddr, root: &[u8]) -> Result<RootCertStore> {
    let client = reqwest::Client::builder().tls_certs_only([Certificate::from_pem(root)?]).build()?;
    let pem = client.get(format!("https://{management}/roots/0")).send().await?.error_for_status()?.bytes().await?;
    let mut roots = RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(&pem)?)?;
    Ok(roots)
}

/// A chain with its key, in PEM.
pub(crate) struct Pair {
    /// The chain.
    pub chain: String,
    /// The key.
    pub key: String,
}

/// A root, and a certificate of the server at 127.0.0.1 that comes from it.
fn server_certificate() -> Result<(String, Pair)> {
    let mut authority = rcgen::CertificateParams::new(Vec::new())?;
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let (root_key, key) = (rcgen::KeyPair::generate()?, rcgen::KeyPair::generate()?);
    let root = authority.self_signed(&root_key)?;
    let issuer = rcgen::Issuer::new(authority, root_key);
    let server = rcgen::CertificateParams::new(["127.0.0.1".to_owned()])?.signed_by(&key, &issuer)?;
    Ok((root.pem(), Pair { chain: server.pem(), key: key.serialize_pem() }))
}

/// An address that nobody listens at just now.
pub(crate) fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
