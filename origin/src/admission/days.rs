//! The keys of the day and of the one before.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use protocol::{
    limiter::client::{DayKey, day},
    time::Timestamp,
};
use zeroize::Zeroizing;

use crate::ports::{Chance, Uncountable};

/// The keys that clients are named by.
#[derive(Clone)]
pub struct Keys {
    day: u64,
    /// Of the day.
    pub today: Zeroizing<DayKey>,
    /// Of the day before, if anybody was counted then.
    pub before: Option<Zeroizing<DayKey>>,
}

/// Where keys come from.
#[async_trait]
pub trait DayKeys: Send + Sync {
    /// The keys of `now`'s day and of the one before it.
    ///
    /// # Errors
    /// [`Uncountable`].
    async fn keys(&self, now: Timestamp) -> Result<Keys, Uncountable>;
}

impl Keys {
    /// Of a day.
    #[must_use]
    pub fn new(day: u64, today: Zeroizing<DayKey>, before: Option<Zeroizing<DayKey>>) -> Self {
        Self { day, today, before }
    }

    /// Whether they are of the day of `now`.
    #[must_use]
    pub fn are_of(&self, now: Timestamp) -> bool {
        self.day == day(now)
    }
}

/// Keys that this process draws for itself, and forgets after the day that follows theirs.
pub struct Drawn {
    chance: Arc<dyn Chance>,
    keys: Mutex<Option<Keys>>,
}

impl Drawn {
    /// None yet.
    #[must_use]
    pub fn new(chance: Arc<dyn Chance>) -> Self {
        Self { chance, keys: Mutex::new(None) }
    }

    /// A key out of chance.
    pub(super) fn draw(chance: &dyn Chance) -> Zeroizing<DayKey> {
        let mut key = Zeroizing::new([0; 32]);
        chance.fill(key.as_mut());
        key
    }
}

#[async_trait]
impl DayKeys for Drawn {
    async fn keys(&self, now: Timestamp) -> Result<Keys, Uncountable> {
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = known.as_ref().filter(|keys| keys.are_of(now)) {
            return Ok(keys.clone());
        }
        let before = known.take().filter(|keys| keys.day.checked_add(1) == Some(day(now))).map(|keys| keys.today);
        let keys = Keys::new(day(now), Self::draw(self.chance.as_ref()), before);
        Ok(known.insert(keys).clone())
    }
}
