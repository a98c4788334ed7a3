//! What two processes of one origin say to each other while the content of the embedded store passes from the old
//! one, the *elder*, to the new one, the *heir*.
//!
//! ```text
//!  heir                                    elder, serving
//!   | -- Hello: version, room ------------->|   nothing stops yet
//!   |<-- Offer: weight, with its sockets ---|   or Refused, with both numbers
//!   |    gets all ready that may fail       |   serves on
//!   | -- Take ----------------------------->|   drains, freezes
//!   |<-- Keys, Piece …, End: count, digest -|   keeps all of it
//!   | -- Have ----------------------------->|   from here on only the heir may own it
//!   |<-- Yours -----------------------------|   ends
//!   |    serves                             |
//! ```
//!
//! At any time exactly one of them owns the content; [`turns`] says who, whatever breaks when. Nobody but the two
//! hears any of this: it goes over a Unix socket between processes of one user, and never to a file.
//!
//! Pure: [`unix`] does what is to be done.

pub mod frame;
pub mod turns;
pub mod unix;

use protocol::wrap::{Epoch, EpochKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub use self::frame::{Frame, FrameError, PREFIX_OCTETS, Prefix};

/// The version of all this, the pieces of store and queues included. Another one is refused before anything is stopped.
pub const VERSION: u16 = 4;

/// Octets that an heir may keep, or that an elder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In all.
    pub octets: u64,
    /// Of it, delivery records.
    pub records: u64,
}

/// What a socket that is passed on is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Mail.
    Smtp,
    /// Mail from a mail server in front.
    Lmtp,
    /// The API.
    Http,
    /// The operator.
    Operator,
    /// Challenges of a certificate authority.
    Challenges,
}

/// Who holds the capability of the operator's inbox.
#[derive(Clone, PartialEq, Eq)]
pub enum OperatorKey {
    /// The operator.
    Configured,
    /// The process, which drew it.
    Drawn(Zeroizing<[u8; 32]>),
}

/// What passes beside the store: keys that nobody can draw again.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// What addresses are found by.
    pub hasher: Zeroizing<[u8; 32]>,
    /// The operator's inbox.
    pub operator: OperatorKey,
    /// What the hours' mail is wrapped under.
    pub epochs: Vec<(Epoch, EpochKey)>,
}

/// Why an elder offers nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The two do not speak the same version.
    #[error(
        "the running process hands over in version {elder}, this one takes version {heir}: stop it, then start this one"
    )]
    Version {
        /// The elder's.
        elder: u16,
        /// The heir's.
        heir: u16,
    },
    /// There is less room than is in use.
    #[error("the running process holds {held} octets of mail and store.octets of this one is {room}: raise it")]
    Octets {
        /// What the elder holds.
        held: u64,
        /// What the heir may.
        room: u64,
    },
    /// There is less room for delivery records than is in use.
    #[error(
        "the running process holds {held} octets of delivery records and store.octets of this one leaves them {room}: raise it"
    )]
    Records {
        /// What the elder holds.
        held: u64,
        /// What the heir may.
        room: u64,
    },
}

/// What all pieces together are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub pieces: u64,
    /// Their SHA-256, prefixes and bodies included.
    pub digest: [u8; 32],
}

/// Whether an heir with this version and room gets an offer of what an elder holds.
///
/// # Errors
/// [`Refusal`], with both numbers.
pub fn fits(version: u16, room: Room, held: Room) -> Result<(), Refusal> {
    if version != VERSION {
        return Err(Refusal::Version { elder: VERSION, heir: version });
    }
    if held.octets > room.octets {
        return Err(Refusal::Octets { held: held.octets, room: room.octets });
    }
    if held.records > room.records {
        return Err(Refusal::Records { held: held.records, room: room.records });
    }
    Ok(())
}

/// Adds pieces up, at either end.
#[derive(Default)]
pub struct Adder {
    pieces: u64,
    digest: Sha256,
}

impl Adder {
    /// One more, as it is sent.
    pub fn add<'a>(&mut self, frame: &[u8], body: impl IntoIterator<Item = &'a [u8]>) {
        self.pieces += 1;
        self.digest.update(frame);
        for part in body {
            self.digest.update(part);
        }
    }

    /// All of them.
    #[must_use]
    pub fn sum(self) -> Sum {
        Sum { pieces: self.pieces, digest: self.digest.finalize().into() }
    }
}

#[cfg(test)]
mod tests;
