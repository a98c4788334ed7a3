//! Handing out jobs: stalled ones first, then whose turn it is. Pure.

use protocol::time::Timestamp;

use super::{Line, State};
use crate::{
    jobs::picks::order,
    limits::{JOB_CLAIM, JOB_MOVES},
    ports::{Claimed, DeadReason, Flow, Job, JobId, Lapse, Priority, Ticket},
};

impl Line {
    /// See [`Jobs::claim`](crate::ports::Jobs::claim).
    pub fn claim(&mut self, limit: usize, now: Timestamp) -> Claimed {
        if self.flow == Flow::Paused {
            return Claimed::default();
        }
        for priority in Priority::ALL {
            self.move_due(priority, now);
        }
        let rate = self.rules.rate;
        let room = usize::try_from(self.bucket.room(rate, now)).unwrap_or(usize::MAX);
        let limit = limit.min(JOB_CLAIM).min(room);
        let mut jobs = Vec::new();
        self.take_stalled(limit, now, &mut jobs);
        self.take_next(limit, now, &mut jobs);
        self.bucket.take(jobs.len() as u64, rate, now);
        Claimed { jobs, more_at: self.more_at(now) }
    }

    /// Puts those whose time has come into the line.
    fn move_due(&mut self, priority: Priority, now: Timestamp) {
        for _ in 0..JOB_MOVES {
            let delayed = &mut self.delayed[priority.index()];
            if delayed.first().is_none_or(|(until, _)| *until > now) {
                return;
            }
            let Some((until, id)) = delayed.pop_first() else { return };
            let state = self.queue_up(&id, priority, until);
            self.set(&id, state);
        }
    }

    /// Takes jobs from workers whose claims have ended, in the order that they stood in the line.
    fn take_stalled(&mut self, limit: usize, now: Timestamp, jobs: &mut Vec<Job>) {
        for priority in Priority::ALL {
            let ended = self.running[priority.index()].iter().take_while(|(until, _)| *until <= now);
            let place = |id: &JobId| match self.jobs.get(id).map(|entry| entry.state) {
                Some(State::Running { place, .. }) => place,
                _ => 0,
            };
            let mut ended: Vec<_> = ended.map(|(until, id)| (place(id), *until, id.clone())).collect();
            ended.sort_unstable();
            for (place, until, id) in ended {
                if jobs.len() >= limit {
                    return;
                }
                self.running[priority.index()].remove(&(until, id.clone()));
                self.stalled += 1;
                if self.jobs.get(&id).is_some_and(|entry| entry.attempts >= self.rules.retry.attempts) {
                    self.lay(id, DeadReason::Stalled, now);
                } else {
                    jobs.extend(self.hand_out(id, place, now));
                }
            }
        }
    }

    /// Takes jobs from the line, by turns.
    fn take_next(&mut self, limit: usize, now: Timestamp, jobs: &mut Vec<Job>) {
        let (mut turns, mut lapses) = (0, 0);
        while jobs.len() < limit && lapses < JOB_MOVES {
            let turn = self.picks.turn(turns);
            let Some(id) = order(turn).find_map(|priority| self.waiting[priority.index()].pop_front()) else { break };
            let Some(entry) = self.jobs.get(&id) else { continue };
            let State::Waiting { place, .. } = entry.state else { continue };
            if matches!(entry.lapse, Lapse::At(end) if end <= now) {
                self.jobs.remove(&id);
                self.lapsed += 1;
                lapses += 1;
                continue;
            }
            turns += 1;
            jobs.extend(self.hand_out(id, place, now));
        }
        self.picks.take(turns);
    }

    fn hand_out(&mut self, id: JobId, place: u64, now: Timestamp) -> Option<Job> {
        let entry = self.jobs.get_mut(&id)?;
        self.ticket += 1;
        let (ticket, until) = (Ticket(self.ticket), now.plus(self.rules.visibility));
        entry.attempts += 1;
        entry.state = State::Running { ticket, until, place };
        self.running[entry.priority.index()].insert((until, id.clone()));
        Some(Job {
            id,
            queue: self.queue,
            priority: entry.priority,
            payload: entry.payload.clone(),
            attempt: entry.attempts,
            enqueued_at: entry.enqueued_at,
            ticket,
        })
    }

    /// When a claim may bring more.
    fn more_at(&self, now: Timestamp) -> Option<Timestamp> {
        let waits = self.waiting.iter().any(|line| !line.is_empty());
        let (rate, bucket) = (self.rules.rate, self.bucket);
        let held = if bucket.room(rate, now) == 0 { bucket.next(rate, now) } else { now };
        let delayed = self.delayed.iter().filter_map(|line| line.first()).map(|(until, _)| (*until).max(held));
        delayed.chain(waits.then_some(held)).min()
    }
}
