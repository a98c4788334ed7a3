//! The scripts: one step each, in one slot. Their texts are files of their own; this file gives them their bounds.
//!
//! Pure but for the client's command type.

use std::sync::LazyLock;

use bytes::Bytes;
use protocol::limits::{INBOX_DELIVERIES, INBOX_LIFE, INBOX_MESSAGES};
use redis::Cmd;

use super::keys::SHARDS;
use crate::limits::{
    DELETION_OVERHEAD, GONE_MEMORY, INBOX_DELETIONS, INBOX_OVERHEAD, MESSAGE_OVERHEAD, RECORD_OVERHEAD,
    REDIS_DELETIONS_SLACK, REDIS_MARGIN, REDIS_QUEUE_LIFE, REDIS_STEP, TOMBSTONE_OVERHEAD, TOMBSTONES,
};

/// What may be asked of Redis in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Create,
    Inbox,
    Put,
    List,
    Part,
    Note,
    Deliveries,
    DeleteMessage,
    DeleteInbox,
    Extend,
    Webhook,
    SetWebhook,
    Purge,
    Debts,
    Owed,
    Settle,
    Front,
    Evict,
    Census,
    Claim,
    Release,
    Share,
    Hold,
}

/// Whether a script may run where Redis has no memory left: those that take none.
#[derive(Clone, Copy)]
enum AtTheCap {
    Runs,
    Refused,
}

/// What a script stands on.
#[derive(Clone, Copy)]
enum Ground {
    /// A shard.
    Shard,
    /// One key.
    Key,
}

/// A script's text as Redis has it, and what it is called by.
struct Loaded {
    text: String,
    hash: String,
}

/// Reads, which drop by the way what has expired. A master that lacks its replicas refuses to run what may write, so each
/// has a form that only looks, and passes over what has expired.
const READS: [Script; 5] = [Script::Inbox, Script::List, Script::Part, Script::Deliveries, Script::Census];

/// Whether a script may drop what has expired.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hand {
    Drops,
    Looks,
}

/// One step, to be asked of a shard.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) script: Script,
    pub(super) shard: usize,
    key: Vec<u8>,
    args: Vec<Bytes>,
}

/// All scripts, in the order of the enum.
const ALL: [(Script, Ground, AtTheCap, &str); 23] = {
    use AtTheCap::{Refused, Runs};
    use Ground::{Key, Shard};
    [
        (Script::Create, Shard, Refused, include_str!("scripts/create.lua")),
        (Script::Inbox, Shard, Runs, include_str!("scripts/inbox.lua")),
        (Script::Put, Shard, Refused, include_str!("scripts/put.lua")),
        (Script::List, Shard, Runs, include_str!("scripts/list.lua")),
        (Script::Part, Shard, Runs, include_str!("scripts/part.lua")),
        (Script::Note, Shard, Refused, include_str!("scripts/note.lua")),
        (Script::Deliveries, Shard, Runs, include_str!("scripts/deliveries.lua")),
        (Script::DeleteMessage, Shard, Runs, include_str!("scripts/delete_message.lua")),
        (Script::DeleteInbox, Shard, Runs, include_str!("scripts/delete_inbox.lua")),
        (Script::Extend, Shard, Runs, include_str!("scripts/extend.lua")),
        (Script::Webhook, Shard, Runs, include_str!("scripts/webhook.lua")),
        // What it takes is a part of the inbox's share, and whoever is full must be able to remove.
        (Script::SetWebhook, Shard, Runs, include_str!("scripts/set_webhook.lua")),
        (Script::Purge, Shard, Runs, include_str!("scripts/purge.lua")),
        (Script::Debts, Shard, Runs, include_str!("scripts/debts.lua")),
        (Script::Owed, Shard, Runs, include_str!("scripts/owed.lua")),
        (Script::Settle, Shard, Runs, include_str!("scripts/settle.lua")),
        (Script::Front, Shard, Runs, include_str!("scripts/front.lua")),
        (Script::Evict, Shard, Runs, include_str!("scripts/evict.lua")),
        (Script::Census, Shard, Runs, include_str!("scripts/census.lua")),
        (Script::Claim, Key, Refused, include_str!("scripts/claim.lua")),
        (Script::Release, Key, Runs, include_str!("scripts/release.lua")),
        (Script::Share, Key, Refused, include_str!("scripts/share.lua")),
        (Script::Hold, Key, Runs, include_str!("scripts/hold.lua")),
    ]
};

static LOADED: LazyLock<Vec<Loaded>> = LazyLock::new(|| ALL.iter().map(|of| Loaded::new(of, Hand::Drops)).collect());

/// In the order of [`READS`].
static LOOKS: LazyLock<Vec<Loaded>> =
    LazyLock::new(|| READS.iter().map(|script| Loaded::new(&ALL[*script as usize], Hand::Looks)).collect());

impl Loaded {
    fn new((_, ground, at_the_cap, body): &(Script, Ground, AtTheCap, &str), hand: Hand) -> Self {
        let text = text(*ground, *at_the_cap, hand, body);
        Self { hash: redis::Script::new(&text).get_hash().to_owned(), text }
    }
}

/// Without its flag a script is refused before its first step where memory is spent, never between two of them.
fn text(ground: Ground, at_the_cap: AtTheCap, hand: Hand, body: &str) -> String {
    let flags = match (hand, at_the_cap) {
        (Hand::Looks, _) => "#!lua flags=no-writes",
        (Hand::Drops, AtTheCap::Runs) => "#!lua flags=allow-oom",
        (Hand::Drops, AtTheCap::Refused) => "#!lua",
    };
    match ground {
        Ground::Key => format!("{flags}\n{body}"),
        Ground::Shard => {
            let looks = hand == Hand::Looks;
            format!("{flags}\nlocal LOOKS = {looks}\n{}{}{body}", bounds(), include_str!("scripts/prelude.lua"))
        }
    }
}

/// The bounds, so that none is written twice.
fn bounds() -> String {
    let numbers = [
        ("INBOX_MESSAGES", INBOX_MESSAGES as u64),
        ("INBOX_DELETIONS", INBOX_DELETIONS as u64),
        ("INBOX_DELIVERIES", INBOX_DELIVERIES as u64),
        ("INBOX_LIFE", INBOX_LIFE.as_millis()),
        ("INBOX_OVERHEAD", INBOX_OVERHEAD as u64),
        ("MESSAGE_OVERHEAD", MESSAGE_OVERHEAD as u64),
        ("RECORD_OVERHEAD", RECORD_OVERHEAD as u64),
        ("DELETION_OVERHEAD", DELETION_OVERHEAD as u64),
        ("TOMBSTONE_OVERHEAD", TOMBSTONE_OVERHEAD as u64),
        ("TOMBSTONES", (TOMBSTONES / SHARDS) as u64),
        ("GONE_MEMORY", GONE_MEMORY.as_millis()),
        ("MARGIN", REDIS_MARGIN.as_millis()),
        ("QUEUE_LIFE", REDIS_QUEUE_LIFE.as_millis()),
        ("DELETIONS_SLACK", REDIS_DELETIONS_SLACK as u64),
        ("STEP", REDIS_STEP as u64),
    ];
    numbers.map(|(name, number)| format!("local {name} = {number}\n")).concat()
}

impl Script {
    fn loaded(self) -> &'static Loaded {
        &LOADED[self as usize]
    }
}

impl Call {
    /// A step of a shard, or of one key in its slot.
    pub(super) fn new(script: Script, shard: usize, key: Vec<u8>, args: Vec<Bytes>) -> Self {
        Self { script, shard, key, args }
    }

    /// Octets that it brings.
    pub(super) fn octets(&self) -> usize {
        self.args.iter().map(Bytes::len).sum()
    }

    /// Whether it is answered as scripts of shards are.
    pub(super) fn is_of_shard(&self) -> bool {
        !matches!(self.script, Script::Claim | Script::Release | Script::Share | Script::Hold)
    }

    /// As it is sent.
    pub(super) fn command(&self) -> Cmd {
        self.command_of(self.script.loaded())
    }

    /// The same for a server that may not write just now, if it is a read.
    pub(super) fn look(&self) -> Option<Cmd> {
        let index = READS.iter().position(|read| *read == self.script)?;
        Some(self.command_of(&LOOKS[index]))
    }

    fn command_of(&self, loaded: &Loaded) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(&loaded.hash).arg(1).arg(&self.key);
        for arg in &self.args {
            command.arg(&arg[..]);
        }
        command
    }
}

/// What makes all scripts known to a server.
pub(super) fn load() -> Vec<Cmd> {
    let load = |loaded: &Loaded| {
        let mut command = redis::cmd("SCRIPT");
        command.arg("LOAD").arg(&loaded.text);
        command
    };
    LOADED.iter().chain(LOOKS.iter()).map(load).collect()
}

#[cfg(test)]
mod tests;
