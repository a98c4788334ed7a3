//! The order of the stages, written down once: evidence, judge, seal, store.
//!
//! `250` is said only after every recipient's store has said yes. Whatever fails on the way is told to
//! the sender, who keeps the message: nothing is dropped in silence.

mod copies;
pub mod evidence;
mod notices;
mod pace;
mod records;
mod repeats;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use protocol::{
    address::{Address, Domain},
    id::{ID_OCTETS, MessageId},
    sealing::primitives::Primitives,
};
use tokio::sync::{RwLock, Semaphore};
use zeroize::Zeroizing;

pub use self::notices::Notices;
use self::{
    copies::{Closed, Copy, Told, fold, outcome},
    evidence::Lost,
    notices::Herald,
    records::{Recorder, Said},
    repeats::{Mark, Marker, Repeats},
};
use crate::{
    budget::{NoRoom, Reservation},
    judge::{self, Evidence},
    limits::{ENCAPSULATION_OCTETS, INLINE_WORK_OCTETS, LONG_MESSAGES, MESSAGE_OVERHEAD, REPEATS},
    mail::{AddressHasher, AddressKey, Destination, Received},
    metrics::Metrics,
    operator::Addressee,
    policy::Policy,
    ports::{Attempt, Chance, Clock, Delivery, Door, Draw, Reception, Resolver, Store, Unreachable},
    seal,
    verdict::{Deferral, Verdict},
};

/// What a pipeline works with.
pub struct Parts {
    /// Where sealed mail goes.
    pub store: Arc<dyn Store>,
    /// What addresses are found by.
    pub hasher: AddressHasher,
    /// The domains that are ours.
    pub domains: Vec<Domain>,
    /// What this host is called.
    pub hostname: String,
    /// The address that the operator's mail is kept under.
    pub operator: Address,
    /// Whether senders are checked, and by whom.
    pub senders: Senders,
    /// What is done about what is found out.
    pub policy: Policy,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Arc<dyn Chance>,
    /// What sealing is done by.
    pub primitives: Arc<dyn Primitives>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who tells owners of their mail.
    pub notices: Notices,
}

/// Everything behind the SMTP session.
pub struct Pipeline {
    parts: Parts,
    desk: Desk,
    long: Semaphore,
    taking: RwLock<Taking>,
    recorder: Recorder,
    herald: Herald,
}

/// Whether mail is taken still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taking {
    Mail,
    NoMore,
}

/// Whether senders are checked.
#[derive(Clone)]
pub enum Senders {
    /// They are taken for whom they say they are, and shown so.
    Unchecked,
    /// By what this resolver says of their domains.
    CheckedBy(Arc<dyn Resolver>),
}

#[async_trait]
impl Reception for Pipeline {
    async fn destination(&self, recipient: &Address) -> Result<Destination, Unreachable> {
        let addressee = Addressee::of(recipient.local());
        let found = self.parts.store.destination(&self.key(addressee, recipient), self.parts.clock.now()).await;
        let found = found.map_err(|why| addressee.unreachable(why));
        let found = found.inspect_err(|why| self.parts.metrics.recipient_refused(*why))?;
        Ok(Destination { tag: recipient.tag().map(str::to_owned), ..found })
    }

    fn serves(&self, domain: &Domain) -> bool {
        // At the host's own name only the operator has an address.
        self.parts.domains.contains(domain) || domain == self.parts.operator.domain()
    }

    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.parts.store.reserve(octets)
    }

    async fn deliver(&self, message: Received, room: Reservation) -> Delivery {
        fold(&self.outcomes(message, room, Told::Together).await)
    }

    async fn deliver_each(&self, message: Received, room: Reservation) -> Vec<Delivery> {
        self.outcomes(message, room, Told::Each).await
    }

    async fn full(&self, recipient: &Address) -> Option<Destination> {
        let key = self.key(Addressee::of(recipient.local()), recipient);
        self.parts.store.owner(&key, self.parts.clock.now()).await.ok()
    }

    fn failed(&self, attempt: Attempt) {
        let left_out = self.recorder.take(attempt, self.parts.clock.now());
        self.parts.metrics.records.dropped(left_out);
    }

    fn at_the_door(&self, what: Door) {
        self.parts.metrics.door(what);
    }
}

impl Pipeline {
    /// Of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        parts.chance.fill(key.as_mut());
        Self {
            desk: Desk {
                chance: Arc::clone(&parts.chance),
                primitives: Arc::clone(&parts.primitives),
                marker: Marker::new(&key),
                repeats: Arc::new(Mutex::new(Repeats::new(REPEATS))),
                hostname: parts.hostname.as_str().into(),
            },
            parts,
            long: Semaphore::new(LONG_MESSAGES),
            taking: RwLock::new(Taking::Mail),
            recorder: Recorder::default(),
            herald: Herald::default(),
        }
    }

    /// What the inbox of a recipient is found by.
    fn key(&self, addressee: Addressee, recipient: &Address) -> AddressKey {
        self.parts.hasher.key(match addressee {
            Addressee::Reader => recipient,
            Addressee::Operator => &self.parts.operator,
        })
    }

    /// What becomes of each recipient's copy.
    async fn outcomes(&self, message: Received, room: Reservation, told: Told) -> Vec<Delivery> {
        let begun = self.parts.clock.now();
        let (recipients, said) = (message.recipients.len(), Said::of(&message));
        let outcomes = match self.work_on(message).await {
            Ok(closed) => self.keep(closed, room, told).await,
            Err(delivery) => vec![delivery; recipients],
        };
        for attempt in said.failed(&outcomes, told) {
            self.failed(attempt);
        }
        self.parts.metrics.message(&fold(&outcomes));
        self.parts.metrics.committed(self.parts.clock.now().since(begun));
        outcomes
    }

    async fn work_on(&self, mut message: Received) -> Result<Closed, Delivery> {
        let evidence = self.evidence(&mut message).await.map_err(|_| unable())?;
        self.parts.metrics.sender_checked(&evidence);
        self.close(message, evidence).await
    }

    async fn evidence(&self, message: &mut Received) -> Result<Evidence, Lost> {
        match &self.parts.senders {
            Senders::Unchecked => Ok(Evidence::default()),
            Senders::CheckedBy(resolver) => {
                let (resolver, clock) = (resolver.as_ref(), self.parts.clock.as_ref());
                evidence::gather(message, &self.parts.hostname, resolver, clock, &self.long).await
            }
        }
    }

    /// Takes no more mail: once this returns, nothing new is ever stored, and `250` never said again. What the
    /// edge is pushed after it is all there is.
    pub async fn stop(&self) {
        *self.taking.write().await = Taking::NoMore;
    }

    /// Judges and seals: a copy for each recipient, the plaintext wiped. Long messages are worked on
    /// off the executor, so that other sessions do not wait for them, and few at a time.
    async fn close(&self, message: Received, evidence: Evidence) -> Result<Closed, Delivery> {
        let policy = self.parts.policy;
        if work(&message) <= INLINE_WORK_OCTETS {
            return self.desk.close(message, &evidence, policy);
        }
        let _turn = self.long.acquire().await.map_err(|_| unable())?;
        let desk = self.desk.clone();
        tokio::task::spawn_blocking(move || desk.close(message, &evidence, policy))
            .await
            .unwrap_or_else(|_| Err(unable()))
    }

    /// Stores what is not stored yet.
    async fn keep(&self, closed: Closed, mut room: Reservation, told: Told) -> Vec<Delivery> {
        let taking = self.taking.read().await;
        if *taking == Taking::NoMore {
            return vec![Delivery::Deferred(Deferral::StoreUnavailable); closed.copies.len()];
        }
        let (mut outcomes, mut kept) = (Vec::with_capacity(closed.copies.len()), Vec::new());
        for (mark, copy) in closed.copies {
            let outcome = match copy {
                Copy::Known => Delivery::Stored,
                Copy::New(sealed) => {
                    let part = room.split(sealed.octets() + MESSAGE_OVERHEAD);
                    let put = self.parts.store.put(sealed, part, self.parts.clock.now()).await;
                    self.announce(&put);
                    outcome(put)
                }
            };
            outcomes.push(outcome);
            if outcome == Delivery::Stored {
                kept.push(mark);
            }
        }
        drop(taking);
        let folded = fold(&outcomes);
        // Where somebody's copy failed, the report comes again and is counted then.
        if let Some(kind) = closed.reports.filter(|_| folded == Delivery::Stored) {
            self.parts.metrics.feedback_report(kind);
        }
        match (told, folded) {
            // All of it is brought again.
            (Told::Together, Delivery::Deferred(_) | Delivery::Refused(_)) => self.desk.repeats().remember(&kept),
            (Told::Together, Delivery::Stored) | (Told::Each, _) => self.desk.repeats().forget(&kept),
        }
        outcomes
    }
}

/// Where messages are judged and sealed, on whatever thread.
#[derive(Clone)]
struct Desk {
    chance: Arc<dyn Chance>,
    primitives: Arc<dyn Primitives>,
    marker: Marker,
    repeats: Arc<Mutex<Repeats>>,
    hostname: Arc<str>,
}

impl Desk {
    fn close(&self, mut message: Received, evidence: &Evidence, policy: Policy) -> Result<Closed, Delivery> {
        let marks = self.marks(&message);
        judge::results::stamp(&mut message, evidence, &self.hostname);
        let accepted = match judge::judge(message, evidence, policy) {
            Verdict::Accepted(accepted) => accepted,
            Verdict::Refused(refusal) => return Err(Delivery::Refused(refusal)),
            Verdict::Deferred(deferral) => return Err(Delivery::Deferred(deferral)),
        };
        let ready = seal::prepare(&accepted);
        let close = |destination, mark| {
            if self.repeats().has(&mark) {
                return (mark, Copy::Known);
            }
            let mut id = [0; ID_OCTETS];
            self.chance.fill(&mut id);
            let (id, mut rng) = (MessageId::from_bytes(id), Draw(self.chance.as_ref()));
            let sealed = ready.seal(destination, id, self.primitives.as_ref(), &mut rng);
            (mark, Copy::New(sealed))
        };
        let copies = accepted.recipients().iter().zip(marks).map(|(destination, mark)| close(destination, mark));
        Ok(Closed { copies: copies.collect(), reports: accepted.content().report.as_ref().map(|report| report.kind) })
    }

    /// The mark of each copy. To hash a long message takes a tenth of what all else does, and hardly any needs it.
    fn marks(&self, message: &Received) -> Vec<Mark> {
        if message.recipients.len() == 1 && self.repeats().is_empty() {
            return vec![Mark::Alone];
        }
        let marking = self.marker.message(message.raw.get(message.trace_len..).unwrap_or_default());
        message.recipients.iter().map(|destination| marking.copy(destination)).collect()
    }

    fn repeats(&self) -> MutexGuard<'_, Repeats> {
        // Nothing done under this lock can panic half-way.
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the sender is told when work was not done.
const fn unable() -> Delivery {
    Delivery::Deferred(Deferral::StoreUnavailable)
}

/// What judging and sealing a message costs, in octets that are sealed in the same time.
fn work(message: &Received) -> usize {
    message.raw.len().saturating_add(ENCAPSULATION_OCTETS).saturating_mul(message.recipients.len())
}

#[cfg(test)]
mod tests;
