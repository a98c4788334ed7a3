//! Assisted mode: opens sealed parts for the one answer that asked, on a thread that may block.
//!
//! Nothing opened is kept: buffers are wiped when the answer is sent. What all such answers hold at
//! one time is bounded, since each can be a whole message.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use protocol::{
    capability::Capability,
    id::{ID_OCTETS, InboxId, MessageId},
    limits::{CONTENT_OCTETS, MESSAGE_OCTETS, SUMMARY_OCTETS},
    message::{Content, OpenEntry, Part, SealedEntry, Summary},
    problem::Kind,
    sealing::{Binding, KeyPair, OpenError},
    security::ASSISTED_HEADER,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::refused::Refused;
use crate::limits::{ASSISTED_OCTETS, CONTENT_INFLATION, HEADER_OCTETS, REQUEST_TIMEOUT, SUMMARY_INFLATION};

/// The longest address (RFC 5321 §4.5.3.1): 64 octets, `@`, 255 octets.
const ADDRESS_OCTETS: usize = 320;

/// Opens one inbox's mail; wiped when dropped.
pub(super) struct Opener {
    keys: KeyPair,
    inbox: InboxId,
}

/// How much may be held open at one time.
pub(super) struct Openings(Arc<Semaphore>);

/// Octets in the clear on their way out; wiped and given back to [`Openings`] once sent.
struct Held {
    octets: Zeroizing<Vec<u8>>,
    _share: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.octets
    }
}

impl Openings {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ASSISTED_OCTETS as usize)))
    }

    /// Runs `open` where it may block, with room for `sealed` octets of sealed parts; what it
    /// returns becomes the body of an assisted answer.
    pub(super) async fn answer(
        &self,
        sealed: usize,
        open: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, Refused> + Send + 'static,
    ) -> Result<Response, Refused> {
        let share = self.share(sealed).await?;
        let octets = blocking(open).await?;
        let body = Body::from(Bytes::from_owner(Held { octets, _share: share }));
        Ok(([(ASSISTED_HEADER, "origin")], body).into_response())
    }

    async fn share(&self, sealed: usize) -> Result<OwnedSemaphorePermit, Refused> {
        let wanted = u32::try_from(sealed.saturating_mul(3)).unwrap_or(ASSISTED_OCTETS).clamp(1, ASSISTED_OCTETS);
        let waiting = Arc::clone(&self.0).acquire_many_owned(wanted);
        match tokio::time::timeout(REQUEST_TIMEOUT.as_duration(), waiting).await {
            Ok(Ok(share)) => Ok(share),
            Ok(Err(_)) | Err(_) => Err(Refused::new(
                Kind::Unavailable,
                "Too much mail is being opened just now. Try again, or open it yourself with the read token.",
            )),
        }
    }
}

/// Runs `work` on a thread that may block; a panic in it is a fault of ours.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    tokio::task::spawn_blocking(work).await.map_err(|_| fault())?
}

/// JSON in a buffer that is wiped.
pub(super) fn json(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Refused> {
    serde_json::to_vec(value).map(Zeroizing::new).map_err(|_| fault())
}

fn fault() -> Refused {
    Refused::new(Kind::Internal, "The answer could not be made. Please tell the operator.")
}

impl Opener {
    /// Derives the key pair: once a request.
    pub(super) fn new(capability: &Capability, inbox: InboxId) -> Self {
        Self { keys: capability.key_pair(), inbox }
    }

    /// The inbox's address.
    pub(super) fn address(&self, sealed: &[u8]) -> Result<String, Refused> {
        let message = MessageId::from_bytes([0; ID_OCTETS]);
        let text = self.open(message, Part::Address, sealed)?;
        std::str::from_utf8(&text).map(str::to_owned).map_err(|_| fault())
    }

    /// A listing's entry, opened.
    pub(super) fn entry(&self, sealed: &SealedEntry) -> Result<OpenEntry, Refused> {
        let summary: Summary = self.parse(sealed.id, Part::Summary, sealed.sealed.summary.as_slice())?;
        let SealedEntry { id, received_at, size, .. } = *sealed;
        Ok(OpenEntry { id, received_at, size, summary, content: None })
    }

    /// What is read of a message.
    pub(super) fn content(&self, message: MessageId, sealed: &[u8]) -> Result<Content, Refused> {
        self.parse(message, Part::Content, sealed)
    }

    /// The message as it came.
    pub(super) fn raw(&self, message: MessageId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
        self.open(message, Part::Raw, sealed)
    }

    fn parse<T: DeserializeOwned>(&self, message: MessageId, part: Part, sealed: &[u8]) -> Result<T, Refused> {
        let json = self.open(message, part, sealed)?;
        serde_json::from_slice(&json).map_err(|_| fault())
    }

    fn open(&self, message: MessageId, part: Part, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let binding = Binding { inbox: self.inbox, message };
        let opened = self.keys.open(&binding, part, sealed).and_then(|opened| opened.inflate(bound(part)));
        opened.map_err(|error| match error {
            // The inbox was made with another public key than this capability's.
            OpenError::Truncated { .. } | OpenError::Suite(_) | OpenError::Part(_) | OpenError::Seal => Refused::new(
                Kind::Forbidden,
                "This capability proves the right to list and delete, yet the mail is sealed to another key.",
            ),
            OpenError::Payload | OpenError::TooLarge { .. } => fault(),
        })
    }
}

/// The most that a part may inflate to: what its sealer was bounded by.
const fn bound(part: Part) -> usize {
    match part {
        Part::Summary => SUMMARY_OCTETS * SUMMARY_INFLATION,
        Part::Content => CONTENT_OCTETS * CONTENT_INFLATION,
        Part::Raw => MESSAGE_OCTETS + HEADER_OCTETS,
        Part::Address => ADDRESS_OCTETS,
    }
}
