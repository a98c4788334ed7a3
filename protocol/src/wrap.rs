//! Wrapping: what keeps a forgotten copy of stored mail shut for good.
//!
//! A sealed part opens to whoever has the inbox's capability, for as long as the octets exist anywhere. Where it is
//! stored it is therefore wrapped once more, from outside, under keys that exist in memory alone and are destroyed on time:
//! a copy that was left behind (a replica, a swap page, a dump) then opens to nobody, its reader included.
//!
//! ```text
//!  epoch key   32 octets at random, one an hour for all inboxes of a region; destroyed when the last message
//!              that came in its hour has expired
//!  wrap key    32 octets at random, one an inbox; destroyed when the inbox ends
//!
//!  inbox key   = HKDF-Extract(salt = wrap key, ikm = epoch key)                 (RFC 5869 §2.2), for an hour's mail
//!              = HKDF-Extract(salt = wrap key, ikm = "mayfly wrap v1 address")  for the inbox's address
//!  message key = HKDF-Expand(inbox key, "mayfly wrap v1" | form (1) | epoch (4) | inbox id (16) | message id (16), 32)
//!  nonce       = zeros (11) | part (1)
//!  aad         = form (1) | part (1) | inbox id (16) | message id (16)
//! ```
//!
//! A wrapped part, as long as the sealed one and [`WRAP_OCTETS`]:
//!
//! ```text
//!  0                                                 n     n+16        n+20   n+21
//!  +-------------------------------------------------+-----+-----------+------+
//!  | ChaCha20 of the sealed part                     | tag | epoch, BE | form |
//!  +-------------------------------------------------+-----+-----------+------+
//! ```
//!
//! `form` is 1 for what goes with its hour, 2 for what goes with its inbox (the address: an inbox may be extended past
//! any hour), whose epoch is written as zero. It stands behind, so that a part is wrapped and unwrapped where it lies.
//!
//! One key and one nonce never serve for two parts: a message's id is drawn once, and whoever wraps the same sealed part
//! twice gets the same octets. What wrapping never does: take the place of the seal. Whoever holds both keys
//! reads nothing yet, and the edge does so for every part that it serves.

mod keys;

use zeroize::Zeroizing;

pub use self::keys::{Epoch, EpochKey, InboxKey, InboxKeys, KEY_OCTETS, WrapKey};
use crate::{
    batch::InboxRecord,
    id::ID_OCTETS,
    limits::INBOX_LIFE,
    message::{Part, SealedEntry},
    sealing::{Binding, PartKey, primitives::Primitives},
    time::Timestamp,
};

/// Octets that wrapping adds to a part: tag, epoch and form.
pub const WRAP_OCTETS: usize = TAG_OCTETS + TRAILER_OCTETS;

const TAG_OCTETS: usize = 16;
const EPOCH_OCTETS: usize = 4;
const TRAILER_OCTETS: usize = EPOCH_OCTETS + 1;
const NONCE_OCTETS: usize = 12;
const LABEL: &[u8; 14] = b"mayfly wrap v1";

/// The path at the origin, before an inbox's id, at which the edge asks for its keys ([`InboxKeys::pack`]), on a reader's
/// behalf and with their read token: where its own memory is cold.
pub const KEYS_PATH: &str = "/sync/v1/keys/";

/// Why a part stays wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// Too short to be wrapped.
    #[error("{len} octets are too few for a wrapped part")]
    Truncated {
        /// How many there are.
        len: usize,
    },
    /// Of no form that we know.
    #[error("wrapped in form {0}, which is unknown")]
    Form(u8),
    /// The key of its hour is not here: destroyed, or never heard of.
    #[error("the key of hour {} is not here", epoch.number())]
    KeyGone {
        /// Its hour.
        epoch: Epoch,
    },
    /// Not wrapped under these keys for this inbox, message and part; or changed since.
    #[error("the wrapping does not hold")]
    Damaged,
}

/// What a wrapped part goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    /// Its hour, and its inbox.
    Epoch(Epoch),
    /// Its inbox alone.
    Inbox,
}

impl Term {
    const fn form(self) -> u8 {
        match self {
            Self::Epoch(_) => 1,
            Self::Inbox => 2,
        }
    }

    const fn epoch_octets(self) -> [u8; EPOCH_OCTETS] {
        match self {
            Self::Epoch(epoch) => epoch.number().to_be_bytes(),
            Self::Inbox => [0; EPOCH_OCTETS],
        }
    }

    /// That of a wrapped part.
    fn read(wrapped: &[u8]) -> Result<Self, WrapError> {
        let truncated = WrapError::Truncated { len: wrapped.len() };
        if wrapped.len() < WRAP_OCTETS {
            return Err(truncated);
        }
        let (_, &[a, b, c, d, form]) = wrapped.split_last_chunk::<TRAILER_OCTETS>().ok_or(truncated)?;
        match (form, [a, b, c, d]) {
            (1, epoch) => Ok(Self::Epoch(Epoch::from_number(u32::from_be_bytes(epoch)))),
            (2, [0, 0, 0, 0]) => Ok(Self::Inbox),
            (2, _) => Err(WrapError::Damaged),
            (form, _) => Err(WrapError::Form(form)),
        }
    }
}

/// The hour whose key a wrapped part needs; none for what goes with its inbox alone.
///
/// # Errors
/// [`WrapError::Truncated`], [`WrapError::Form`], [`WrapError::Damaged`].
pub fn epoch_of(wrapped: &[u8]) -> Result<Option<Epoch>, WrapError> {
    Ok(match Term::read(wrapped)? {
        Term::Epoch(epoch) => Some(epoch),
        Term::Inbox => None,
    })
}

/// The key of one message's parts.
pub struct MessageKey {
    key: Zeroizing<[u8; KEY_OCTETS]>,
    binding: Binding,
    term: Term,
}

impl MessageKey {
    fn derive(inbox: &InboxKey, binding: Binding, term: Term) -> Self {
        let mut info = [0; LABEL.len() + 1 + EPOCH_OCTETS + 2 * ID_OCTETS];
        let (label, rest) = info.split_at_mut(LABEL.len());
        let (form, rest) = rest.split_at_mut(1);
        let (epoch, rest) = rest.split_at_mut(EPOCH_OCTETS);
        label.copy_from_slice(LABEL);
        form.fill(term.form());
        epoch.copy_from_slice(&term.epoch_octets());
        write_binding(rest, &binding);
        Self { key: inbox.expand(&info), binding, term }
    }

    fn of_part(&self, part: Part) -> PartKey {
        let mut nonce = [0; NONCE_OCTETS];
        nonce[NONCE_OCTETS - 1] = part as u8;
        let mut additional_data = [0; 2 + 2 * ID_OCTETS];
        additional_data[..2].copy_from_slice(&[self.term.form(), part as u8]);
        write_binding(&mut additional_data[2..], &self.binding);
        PartKey::new(self.key.clone(), nonce, additional_data)
    }

    /// Wraps one of the message's parts, in place; a buffer from a sealer has the room for it.
    pub fn wrap(&self, primitives: &dyn Primitives, part: Part, sealed: &mut Vec<u8>) {
        let tag = primitives.encrypt(&self.of_part(part), sealed);
        sealed.reserve_exact(WRAP_OCTETS);
        sealed.extend_from_slice(&tag);
        sealed.extend_from_slice(&self.term.epoch_octets());
        sealed.push(self.term.form());
    }

    /// Unwraps one of the message's parts, in place. Where it fails, what is left in the buffer is nothing.
    fn unwrap(&self, primitives: &dyn Primitives, part: Part, wrapped: &mut Vec<u8>) -> Result<(), WrapError> {
        let octets = wrapped.len().checked_sub(WRAP_OCTETS).ok_or(WrapError::Truncated { len: wrapped.len() })?;
        let (sealed, rest) = wrapped.split_at_mut(octets);
        let held = match rest.first_chunk::<TAG_OCTETS>() {
            Some(tag) => primitives.decrypt(&self.of_part(part), sealed, tag).map_err(|_| WrapError::Damaged),
            None => Err(WrapError::Damaged),
        };
        wrapped.truncate(if held.is_ok() { octets } else { 0 });
        held
    }
}

impl core::fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MessageKey(secret)")
    }
}

fn write_binding(to: &mut [u8], binding: &Binding) {
    let (inbox, message) = to.split_at_mut(ID_OCTETS);
    inbox.copy_from_slice(binding.inbox.as_bytes());
    message.copy_from_slice(binding.message.as_bytes());
}

impl WrapKey {
    /// The key of a message that came, or of a delivery record that was made, in `epoch`.
    #[must_use]
    pub fn message(&self, epoch: Epoch, key: &EpochKey, binding: Binding) -> MessageKey {
        MessageKey::derive(&self.in_epoch(key), binding, Term::Epoch(epoch))
    }

    /// Wraps the sealed address of inbox `binding`.
    pub fn wrap_address(&self, primitives: &dyn Primitives, binding: Binding, sealed: &mut Vec<u8>) {
        MessageKey::derive(&self.of_address(), binding, Term::Inbox).wrap(primitives, Part::Address, sealed);
    }
}

impl InboxKeys {
    /// Unwraps one part of this inbox, in place.
    ///
    /// # Errors
    /// [`WrapError`]: the buffer holds nothing of use then.
    pub fn unwrap(
        &self,
        primitives: &dyn Primitives,
        binding: Binding,
        part: Part,
        wrapped: &mut Vec<u8>,
    ) -> Result<(), WrapError> {
        let term = Term::read(wrapped)?;
        let key = match term {
            Term::Inbox => self.address(),
            Term::Epoch(epoch) => self.of_epoch(epoch).ok_or(WrapError::KeyGone { epoch })?,
        };
        MessageKey::derive(key, binding, term).unwrap(primitives, part, wrapped)
    }

    /// Unwraps what a listing shows of a message; its size becomes the sealed one.
    ///
    /// # Errors
    /// [`WrapError`].
    pub fn unwrap_entry(
        &self,
        primitives: &dyn Primitives,
        inbox: crate::id::InboxId,
        entry: &mut SealedEntry,
    ) -> Result<(), WrapError> {
        let binding = Binding { inbox, message: entry.id };
        self.unwrap(primitives, binding, Part::Summary, &mut entry.sealed.summary.0)?;
        entry.size = sealed_size(entry.size);
        Ok(())
    }

    /// Unwraps a record as the edge keeps it. What has expired by `now` is left out: its key may be gone.
    ///
    /// # Errors
    /// [`WrapError`] where a key of something living is not here, or is not its own.
    pub fn unwrap_record(
        &self,
        primitives: &dyn Primitives,
        record: &mut InboxRecord,
        now: Timestamp,
    ) -> Result<(), WrapError> {
        let inbox = record.id;
        self.unwrap(primitives, Binding::address(inbox), Part::Address, &mut record.sealed_address.0)?;
        record.entries.retain(|entry| entry.entry.received_at.plus(INBOX_LIFE) > now);
        record.deliveries.retain(|delivery| delivery.entry.at.plus(INBOX_LIFE) > now);
        for entry in &mut record.entries {
            self.unwrap_entry(primitives, inbox, &mut entry.entry)?;
        }
        for delivery in &mut record.deliveries {
            let binding = Binding { inbox, message: delivery.entry.id };
            self.unwrap(primitives, binding, Part::Delivery, &mut delivery.entry.sealed.0)?;
        }
        Ok(())
    }
}

/// The sealed size of what takes `wrapped` octets.
const fn sealed_size(wrapped: u64) -> u64 {
    wrapped.saturating_sub(WRAP_OCTETS as u64)
}

/// The hours whose keys a record needs at `now`, each once, in order.
#[must_use]
pub fn epochs_of(record: &InboxRecord, now: Timestamp) -> Vec<Epoch> {
    let came = record.entries.iter().map(|entry| entry.entry.received_at);
    let failed = record.deliveries.iter().map(|delivery| delivery.entry.at);
    let living = came.chain(failed).filter(|at| at.plus(INBOX_LIFE) > now);
    let mut epochs = living.map(Epoch::of).collect::<Vec<_>>();
    epochs.sort_unstable();
    epochs.dedup();
    epochs
}

#[cfg(test)]
mod tests;
