//! Bounds of handing a store over to the next process of this origin.

use protocol::{limits::SEALED_OCTETS, time::Millis};

/// Longest head of a frame in octets: an inbox's, with its public key and its sealed address, is some 2 kB.
pub const HANDOVER_HEAD: usize = 64 * 1024;

/// Longest body of a frame in octets: a message's three parts.
pub const HANDOVER_BODY: usize = 3 * SEALED_OCTETS;

/// What gathers before it is written: few system calls, and small beside a message.
pub const HANDOVER_BUFFER: usize = 256 * 1024;

/// How long the other process may take for its next word. Both are on one machine and have nothing else to do.
pub const HANDOVER_STALL: Millis = Millis::from_secs(10);

/// How long a successor waits for the first piece: the old process drains before, for [`super::DRAIN_TIMEOUT`] and
/// [`super::DRAIN_EDGE_TIMEOUT`] at most.
pub const HANDOVER_PATIENCE: Millis = Millis::from_secs(60);

/// Longest that a process that was told to end may be told to wait for a successor.
pub const HANDOVER_WAIT_MAX: Millis = Millis::from_secs(10 * 60);
