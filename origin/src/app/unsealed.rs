//! For benches alone: a reception that neither judges nor seals, and stores messages as they came. So what intake and
//! the store cost can be told from what the rest does. No release build has it.

use std::{mem, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{
    address::{Address, Domain},
    id::{ID_OCTETS, MessageId},
};

use crate::{
    budget::{NoRoom, Reservation},
    limits::MESSAGE_OVERHEAD,
    mail::{Destination, Received, Sealed},
    ports::{Chance, Clock, Delivery, Door, Reception, Store, Unreachable},
    verdict::Deferral,
};

/// Says so when it is `off`.
const SWITCH: &str = "BENCH_SEALING";

/// What stores messages as they came.
struct Unsealed {
    reception: Arc<dyn Reception>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

/// `reception`, or what does without judging and sealing, where the environment says so.
pub(super) fn unless_off(
    reception: Arc<dyn Reception>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
) -> Arc<dyn Reception> {
    if std::env::var_os(SWITCH).is_some_and(|value| value == "off") {
        tracing::warn!("nothing is sealed: this is a bench");
        return Arc::new(Unsealed { reception, store, clock, chance });
    }
    reception
}

#[async_trait]
impl Reception for Unsealed {
    async fn destination(&self, recipient: &Address) -> Result<Destination, Unreachable> {
        self.reception.destination(recipient).await
    }

    fn serves(&self, domain: &Domain) -> bool {
        self.reception.serves(domain)
    }

    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.reception.reserve(octets)
    }

    async fn deliver(&self, message: Received, room: Reservation) -> Delivery {
        let outcomes = self.deliver_each(message, room).await;
        outcomes.into_iter().find(|outcome| *outcome != Delivery::Stored).unwrap_or(Delivery::Stored)
    }

    async fn deliver_each(&self, mut message: Received, mut room: Reservation) -> Vec<Delivery> {
        let raw = Bytes::from(mem::take(&mut *message.raw));
        let mut outcomes = Vec::with_capacity(message.recipients.len());
        for destination in &message.recipients {
            let mut id = [0; ID_OCTETS];
            self.chance.fill(&mut id);
            let parts = [Bytes::new(), Bytes::new(), raw.clone()];
            let copy = Sealed::of_parts(destination.inbox, MessageId::from_bytes(id), message.received_at, parts);
            let copy = copy.under(destination.wrap_key.clone());
            let part = room.split(copy.octets() + MESSAGE_OVERHEAD);
            outcomes.push(match self.store.put(copy, part, self.clock.now()).await {
                Ok(_) => Delivery::Stored,
                Err(_) => Delivery::Deferred(Deferral::StoreUnavailable),
            });
        }
        outcomes
    }

    fn at_the_door(&self, what: Door) {
        self.reception.at_the_door(what);
    }
}
