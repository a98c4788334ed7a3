//! What DNS says of the sender of the load: SPF, DMARC and a DKIM key, on a server of loopback; and signatures by that
//! key. So the server that is measured judges as it would judge a stranger, and finds the sender good.

#[path = "../../../origin/tests/zone/server.rs"]
mod server;

use std::{collections::HashMap, net::SocketAddr};

use anyhow::Result;
use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer as _, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use data_encoding::BASE64;

use server::{Server, Zone};

/// The sender's domain.
const DOMAIN: &str = "sender.example";

/// The fields that are signed.
const FIELDS: [&str; 6] = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"];

/// The sender's zone, and the key that is published there.
pub(crate) struct Names {
    server: Server,
    key: KeyPair,
}

impl Names {
    /// Draws a key of 2,048 bits and publishes it.
    pub(crate) async fn start() -> Result<Self> {
        let key = KeyPair::generate(KeySize::Rsa2048)?;
        let public: PublicKeyX509Der<'_> = key.public_key().as_der()?;
        let texts = [
            (DOMAIN.to_owned(), "v=spf1 ip4:203.0.113.0/24 -all".to_owned()),
            (format!("_dmarc.{DOMAIN}"), "v=DMARC1; p=reject".to_owned()),
            (format!("load._domainkey.{DOMAIN}"), format!("v=DKIM1; k=rsa; p={}", BASE64.encode(public.as_ref()))),
        ];
        let zone = Zone { texts: HashMap::from(texts), failing: Vec::new() };
        Ok(Self { server: Server::start(zone).await?, key })
    }

    /// Where it answers.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// A `DKIM-Signature` field for a message, without canonicalisation (RFC 6376 §3.4.1, §3.4.3).
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub(crate) fn sign(&self, message: &str) -> Result<String> {
        let (head, body) = message.split_once("\r\n\r\n").unwrap_or((message, ""));
        let body_hash = BASE64.encode(digest(&SHA256, body.as_bytes()).as_ref());
        let unsigned = format!(
            "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d={DOMAIN}; s=load;\r\n h={};\r\n bh={body_hash};\r\n b=",
            FIELDS.join(":")
        );
        let fields = FIELDS.iter().filter_map(|field| head.lines().find(|line| line.starts_with(&format!("{field}:"))));
        let mut signed = fields.map(|line| format!("{line}\r\n")).collect::<String>();
        signed.push_str(&unsigned);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)?;
        Ok(format!("{unsigned}{}\r\n", BASE64.encode(&signature)))
    }
}
