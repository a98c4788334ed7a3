//! What the edge is owed, and what it has confirmed.

use std::collections::HashSet;

use futures_util::future::join_all;
use protocol::{id::InboxId, limits::BATCH_OCTETS, time::Timestamp};

use super::{
    Inner, Unavailable,
    answer::{What, ids, number, octets},
    decimal,
    heads::{erasure, update},
    of,
    scripts::Script,
};
use crate::ports::{Owed, Receipt};

/// Inboxes asked at one time for what they owe: each may tell a megabyte.
const AT_ONCE: usize = 8;

impl Inner {
    pub(super) async fn owed(
        &self,
        but: &HashSet<InboxId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Owed>, Unavailable> {
        // As many more as are left out may stand before those that are not.
        let many = if limit == 0 { 0 } else { limit.saturating_add(but.len()) };
        let mut debts = Vec::new();
        for (_, answer) in self.ask_all(Script::Debts, now, &[decimal(many)]).await? {
            for debt in answer.payload.chunks_exact(2) {
                let id = ids(octets(&debt[0])?).first().copied().ok_or(Unavailable)?;
                if !but.contains(&id) {
                    debts.push((number(&debt[1])?, id));
                }
            }
        }
        debts.sort_unstable();
        debts.truncate(limit);
        let mut owed = Vec::with_capacity(debts.len());
        let mut copied = 0_usize;
        for some in debts.chunks(AT_ONCE) {
            let asked = join_all(some.iter().map(|(_, id)| self.owed_by(*id, now))).await;
            for debt in asked {
                let Some(debt) = debt? else { continue };
                copied = copied.saturating_add(octets_of(&debt));
                owed.push(debt);
            }
            // One batch takes no more than this; what is beyond is told by the next call.
            if copied > BATCH_OCTETS {
                break;
            }
        }
        Ok(owed)
    }

    async fn owed_by(&self, id: InboxId, now: Timestamp) -> Result<Option<Owed>, Unavailable> {
        let answer = self.ask(self.inbox_call(Script::Owed, id, now, vec![])).await?;
        Ok(match answer.what {
            What::Update => Some(update(id, answer.payload)?),
            What::Erase => Some(erasure(id, answer.payload)?),
            _ => None,
        })
    }

    /// Notes receipts. One that is lost with a master is no loss: what it confirmed is pushed once more.
    pub(super) async fn settle(&self, receipts: &[Receipt]) -> Result<(), Unavailable> {
        for some in receipts.chunks(AT_ONCE) {
            let noted = join_all(some.iter().map(|receipt| self.settle_one(receipt))).await;
            noted.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(())
    }

    async fn settle_one(&self, receipt: &Receipt) -> Result<(), Unavailable> {
        let (id, args) = match receipt {
            Receipt::Erased { inbox } => (*inbox, vec![of(b"e")]),
            Receipt::Updated { inbox, seq, expires_at, blobs, removed } => {
                let mut args = vec![of(b"u"), decimal(seq.0), decimal(expires_at.as_millis()), decimal(blobs.len())];
                args.extend(blobs.iter().chain(removed).map(|message| of(message.as_bytes())));
                (*inbox, args)
            }
        };
        // At no time: a receipt expires nothing.
        self.ask(self.inbox_call(Script::Settle, id, Timestamp::default(), args)).await.map(drop)
    }
}

/// Octets of sealed summaries and records that were copied.
fn octets_of(owed: &Owed) -> usize {
    match owed {
        Owed::Update { record, .. } => {
            let summaries = record.entries.iter().map(|entry| entry.entry.sealed.summary.0.len());
            summaries.chain(record.deliveries.iter().map(|noted| noted.entry.sealed.0.len())).sum()
        }
        Owed::Erase { .. } => 0,
    }
}
