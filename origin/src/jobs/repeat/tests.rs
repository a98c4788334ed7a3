use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use protocol::time::{Millis, Timestamp};
use tokio::{sync::watch, task::yield_now};

use super::{NotARepeat, Repeat, run};
use crate::{
    jobs::{memory::MemoryJobs, rules::AllRules},
    limits::JOB_ID,
    ports::{Clock, Jobs, Payload, Priority, Queue},
};

/// A clock that is set.
struct Dial(AtomicU64);

impl Clock for Dial {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

fn every(millis: u64) -> Result<Repeat, NotARepeat> {
    Repeat::new("probe", Queue::Health, Priority::Normal, Payload::default(), Millis::from_millis(millis))
}

#[tokio::test(start_paused = true)]
async fn a_job_comes_once_a_period_however_many_nodes_there_are() {
    let jobs: Arc<dyn Jobs> = Arc::new(MemoryJobs::new(&AllRules::default()));
    let clock = Arc::new(Dial(AtomicU64::new(30_000 * 7 + 12_345)));
    let (stop, stopped) = watch::channel(false);
    let nodes: Vec<_> = (0..3)
        .map(|_| {
            let clock: Arc<dyn Clock> = Arc::<Dial>::clone(&clock);
            tokio::spawn(run(Arc::clone(&jobs), vec![every(30_000).unwrap()], clock, stopped.clone()))
        })
        .collect();
    for period in 7..10 {
        // Time passes by itself where all wait for it.
        let job = loop {
            if let Some(job) = jobs.claim(Queue::Health, 8, clock.now()).await.unwrap().jobs.pop() {
                break job;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        };
        assert_eq!(job.id.as_str(), format!("probe@{period}"));
        jobs.complete(&job, clock.now()).await.unwrap();
        clock.0.store(30_000 * (period + 1), Ordering::SeqCst);
    }
    stop.send_replace(true);
    for node in nodes {
        node.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn periods_do_not_pile_up() {
    let jobs: Arc<dyn Jobs> = Arc::new(MemoryJobs::new(&AllRules::default()));
    let clock = Arc::new(Dial(AtomicU64::new(1_000)));
    let (stop, stopped) = watch::channel(false);
    let time: Arc<dyn Clock> = Arc::<Dial>::clone(&clock);
    let node = tokio::spawn(run(Arc::clone(&jobs), vec![every(1_000).unwrap()], time, stopped));
    for period in 1..=5 {
        clock.0.store(period * 1_000, Ordering::SeqCst);
        while jobs.status(Queue::Health, clock.now()).await.unwrap().depth() < period {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            yield_now().await;
        }
    }
    let claimed = jobs.claim(Queue::Health, 8, clock.now()).await.unwrap().jobs;
    assert_eq!(claimed.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["probe@5"]);
    assert_eq!(jobs.status(Queue::Health, clock.now()).await.unwrap().lapsed, 4);
    drop(stop);
    node.await.unwrap();
}

#[test]
fn a_name_leaves_room_for_its_number_and_a_period_is_bounded() {
    assert_eq!(every(0).err(), Some(NotARepeat::Period { millis: 0 }));
    assert_eq!(every(3_600_001).err(), Some(NotARepeat::Period { millis: 3_600_001 }));
    assert!(every(3_600_000).is_ok());
    let long = "a".repeat(JOB_ID - 20);
    let made = Repeat::new(&long, Queue::Health, Priority::Low, Payload::default(), Millis::from_secs(1));
    assert!(matches!(made, Err(NotARepeat::Name(_))));
}
