//! What keys are called: which shard an inbox is of, and where an address is found.
//!
//! Pure. What changes in one step lies in one slot: an inbox, its queue of debts, its expiry and the counts. So the
//! hash tag is a shard's, not an inbox's, and the tags are chosen to spread evenly over a cluster's slots.

use protocol::id::InboxId;

use crate::mail::AddressKey;

/// Shards: enough for sixteen masters, few enough to ask all of them at once.
pub(super) const SHARDS: usize = 16;

/// One tag in each sixteenth of the 16,384 slots; a test holds them to it.
const TAGS: [&str; SHARDS] =
    ["03", "21", "61", "43", "02", "20", "60", "42", "01", "23", "63", "41", "00", "22", "62", "40"];

/// Which shard an inbox is of.
pub(super) fn shard_of(id: InboxId) -> usize {
    usize::from(id.as_bytes()[0]) % SHARDS
}

/// Which shard an address is of: not its inbox's, which nobody knows who has the address alone.
pub(super) fn shard_of_address(key: &AddressKey) -> usize {
    usize::from(key.as_bytes()[0]) % SHARDS
}

/// What all keys begin with, so that regions may share a Redis.
#[derive(Clone, Debug)]
pub(super) struct Space(String);

impl Space {
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// What it is called.
    #[cfg(test)]
    pub(super) fn name(&self) -> String {
        self.0.clone()
    }

    /// A shard: its census, and the beginning of all keys in it.
    pub(super) fn shard(&self, shard: usize) -> Vec<u8> {
        format!("{}:{{{}}}", self.0, TAGS[shard % SHARDS]).into_bytes()
    }

    /// Where the inbox of an address is written.
    pub(super) fn address(&self, key: &AddressKey) -> Vec<u8> {
        [self.shard(shard_of_address(key)).as_slice(), b":a:", key.as_bytes()].concat()
    }

    /// Where the key is that addresses are hashed under.
    pub(super) fn hasher(&self) -> Vec<u8> {
        [self.shard(0).as_slice(), b":hasher"].concat()
    }

    /// The channel on which changes are told to all nodes.
    pub(super) fn changes(&self) -> String {
        format!("{}:changes", self.0)
    }
}

/// The slot of a shard's keys.
pub(super) fn slot_of(shard: usize) -> u16 {
    crc16(TAGS[shard % SHARDS].as_bytes()) % 16_384
}

/// CRC-16/XMODEM, as Redis Cluster's specification has it.
fn crc16(octets: &[u8]) -> u16 {
    octets.iter().fold(0_u16, |crc, octet| {
        (0..8).fold(
            crc ^ (u16::from(*octet) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    })
}

#[cfg(test)]
mod tests;
