use std::sync::Arc;

use protocol::time::{Millis, Timestamp};

use super::{Malformed, MemoryJobs};
use crate::{
    jobs::{
        conformance,
        rules::{AllRules, Rules},
    },
    limits::HANDOVER_HEAD,
    ports::{DeadReason, Enqueued, Flow, Job, JobId, Jobs, Lapse, NewJob, Payload, Priority, Queue},
};

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000).plus(Millis::from_millis(millis))
}

/// Claims so many.
async fn take(jobs: &MemoryJobs, expected: usize, now: Timestamp) -> Vec<Job> {
    let claimed = jobs.claim(Queue::Alerts, expected, now).await.unwrap().jobs;
    assert_eq!(claimed.len(), expected);
    claimed
}

fn make(rules: Rules) -> Arc<dyn Jobs> {
    Arc::new(MemoryJobs::new(&AllRules::each(|_| rules)))
}

conformance::suite!(make, 256);

#[tokio::test]
async fn the_next_process_takes_over_every_job_as_it_stands() {
    let job = |name: &str, priority, not_before: u64| NewJob {
        id: JobId::new(name).unwrap(),
        queue: Queue::Alerts,
        priority,
        payload: Payload::new(vec![0xff; 256]).unwrap(),
        not_before: at(not_before),
        lapse: Lapse::At(at(90_000)),
    };
    let rules = AllRules::each(|_| conformance::RULES);
    let (elder, heir) = (MemoryJobs::new(&rules), MemoryJobs::new(&rules));
    for (name, priority, delay) in [
        ("done", Priority::Urgent, 0),
        ("dead", Priority::Urgent, 0),
        ("running", Priority::Urgent, 0),
        ("first", Priority::Normal, 0),
        ("second", Priority::Normal, 0),
        ("delayed", Priority::Low, 60_000),
    ] {
        elder.enqueue(job(name, priority, delay), at(0)).await.unwrap();
    }
    let [done, dead, _running]: [_; 3] = take(&elder, 3, at(1)).await.try_into().unwrap();
    elder.complete(&done, at(2)).await.unwrap();
    elder.bury(&dead, DeadReason::Refused, at(3)).await.unwrap();
    elder.set_flow(Queue::Health, Flow::Paused).await.unwrap();
    for piece in elder.pieces() {
        assert!(piece.len() < HANDOVER_HEAD / 16);
        heir.import(&piece).unwrap();
        assert_eq!(heir.import(&piece), Ok(()), "twice is once");
        assert!(heir.import(&piece[..piece.len() - 1]).is_err());
    }
    assert_eq!(heir.import(&[]), Err(Malformed));
    assert_eq!(heir.import(&[9, b'{', b'}']), Err(Malformed));
    assert_eq!(heir.dead(Queue::Alerts, 8).await, elder.dead(Queue::Alerts, 8).await);
    assert_eq!(heir.status(Queue::Health, at(5)).await.unwrap().flow, Flow::Paused);
    let status = heir.status(Queue::Alerts, at(5)).await.unwrap();
    assert_eq!((status.waiting, status.delayed, status.running), ([1, 0, 2, 0], 1, 0));
    assert_eq!(heir.enqueue(job("done", Priority::Low, 0), at(6)).await, Ok(Enqueued::Known));
    let jobs = take(&heir, 3, at(7)).await;
    let told: Vec<_> = jobs.iter().map(|job| (job.id.as_str(), job.attempt, job.payload.as_bytes().len())).collect();
    assert_eq!(told, [("running", 2, 256), ("first", 1, 256), ("second", 1, 256)]);
    for job in &jobs {
        heir.complete(job, at(8)).await.unwrap();
    }
    assert_eq!(take(&heir, 1, at(60_000)).await[0].id.as_str(), "delayed");
}
