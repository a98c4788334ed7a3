//! Any history, played to the queues and to a model too simple to be wrong: one list of jobs, looked through from end
//! to end at each step.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::*;
use crate::{
    jobs::picks::{Picks, order},
    ports::{JobsError, QueueStatus, Ticket},
};

/// One thing that happens. Jobs are numbered, and so are claims, from the latest back; times are in milliseconds.
#[derive(Clone, Copy, Debug)]
enum Step {
    Enqueue { job: u8, priority: Priority, delay: u64, life: Option<u64> },
    Claim { limit: usize },
    Extend { claim: usize },
    Complete { claim: usize },
    Retry { claim: usize, delay: u64 },
    Bury { claim: usize },
    Redrive { limit: usize },
    Flow(Flow),
    Pass { millis: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let priority = prop::sample::select(Priority::ALL.to_vec());
    let (claim, delay) = (0..6_usize, prop_oneof![Just(0), 1..15_000_u64]);
    prop_oneof![
        10 => (0..24_u8, priority, delay.clone(), prop::option::weighted(0.2, 1..20_000_u64))
            .prop_map(|(job, priority, delay, life)| Step::Enqueue { job, priority, delay, life }),
        8 => (0..6_usize).prop_map(|limit| Step::Claim { limit }),
        2 => claim.clone().prop_map(|claim| Step::Extend { claim }),
        4 => claim.clone().prop_map(|claim| Step::Complete { claim }),
        3 => (claim.clone(), delay).prop_map(|(claim, delay)| Step::Retry { claim, delay }),
        2 => claim.prop_map(|claim| Step::Bury { claim }),
        1 => (0..4_usize).prop_map(|limit| Step::Redrive { limit }),
        1 => prop_oneof![Just(Step::Flow(Flow::Paused)), Just(Step::Flow(Flow::Running)), Just(Step::Flow(Flow::Running))],
        5 => (0..12_000_u64).prop_map(|millis| Step::Pass { millis }),
    ]
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Waiting(Timestamp),
    Delayed(Timestamp),
    Running(usize, Timestamp),
    Dead(DeadReason, Timestamp),
    Done(Timestamp),
}

#[derive(Clone, Debug)]
struct Known {
    new: NewJob,
    enqueued: Timestamp,
    attempts: u32,
    place: Place,
    /// When it came to its place in the line, in steps.
    order: u64,
}

/// The model, and the claims that were handed out: each with the number that the model has for it.
#[derive(Default)]
struct Model {
    known: Vec<Known>,
    claims: Vec<Job>,
    picks: Picks,
    order: u64,
    flow: Flow,
    stalled: u64,
    lapsed: u64,
    refused: u64,
    forgotten: u64,
}

impl Model {
    fn next(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    fn depth(&self, priority: Priority) -> u64 {
        let live = |known: &&Known| !matches!(known.place, Place::Dead(..) | Place::Done(_));
        self.known.iter().filter(live).filter(|known| known.new.priority == priority).count() as u64
    }

    fn enqueue(&mut self, new: NewJob, now: Timestamp) -> Result<Enqueued, EnqueueError> {
        self.known.retain(|known| !matches!(known.place, Place::Done(then) if now.since(then) >= RULES.remember));
        if self.known.iter().any(|known| known.new.id == new.id) {
            return Ok(Enqueued::Known);
        }
        let depth = self.depth(new.priority);
        if depth >= RULES.depth {
            self.refused += 1;
            return Err(EnqueueError::Full { depth, limit: RULES.depth });
        }
        let place = if new.not_before > now { Place::Delayed(new.not_before) } else { Place::Waiting(now) };
        let order = self.next();
        self.known.push(Known { new, enqueued: now, attempts: 0, place, order });
        Ok(Enqueued::New)
    }

    /// What a claim hands out: where in the list, in order.
    fn claim(&mut self, limit: usize, now: Timestamp) -> Vec<usize> {
        if self.flow == Flow::Paused {
            return Vec::new();
        }
        // Delays end.
        let mut due: Vec<_> = (0..self.known.len())
            .filter_map(|n| match self.known[n].place {
                Place::Delayed(until) if until <= now => Some((until, self.known[n].new.id.clone(), n)),
                _ => None,
            })
            .collect();
        due.sort();
        for (until, _, n) in due {
            self.known[n].order = self.next();
            self.known[n].place = Place::Waiting(until);
        }
        let mut handed = Vec::new();
        // Claims end.
        let mut ended: Vec<_> = (0..self.known.len())
            .filter(|n| matches!(self.known[*n].place, Place::Running(_, until) if until <= now))
            .collect();
        ended.sort_by_key(|n| (self.known[*n].new.priority, self.known[*n].order));
        for n in ended {
            if handed.len() == limit {
                break;
            }
            self.stalled += 1;
            if self.known[n].attempts >= RULES.retry.attempts {
                self.lay(n, DeadReason::Stalled, now);
            } else {
                handed.push(n);
            }
        }
        let before = handed.len();
        while handed.len() < limit {
            let turn = self.picks.turn(handed.len() - before);
            let first = order(turn).find_map(|priority| {
                let waits = |n: &usize| {
                    let known = &self.known[*n];
                    known.new.priority == priority && matches!(known.place, Place::Waiting(_)) && !handed.contains(n)
                };
                (0..self.known.len()).filter(waits).min_by_key(|n| self.known[*n].order)
            });
            let Some(n) = first else { break };
            if matches!(self.known[n].new.lapse, Lapse::At(end) if end <= now) {
                self.lapsed += 1;
                self.known[n].place = Place::Done(Timestamp::from_millis(0));
                continue;
            }
            handed.push(n);
        }
        self.picks.take(handed.len() - before);
        for (place, n) in handed.iter().enumerate() {
            self.known[*n].attempts += 1;
            self.known[*n].place = Place::Running(self.claims.len() + place, now.plus(RULES.visibility));
        }
        handed
    }

    fn lay(&mut self, n: usize, reason: DeadReason, now: Timestamp) {
        self.known[n].order = self.next();
        self.known[n].place = Place::Dead(reason, now);
        let mut dead = self.dead();
        while dead.len() as u64 > RULES.dead {
            self.known[dead.remove(0)].place = Place::Done(Timestamp::from_millis(0));
            self.forgotten += 1;
        }
    }

    /// The dead, the oldest first.
    fn dead(&self) -> Vec<usize> {
        let mut dead: Vec<_> =
            (0..self.known.len()).filter(|n| matches!(self.known[*n].place, Place::Dead(..))).collect();
        dead.sort_by_key(|n| self.known[*n].order);
        dead
    }

    /// Who holds that claim, if it is not void.
    fn holder(&self, claim: usize) -> Option<usize> {
        (0..self.known.len()).find(|n| matches!(self.known[*n].place, Place::Running(held, _) if held == claim))
    }

    fn stand(&mut self, n: usize, at: Timestamp, now: Timestamp) {
        self.known[n].order = self.next();
        self.known[n].place = if at > now { Place::Delayed(at) } else { Place::Waiting(now) };
    }

    fn redrive(&mut self, limit: usize, now: Timestamp) -> usize {
        let mut moved = 0;
        for n in self.dead() {
            if moved == limit || self.depth(self.known[n].new.priority) >= RULES.depth {
                break;
            }
            self.stand(n, now, now);
            (self.known[n].attempts, self.known[n].enqueued) = (0, now);
            moved += 1;
        }
        moved
    }

    fn status(&self, now: Timestamp) -> QueueStatus {
        let mut status = QueueStatus {
            stalled: self.stalled,
            lapsed: self.lapsed,
            refused: self.refused,
            forgotten: self.forgotten,
            flow: self.flow,
            ..QueueStatus::default()
        };
        for known in &self.known {
            match known.place {
                Place::Waiting(_) => status.waiting[known.new.priority.index()] += 1,
                Place::Delayed(until) if until <= now => status.waiting[known.new.priority.index()] += 1,
                Place::Delayed(_) => status.delayed += 1,
                Place::Running(..) => status.running += 1,
                Place::Dead(..) => status.dead += 1,
                Place::Done(_) => {}
            }
        }
        status
    }
}

async fn play(make: Make<'_>, steps: Vec<Step>) {
    let jobs = make(RULES);
    let (mut model, mut now) = (Model::default(), at(0));
    for step in steps {
        match step {
            Step::Enqueue { job: n, priority, delay, life } => {
                let lapse = life.map_or(Lapse::Never, |life| Lapse::At(now.plus(Millis::from_millis(life))));
                let not_before = now.plus(Millis::from_millis(delay));
                let new = NewJob { not_before, lapse, ..job(&format!("j{n:02}"), priority) };
                assert_eq!(jobs.enqueue(new.clone(), now).await, model.enqueue(new, now));
            }
            Step::Claim { limit } => {
                let claimed = jobs.claim(QUEUE, limit, now).await.unwrap().jobs;
                let handed = model.claim(limit, now);
                let told =
                    |job: &Job| (job.id.clone(), job.priority, job.payload.clone(), job.attempt, job.enqueued_at);
                let expected = handed.iter().map(|n| {
                    let Known { new, attempts, enqueued, .. } = &model.known[*n];
                    (new.id.clone(), new.priority, new.payload.clone(), *attempts, *enqueued)
                });
                assert_eq!(claimed.iter().map(told).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
                model.claims.extend(claimed);
            }
            Step::Extend { claim } | Step::Complete { claim } | Step::Retry { claim, .. } | Step::Bury { claim } => {
                let Some(claim) = model.claims.len().checked_sub(claim + 1) else { continue };
                let settled = settle(&*jobs, step, &model.claims[claim], now).await.unwrap();
                let holder = model.holder(claim);
                assert_eq!(settled, if holder.is_some() { Settled::Yes } else { Settled::Void });
                let Some(n) = holder else { continue };
                match step {
                    Step::Complete { .. } => model.known[n].place = Place::Done(now),
                    Step::Retry { delay, .. } => model.stand(n, now.plus(Millis::from_millis(delay)), now),
                    Step::Bury { .. } => model.lay(n, DeadReason::Refused, now),
                    _ => model.known[n].place = Place::Running(claim, now.plus(RULES.visibility)),
                }
            }
            Step::Redrive { limit } => assert_eq!(jobs.redrive(QUEUE, limit, now).await, Ok(model.redrive(limit, now))),
            Step::Flow(flow) => {
                jobs.set_flow(QUEUE, flow).await.unwrap();
                model.flow = flow;
            }
            Step::Pass { millis } => now = now.plus(Millis::from_millis(millis)),
        }
        let standing = jobs.status(QUEUE, now).await.unwrap();
        assert_eq!(QueueStatus { oldest: None, ..standing }, model.status(now));
        assert_eq!(standing.oldest.is_some(), standing.waiting.iter().any(|waiting| *waiting > 0));
    }
    let dead: Vec<_> = jobs.dead(QUEUE, 100).await.unwrap().iter().map(|job| job.id.clone()).collect();
    assert_eq!(dead, model.dead().iter().rev().map(|n| model.known[*n].new.id.clone()).collect::<Vec<_>>());
    let tickets: std::collections::HashSet<Ticket> = model.claims.iter().map(|job| job.ticket).collect();
    assert_eq!(tickets.len(), model.claims.len(), "no ticket is given twice");
}

async fn settle(jobs: &dyn Jobs, step: Step, claim: &Job, now: Timestamp) -> Result<Settled, JobsError> {
    match step {
        Step::Complete { .. } => jobs.complete(claim, now).await,
        Step::Retry { delay, .. } => jobs.retry(claim, now.plus(Millis::from_millis(delay)), now).await,
        Step::Bury { .. } => jobs.bury(claim, DeadReason::Refused, now).await,
        _ => jobs.extend(claim, now).await,
    }
}

pub(crate) fn any_history_ends_as_the_model_says(make: Make<'_>, histories: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: histories, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&vec(step(), 1..120), |steps| {
        runtime.block_on(play(make, steps));
        Ok(())
    });
    if let Err(failure) = checked {
        panic!("{failure}");
    }
}
