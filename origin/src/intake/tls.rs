//! TLS for intake (RFC 3207): the acceptor, from PEM files or with a certificate made on the spot.
//!
//! TLS 1.3 first, 1.2 allowed: a public MX that insists on more turns senders to plaintext
//! (RFC 9325 §3.1.1 rules out anything older). No client certificate is asked for, no session
//! is kept on disk.

use std::{fs, io, path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem, pem::PemObject},
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsAcceptor;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {file}: {error}")]
    File {
        /// Which.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A file is no PEM file with what it should hold.
    #[error("{file} is not PEM of the kind that it should be: {error}")]
    Pem {
        /// Which.
        file: String,
        /// Why.
        error: pem::Error,
    },
    /// There is no certificate in the file.
    #[error("{file} holds no certificate")]
    NoCertificate {
        /// Which.
        file: String,
    },
    /// No certificate can be made for this name.
    #[error("no certificate can be made: {0}")]
    Make(#[from] rcgen::Error),
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// An acceptor with the certificate chain and the key in these PEM files.
///
/// # Errors
/// [`TlsError`].
pub fn from_pem(certificates: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let file = certificates.display().to_string();
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read(certificates)?)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Pem { file: file.clone(), error })?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { file });
    }
    let octets = zeroize::Zeroizing::new(read(key)?);
    let key = PrivateKeyDer::from_pem_slice(&octets)
        .map_err(|error| TlsError::Pem { file: key.display().to_string(), error })?;
    acceptor(chain, key)
}

/// An acceptor with a fresh certificate that nobody vouches for: it keeps listeners out, and senders
/// of mail do not check more (RFC 7435).
///
/// # Errors
/// [`TlsError`].
pub fn self_made(hostname: &str) -> Result<TlsAcceptor, TlsError> {
    let key = rcgen::KeyPair::generate()?;
    let mut parameters = rcgen::CertificateParams::new([hostname.to_owned()])?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, hostname);
    let certificate = parameters.self_signed(&key)?;
    acceptor(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
}

fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<TlsAcceptor, TlsError> {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::File { file: path.display().to_string(), error })
}

#[cfg(test)]
mod tests;
