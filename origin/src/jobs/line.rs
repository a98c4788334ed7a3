//! One queue, all of it: who waits, who is delayed, who is at work, who died, and who was done of late. Pure.
//!
//! Every list is bounded: jobs by [`Rules::depth`] a priority, the dead and the remembered ids by their own numbers.
//! What comes back into the line was counted in it all the while, so the line is never too full for it.

mod claim;
mod recent;
mod transfer;

use std::collections::{BTreeSet, HashMap, VecDeque};

use protocol::time::Timestamp;

use self::recent::Recent;
pub use self::transfer::Malformed;
use super::{picks::Picks, rate::Bucket, rules::Rules};
use crate::{
    limits::JOB_DEAD_PAGE,
    ports::{
        DeadJob, DeadReason, EnqueueError, Enqueued, Flow, Job, JobId, Lapse, NewJob, Payload, Priority, Queue,
        QueueStatus, Settled, Ticket,
    },
};

/// One queue.
pub struct Line {
    queue: Queue,
    rules: Rules,
    flow: Flow,
    jobs: HashMap<JobId, Entry>,
    /// The heads are next.
    waiting: [VecDeque<JobId>; 4],
    /// The soonest first.
    delayed: [BTreeSet<(Timestamp, JobId)>; 4],
    /// Those whose claims end soonest first.
    running: [BTreeSet<(Timestamp, JobId)>; 4],
    /// The oldest first.
    dead: VecDeque<JobId>,
    done: Recent,
    picks: Picks,
    bucket: Bucket,
    /// The last ticket given.
    ticket: u64,
    /// The last place in the line given.
    place: u64,
    stalled: u64,
    lapsed: u64,
    refused: u64,
    forgotten: u64,
}

/// A job that is in the queue, or dead.
struct Entry {
    priority: Priority,
    payload: Payload,
    lapse: Lapse,
    enqueued_at: Timestamp,
    attempts: u32,
    state: State,
}

/// Where a job is.
#[derive(Clone, Copy)]
enum State {
    Waiting { since: Timestamp, place: u64 },
    Delayed,
    Running { ticket: Ticket, until: Timestamp, place: u64 },
    Dead { reason: DeadReason, at: Timestamp },
}

impl Line {
    /// An empty one.
    #[must_use]
    pub fn new(queue: Queue, rules: Rules) -> Self {
        Self {
            queue,
            rules,
            flow: Flow::Running,
            jobs: HashMap::new(),
            waiting: Default::default(),
            delayed: Default::default(),
            running: Default::default(),
            dead: VecDeque::new(),
            done: Recent::default(),
            picks: Picks::default(),
            bucket: Bucket::default(),
            ticket: 0,
            place: 0,
            stalled: 0,
            lapsed: 0,
            refused: 0,
            forgotten: 0,
        }
    }

    /// See [`Jobs::enqueue`](crate::ports::Jobs::enqueue).
    ///
    /// # Errors
    /// [`EnqueueError::Full`].
    pub fn enqueue(&mut self, job: NewJob, now: Timestamp) -> Result<Enqueued, EnqueueError> {
        self.done.forget(&self.rules, now);
        if self.jobs.contains_key(&job.id) || self.done.knows(&job.id) {
            return Ok(Enqueued::Known);
        }
        if let Err(full) = self.room(job.priority) {
            self.refused += 1;
            return Err(full);
        }
        let NewJob { id, priority, payload, lapse, not_before, .. } = job;
        let state = self.stand(&id, priority, not_before, now);
        self.jobs.insert(id, Entry { priority, payload, lapse, enqueued_at: now, attempts: 0, state });
        Ok(Enqueued::New)
    }

    /// See [`Jobs::extend`](crate::ports::Jobs::extend).
    pub fn extend(&mut self, job: &Job, now: Timestamp) -> Settled {
        let Some(entry) = self.jobs.get_mut(&job.id) else { return Settled::Void };
        let running = &mut self.running[entry.priority.index()];
        match &mut entry.state {
            State::Running { ticket, until, .. } if *ticket == job.ticket => {
                running.remove(&(*until, job.id.clone()));
                *until = now.plus(self.rules.visibility);
                running.insert((*until, job.id.clone()));
                Settled::Yes
            }
            State::Running { .. } | State::Waiting { .. } | State::Delayed | State::Dead { .. } => Settled::Void,
        }
    }

    /// See [`Jobs::complete`](crate::ports::Jobs::complete).
    pub fn complete(&mut self, job: &Job, now: Timestamp) -> Settled {
        if self.release(job) == Settled::Yes {
            self.jobs.remove(&job.id);
            self.done.remember(job.id.clone(), now);
            self.done.forget(&self.rules, now);
            return Settled::Yes;
        }
        Settled::Void
    }

    /// See [`Jobs::retry`](crate::ports::Jobs::retry).
    pub fn retry(&mut self, job: &Job, at: Timestamp, now: Timestamp) -> Settled {
        if self.release(job) == Settled::Yes {
            let state = self.stand(&job.id, job.priority, at, now);
            self.set(&job.id, state);
            return Settled::Yes;
        }
        Settled::Void
    }

    /// See [`Jobs::bury`](crate::ports::Jobs::bury).
    pub fn bury(&mut self, job: &Job, reason: DeadReason, now: Timestamp) -> Settled {
        if self.release(job) == Settled::Yes {
            self.lay(job.id.clone(), reason, now);
            return Settled::Yes;
        }
        Settled::Void
    }

    /// See [`Jobs::dead`](crate::ports::Jobs::dead).
    #[must_use]
    pub fn dead(&self, limit: usize) -> Vec<DeadJob> {
        let told = |id: &JobId| {
            let entry = self.jobs.get(id)?;
            let State::Dead { reason, at } = entry.state else { return None };
            Some(DeadJob { id: id.clone(), priority: entry.priority, attempts: entry.attempts, reason, died_at: at })
        };
        self.dead.iter().rev().take(limit.min(JOB_DEAD_PAGE)).filter_map(told).collect()
    }

    /// See [`Jobs::redrive`](crate::ports::Jobs::redrive).
    pub fn redrive(&mut self, limit: usize, now: Timestamp) -> usize {
        let mut moved = 0;
        while moved < limit.min(JOB_DEAD_PAGE) {
            let Some(id) = self.dead.front() else { break };
            let Some(priority) = self.jobs.get(id).map(|entry| entry.priority) else { break };
            if self.room(priority).is_err() {
                break;
            }
            let Some(id) = self.dead.pop_front() else { break };
            let state = self.stand(&id, priority, now, now);
            if let Some(entry) = self.jobs.get_mut(&id) {
                (entry.attempts, entry.enqueued_at, entry.state) = (0, now, state);
            }
            moved += 1;
        }
        moved
    }

    /// See [`Jobs::set_flow`](crate::ports::Jobs::set_flow).
    pub fn set_flow(&mut self, flow: Flow) {
        self.flow = flow;
    }

    /// See [`Jobs::status`](crate::ports::Jobs::status).
    #[must_use]
    pub fn status(&self, now: Timestamp) -> QueueStatus {
        let due = |priority: usize| self.delayed[priority].iter().take_while(move |(until, _)| *until <= now).count();
        let due = [due(0), due(1), due(2), due(3)];
        let oldest = |priority: usize| {
            let head = self.waiting[priority].front().and_then(|id| match self.jobs.get(id)?.state {
                State::Waiting { since, .. } => Some(since),
                State::Delayed | State::Running { .. } | State::Dead { .. } => None,
            });
            let delayed = self.delayed[priority].first().map(|(until, _)| *until).filter(|until| *until <= now);
            head.into_iter().chain(delayed).min()
        };
        let total = |of: [usize; 4]| of.into_iter().sum::<usize>() as u64;
        QueueStatus {
            waiting: [0, 1, 2, 3].map(|priority| (self.waiting[priority].len() + due[priority]) as u64),
            delayed: total([0, 1, 2, 3].map(|priority| self.delayed[priority].len() - due[priority])),
            running: total([0, 1, 2, 3].map(|priority| self.running[priority].len())),
            dead: self.dead.len() as u64,
            oldest: (0..4).filter_map(oldest).min(),
            stalled: self.stalled,
            lapsed: self.lapsed,
            refused: self.refused,
            forgotten: self.forgotten,
            flow: self.flow,
        }
    }

    /// Whether the line takes another job of this priority.
    fn room(&self, priority: Priority) -> Result<(), EnqueueError> {
        let p = priority.index();
        let depth = (self.waiting[p].len() + self.delayed[p].len() + self.running[p].len()) as u64;
        let limit = self.rules.depth;
        if depth >= limit { Err(EnqueueError::Full { depth, limit }) } else { Ok(()) }
    }

    /// Puts a job into the line, or beside it until its time has come.
    fn stand(&mut self, id: &JobId, priority: Priority, not_before: Timestamp, now: Timestamp) -> State {
        if not_before > now {
            self.delayed[priority.index()].insert((not_before, id.clone()));
            return State::Delayed;
        }
        self.queue_up(id, priority, now)
    }

    /// Puts a job at the end of the line.
    fn queue_up(&mut self, id: &JobId, priority: Priority, since: Timestamp) -> State {
        self.place += 1;
        self.waiting[priority.index()].push_back(id.clone());
        State::Waiting { since, place: self.place }
    }

    /// Takes a job out of its worker's hands; its state is set by who asked.
    fn release(&mut self, job: &Job) -> Settled {
        let Some(entry) = self.jobs.get(&job.id) else { return Settled::Void };
        match entry.state {
            State::Running { ticket, until, .. } if ticket == job.ticket => {
                self.running[entry.priority.index()].remove(&(until, job.id.clone()));
                Settled::Yes
            }
            State::Running { .. } | State::Waiting { .. } | State::Delayed | State::Dead { .. } => Settled::Void,
        }
    }

    /// Lays a job to the dead; the oldest give way.
    fn lay(&mut self, id: JobId, reason: DeadReason, now: Timestamp) {
        self.set(&id, State::Dead { reason, at: now });
        self.dead.push_back(id);
        while self.dead.len() as u64 > self.rules.dead {
            if let Some(oldest) = self.dead.pop_front() {
                self.jobs.remove(&oldest);
                self.forgotten += 1;
            }
        }
    }

    fn set(&mut self, id: &JobId, state: State) {
        if let Some(entry) = self.jobs.get_mut(id) {
            entry.state = state;
        }
    }
}
