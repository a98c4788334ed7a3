use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use protocol::time::Timestamp;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::*;
use crate::{
    chance::SystemChance,
    jobs::{memory::MemoryJobs, rules::AllRules},
    ports::{
        Claimed, DeadJob, EnqueueError, Enqueued, Flow, JobId, Lapse, NewJob, Payload, Priority, QueueStatus,
        RetryPolicy,
    },
};

const QUEUE: Queue = Queue::Webhooks;

const RULES: Rules = Rules {
    retry: RetryPolicy { attempts: 3, first: Millis::from_secs(5), longest: Millis::from_secs(20) },
    ..Rules::of(QUEUE)
};

/// Tokio's own time, which passes by itself where all wait.
struct Virtual(Instant);

impl Virtual {
    #[expect(clippy::disallowed_methods, reason = "tests run in virtual time, and this is where it comes from")]
    fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + u64::try_from(self.0.elapsed().as_millis()).unwrap())
    }
}

fn empty() -> MemoryJobs {
    MemoryJobs::new(&AllRules::each(|_| RULES))
}

/// A pool at work, and what its tests ask of it.
struct World {
    jobs: Arc<dyn Jobs>,
    clock: Arc<dyn Clock>,
    stop: watch::Sender<bool>,
    pool: JoinHandle<()>,
}

impl World {
    fn start(handler: impl Handler + 'static, workers: Workers) -> Self {
        Self::over(Arc::new(empty()), handler, workers)
    }

    fn over(jobs: Arc<dyn Jobs>, handler: impl Handler + 'static, workers: Workers) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Virtual::start());
        let (stop, stopped) = watch::channel(false);
        let pool = Pool {
            jobs: Arc::clone(&jobs),
            queue: QUEUE,
            handler: Arc::new(handler),
            rules: RULES,
            workers,
            clock: Arc::clone(&clock),
            chance: Arc::new(SystemChance),
            metrics: metrics::Jobs::default(),
        };
        Self { jobs, clock, stop, pool: tokio::spawn(pool.run(stopped)) }
    }

    async fn put(&self, name: &str) {
        let new = NewJob {
            id: JobId::new(name).unwrap(),
            queue: QUEUE,
            priority: Priority::Normal,
            payload: Payload::default(),
            not_before: Timestamp::default(),
            lapse: Lapse::Never,
        };
        self.jobs.enqueue(new, self.clock.now()).await.unwrap();
    }

    async fn status(&self) -> QueueStatus {
        self.jobs.status(QUEUE, self.clock.now()).await.unwrap()
    }

    /// Waits until the queue stands so.
    async fn until(&self, holds: impl Fn(&QueueStatus) -> bool) {
        let waited = async {
            while !holds(&self.status().await) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(timeout(Duration::from_secs(24 * 60 * 60), waited).await.is_ok(), "{:?}", self.status().await);
    }

    async fn end(self) {
        self.stop.send_replace(true);
        self.pool.await.unwrap();
    }
}

/// Says what it is told to, and tells of each attempt.
struct Says(Box<dyn Fn(&Job) -> Outcome + Send + Sync>, mpsc::UnboundedSender<(String, u32)>);

#[async_trait]
impl Handler for Says {
    async fn run(&self, job: &Job) -> Outcome {
        self.1.send((job.id.as_str().to_owned(), job.attempt)).unwrap();
        (self.0)(job)
    }
}

fn says(outcome: impl Fn(&Job) -> Outcome + Send + Sync + 'static) -> (Says, mpsc::UnboundedReceiver<(String, u32)>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Says(Box::new(outcome), sender), receiver)
}

/// Works until it is let go; counts who is at work, who was at most, and who was dropped.
#[derive(Clone, Default)]
struct Holds(Arc<Held>);

#[derive(Default)]
struct Held {
    go: Notify,
    at_work: AtomicUsize,
    most: AtomicUsize,
    begun: AtomicUsize,
}

struct AtWork<'a>(&'a Held);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Handler for Holds {
    async fn run(&self, _job: &Job) -> Outcome {
        let at_work = self.0.at_work.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        self.0.most.fetch_max(at_work, Ordering::SeqCst);
        let _guard = AtWork(&self.0);
        self.0.go.notified().await;
        Outcome::Done
    }
}

const ONE: Workers = Workers { floor: 1, ceiling: 1 };

#[tokio::test(start_paused = true)]
async fn jobs_are_done_and_gone() {
    let (handler, mut begun) = says(|_| Outcome::Done);
    let world = World::start(handler, Workers { floor: 4, ceiling: 4 });
    for n in 0..20 {
        world.put(&format!("n{n}")).await;
    }
    world.until(|status| *status == QueueStatus::default()).await;
    world.end().await;
    let mut all = Vec::new();
    while let Some(one) = begun.recv().await {
        all.push(one);
    }
    all.sort();
    all.dedup();
    assert_eq!((all.len(), all.iter().all(|(_, attempt)| *attempt == 1)), (20, true));
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_tried_again_and_dies_in_the_end() {
    let (handler, mut begun) = says(|_| Outcome::Again);
    let world = World::start(handler, ONE);
    let start = world.clock.now();
    world.put("a").await;
    world.until(|status| status.dead == 1).await;
    let dead = world.jobs.dead(QUEUE, 8).await.unwrap();
    assert_eq!((dead[0].reason, dead[0].attempts), (DeadReason::Exhausted, 3));
    assert!(world.clock.now().since(start) <= Millis::from_secs(16), "5 s and 10 s at most, and some looks");
    world.end().await;
    for attempt in 1..=3 {
        assert_eq!(begun.recv().await, Some(("a".to_owned(), attempt)));
    }
    assert_eq!(begun.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_ask_for_patience_and_may_give_up() {
    let (handler, mut begun) = says(|job| match job.attempt {
        1 => Outcome::AgainAfter(Millis::from_secs(3_600)),
        _ => Outcome::Dead(DeadReason::Refused),
    });
    let world = World::start(handler, ONE);
    let start = world.clock.now();
    world.put("a").await;
    world.until(|status| status.dead == 1).await;
    assert!(world.clock.now().since(start) >= Millis::from_secs(3_600));
    assert_eq!(world.jobs.dead(QUEUE, 8).await.unwrap()[0].reason, DeadReason::Refused);
    world.end().await;
    assert_eq!((begun.recv().await.unwrap().1, begun.recv().await.unwrap().1), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failed_attempt() {
    let (handler, mut begun) = says(|job| {
        assert!(job.attempt > 1 || job.id.as_str() != "bad", "on purpose");
        Outcome::Done
    });
    let world = World::start(handler, ONE);
    world.put("bad").await;
    world.put("good").await;
    world.until(|status| status.depth() == 0).await;
    assert_eq!(world.status().await.dead, 0);
    world.end().await;
    let mut all = Vec::new();
    while let Some(one) = begun.recv().await {
        all.push(one);
    }
    assert_eq!(all, [("bad".to_owned(), 1), ("good".to_owned(), 1), ("bad".to_owned(), 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_is_stopped_finishes_what_it_has_and_takes_nothing_more() {
    let handler = Holds::default();
    let world = World::start(handler.clone(), ONE);
    world.put("a").await;
    world.put("b").await;
    world.until(|status| status.running == 1).await;
    world.stop.send_replace(true);
    // Long beyond a claim's time: it is kept, and the pool waits.
    tokio::time::sleep(RULES.visibility.as_duration() * 4).await;
    assert!(!world.pool.is_finished());
    handler.0.go.notify_one();
    world.pool.await.unwrap();
    let status = world.jobs.status(QUEUE, world.clock.now()).await.unwrap();
    assert_eq!((status.running, status.waiting[2], handler.0.begun.load(Ordering::SeqCst)), (0, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn work_that_takes_too_long_is_dropped_and_tried_again() {
    let handler = Holds::default();
    // One that is free all the while would take a job whose claim has ended.
    let world = World::start(handler.clone(), Workers { floor: 2, ceiling: 2 });
    let start = world.clock.now();
    world.put("a").await;
    world.until(|status| status.dead == 1).await;
    assert_eq!(handler.0.begun.load(Ordering::SeqCst), 3);
    assert_eq!(handler.0.at_work.load(Ordering::SeqCst), 0);
    assert_eq!(world.status().await.stalled, 0, "beats kept the claim all the while");
    assert!(world.clock.now().since(start) >= Millis::from_millis(JOB_RUN.as_millis() * 3));
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn work_at_a_job_that_is_anothers_is_dropped() {
    let handler = Holds::default();
    let world = World::start(handler.clone(), ONE);
    world.put("a").await;
    world.until(|status| status.running == 1).await;
    while handler.0.at_work.load(Ordering::SeqCst) == 0 {
        task::yield_now().await;
    }
    // Another node, whose clock is an hour ahead.
    let later = world.clock.now().plus(Millis::from_secs(3_600));
    let [stolen] = world.jobs.claim(QUEUE, 1, later).await.unwrap().jobs.try_into().unwrap();
    let stolen_at = world.clock.now();
    while handler.0.at_work.load(Ordering::SeqCst) > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(world.clock.now().since(stolen_at) <= RULES.visibility, "noticed at the next beat");
    assert_eq!(world.jobs.complete(&stolen, later).await, Ok(Settled::Yes));
    world.end().await;
    assert_eq!(handler.0.begun.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn workers_come_with_the_load_up_to_the_ceiling_and_go_with_it() {
    let handler = Holds::default();
    let world = World::start(handler.clone(), Workers { floor: 1, ceiling: 6 });
    for n in 0..40 {
        world.put(&format!("n{n}")).await;
    }
    world.until(|status| status.running == 6).await;
    while world.status().await.depth() > 0 {
        handler.0.go.notify_one();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(handler.0.most.load(Ordering::SeqCst), 6);
    // Idle for long, it is back at its floor: one job at a time.
    tokio::time::sleep(Duration::from_secs(60)).await;
    handler.0.most.store(0, Ordering::SeqCst);
    world.put("x").await;
    world.put("y").await;
    world.until(|status| status.running == 1).await;
    assert_eq!((world.status().await.depth(), handler.0.most.load(Ordering::SeqCst)), (2, 1));
    world.stop.send_replace(true);
    handler.0.go.notify_one();
    world.pool.await.unwrap();
}

/// A store of jobs that fails so many times to settle.
struct Flaky(MemoryJobs, Mutex<u32>);

impl Flaky {
    fn fails(&self) -> bool {
        let mut left = self.1.lock().unwrap();
        let fails = *left > 0;
        *left = left.saturating_sub(1);
        fails
    }
}

#[async_trait]
impl Jobs for Flaky {
    async fn enqueue(&self, job: NewJob, now: Timestamp) -> Result<Enqueued, EnqueueError> {
        self.0.enqueue(job, now).await
    }
    async fn claim(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<Claimed, JobsError> {
        if self.fails() { Err(JobsError::Unavailable) } else { self.0.claim(queue, limit, now).await }
    }
    async fn ready(&self, queue: Queue) {
        self.0.ready(queue).await;
    }
    async fn extend(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError> {
        self.0.extend(job, now).await
    }
    async fn complete(&self, job: &Job, now: Timestamp) -> Result<Settled, JobsError> {
        if self.fails() { Err(JobsError::Unavailable) } else { self.0.complete(job, now).await }
    }
    async fn retry(&self, job: &Job, at: Timestamp, now: Timestamp) -> Result<Settled, JobsError> {
        self.0.retry(job, at, now).await
    }
    async fn bury(&self, job: &Job, reason: DeadReason, now: Timestamp) -> Result<Settled, JobsError> {
        self.0.bury(job, reason, now).await
    }
    async fn dead(&self, queue: Queue, limit: usize) -> Result<Vec<DeadJob>, JobsError> {
        self.0.dead(queue, limit).await
    }
    async fn redrive(&self, queue: Queue, limit: usize, now: Timestamp) -> Result<usize, JobsError> {
        self.0.redrive(queue, limit, now).await
    }
    async fn set_flow(&self, queue: Queue, flow: Flow) -> Result<(), JobsError> {
        self.0.set_flow(queue, flow).await
    }
    async fn status(&self, queue: Queue, now: Timestamp) -> Result<QueueStatus, JobsError> {
        self.0.status(queue, now).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_for_a_while_ends_nothing() {
    let jobs = Arc::new(Flaky(empty(), Mutex::new(3)));
    let faults = Arc::clone(&jobs);
    // The first claims fail; and so do the first attempts to say that it is done.
    let (handler, mut begun) = says(move |_| {
        *faults.1.lock().unwrap() = 2;
        Outcome::Done
    });
    let world = World::over(jobs, handler, ONE);
    world.put("a").await;
    assert_eq!(begun.recv().await, Some(("a".to_owned(), 1)));
    world.until(|status| status.depth() == 0).await;
    assert_eq!(world.status().await.stalled, 0);
    world.end().await;
    assert_eq!(begun.recv().await, None, "done once");
}
