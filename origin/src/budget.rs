//! One global byte budget: memory is promised before it is used.
//!
//! Intake reserves before it says `354`, and what the store keeps stays counted until it expires. So
//! the sum of what is held and what is on its way never passes the cap, exactly, to the octet.

use crate::atomic::{Arc, AtomicUsize, Ordering};

/// The budget; clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    used: AtomicUsize,
    cap: usize,
    high_water: usize,
}

/// The budget is spent, or past the mark up to which new mail is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} octets wanted, {used} of {limit} in use")]
pub struct NoRoom {
    /// How much was asked for.
    pub wanted: usize,
    /// How much is in use.
    pub used: usize,
    /// The mark that it may not pass.
    pub limit: usize,
}

/// Octets promised to somebody; dropping it gives them back.
#[derive(Debug)]
#[must_use = "dropping a reservation gives it back"]
pub struct Reservation {
    budget: Budget,
    octets: usize,
}

impl Budget {
    /// Of `cap` octets in all, of which new mail may fill up to `high_water`.
    #[must_use]
    pub fn new(cap: usize, high_water: usize) -> Self {
        Self(Arc::new(Inner { used: AtomicUsize::new(0), cap, high_water: high_water.min(cap) }))
    }

    /// Reserves for new mail: up to the high-water mark.
    ///
    /// # Errors
    /// [`NoRoom`].
    pub fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.take(octets, self.0.high_water)?;
        Ok(Reservation { budget: self.clone(), octets })
    }

    /// Reserves for what was accepted before, by another process: up to the cap, whatever the mark says.
    ///
    /// # Errors
    /// [`NoRoom`].
    pub fn readmit(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.take(octets, self.0.cap)?;
        Ok(Reservation { budget: self.clone(), octets })
    }

    /// Octets in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Acquire)
    }

    /// The cap.
    #[must_use]
    pub fn cap(&self) -> usize {
        self.0.cap
    }

    /// Whether new mail is refused just now.
    #[must_use]
    pub fn is_past_high_water(&self) -> bool {
        self.used() >= self.0.high_water
    }

    fn take(&self, octets: usize, limit: usize) -> Result<(), NoRoom> {
        let taken = self.0.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
            used.checked_add(octets).filter(|sum| *sum <= limit)
        });
        taken.map(drop).map_err(|used| NoRoom { wanted: octets, used, limit })
    }
}

impl Reservation {
    /// How much is reserved.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.octets
    }

    /// Reserves `extra` octets more: up to the cap, since this mail is already on its way.
    ///
    /// # Errors
    /// [`NoRoom`]; what was reserved stays so.
    pub fn grow(&mut self, extra: usize) -> Result<(), NoRoom> {
        self.budget.take(extra, self.budget.0.cap)?;
        self.octets += extra;
        Ok(())
    }

    /// Gives back all but `octets`; does nothing where fewer are reserved.
    pub fn shrink(&mut self, octets: usize) {
        let back = self.octets.saturating_sub(octets);
        self.octets -= back;
        self.budget.0.used.fetch_sub(back, Ordering::AcqRel);
    }

    /// Makes it `octets`, whatever the cap: for what another process keeps, which is a fact and no request.
    pub fn set(&mut self, octets: usize) {
        if octets >= self.octets {
            self.budget.0.used.fetch_add(octets - self.octets, Ordering::AcqRel);
        } else {
            self.budget.0.used.fetch_sub(self.octets - octets, Ordering::AcqRel);
        }
        self.octets = octets;
    }

    /// Parts with up to `octets` of it.
    pub fn split(&mut self, octets: usize) -> Self {
        let part = octets.min(self.octets);
        self.octets -= part;
        Self { budget: self.budget.clone(), octets: part }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.used.fetch_sub(self.octets, Ordering::AcqRel);
    }
}

// By its path, since the models compile this file from elsewhere.
#[cfg(test)]
#[path = "budget/tests.rs"]
mod tests;
