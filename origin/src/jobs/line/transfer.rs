//! A queue in pieces, for the next process of this origin. Pure.
//!
//! What a worker has in hand goes as a job that waits: whoever takes over does it once more. Counts, turns and the
//! rate's bucket stay behind.

use protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Entry, Line, State};
use crate::ports::{DeadReason, Flow, JobId, Lapse, Payload, Priority};

/// A piece.
#[derive(Serialize, Deserialize)]
enum Piece {
    Job {
        id: String,
        priority: usize,
        payload: Vec<u8>,
        lapse: Option<u64>,
        enqueued_at: u64,
        attempts: u32,
        place: Place,
    },
    Done {
        id: String,
        at: u64,
    },
    Paused,
}

/// Where a job stands.
#[derive(Serialize, Deserialize)]
enum Place {
    Line { since: u64 },
    Delayed { until: u64 },
    Dead { reason: String, at: u64 },
}

/// A piece that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job that says nothing came")]
pub struct Malformed;

impl Line {
    /// All of it, in the order to be taken in.
    #[must_use]
    pub fn pieces(&self) -> Vec<Vec<u8>> {
        let mut pieces = Vec::new();
        if self.flow == Flow::Paused {
            pieces.push(Piece::Paused);
        }
        for (at, id) in self.done.all() {
            pieces.push(Piece::Done { id: id.as_str().to_owned(), at: at.as_millis() });
        }
        let dead = self.dead.iter().filter_map(|id| match self.jobs.get(id)?.state {
            State::Dead { reason, at } => {
                Some((id, Place::Dead { reason: reason.name().to_owned(), at: at.as_millis() }))
            }
            State::Waiting { .. } | State::Delayed | State::Running { .. } => None,
        });
        let running = self.running.iter().flatten().map(|(_, id)| (id, self.since(id)));
        let waiting = self.waiting.iter().flatten().map(|id| (id, self.since(id)));
        let delayed = self.delayed.iter().flatten();
        let delayed = delayed.map(|(until, id)| (id, Place::Delayed { until: until.as_millis() }));
        for (id, place) in dead.chain(running).chain(waiting).chain(delayed) {
            let Some(entry) = self.jobs.get(id) else { continue };
            pieces.push(Piece::Job {
                id: id.as_str().to_owned(),
                priority: entry.priority.index(),
                payload: entry.payload.as_bytes().to_vec(),
                lapse: match entry.lapse {
                    Lapse::Never => None,
                    Lapse::At(then) => Some(then.as_millis()),
                },
                enqueued_at: entry.enqueued_at.as_millis(),
                attempts: entry.attempts,
                place,
            });
        }
        // Short texts and numbers: they always write themselves.
        pieces.iter().map(|piece| serde_json::to_vec(piece).unwrap_or_default()).collect()
    }

    /// Since when a job has been in the line.
    fn since(&self, id: &JobId) -> Place {
        let entry = self.jobs.get(id);
        let since = entry.map_or(Timestamp::default(), |entry| match entry.state {
            State::Waiting { since, .. } => since,
            State::Delayed | State::Running { .. } | State::Dead { .. } => entry.enqueued_at,
        });
        Place::Line { since: since.as_millis() }
    }

    /// Takes in one piece of another process's. What is known already stays as it is; the line is never too full.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn import(&mut self, piece: &[u8]) -> Result<(), Malformed> {
        match serde_json::from_slice(piece).map_err(|_| Malformed)? {
            Piece::Paused => self.flow = Flow::Paused,
            Piece::Done { id, at } => {
                self.done.remember(JobId::new(&id).map_err(|_| Malformed)?, Timestamp::from_millis(at));
            }
            Piece::Job { id, priority, payload, lapse, enqueued_at, attempts, place } => {
                let id = JobId::new(&id).map_err(|_| Malformed)?;
                if self.jobs.contains_key(&id) {
                    return Ok(());
                }
                let entry = Entry {
                    priority: Priority::ALL.get(priority).copied().ok_or(Malformed)?,
                    payload: Payload::new(payload).map_err(|_| Malformed)?,
                    lapse: lapse.map_or(Lapse::Never, |then| Lapse::At(Timestamp::from_millis(then))),
                    enqueued_at: Timestamp::from_millis(enqueued_at),
                    attempts,
                    state: State::Delayed,
                };
                self.place_at(id, entry, place)?;
            }
        }
        Ok(())
    }

    fn place_at(&mut self, id: JobId, entry: Entry, place: Place) -> Result<(), Malformed> {
        let priority = entry.priority;
        match place {
            Place::Line { since } => {
                let state = self.queue_up(&id, priority, Timestamp::from_millis(since));
                self.jobs.insert(id, Entry { state, ..entry });
            }
            Place::Delayed { until } => {
                self.delayed[priority.index()].insert((Timestamp::from_millis(until), id.clone()));
                self.jobs.insert(id, entry);
            }
            Place::Dead { reason, at } => {
                let reason = DeadReason::ALL.into_iter().find(|known| known.name() == reason).ok_or(Malformed)?;
                self.jobs.insert(id.clone(), entry);
                self.lay(id, reason, Timestamp::from_millis(at));
            }
        }
        Ok(())
    }
}
