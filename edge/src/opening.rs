//! Mail opened for one answer (assisted mode): the client showed the capability, nothing of it is kept.

use protocol::{
    api::{InboxView, OpenList, SealedList},
    capability::Capability,
    id::{ID_OCTETS, InboxId, MessageId},
    limits::{CONTENT_OCTETS, MESSAGE_OCTETS},
    message::{Attachment, Content, OpenEntry, Part, SealedEntry, Summary},
    sealing::{Binding, KeyPair},
};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::transfer;

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
    /// The seal does not hold, or what is in it is past a bound.
    #[error("a sealed part does not open")]
    Seal,
    /// What is in it is not what we put in.
    #[error("an opened part is not of its form")]
    Form,
    /// There is no attachment of that number.
    #[error("no such attachment")]
    NoAttachment,
}

/// Opens one inbox's mail.
pub struct Opener {
    keys: KeyPair,
    inbox: InboxId,
}

/// An attachment as it is handed out.
pub struct OpenAttachment {
    /// Its decoded octets.
    pub octets: Vec<u8>,
    /// Its file name.
    pub filename: String,
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
            let nobody = MessageId::from_bytes([0; ID_OCTETS]);
            let address = self.part(nobody, Part::Address, sealed.address.as_slice(), ADDRESS_OCTETS)?;
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
        self.part(message, Part::Raw, blob, RAW_OCTETS)
    }

    /// Attachment `n`, cut from the raw message and decoded.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn attachment(&self, message: MessageId, n: u32, content: &[u8], raw: &[u8]) -> Result<OpenAttachment, Closed> {
        let content = self.content(message, content)?;
        let attachment = content.attachments.into_iter().find(|attachment| attachment.summary.n == n);
        let attachment = attachment.ok_or(Closed::NoAttachment)?;
        let raw = self.raw(message, raw)?;
        let range = cut(&raw, &attachment).ok_or(Closed::Form)?;
        let octets = transfer::decode(attachment.encoding, range);
        Ok(OpenAttachment { octets, filename: attachment.summary.filename })
    }

    /// Opens and inflates one part, to at most `limit` octets.
    fn part(&self, message: MessageId, part: Part, blob: &[u8], limit: usize) -> Result<Zeroizing<Vec<u8>>, Closed> {
        let binding = Binding { inbox: self.inbox, message };
        let opened = self.keys.open(&binding, part, blob).map_err(|_| Closed::Seal)?;
        opened.inflate(limit).map_err(|_| Closed::Seal)
    }

    /// Opens one part that is JSON.
    fn json<T: DeserializeOwned>(
        &self,
        message: MessageId,
        part: Part,
        blob: &[u8],
        limit: usize,
    ) -> Result<T, Closed> {
        serde_json::from_slice(&self.part(message, part, blob, limit)?).map_err(|_| Closed::Form)
    }
}

/// The attachment's encoded body within the raw message.
fn cut<'a>(raw: &'a [u8], attachment: &Attachment) -> Option<&'a [u8]> {
    let start = usize::try_from(attachment.offset).ok()?;
    let end = start.checked_add(usize::try_from(attachment.length).ok()?)?;
    raw.get(start..end)
}

/// `Content-Disposition` for a download named `filename` (RFC 6266, RFC 8187): plain ASCII first, then the whole name.
#[must_use]
pub fn disposition(filename: &str) -> String {
    let name = if filename.trim().is_empty() { "attachment" } else { filename };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let whole: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests;
