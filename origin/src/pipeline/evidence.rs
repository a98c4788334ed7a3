//! Gathers the evidence on a message: puts the judge's questions to DNS and tells it the answers.
//!
//! SPF's questions and those about keys are put at the same time; DMARC builds on both. All share one budget of time, so
//! that a slow zone holds a message no longer than it allows, and one question more.

pub mod dkim;
pub mod dmarc;

use std::net::IpAddr;

use futures_util::future::{join, join_all};
use protocol::time::Timestamp;
use tokio::sync::Semaphore;

use crate::{
    judge::{
        Dmarc, Evidence, Spf,
        spf::{Answer, Circumstances, Explanation, Finding, Known, Query, Question, Step, step},
    },
    limits::SENDER_BUDGET,
    mail::{Client, Received, ReversePath},
    ports::{Clock, Resolver},
};

/// The message was lost on the thread that worked on it: its sender must bring it again.
#[derive(Debug, thiserror::Error)]
#[error("the work on a long message did not end")]
pub struct Lost;

/// What is found out about the sender of `message`. Long ones are worked on off the executor, each when it gets
/// one of `turns`.
///
/// For clients of our own network no domain can speak, so SPF is not checked there (and DMARC shown only where a
/// signature answers for the author: it must not be held against a message that half of its basis is missing).
/// Signatures are verified nevertheless: they need no client, and such a relay may bring strangers' mail.
///
/// # Errors
/// [`Lost`].
pub async fn gather(
    message: &mut Received,
    receiver: &str,
    resolver: &dyn Resolver,
    clock: &dyn Clock,
    turns: &Semaphore,
) -> Result<Evidence, Lost> {
    let time = Time { clock, until: clock.now().plus(SENDER_BUDGET) };
    let of_sender = sender(message, receiver, resolver, &time);
    let (spf, keys) = join(of_sender, dkim::ask(dkim::sent(message), resolver, &time)).await;
    let (dkim, arc) = dkim::verify(message, keys, clock.now(), turns).await?;
    let dmarc = match &spf {
        Spf::Unchecked if !dkim.vouches() => Dmarc::Unchecked,
        Spf::Unchecked => match dmarc::check(dkim::sent(message), &spf, &dkim, resolver, &time).await {
            vouched @ Dmarc::Vouched { .. } => vouched,
            _ => Dmarc::Unchecked,
        },
        Spf::Helo(_) | Spf::Both { .. } => dmarc::check(dkim::sent(message), &spf, &dkim, resolver, &time).await,
    };
    Ok(Evidence { spf, dkim, arc, dmarc })
}

/// Whether the client may send for the domains that it names. Both identities are checked, for RFC 7208 §2.3
/// recommends it; they share what is known.
async fn sender(message: &Received, receiver: &str, resolver: &dyn Resolver, time: &Time<'_>) -> Spf {
    let Client::Host(client) = message.hop.client else { return Spf::Unchecked };
    if is_our_own(client) {
        return Spf::Unchecked;
    }
    let circumstances = Circumstances {
        client,
        helo: &message.hop.helo.0,
        receiver,
        now: message.received_at,
        explanation: Explanation::Unwanted,
    };
    let mut known = Known::default();
    let helo = check(&Query::helo(&circumstances), &mut known, resolver, time).await;
    match &message.reverse_path {
        ReversePath::Null => Spf::Helo(helo),
        ReversePath::Mailbox(mailbox) => {
            let query = Query::mail_from(&circumstances, &mailbox.0);
            Spf::Both { helo, mail_from: check(&query, &mut known, resolver, time).await }
        }
    }
}

/// Until when questions may be put.
pub struct Time<'a> {
    /// Says what time it is.
    pub clock: &'a dyn Clock,
    /// Nothing is asked from then on.
    pub until: Timestamp,
}

/// Drives one evaluation to its end. What `known` gains serves the next one.
pub async fn check(query: &Query, known: &mut Known, resolver: &dyn Resolver, time: &Time<'_>) -> Finding {
    loop {
        match step(query, known) {
            Step::Done(finding) => return finding,
            Step::Ask(_) if time.clock.now() >= time.until => return query.overtime(),
            Step::Ask(questions) => {
                let answers = questions.into_iter().map(|question| put(question, resolver));
                join_all(answers).await.into_iter().for_each(|answer| known.learn(answer));
            }
        }
    }
}

async fn put(question: Question, resolver: &dyn Resolver) -> Answer {
    match question {
        Question::Txt(name) => {
            let found = resolver.txt(&name).await;
            Answer::Txt(name, found)
        }
        Question::A(name) => {
            let found = resolver.a(&name).await;
            Answer::A(name, found)
        }
        Question::Aaaa(name) => {
            let found = resolver.aaaa(&name).await;
            Answer::Aaaa(name, found)
        }
        Question::Mx(name) => {
            let found = resolver.mx(&name).await;
            Answer::Mx(name, found)
        }
        Question::Ptr(name) => {
            let found = resolver.ptr(&name).await;
            Answer::Ptr(name, found)
        }
    }
}

/// Whether a client is of this machine or a private network: whoever sends from there was let in by the operator,
/// and no public record names it (RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5).
fn is_our_own(client: IpAddr) -> bool {
    match client.to_canonical() {
        IpAddr::V4(client) => {
            client.is_loopback() || client.is_private() || client.is_link_local() || client.is_unspecified()
        }
        IpAddr::V6(client) => {
            let local = client.is_unique_local() || client.is_unicast_link_local();
            local || client.is_loopback() || client.is_unspecified()
        }
    }
}

#[cfg(test)]
mod tests;
