//! The order of the stages, written down once: judge, seal, store.
//!
//! `250` is said only after every recipient's store has said yes. Whatever fails on the way is told to
//! the sender, who keeps the message: nothing is dropped in silence.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{
    address::{Address, Domain},
    id::{ID_OCTETS, MessageId},
};

use crate::{
    budget::{NoRoom, Reservation},
    judge,
    limits::{INLINE_WORK_OCTETS, MESSAGE_OVERHEAD},
    mail::{AddressHasher, Destination, Received, Sealed},
    metrics::Metrics,
    ports::{Chance, Clock, Delivery, Draw, PutError, Reception, Store, Unreachable},
    seal,
    verdict::{Deferral, Verdict},
};

/// Everything behind the SMTP session.
pub struct Pipeline {
    /// Where sealed mail goes.
    pub store: Arc<dyn Store>,
    /// What addresses are found by.
    pub hasher: AddressHasher,
    /// The domains that are ours.
    pub domains: Vec<Domain>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Arc<dyn Chance>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

#[async_trait]
impl Reception for Pipeline {
    async fn destination(&self, recipient: &Address) -> Result<Destination, Unreachable> {
        let found = self.store.destination(&self.hasher.key(recipient), self.clock.now()).await;
        let found = found.inspect_err(|why| self.metrics.recipient_refused(*why))?;
        Ok(Destination { tag: recipient.tag().map(str::to_owned), ..found })
    }

    fn serves(&self, domain: &Domain) -> bool {
        self.domains.contains(domain)
    }

    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.store.reserve(octets)
    }

    async fn deliver(&self, message: Received, room: Reservation) -> Delivery {
        let begun = self.clock.now();
        let delivery = match self.close(message).await {
            Ok(sealed) => self.keep(sealed, room).await,
            Err(delivery) => delivery,
        };
        self.metrics.message(&delivery);
        self.metrics.committed(self.clock.now().since(begun));
        delivery
    }
}

impl Pipeline {
    /// Judges and seals: a copy for each recipient, the plaintext wiped. Long messages are worked on
    /// off the executor, so that other sessions do not wait for them.
    async fn close(&self, message: Received) -> Result<Vec<Sealed>, Delivery> {
        let chance = Arc::clone(&self.chance);
        if message.raw.len() <= INLINE_WORK_OCTETS {
            return close(message, chance.as_ref());
        }
        tokio::task::spawn_blocking(move || close(message, chance.as_ref()))
            .await
            .unwrap_or(Err(Delivery::Deferred(Deferral::StoreUnavailable)))
    }

    async fn keep(&self, copies: Vec<Sealed>, mut room: Reservation) -> Delivery {
        for sealed in copies {
            let part = room.split(sealed.octets() + MESSAGE_OVERHEAD);
            if let Err(error) = self.store.put(sealed, part, self.clock.now()).await {
                return Delivery::Deferred(match error {
                    PutError::Gone => Deferral::InboxGone,
                    PutError::InboxFull => Deferral::InboxFull,
                    PutError::NoRoom(_) => Deferral::NoRoom,
                    PutError::Unavailable => Deferral::StoreUnavailable,
                });
            }
        }
        Delivery::Stored
    }
}

fn close(message: Received, chance: &dyn Chance) -> Result<Vec<Sealed>, Delivery> {
    let accepted = match judge::judge(message) {
        Verdict::Accepted(accepted) => accepted,
        Verdict::Refused(refusal) => return Err(Delivery::Refused(refusal)),
        Verdict::Deferred(deferral) => return Err(Delivery::Deferred(deferral)),
    };
    let ready = seal::prepare(&accepted);
    let copies = accepted.recipients().iter().map(|destination| {
        let mut id = [0; ID_OCTETS];
        chance.fill(&mut id);
        ready.seal(destination, MessageId::from_bytes(id), &mut Draw(chance))
    });
    Ok(copies.collect())
}

#[cfg(test)]
mod tests;
