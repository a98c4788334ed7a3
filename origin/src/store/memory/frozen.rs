//! Whether a store answers. One that is being handed over is frozen: it takes nothing, changes nothing, and what
//! it held when it froze is what the next process gets.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::ports::{CreateError, PutError, ReadError, Unreachable};

/// The store is frozen: its caller comes again, here or at the next process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frozen;

/// The one mark of a store. Looked at under a shard's lock: who froze the store and had each lock once since knows
/// that no change is under way any more.
#[derive(Default)]
pub(super) struct Holding(AtomicBool);

impl Holding {
    /// Whether the store answers.
    pub(super) fn check(&self) -> Result<(), Frozen> {
        if self.0.load(Ordering::Acquire) { Err(Frozen) } else { Ok(()) }
    }

    pub(super) fn freeze(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn thaw(&self) {
        self.0.store(false, Ordering::Release);
    }
}

macro_rules! unavailable {
    ($($error:ident),+) => {$(
        impl From<Frozen> for $error {
            fn from(_: Frozen) -> Self {
                Self::Unavailable
            }
        }
    )+};
}

unavailable!(CreateError, PutError, ReadError, Unreachable);
