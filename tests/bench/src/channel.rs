//! A connection to the server: plain, or under TLS with whatever certificate it shows, as senders of mail do (RFC 7435).

use std::{io, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
    version::TLS13,
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::loopback::{Source, Target};

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Wherever the system likes.
    Anywhere,
    /// This address.
    Address(Source),
    /// From afar, as a trusted proxy says (PROXY protocol, version 1): a server judges no sender of its own network.
    Afar,
}

/// Of the network for documentation (RFC 5737) that [`crate::names`] says may send.
const AFAR: &[u8] = b"PROXY TCP4 203.0.113.9 127.0.0.9 40000 25\r\n";

/// An open connection.
pub(crate) enum Channel {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// In the hands of a handshake that did not succeed.
    Lost,
}

impl Channel {
    /// Connects.
    pub(crate) async fn connect(target: Target, from: From) -> io::Result<Self> {
        let address = target.address();
        let socket = Socket::new(Domain::for_address(address), Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
        let source = match from {
            From::Anywhere => None,
            From::Address(source) => Some(source),
            From::Afar => Some(Source::PROXY),
        };
        if let (Some(source), true) = (source, address.is_ipv4()) {
            socket.bind(&std::net::SocketAddr::new(source.address(), 0).into())?;
        }
        let mut stream = TcpSocket::from_std_stream(socket.into()).connect(address).await?;
        stream.set_nodelay(true)?;
        if from == From::Afar {
            stream.write_all(AFAR).await?;
        }
        Ok(Self::Plain(stream))
    }

    /// Begins TLS, on a plain connection.
    pub(crate) async fn secure(&mut self, tls: &TlsConnector) -> io::Result<()> {
        match std::mem::replace(self, Self::Lost) {
            Self::Plain(stream) => {
                let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
                *self = Self::Tls(Box::new(tls.connect(name, stream).await?));
                Ok(())
            }
            Self::Tls(_) | Self::Lost => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Reads what is there, behind what `held` holds; zero at the end.
    pub(crate) async fn read(&mut self, held: &mut Vec<u8>) -> io::Result<usize> {
        held.reserve(512);
        match self {
            Self::Plain(stream) => stream.read_buf(held).await,
            Self::Tls(stream) => stream.read_buf(held).await,
            Self::Lost => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Writes all of it.
    pub(crate) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(octets).await,
            Self::Tls(stream) => {
                stream.write_all(octets).await?;
                stream.flush().await
            }
            Self::Lost => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// TLS 1.3 without resumption: every handshake is a whole one.
pub(crate) fn connector() -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let any = Arc::new(AnyCertificate(Arc::clone(&provider)));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(any)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Believes everyone: the server is on this machine, and it is not who is measured but how fast.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
