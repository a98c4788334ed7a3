//! How many delivery records are made: so many a minute for each inbox and for all together.
//!
//! Each costs an encapsulation and a place in the store, and whoever is refused decides how often. Pure; counts by
//! minutes of the clock and forgets all at the next.

use std::collections::HashMap;

use protocol::{
    id::InboxId,
    time::{Millis, Timestamp},
};

use crate::limits::{RECORDS_A_MINUTE, RECORDS_A_MINUTE_IN_ALL};

const MINUTE: Millis = Millis::from_secs(60);

/// The counts of the current minute.
#[derive(Default)]
pub(super) struct Pace {
    minute: u64,
    all: u32,
    of_inbox: HashMap<InboxId, u32>,
}

impl Pace {
    /// Whether `inbox` may have one more record; counts it if so.
    pub(super) fn admits(&mut self, inbox: InboxId, now: Timestamp) -> bool {
        let minute = now.as_millis() / MINUTE.as_millis();
        if minute != self.minute {
            *self = Self { minute, ..Self::default() };
        }
        if self.all >= RECORDS_A_MINUTE_IN_ALL {
            return false;
        }
        let count = self.of_inbox.entry(inbox).or_default();
        if *count >= RECORDS_A_MINUTE {
            return false;
        }
        *count += 1;
        self.all += 1;
        true
    }
}

#[cfg(test)]
mod tests;
