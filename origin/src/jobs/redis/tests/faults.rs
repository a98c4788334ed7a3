//! What befalls a server, and what becomes of jobs then. In the server's own time.

use std::{collections::BTreeSet, time::Duration};

use protocol::time::{Millis, Timestamp};
use tokio::time::{sleep, timeout};

use super::*;
use crate::{
    clock::SystemClock,
    ports::{
        Clock as _, DeadReason, EnqueueError, Enqueued, Job, JobId, JobsError, Lapse, NewJob, Payload, Priority, Queue,
        Settled,
    },
    store::redis::tests::servers::cli,
};

/// Longer than any call may take.
const BOUND: Duration = Duration::from_secs(30);

const QUEUE: Queue = Queue::Alerts;

const RULES: Rules = Rules { visibility: Millis::from_millis(100), ..Rules::of(QUEUE) };

/// A node's queues in that space.
fn node(topology: &Topology, space: &str, replicas: u32) -> impl Jobs + use<> {
    let wire = SharedWire::new(Guest::start(topology, space, replicas));
    RedisJobs::new(wire, AllRules::each(|_| RULES))
}

fn now() -> Timestamp {
    SystemClock::start().now()
}

fn job(name: &str) -> NewJob {
    NewJob {
        id: JobId::new(name).unwrap(),
        queue: QUEUE,
        priority: Priority::Normal,
        payload: Payload::new(name.to_owned()).unwrap(),
        not_before: Timestamp::default(),
        lapse: Lapse::Never,
    }
}

/// Claims one, as soon as there is one and the server is.
async fn claim_at_last(jobs: &impl Jobs) -> Job {
    let claimed = async {
        loop {
            if let Ok(mut claimed) = jobs.claim(QUEUE, 1, now()).await
                && let Some(job) = claimed.jobs.pop()
            {
                return job;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(BOUND, claimed).await.expect("a job in time")
}

#[tokio::test]
async fn delays_and_claims_end_by_the_servers_clock() {
    let jobs = node(&Server::shared().topology(), &space(), 0);
    // This node's clock stands still and is an hour behind; spans count, not instants.
    let behind = Timestamp::from_millis(now().as_millis() - 3_600_000);
    let late = NewJob { not_before: behind.plus(Millis::from_millis(150)), ..job("late") };
    assert_eq!(jobs.enqueue(late, behind).await, Ok(Enqueued::New));
    let claimed = jobs.claim(QUEUE, 1, behind).await.unwrap();
    let ahead = claimed.more_at.unwrap().since(behind);
    assert_eq!((claimed.jobs.len(), ahead <= Millis::from_millis(150)), (0, true));
    let first = claim_at_last(&jobs).await;
    assert_eq!((first.attempt, now().since(first.enqueued_at) < Millis::from_secs(20)), (1, true));
    // Its worker stalls.
    let second = claim_at_last(&jobs).await;
    assert_eq!((second.id.as_str(), second.attempt), ("late", 2));
    assert_eq!(jobs.complete(&first, now()).await, Ok(Settled::Void));
    assert_eq!(jobs.complete(&second, now()).await, Ok(Settled::Yes));
}

#[tokio::test]
async fn nodes_share_a_queue_and_no_job() {
    let (server, space) = (Server::shared(), space());
    let nodes = [node(&server.topology(), &space, 0), node(&server.topology(), &space, 0)];
    for n in 0..40 {
        assert_eq!(nodes[n % 2].enqueue(job(&format!("n{n}")), now()).await, Ok(Enqueued::New));
        assert_eq!(nodes[(n + 1) % 2].enqueue(job(&format!("n{n}")), now()).await, Ok(Enqueued::Known));
    }
    let mut seen = BTreeSet::new();
    for n in 0..40 {
        let job = claim_at_last(&nodes[n % 2]).await;
        assert_eq!(nodes[n % 2].complete(&job, now()).await, Ok(Settled::Yes));
        assert!(seen.insert(job.id), "done once");
    }
    nodes[0].set_flow(QUEUE, crate::ports::Flow::Paused).await.unwrap();
    assert_eq!(nodes[1].status(QUEUE, now()).await.unwrap().flow, crate::ports::Flow::Paused);
}

#[tokio::test]
async fn no_key_has_an_end() {
    let (server, space) = (Server::with(&[]), space());
    let jobs = node(&server.topology(), &space, 0);
    for name in ["waiting", "done", "dead", "delayed"] {
        jobs.enqueue(job(name), now()).await.unwrap();
    }
    let [_, done, dead, delayed]: [Job; 4] = jobs.claim(QUEUE, 4, now()).await.unwrap().jobs.try_into().unwrap();
    jobs.complete(&done, now()).await.unwrap();
    jobs.bury(&dead, DeadReason::Refused, now()).await.unwrap();
    jobs.retry(&delayed, now().plus(Millis::from_secs(60)), now()).await.unwrap();
    let all = cli(server.port, &["--scan"]);
    let keys: BTreeSet<&str> = all.lines().filter_map(|key| key.rsplit(':').next()).collect();
    assert_eq!(keys, BTreeSet::from(["d2", "dead", "done", "jobs", "meta", "p2"]));
    for key in all.lines() {
        assert!(key.starts_with(&format!("{space}:{{")), "one tag, one slot: {key}");
        assert_eq!(cli(server.port, &["ttl", key]).trim(), "-1", "{key}");
    }
}

#[tokio::test]
async fn where_memory_is_spent_nothing_comes_in_and_what_is_there_is_done() {
    let server = Server::with(&["--maxmemory", "4mb", "--maxmemory-policy", "volatile-ttl"]);
    let jobs = node(&server.topology(), &space(), 0);
    jobs.enqueue(job("before"), now()).await.unwrap();
    cli(server.port, &["setrange", "ballast", "4000000", "x"]);
    assert_eq!(jobs.enqueue(job("more"), now()).await, Err(EnqueueError::Unavailable));
    let before = claim_at_last(&jobs).await;
    assert_eq!((before.id.as_str(), before.payload.as_bytes()), ("before", &b"before"[..]));
    assert_eq!(jobs.complete(&before, now()).await, Ok(Settled::Yes));
    assert_eq!(jobs.status(QUEUE, now()).await.unwrap().depth(), 0);
}

#[tokio::test]
async fn what_too_few_replicas_have_is_not_acknowledged() {
    let watched = Watched::start();
    let (topology, space) = (watched.master.topology(), space());
    let jobs = node(&topology, &space, 1);
    jobs.enqueue(job("a"), now()).await.unwrap();
    watched._replica.signal("-STOP");
    for _ in 0..2 {
        assert_eq!(jobs.enqueue(job("b"), now()).await, Err(EnqueueError::Unavailable));
    }
    // Another node, whose connection has written nothing, is told the same of a job that is known.
    assert_eq!(node(&topology, &space, 1).enqueue(job("b"), now()).await, Err(EnqueueError::Unavailable));
    // What is not relied on waits for no replica.
    assert_eq!(claim_at_last(&jobs).await.id.as_str(), "a");
    watched._replica.signal("-CONT");
    let at_last = async {
        while jobs.enqueue(job("b"), now()).await != Ok(Enqueued::Known) {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(BOUND, at_last).await.unwrap();
}

#[tokio::test]
async fn a_failover_loses_no_job_that_was_acknowledged() {
    let watched = Watched::start();
    let (topology, space) = (watched.topology(), space());
    let before = node(&topology, &space, 1);
    let mut owed = BTreeSet::new();
    for n in 0..50 {
        assert_eq!(before.enqueue(job(&format!("n{n}")), now()).await, Ok(Enqueued::New));
        owed.insert(JobId::new(&format!("n{n}")).unwrap());
    }
    // Some are in workers' hands when it happens, and those workers are never heard of again.
    assert_eq!(before.claim(QUEUE, 10, now()).await.unwrap().jobs.len(), 10);
    drop(before);
    watched.master.signal("-KILL");
    let jobs = node(&topology, &space, 0);
    while !owed.is_empty() {
        let job = claim_at_last(&jobs).await;
        if jobs.complete(&job, now()).await == Ok(Settled::Yes) {
            owed.remove(&job.id);
        }
    }
    assert_eq!(jobs.status(QUEUE, now()).await.unwrap().depth(), 0);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_in_time_and_comes_back() {
    let server = Server::with(&[]);
    let jobs = node(&server.topology(), &space(), 0);
    jobs.enqueue(job("a"), now()).await.unwrap();
    server.signal("-STOP");
    let refused = timeout(BOUND, jobs.enqueue(job("b"), now())).await.expect("every call has a deadline");
    assert_eq!(refused, Err(EnqueueError::Unavailable));
    assert_eq!(jobs.status(QUEUE, now()).await, Err(JobsError::Unavailable), "never as empty");
    server.signal("-CONT");
    assert_eq!(claim_at_last(&jobs).await.id.as_str(), "a");
    // A server that has forgotten the scripts is taught them anew.
    cli(server.port, &["script", "flush"]);
    assert!(jobs.enqueue(job("c"), now()).await.is_ok());
}
