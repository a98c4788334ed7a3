//! The walk up the tree of names that finds a domain's organization (RFC 9989 §4.10).
//!
//! Never asks about more than eight names, however long the one that it begins at.

use std::iter;

use super::{
    known::{Halt, Known},
    record::{Rank, Record},
};
use crate::{dns::Name, limits::TREE_LOOKUPS};

/// What a walk found.
pub(super) struct Walk<'a> {
    start: Name,
    /// The domains with a record, the longest first.
    found: Vec<(Name, &'a Record)>,
}

impl<'a> Walk<'a> {
    /// Walks from `start` up.
    ///
    /// # Errors
    /// [`Halt::Ask`] with all that is not known yet of the rest of the way, so that it costs one more round and not
    /// one a label; [`Halt::Fault`] where DNS does not say whether one on the way has a record.
    pub(super) fn from(start: &Name, known: &'a Known) -> Result<Self, Halt> {
        let mut walk = Self { start: start.clone(), found: Vec::new() };
        let mut wanted = Vec::new();
        for domain in way(start) {
            match known.record(&domain) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    let last = record.rank != Rank::Unsaid;
                    walk.found.push((domain, record));
                    if last {
                        break;
                    }
                }
                Err(Halt::Ask(names)) => wanted.extend(names),
                // What is asked about already may end the walk before it comes here.
                Err(Halt::Fault) if wanted.is_empty() => return Err(Halt::Fault),
                Err(Halt::Fault) => break,
            }
        }
        if wanted.is_empty() { Ok(walk) } else { Err(Halt::Ask(wanted)) }
    }

    /// The domain of the organization that the start belongs to (RFC 9989 §4.10.2).
    pub(super) fn organization(&self) -> Name {
        // The walk stops at the first domain that says its rank: all three of the rules are about the last one found.
        let Some((last, record)) = self.found.last() else { return self.start.clone() };
        if record.rank == Rank::Suffix && *last != self.start {
            return ending(&self.start, last.labels().count() + 1);
        }
        last.clone()
    }

    /// The record that applies to the start where it has none itself: its organization's, or else that of its public
    /// suffix (RFC 9989 §4.10.1).
    pub(super) fn policy(&self) -> Option<&'a Record> {
        let organization = self.organization();
        let own = self.found.iter().find(|(domain, _)| *domain == organization);
        let suffix = self.found.last().filter(|(_, record)| record.rank == Rank::Suffix);
        own.or(suffix).map(|(_, record)| *record)
    }
}

/// The domains that a walk looks at, in its order: the start; then, beginning with seven labels at most, each with a
/// label less.
pub(super) fn way(start: &Name) -> impl Iterator<Item = Name> {
    let above = start.labels().count().saturating_sub(1).min(TREE_LOOKUPS - 1);
    let above = (1..=above).rev().map(|labels| ending(start, labels));
    iter::once(start.clone()).chain(above)
}

/// The last so many labels of a name; all of it where it has no more.
fn ending(name: &Name, labels: usize) -> Name {
    let text = name.as_str();
    let dot = labels.checked_sub(1).and_then(|dots| text.rmatch_indices('.').nth(dots));
    dot.and_then(|(dot, _)| Name::parse(&text[dot + 1..])).unwrap_or_else(|| name.clone())
}

#[cfg(test)]
mod tests;
