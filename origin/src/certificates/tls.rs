//! The certificate in use, as rustls wants it: checked before it is taken, and swapped for new handshakes.
//!
//! A running session keeps the keys that it agreed on, so a swap ends none. What cannot be used is never taken:
//! the old certificate stays.

use std::{io, sync::Arc};

use protocol::time::Timestamp;
use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::sync::watch;

use super::der::{Leaf, NotACertificate};
use crate::{limits::PEM_OCTETS, metrics::Metrics};

/// Why a certificate is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("cannot read {file}: {error}")]
    File {
        /// Which.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A file is larger than any certificate or key.
    #[error("{file} is no certificate and no key: it has more than {PEM_OCTETS} octets")]
    TooLong {
        /// Which.
        file: String,
    },
    /// There is no certificate.
    #[error("there is no certificate in PEM")]
    NoCertificate,
    /// A certificate is not written as PEM.
    #[error("the certificate is not written in PEM: {0}")]
    Chain(pem::Error),
    /// There is no key, or it is not written as PEM.
    #[error("there is no private key in PEM: {0}")]
    Key(pem::Error),
    /// The first certificate cannot be read.
    #[error(transparent)]
    Unreadable(#[from] NotACertificate),
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("certificate and key cannot be used together: {0}")]
    Unusable(rustls::Error),
    /// It is over, or has not begun.
    #[error("the certificate is good from {} to {}, and not now", .0.validity.from, .0.validity.until)]
    NotNow(Box<Leaf>),
    /// No certificate can be made for this name.
    #[error("no certificate can be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// A chain with its key, which fit.
#[derive(Clone, Debug)]
pub struct Certified {
    key: Arc<CertifiedKey>,
    leaf: Leaf,
}

impl Certified {
    /// Reads a chain, leaf first, and its key; both may stand in one text.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let chain: Vec<_> =
            CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(CertificateError::Chain)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(CertificateError::Key)?;
        Self::new(chain, key)
    }

    /// Makes one that nobody vouches for: it keeps listeners out, and senders of mail do not check more (RFC 7435).
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn self_made(hostname: &str) -> Result<Self, CertificateError> {
        let key = rcgen::KeyPair::generate()?;
        let mut parameters = rcgen::CertificateParams::new([hostname.to_owned()])?;
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, hostname);
        let certificate = parameters.self_signed(&key)?;
        Self::new(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, CertificateError> {
        let leaf = Leaf::read(chain.first().ok_or(CertificateError::NoCertificate)?)?;
        let key = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        Ok(Self { key: Arc::new(key.map_err(CertificateError::Unusable)?), leaf })
    }

    /// What it says of itself.
    #[must_use]
    pub fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// Itself, where it is good at `now`.
    ///
    /// # Errors
    /// [`CertificateError::NotNow`].
    pub fn good_at(self, now: Timestamp) -> Result<Self, CertificateError> {
        if self.leaf.validity.holds(now) { Ok(self) } else { Err(CertificateError::NotNow(Box::new(self.leaf))) }
    }
}

/// The certificate in use. Every handshake asks for it anew.
pub struct InUse {
    key: watch::Sender<Arc<CertifiedKey>>,
    metrics: Arc<Metrics>,
}

impl InUse {
    /// Begins with `first`.
    #[must_use]
    pub fn new(first: Certified, metrics: Arc<Metrics>) -> Self {
        metrics.certificates.in_use(first.leaf.validity.until);
        Self { key: watch::Sender::new(first.key), metrics }
    }

    /// New handshakes show `next` from now on.
    pub fn swap(&self, next: Certified) {
        self.metrics.certificates.in_use(next.leaf.validity.until);
        self.key.send_replace(next.key);
    }

    /// A new one was there and could not be used: the old one stays.
    pub fn kept(&self) {
        self.metrics.certificates.reload_failed();
    }

    /// The certificate that is shown just now.
    #[must_use]
    pub fn shown(&self) -> Option<CertificateDer<'static>> {
        self.key.borrow().cert.first().cloned()
    }
}

impl std::fmt::Debug for InUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InUse").finish_non_exhaustive()
    }
}

impl ResolvesServerCert for InUse {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.key.borrow()))
    }
}

#[cfg(test)]
mod tests;
