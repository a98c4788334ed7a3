//! Asks DNS for the keys of a message's signatures, and has them verified.

use std::mem;

use futures_util::future::join_all;
use protocol::time::Timestamp;
use tokio::sync::Semaphore;

use super::{Lost, Time};
use crate::{
    judge::{
        Chain, Dkim,
        dkim::{self, Known},
    },
    limits::INLINE_WORK_OCTETS,
    mail::Received,
    ports::Resolver,
};

/// What the signatures and the chain of `message`, without our trace fields, are worth.
pub async fn check(message: &[u8], resolver: &dyn Resolver, time: &Time<'_>) -> (Dkim, Chain) {
    let known = ask(message, resolver, time).await;
    dkim::verify(message, &known, time.clock.now())
}

/// A message as its sender wrote it, without our trace fields.
pub(super) fn sent(message: &Received) -> &[u8] {
    message.raw.get(message.trace_len..).unwrap_or_default()
}

/// Asks for all keys at once. What there is no time for stays unknown.
pub(super) async fn ask(message: &[u8], resolver: &dyn Resolver, time: &Time<'_>) -> Known {
    let mut known = Known::default();
    if time.clock.now() >= time.until {
        return known;
    }
    let answers = dkim::questions(message).into_iter().map(|name| async {
        let answer = resolver.txt(&name).await;
        (name, answer)
    });
    join_all(answers).await.into_iter().for_each(|(name, answer)| known.learn(name, answer));
    known
}

/// Verifies where the message is, or, where that would hold up others, on a thread of its own.
pub(super) async fn verify(
    message: &mut Received,
    known: Known,
    now: Timestamp,
    turns: &Semaphore,
) -> Result<(Dkim, Chain), Lost> {
    if work(sent(message)) <= INLINE_WORK_OCTETS {
        return Ok(dkim::verify(sent(message), &known, now));
    }
    let _turn = turns.acquire().await.map_err(|_| Lost)?;
    let (raw, trace_len) = (mem::take(&mut message.raw), message.trace_len);
    let task = tokio::task::spawn_blocking(move || {
        let verified = dkim::verify(raw.get(trace_len..).unwrap_or_default(), &known, now);
        (raw, verified)
    });
    let (raw, verified) = task.await.map_err(|_| Lost)?;
    message.raw = raw;
    Ok(verified)
}

/// What verifying costs, in octets that are hashed in the same time: none without a signature.
fn work(message: &[u8]) -> usize {
    match dkim::effort(message) {
        0 => 0,
        effort => effort.saturating_add(message.len()),
    }
}

#[cfg(test)]
mod tests;
