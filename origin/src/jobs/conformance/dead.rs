//! Who died, and how they come back.

use super::*;

/// Enqueues, claims and buries.
async fn kill(jobs: &dyn Jobs, name: &str, reason: DeadReason, now: Timestamp) {
    put(jobs, normal(name), now).await;
    let [job] = take(jobs, 1, now).await.try_into().unwrap();
    assert_eq!(jobs.bury(&job, reason, now).await, Ok(Settled::Yes));
}

async fn dead_names(jobs: &dyn Jobs) -> Vec<String> {
    let dead = jobs.dead(QUEUE, usize::MAX).await.unwrap();
    dead.iter().map(|job| job.id.as_str().to_owned()).collect()
}

pub(crate) async fn the_dead_are_told_the_latest_first(make: Make<'_>) {
    let jobs = make(RULES);
    kill(&*jobs, "a", DeadReason::Refused, at(1)).await;
    kill(&*jobs, "b", DeadReason::Unreadable, at(2)).await;
    let told = jobs.dead(QUEUE, 8).await.unwrap();
    let told: Vec<_> = told.iter().map(|job| (job.id.as_str(), job.reason, job.died_at, job.attempts)).collect();
    assert_eq!(told, [("b", DeadReason::Unreadable, at(2), 1), ("a", DeadReason::Refused, at(1), 1)]);
    assert_eq!(jobs.dead(QUEUE, 1).await.unwrap().len(), 1);
    assert_eq!(jobs.enqueue(normal("a"), at(3)).await, Ok(Enqueued::Known), "only an operator wakes the dead");
    assert_eq!(status(&*jobs, at(3)).await, QueueStatus { dead: 2, ..QueueStatus::default() });
}

pub(crate) async fn the_oldest_dead_give_way(make: Make<'_>) {
    let jobs = make(RULES);
    for name in ["a", "b", "c", "d"] {
        kill(&*jobs, name, DeadReason::Exhausted, at(0)).await;
    }
    assert_eq!(dead_names(&*jobs).await, ["d", "c", "b"]);
    let standing = status(&*jobs, at(0)).await;
    assert_eq!((standing.dead, standing.forgotten), (3, 1));
    put(&*jobs, normal("a"), at(0)).await;
}

pub(crate) async fn the_dead_come_back_as_new(make: Make<'_>) {
    let jobs = make(RULES);
    for name in ["a", "b", "c"] {
        kill(&*jobs, name, DeadReason::Refused, at(0)).await;
    }
    assert_eq!(jobs.redrive(QUEUE, 2, at(10)).await, Ok(2));
    assert_eq!(dead_names(&*jobs).await, ["c"]);
    let claimed = take(&*jobs, 8, at(10)).await;
    assert_eq!(names(&claimed), ["a", "b"]);
    assert!(claimed.iter().all(|job| job.attempt == 1 && job.enqueued_at == at(10)));
    assert_eq!(claimed[0].payload.as_bytes(), b"of \0a");
    assert_eq!(jobs.redrive(QUEUE, usize::MAX, at(10)).await, Ok(1));
    assert_eq!(jobs.redrive(QUEUE, usize::MAX, at(10)).await, Ok(0));
}

pub(crate) async fn redrive_stops_where_the_line_is_full(make: Make<'_>) {
    let jobs = make(RULES);
    for name in ["a", "b"] {
        kill(&*jobs, name, DeadReason::Refused, at(0)).await;
    }
    for n in 0..RULES.depth - 1 {
        put(&*jobs, normal(&format!("n{n}")), at(0)).await;
    }
    assert_eq!(jobs.redrive(QUEUE, 2, at(0)).await, Ok(1));
    assert_eq!(dead_names(&*jobs).await, ["b"]);
    assert_eq!(status(&*jobs, at(0)).await.depth(), RULES.depth);
}

pub(crate) async fn what_kills_its_workers_dies(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    for attempt in 0..3 {
        let [job] = take(&*jobs, 1, at(u64::from(attempt) * 10_000)).await.try_into().unwrap();
        assert_eq!(job.attempt, attempt + 1);
    }
    assert_eq!(take(&*jobs, 1, at(30_000)).await, []);
    let [dead] = jobs.dead(QUEUE, 8).await.unwrap().try_into().unwrap();
    assert_eq!((dead.id.as_str(), dead.reason, dead.attempts), ("a", DeadReason::Stalled, 3));
    assert_eq!(status(&*jobs, at(30_000)).await.running, 0);
}
