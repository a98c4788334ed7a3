//! Where a reader stands in an inbox.
//!
//! The store numbers every change of an inbox (a message that came, one that was deleted) upward from
//! one. A cursor is such a number: all up to and including it has been seen. Because the edge holds
//! a prefix of that history, one cursor means the same in KV and at the home region.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::time::Timestamp;

/// The number of a change within one inbox; zero is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first change.
    pub const START: Self = Self(0);

    /// The number that follows; the count does not wrap within any inbox's life.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A [`Seq`] as clients carry it: `c` and its decimal digits. Clients treat it as opaque.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor(pub Seq);

/// What `since=` may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// After this change.
    Cursor(Cursor),
    /// Received after this instant.
    Time(Timestamp),
}

/// A text that is neither a cursor nor a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a cursor as this API gave it nor an RFC 3339 time")]
pub struct NotACursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0.0)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let digits = text.strip_prefix('c').ok_or(NotACursor)?;
        let canonical = digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()));
        if !canonical {
            return Err(NotACursor);
        }
        digits.parse().map(|seq| Self(Seq(seq))).map_err(|_| NotACursor)
    }
}

impl FromStr for Since {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        match text.parse() {
            Ok(cursor) => Ok(Self::Cursor(cursor)),
            Err(NotACursor) => Timestamp::parse(text).map(Self::Time).map_err(|_| NotACursor),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
