//! The query of a listing: `since`, `wait`, `limit`.

use protocol::{
    cursor::{Cursor, Since},
    limits::{LIST_LIMIT, WAIT_SECONDS_MAX},
    problem::Kind,
};

use crate::refusal::Refusal;

/// What a listing is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// After what; everything where nothing is said.
    pub since: Option<Since>,
    /// How long to wait for something new, in seconds.
    pub wait: u32,
    /// At most so many.
    pub limit: usize,
}

impl ListQuery {
    /// Reads the pairs of a query. Names that are not ours are left alone.
    ///
    /// # Errors
    /// A 422 that names the parameter and its bounds.
    pub fn read<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Refusal> {
        let mut query = Self { since: None, wait: 0, limit: LIST_LIMIT };
        let refuse = |detail: &str| Refusal::new(Kind::Unprocessable, detail);
        for (name, value) in pairs {
            match name {
                "since" => {
                    let since = value.parse();
                    query.since = Some(since.map_err(|_| refuse("since is a cursor or an RFC 3339 time."))?);
                }
                "wait" => {
                    let wait = value.parse().ok().filter(|wait| *wait <= WAIT_SECONDS_MAX);
                    query.wait = wait.ok_or_else(|| refuse("wait is in seconds, from 0 to 55."))?;
                }
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=LIST_LIMIT).contains(limit));
                    query.limit = limit.ok_or_else(|| refuse("limit is from 1 to 200."))?;
                }
                _ => {}
            }
        }
        Ok(query)
    }

    /// The query that asks the same of a region.
    #[must_use]
    pub fn to_text(self) -> String {
        let since = match self.since {
            None => String::new(),
            Some(Since::Cursor(cursor)) => format!("&since={cursor}"),
            Some(Since::Time(time)) => format!("&since={time}"),
        };
        let wait = if self.wait == 0 { String::new() } else { format!("&wait={}", self.wait) };
        format!("limit={}{since}{wait}", self.limit)
    }

    /// This query from `cursor` on, for at most `limit`.
    #[must_use]
    pub const fn from(self, cursor: Cursor, limit: usize) -> Self {
        Self { since: Some(Since::Cursor(cursor)), wait: self.wait, limit }
    }
}

#[cfg(test)]
mod tests;
