//! Assisted mode: opens sealed parts for the one answer that asked, on a thread that may block.
//!
//! Nothing opened is kept: the buffers of what is decrypted and of the answer are wiped, the latter when it is sent.
//! What all answers that are put together in memory hold at one time is bounded, since each can be a whole message.

use std::{io, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use protocol::{
    capability::Capability,
    delivery::{OpenDelivery, SealedDelivery},
    id::{ID_OCTETS, InboxId, MessageId},
    limits::{CONTENT_OCTETS, DELIVERY_OCTETS, MESSAGE_OCTETS, SUMMARY_OCTETS},
    message::{Content, OpenEntry, Part, SealedEntry, Summary},
    problem::Kind,
    sealing::{Binding, KeyPair, OpenError},
    security::ASSISTED_HEADER,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::{answer::JSON, refused::Refused};
use crate::limits::{
    ANSWERS_OCTETS, CONTENT_INFLATION, HEADER_OCTETS, INLINE_WORK_OCTETS, REQUEST_TIMEOUT, SUMMARY_INFLATION,
};

/// The longest address (RFC 5321 §4.5.3.1): 64 octets, `@`, 255 octets.
const ADDRESS_OCTETS: usize = 320;

/// Opens one inbox's mail; wiped when dropped.
pub(super) struct Opener {
    keys: KeyPair,
    inbox: InboxId,
}

/// How much may be held for answers at one time.
pub(super) struct Openings(Arc<Semaphore>);

/// Octets on their way out, mostly in the clear; wiped and given back to [`Openings`] once sent.
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
        Self(Arc::new(Semaphore::new(ANSWERS_OCTETS as usize)))
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
        Ok(([(ASSISTED_HEADER, "origin")], held(octets, share)).into_response())
    }

    /// An answer in JSON with `sealed` octets of sealed parts: as text they take as much room as opened ones.
    pub(super) async fn sealed(
        &self,
        sealed: usize,
        value: impl Serialize + Send + 'static,
    ) -> Result<Response, Refused> {
        let share = self.share(sealed).await?;
        let octets = match sealed {
            0..=INLINE_WORK_OCTETS => json(&value)?,
            _ => blocking(move || json(&value)).await?,
        };
        Ok(([(header::CONTENT_TYPE, JSON)], held(octets, share)).into_response())
    }

    async fn share(&self, sealed: usize) -> Result<OwnedSemaphorePermit, Refused> {
        let wanted = u32::try_from(sealed.saturating_mul(3)).unwrap_or(ANSWERS_OCTETS).clamp(1, ANSWERS_OCTETS);
        let waiting = Arc::clone(&self.0).acquire_many_owned(wanted);
        match tokio::time::timeout(REQUEST_TIMEOUT.as_duration(), waiting).await {
            Ok(Ok(share)) => Ok(share),
            Ok(Err(_)) | Err(_) => {
                Err(Refused::new(Kind::Unavailable, "Too much mail is being read just now. Try again a little later."))
            }
        }
    }
}

/// The body, which keeps of `share` no more than it needs until it is sent.
fn held(octets: Zeroizing<Vec<u8>>, mut share: OwnedSemaphorePermit) -> Body {
    let needed = octets.capacity().clamp(1, share.num_permits());
    let share = share.split(needed).unwrap_or(share);
    Body::from(Bytes::from_owner(Held { octets, _share: share }))
}

/// Runs `work` on a thread that may block; a panic in it is a fault of ours.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    tokio::task::spawn_blocking(work).await.map_err(|_| fault())?
}

/// JSON in a buffer that is wiped, of its exact size: growth would leave copies behind.
pub(super) fn json(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value).map_err(|_| fault())?;
    let mut out = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *out, value).map_err(|_| fault())?;
    Ok(out)
}

/// Counts what is written to it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0 += octets.len();
        Ok(octets.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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

    /// A delivery record, opened.
    pub(super) fn delivery(&self, sealed: &SealedDelivery) -> Result<OpenDelivery, Refused> {
        let record = self.parse(sealed.id, Part::Delivery, sealed.sealed.as_slice())?;
        Ok(OpenDelivery { id: sealed.id, record })
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
        Part::Delivery => DELIVERY_OCTETS,
    }
}
