//! What is said, octet for octet. Pure.
//!
//! A frame is a kind, the lengths of its head and of its body, and its head; a piece's body follows it. Integers are
//! big-endian. Every length is checked before anything is allocated for it.

use protocol::wrap::{Epoch, EpochKey, KEY_OCTETS};
use zeroize::Zeroizing;

use super::{Keys, OperatorKey, Purpose, Refusal, Room, Sum};
use crate::limits::{HANDOVER_BODY, HANDOVER_HEAD};

/// Octets before a head: kind, length of the head, length of the body.
pub const PREFIX_OCTETS: usize = 1 + 4 + 8;

/// One thing said. A piece's body follows its frame.
#[derive(Clone, PartialEq, Eq)]
pub enum Frame {
    /// An heir is here, with so much room.
    Hello {
        /// Its version.
        version: u16,
        /// Its room.
        room: Room,
    },
    /// So much would come, and these sockets come with this frame.
    Offer {
        /// What the elder holds just now.
        held: Room,
        /// What each socket is for, in their order.
        sockets: Vec<Purpose>,
    },
    /// Nothing will come.
    Refused(Refusal),
    /// The heir is ready.
    Take,
    /// Keys.
    Keys(Keys),
    /// A piece of the store.
    Piece {
        /// What it is.
        head: Zeroizing<Vec<u8>>,
        /// Octets of its body.
        body: usize,
    },
    /// That was all.
    End(Sum),
    /// The heir has all of it.
    Have,
    /// It is the heir's.
    Yours,
}

/// A frame's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    kind: u8,
    /// Octets of the head.
    pub head: usize,
    /// Octets of the body.
    pub body: usize,
}

/// Why a frame is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Of no kind that there is.
    #[error("a frame of an unknown kind came")]
    Unknown,
    /// Too long a head.
    #[error("a frame's head of {octets} octets came; {HANDOVER_HEAD} are the most")]
    Head {
        /// How long.
        octets: usize,
    },
    /// Too long a body.
    #[error("a frame's body of {octets} octets came; {HANDOVER_BODY} are the most")]
    Body {
        /// How long.
        octets: u64,
    },
    /// A head that says nothing.
    #[error("a frame that says nothing came")]
    Malformed,
}

/// Octets of an hour and its key.
const EPOCH_OCTETS: usize = 4 + KEY_OCTETS;

const HELLO: u8 = 1;
const OFFER: u8 = 2;
const REFUSED: u8 = 3;
const TAKE: u8 = 4;
const KEYS: u8 = 5;
const PIECE: u8 = 6;
const END: u8 = 7;
const HAVE: u8 = 8;
const YOURS: u8 = 9;

impl Prefix {
    /// As it came.
    ///
    /// # Errors
    /// [`FrameError`], before anything is allocated for it.
    pub fn read(octets: &[u8; PREFIX_OCTETS]) -> Result<Self, FrameError> {
        let [kind, h0, h1, h2, h3, body @ ..] = *octets;
        let head = u32::from_be_bytes([h0, h1, h2, h3]) as usize;
        let body = u64::from_be_bytes(body);
        if !(HELLO..=YOURS).contains(&kind) {
            return Err(FrameError::Unknown);
        }
        if head > HANDOVER_HEAD {
            return Err(FrameError::Head { octets: head });
        }
        match usize::try_from(body) {
            Ok(body) if body == 0 || (kind == PIECE && body <= HANDOVER_BODY) => Ok(Self { kind, head, body }),
            _ => Err(FrameError::Body { octets: body }),
        }
    }

    /// The frame, of its head.
    ///
    /// # Errors
    /// [`FrameError::Malformed`].
    pub fn frame(self, head: &[u8]) -> Result<Frame, FrameError> {
        let mut rest = Rest(head);
        let frame = match self.kind {
            HELLO => Frame::Hello { version: rest.short()?, room: rest.room()? },
            OFFER => {
                let held = rest.room()?;
                let sockets = std::mem::take(&mut rest.0).iter().map(|octet| Purpose::of(*octet));
                Frame::Offer { held, sockets: sockets.collect::<Result<_, _>>()? }
            }
            REFUSED => Frame::Refused(rest.refusal()?),
            TAKE => Frame::Take,
            KEYS => Frame::Keys(Keys {
                hasher: Zeroizing::new(rest.array()?),
                operator: match rest.array()? {
                    [0] => OperatorKey::Configured,
                    [1] => OperatorKey::Drawn(Zeroizing::new(rest.array()?)),
                    _ => return Err(FrameError::Malformed),
                },
                epochs: rest.epochs()?,
            }),
            PIECE => return Ok(Frame::Piece { head: Zeroizing::new(head.to_vec()), body: self.body }),
            END => Frame::End(Sum { pieces: rest.number()?, digest: rest.array()? }),
            HAVE => Frame::Have,
            YOURS => Frame::Yours,
            _ => return Err(FrameError::Unknown),
        };
        if rest.0.is_empty() { Ok(frame) } else { Err(FrameError::Malformed) }
    }
}

impl Frame {
    /// As it is sent, without a piece's body. Wiped when dropped: it may hold keys.
    #[must_use]
    pub fn write(&self) -> Zeroizing<Vec<u8>> {
        // A head that grew would leave keys behind in freed memory.
        let mut head = Zeroizing::new(Vec::with_capacity(self.room()));
        let mut body = 0;
        let kind = match self {
            Self::Hello { version, room } => {
                head.extend_from_slice(&version.to_be_bytes());
                put_room(&mut head, *room);
                HELLO
            }
            Self::Offer { held, sockets } => {
                put_room(&mut head, *held);
                head.extend(sockets.iter().map(|purpose| purpose.octet()));
                OFFER
            }
            Self::Refused(refusal) => {
                put_refusal(&mut head, *refusal);
                REFUSED
            }
            Self::Take => TAKE,
            Self::Keys(keys) => {
                head.extend_from_slice(keys.hasher.as_ref());
                match &keys.operator {
                    OperatorKey::Configured => head.push(0),
                    OperatorKey::Drawn(capability) => {
                        head.push(1);
                        head.extend_from_slice(capability.as_ref());
                    }
                }
                for (epoch, key) in &keys.epochs {
                    head.extend_from_slice(&epoch.number().to_be_bytes());
                    head.extend_from_slice(key.as_bytes());
                }
                KEYS
            }
            Self::Piece { head: of_piece, body: of_body } => {
                head.extend_from_slice(of_piece);
                body = *of_body;
                PIECE
            }
            Self::End(sum) => {
                head.extend_from_slice(&sum.pieces.to_be_bytes());
                head.extend_from_slice(&sum.digest);
                END
            }
            Self::Have => HAVE,
            Self::Yours => YOURS,
        };
        let mut frame = Zeroizing::new(Vec::with_capacity(PREFIX_OCTETS + head.len()));
        frame.push(kind);
        frame.extend_from_slice(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes());
        frame.extend_from_slice(&(body as u64).to_be_bytes());
        frame.extend_from_slice(&head);
        frame
    }
}

impl Frame {
    /// Octets that its head fits into.
    fn room(&self) -> usize {
        match self {
            Self::Keys(keys) => 80 + keys.epochs.len() * EPOCH_OCTETS,
            Self::Piece { head, .. } => head.len(),
            _ => 80,
        }
    }
}

impl Purpose {
    const fn octet(self) -> u8 {
        match self {
            Self::Smtp => 1,
            Self::Lmtp => 2,
            Self::Http => 3,
            Self::Operator => 4,
            Self::Challenges => 5,
        }
    }

    const fn of(octet: u8) -> Result<Self, FrameError> {
        match octet {
            1 => Ok(Self::Smtp),
            2 => Ok(Self::Lmtp),
            3 => Ok(Self::Http),
            4 => Ok(Self::Operator),
            5 => Ok(Self::Challenges),
            _ => Err(FrameError::Malformed),
        }
    }
}

fn put_room(head: &mut Vec<u8>, room: Room) {
    head.extend_from_slice(&room.octets.to_be_bytes());
    head.extend_from_slice(&room.records.to_be_bytes());
}

fn put_refusal(head: &mut Vec<u8>, refusal: Refusal) {
    let (kind, first, second) = match refusal {
        Refusal::Version { elder, heir } => (1, elder.into(), heir.into()),
        Refusal::Octets { held, room } => (2, held, room),
        Refusal::Records { held, room } => (3, held, room),
    };
    head.push(kind);
    head.extend_from_slice(&u64::to_be_bytes(first));
    head.extend_from_slice(&u64::to_be_bytes(second));
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(FrameError::Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<u64, FrameError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// All that is left.
    fn epochs(&mut self) -> Result<Vec<(Epoch, EpochKey)>, FrameError> {
        let keys = std::mem::take(&mut self.0).chunks(EPOCH_OCTETS).map(|octets| {
            let (epoch, key) = octets.split_first_chunk()?;
            Some((Epoch::from_number(u32::from_be_bytes(*epoch)), EpochKey::from_octets(key)?))
        });
        keys.collect::<Option<_>>().ok_or(FrameError::Malformed)
    }

    fn short(&mut self) -> Result<u16, FrameError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    fn room(&mut self) -> Result<Room, FrameError> {
        Ok(Room { octets: self.number()?, records: self.number()? })
    }

    fn refusal(&mut self) -> Result<Refusal, FrameError> {
        let ([kind], first, second) = (self.array()?, self.number()?, self.number()?);
        let version = |number: u64| u16::try_from(number).map_err(|_| FrameError::Malformed);
        match kind {
            1 => Ok(Refusal::Version { elder: version(first)?, heir: version(second)? }),
            2 => Ok(Refusal::Octets { held: first, room: second }),
            3 => Ok(Refusal::Records { held: first, room: second }),
            _ => Err(FrameError::Malformed),
        }
    }
}

#[cfg(test)]
mod tests;
