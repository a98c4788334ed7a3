//! TLS for intake (RFC 3207): which versions and key exchanges are spoken.
//!
//! TLS 1.3 first, 1.2 allowed: a public MX that insists on more turns senders to plaintext
//! (RFC 9325 §3.1.1 rules out anything older). Of the key exchanges that a client has ready, the one that
//! tomorrow's computers do not break is taken first (X25519MLKEM768). No client certificate is asked for,
//! no session is kept on disk. Whose certificate is shown, and whether it changes meanwhile, is not known here.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    server::ResolvesServerCert,
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsAcceptor;

/// An acceptor that shows the certificate which `shown` has at the time of each handshake.
///
/// # Errors
/// [`rustls::Error`]: the cryptography does not offer these versions.
pub fn acceptor(shown: Arc<dyn ResolvesServerCert>) -> Result<TlsAcceptor, rustls::Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(shown);
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests;
