//! The way to an authority: HTTPS alone (RFC 8555 §6.1), no redirects, with deadlines and answers of bounded size.

use std::{future::Future, path::Path, pin::Pin};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::http::{Request, Response};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use reqwest::{Certificate, Client, redirect};

use crate::limits::{ACME_ANSWER_OCTETS, ACME_REQUEST_TIMEOUT};

/// A client; cheap to clone.
#[derive(Clone, Debug)]
pub struct Https(Client);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    /// The root's file cannot be read.
    #[error("acme.root: {0}")]
    Root(std::io::Error),
    /// It holds no certificate.
    #[error("acme.root: there is no certificate in the file")]
    NoRoot,
    /// TLS cannot be set up.
    #[error("the HTTP client for ACME cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// No connection, or no answer in time.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
pub(super) struct NoAnswer;

/// Whom the client believes that they are the authority.
#[derive(Clone, Copy, Debug)]
pub enum Roots<'a> {
    /// Whoever the system believes.
    System,
    /// Who has a certificate from the root in this PEM file, and nobody else.
    File(&'a Path),
}

impl Https {
    /// A client that believes `roots`.
    ///
    /// # Errors
    /// [`HttpsError`].
    pub fn new(roots: Roots<'_>) -> Result<Self, HttpsError> {
        let builder = Client::builder()
            .https_only(true)
            .redirect(redirect::Policy::none())
            .timeout(ACME_REQUEST_TIMEOUT.as_duration());
        let builder = match roots {
            Roots::System => builder,
            Roots::File(file) => {
                let roots = Certificate::from_pem_bundle(&std::fs::read(file).map_err(HttpsError::Root)?)?;
                if roots.is_empty() {
                    return Err(HttpsError::NoRoot);
                }
                builder.tls_certs_only(roots)
            }
        };
        Ok(Self(builder.build()?))
    }

    pub(super) fn boxed(&self) -> Box<dyn HttpClient> {
        Box::new(self.clone())
    }

    async fn send(self, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
        let no_answer = |_| Error::Other(Box::new(NoAnswer));
        let (parts, body) = request.into_parts();
        // Its error cannot happen.
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let request = reqwest::Request::try_from(Request::from_parts(parts, body)).map_err(no_answer)?;
        let mut answer = self.0.execute(request).await.map_err(no_answer)?;
        let mut head = Response::new(());
        *head.status_mut() = answer.status();
        *head.headers_mut() = std::mem::take(answer.headers_mut());
        let mut octets = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(no_answer)? {
            if octets.len() + chunk.len() > ACME_ANSWER_OCTETS {
                return Err(Error::Str("the answer is too long"));
            }
            octets.extend_from_slice(&chunk);
        }
        Ok(BytesResponse { parts: head.into_parts().0, body: Box::new(octets.freeze()) })
    }
}

impl HttpClient for Https {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        Box::pin(self.clone().send(request))
    }
}
