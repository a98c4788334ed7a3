//! Mail opened for one answer (assisted mode): the client showed the capability, nothing of it is kept.

use protocol::{
    api::{InboxView, OpenList, SealedList},
    capability::Capability,
    delivery::{OpenDeliveries, OpenDelivery, SealedDeliveries},
    id::{InboxId, MessageId},
    limits::{CONTENT_OCTETS, DELIVERY_OCTETS, MESSAGE_OCTETS},
    message::{Attachment, Content, OpenEntry, Part, SealedEntry, Summary},
    sealing::{Binding, KeyPair, OpenError},
    transfer,
};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Largest opened summary in octets: its sealed form is at most 16 KiB, and text deflates to a tenth.
const SUMMARY_OCTETS: usize = 256 * 1024;

/// Largest opened content in octets: inline parts are in base64url there, and the JSON around it counts.
const OPENED_CONTENT_OCTETS: usize = 2 * CONTENT_OCTETS;

/// Largest opened message in octets: the message and the trace headers that the origin adds.
const RAW_OCTETS: usize = MESSAGE_OCTETS + 64 * 1024;

/// Largest opened address in octets (RFC 5321 §4.5.3.1.3).
const ADDRESS_OCTETS: usize = 256;

/// Why mail does not open here. Which message it was is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// It was sealed to another key, or changed since.
    #[error("a sealed part does not open")]
    Seal,
    /// What is in it is not what we put in, or past a bound.
    #[error("an opened part is not of its form")]
    Form,
    /// There is no attachment of that number.
    #[error("no such attachment")]
    NoAttachment,
    /// There is, and it was dangerous: its octets were never stored.
    #[error("the attachment was withheld")]
    Withheld,
}

/// Opens one inbox's mail.
pub struct Opener {
    keys: KeyPair,
    inbox: InboxId,
}

impl Opener {
    /// With `capability`, for mail of `inbox`.
    #[must_use]
    pub fn new(capability: &Capability, inbox: InboxId) -> Self {
        Self { keys: capability.key_pair(), inbox }
    }

    /// The inbox with its address in the clear.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn inbox(&self, mut view: InboxView) -> Result<InboxView, Closed> {
        if let Some(sealed) = view.sealed.take() {
            let binding = Binding::address(self.inbox);
            let address = self.part(binding, Part::Address, sealed.address.as_slice(), ADDRESS_OCTETS)?;
            view.address = Some(String::from_utf8(address.to_vec()).map_err(|_| Closed::Form)?);
        }
        Ok(view)
    }

    /// One message: its summary, and its content where the answer carries it.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn entry(&self, entry: &SealedEntry) -> Result<OpenEntry, Closed> {
        let summary: Summary = self.json(entry.id, Part::Summary, entry.sealed.summary.as_slice(), SUMMARY_OCTETS)?;
        let content = entry.sealed.content.as_ref().map(|blob| self.content(entry.id, blob.as_slice())).transpose()?;
        Ok(OpenEntry { id: entry.id, received_at: entry.received_at, size: entry.size, summary, content })
    }

    /// A listing.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn list(&self, list: &SealedList) -> Result<OpenList, Closed> {
        let messages = list.messages.iter().map(|entry| self.entry(entry)).collect::<Result<_, _>>()?;
        Ok(OpenList { messages, cursor: list.cursor })
    }

    /// The records of mail that did not come.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn deliveries(&self, list: &SealedDeliveries) -> Result<OpenDeliveries, Closed> {
        let open = list.deliveries.iter().map(|sealed| {
            let record = self.json(sealed.id, Part::Delivery, sealed.sealed.as_slice(), DELIVERY_OCTETS)?;
            Ok(OpenDelivery { id: sealed.id, record })
        });
        Ok(OpenDeliveries { deliveries: open.collect::<Result<_, Closed>>()?, cursor: list.cursor })
    }

    /// What is read of a message.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn content(&self, message: MessageId, blob: &[u8]) -> Result<Content, Closed> {
        self.json(message, Part::Content, blob, OPENED_CONTENT_OCTETS)
    }

    /// The message as it came.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn raw(&self, message: MessageId, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
        self.part(self.binding(message), Part::Raw, blob, RAW_OCTETS)
    }

    /// Where the message whose content `blob` is has attachment `n`.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn attachment(&self, message: MessageId, n: u32, blob: &[u8]) -> Result<Attachment, Closed> {
        let attachments = self.content(message, blob)?.attachments;
        let found = attachments.into_iter().find(|attachment| attachment.summary.n == n).ok_or(Closed::NoAttachment)?;
        if found.summary.withheld.is_some() { Err(Closed::Withheld) } else { Ok(found) }
    }

    /// `attachment`, cut from the raw message and decoded.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn cut(&self, message: MessageId, attachment: &Attachment, raw: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
        transfer::attachment(&self.raw(message, raw)?, attachment).ok_or(Closed::Form)
    }

    /// Opens and inflates one part, to at most `limit` octets.
    fn part(&self, binding: Binding, part: Part, blob: &[u8], limit: usize) -> Result<Zeroizing<Vec<u8>>, Closed> {
        self.keys.open(&binding, part, blob).and_then(|opened| opened.inflate(limit)).map_err(|error| match error {
            OpenError::Truncated { .. } | OpenError::Suite(_) | OpenError::Part(_) | OpenError::Seal => Closed::Seal,
            OpenError::Payload | OpenError::TooLarge { .. } => Closed::Form,
        })
    }

    fn binding(&self, message: MessageId) -> Binding {
        Binding { inbox: self.inbox, message }
    }

    /// Opens one part that is JSON.
    fn json<T: DeserializeOwned>(
        &self,
        message: MessageId,
        part: Part,
        blob: &[u8],
        limit: usize,
    ) -> Result<T, Closed> {
        serde_json::from_slice(&self.part(self.binding(message), part, blob, limit)?).map_err(|_| Closed::Form)
    }
}

#[cfg(test)]
mod tests;
