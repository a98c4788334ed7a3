//! Puts DMARC's questions to DNS and tells it the answers.
//!
//! Never decides anything: what the answers mean is `judge`'s.

use futures_util::future::join_all;

use super::Time;
use crate::{
    judge::{
        Dkim, Dmarc, Spf,
        dmarc::{Known, Query, Step, step},
    },
    ports::Resolver,
};

/// Whether the domain that a message says it is from vouches for it, by what SPF and DKIM said. `header` is the
/// message or its header section, with or without our trace fields. Out of time: [`Dmarc::Unknown`].
pub async fn check(header: &[u8], spf: &Spf, dkim: &Dkim, resolver: &dyn Resolver, time: &Time<'_>) -> Dmarc {
    let query = Query::new(header, spf, dkim);
    let mut known = Known::default();
    loop {
        match step(&query, &known) {
            Step::Done(dmarc) => return dmarc,
            Step::Ask(_) if time.clock.now() >= time.until => return Dmarc::Unknown,
            Step::Ask(names) => {
                let answers = names.into_iter().map(async |name| {
                    let answer = resolver.txt(&name).await;
                    (name, answer)
                });
                join_all(answers).await.into_iter().for_each(|(name, answer)| known.learn(name, &answer));
            }
        }
    }
}

#[cfg(test)]
mod tests;
