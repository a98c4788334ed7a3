//! The loop that keeps a certificate: takes what is on the shelf, orders when it is time, and rests when it is not.
//!
//! When is [`renewal`](crate::certificates::renewal)'s to say. Of several processes that share a folder, one orders
//! at a time, and the others take what it put there. The old certificate is shown meanwhile, whatever happens.

use std::sync::Arc;

use protocol::time::{Millis, Timestamp};
use tokio::{sync::watch, time::sleep};

use super::{Authority, OrderError, on_the_shelf};
use crate::{
    certificates::{
        Validity,
        der::Leaf,
        file::{
            Print,
            shelf::{Item, Turn},
        },
        renewal::{Next, Pause, Standing, next},
        tls::{CertificateError, Certified, InUse},
    },
    limits::{ACME_ADVICE_LONGEST, ACME_ADVICE_SHORTEST, CERTIFICATE_CHECK, CLOCK_CHECK},
    metrics::{Metrics, Ordered},
    ports::{Chance, Clock},
};

/// What the loop works with.
pub struct Supervisor {
    /// Of whom certificates are ordered.
    pub authority: Authority,
    /// Where they go.
    pub in_use: Arc<InUse>,
    /// The wall clock: authorities live by it.
    pub clock: Arc<dyn Clock>,
    /// What spreads orders.
    pub chance: Arc<dyn Chance>,
    /// Where orders are counted.
    pub metrics: Arc<Metrics>,
}

/// What is known of the authority's wishes for the certificate in use.
struct Advised {
    leaf: Leaf,
    window: Option<Validity>,
    ask_at: Timestamp,
}

struct Keeping {
    with: Supervisor,
    standing: Standing,
    pause: Pause,
    /// Of what was last seen on the shelf.
    seen: Print,
    look_at: Timestamp,
    advised: Option<Advised>,
}

/// Keeps a certificate until `ending` says so or its sender is gone. Each change of `asked` makes it look at the
/// shelf at once.
pub async fn supervise(with: Supervisor, mut asked: watch::Receiver<()>, mut ending: watch::Receiver<bool>) {
    let (standing, look_at) = (Standing::Without, with.clock.now());
    let mut keeping = Keeping { with, standing, pause: Pause::None, seen: Print::of(&[]), look_at, advised: None };
    loop {
        let nap = tokio::select! {
            nap = keeping.step() => nap,
            // An order that is under way is dropped: it counts as failed, and is not repeated at once.
            _ = ending.wait_for(|ending| *ending) => return,
        };
        tokio::select! {
            () = sleep(nap.as_duration()) => {}
            Ok(()) = asked.changed() => keeping.look_at = Timestamp::from_millis(0),
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}

impl Keeping {
    /// Does what is to be done now; returns how long there is nothing more.
    async fn step(&mut self) -> Millis {
        let now = self.with.clock.now();
        if now >= self.look_at {
            self.look_at = now.plus(CERTIFICATE_CHECK);
            self.look(now).await;
        }
        self.take_advice(now).await;
        match next(self.standing, self.pause, now) {
            Next::Order => {
                self.order(now).await;
                Millis::default()
            }
            // Clocks are set forward while this sleeps: hence never for long.
            Next::Wait(until) => until.min(self.look_at).since(now).min(CLOCK_CHECK),
        }
    }

    /// Takes the certificate from the shelf, where it is another than before.
    async fn look(&mut self, now: Timestamp) {
        let octets = match on_the_shelf(&self.with.authority.shelf, |shelf| shelf.read(&Item::Certificate)).await {
            Ok(Some(octets)) => octets,
            Ok(None) => return,
            Err(error) => return self.kept(&CertificateError::File { file: "acme.folder".to_owned(), error }),
        };
        let print = Print::of(&octets);
        if print == self.seen {
            return;
        }
        self.seen = print;
        match Certified::from_pem(&octets, &octets).and_then(|certified| certified.good_at(now)) {
            Ok(certified) => self.take(certified, now),
            Err(error) => self.kept(&error),
        }
    }

    fn take(&mut self, certified: Certified, now: Timestamp) {
        let leaf = certified.leaf().clone();
        tracing::info!(until = %leaf.validity.until, "a new certificate is in use");
        self.standing = if leaf.covers(self.with.authority.names.iter().map(|name| name.as_str())) {
            Standing::holding(leaf.validity, self.draw())
        } else {
            Standing::Without
        };
        self.advised = Some(Advised { leaf, window: None, ask_at: now });
        self.with.in_use.swap(certified);
    }

    fn kept(&self, error: &CertificateError) {
        tracing::error!("the certificate that ACME brought cannot be used, the old one stays: {error}");
        self.with.in_use.kept();
    }

    /// Orders, if it is our turn and nobody else did so meanwhile.
    async fn order(&mut self, now: Timestamp) {
        let shelf = Arc::clone(&self.with.authority.shelf);
        let turn = match on_the_shelf(&shelf, |shelf| shelf.turn()).await {
            Ok(Turn::Others) => return self.pause = Pause::for_others(now),
            turn => turn,
        };
        let before = match on_the_shelf(&shelf, |shelf| shelf.read(&Item::Pause)).await {
            Ok(Some(octets)) => serde_json::from_slice(&octets).unwrap_or_default(),
            Ok(None) | Err(_) => self.pause,
        };
        // What others did until now counts for us too.
        self.pause = before;
        self.look(now).await;
        if next(self.standing, self.pause, now) != Next::Order {
            return;
        }
        // Noted before it is tried: a process that dies of it does not try again at once.
        self.pause = self.pause.after_failure(now, self.draw());
        let tried = match turn {
            Ok(_) => self.try_to().await,
            Err(error) => Err(OrderError::Shelf(error)),
        };
        match tried {
            Ok(certified) => {
                self.with.metrics.certificates.ordered(Ordered::Issued);
                self.take(certified, now);
                // For these names it is, whatever it says.
                if self.standing == Standing::Without {
                    self.standing = Standing::Holding { renew_at: now };
                }
                self.pause = Pause::after_success(now);
                if let Err(error) = self.note().await {
                    tracing::error!("the certificate is not kept, and is ordered anew at the next start: {error}");
                }
            }
            Err(error) => {
                self.with.metrics.certificates.ordered(Ordered::Failed);
                if let Pause::Failed { failures, until } = self.pause {
                    tracing::error!(failures, next = %until, "no certificate was issued: {error}");
                }
            }
        }
    }

    async fn try_to(&mut self) -> Result<Certified, OrderError> {
        self.note().await?;
        let octets = self.with.authority.order().await?;
        let certified = Certified::from_pem(&octets, &octets)?.good_at(self.with.clock.now())?;
        self.seen = Print::of(&octets);
        let kept =
            on_the_shelf(&self.with.authority.shelf, move |shelf| shelf.write(&Item::Certificate, &octets)).await;
        if let Err(error) = kept {
            tracing::error!("the certificate is not kept, and is ordered anew at the next start: {error}");
        }
        Ok(certified)
    }

    /// Keeps the pause over a restart, and for the others.
    async fn note(&self) -> std::io::Result<()> {
        let pause = serde_json::to_vec(&self.pause)?;
        on_the_shelf(&self.with.authority.shelf, move |shelf| shelf.write(&Item::Pause, &pause)).await
    }

    /// Asks the authority from time to time whether it wants the certificate renewed sooner, or later (RFC 9773).
    async fn take_advice(&mut self, now: Timestamp) {
        let Some(advised) = self.advised.as_mut().filter(|advised| now >= advised.ask_at) else { return };
        // No answer, and no advice, are for later; what was planned stays.
        advised.ask_at = now.plus(ACME_ADVICE_LONGEST);
        let leaf = advised.leaf.clone();
        let Ok(Some(advice)) = self.with.authority.advice(&leaf).await else { return };
        let (chance, held) = (self.draw(), matches!(self.standing, Standing::Holding { .. }));
        let Some(advised) = &mut self.advised else { return };
        advised.ask_at = now.plus(patience(advice.ask_again));
        // The same window is no reason to draw another instant of it.
        if held && advised.window != Some(advice.window) {
            advised.window = Some(advice.window);
            self.standing = Standing::advised(advice.window, chance);
        }
    }

    fn draw(&self) -> u64 {
        let mut bytes = [0; 8];
        self.with.chance.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// RFC 9773 §4.3.1: an authority's wish to be asked again is kept within reason.
fn patience(wished: Millis) -> Millis {
    wished.max(ACME_ADVICE_SHORTEST).min(ACME_ADVICE_LONGEST)
}
