//! Gathers the evidence on a message: puts the judge's questions to DNS and tells it the answers.

pub mod dmarc;

use std::net::IpAddr;

use futures_util::future::join_all;
use protocol::time::Timestamp;

use crate::{
    judge::{
        Dkim, Evidence, Spf,
        spf::{Answer, Circumstances, Explanation, Finding, Known, Query, Question, Step, step},
    },
    limits::SENDER_BUDGET,
    mail::{Received, ReversePath},
    ports::{Clock, Resolver},
};

/// What DNS says about the sender of `message`.
///
/// Both identities are checked, for RFC 7208 §2.3 recommends it; they share what is known and the time that they
/// may take.
pub async fn gather(message: &Received, receiver: &str, resolver: &dyn Resolver, clock: &dyn Clock) -> Evidence {
    if is_our_own(message.hop.client) {
        return Evidence::default();
    }
    let circumstances = Circumstances {
        client: message.hop.client,
        helo: &message.hop.helo.0,
        receiver,
        now: message.received_at,
        explanation: Explanation::Unwanted,
    };
    let time = Time { clock, until: clock.now().plus(SENDER_BUDGET) };
    let mut known = Known::default();
    let helo = check(&Query::helo(&circumstances), &mut known, resolver, &time).await;
    let spf = match &message.reverse_path {
        ReversePath::Null => Spf::Helo(helo),
        ReversePath::Mailbox(mailbox) => {
            let query = Query::mail_from(&circumstances, &mailbox.0);
            Spf::Both { helo, mail_from: check(&query, &mut known, resolver, &time).await }
        }
    };
    let sent = message.raw.get(message.trace_len..).unwrap_or_default();
    let dkim = Dkim::default();
    let dmarc = dmarc::check(sent, &spf, &dkim, resolver, &time).await;
    Evidence { spf, dkim, dmarc, ..Evidence::default() }
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
