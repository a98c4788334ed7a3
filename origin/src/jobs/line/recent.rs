//! The ids of jobs that are done, for a while. Pure.

use std::collections::{HashSet, VecDeque};

use protocol::time::Timestamp;

use crate::{jobs::rules::Rules, ports::JobId};

/// Ids, the oldest first.
#[derive(Default)]
pub(super) struct Recent {
    known: HashSet<JobId>,
    order: VecDeque<(Timestamp, JobId)>,
}

impl Recent {
    pub(super) fn knows(&self, id: &JobId) -> bool {
        self.known.contains(id)
    }

    pub(super) fn remember(&mut self, id: JobId, now: Timestamp) {
        if self.known.insert(id.clone()) {
            self.order.push_back((now, id));
        }
    }

    /// All of them, the oldest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &(Timestamp, JobId)> {
        self.order.iter()
    }

    /// Forgets what is too old, or too much.
    pub(super) fn forget(&mut self, rules: &Rules, now: Timestamp) {
        while let Some((then, _)) = self.order.front() {
            let kept = now.since(*then) < rules.remember && self.order.len() as u64 <= rules.remembered;
            if kept {
                return;
            }
            if let Some((_, id)) = self.order.pop_front() {
                self.known.remove(&id);
            }
        }
    }
}
