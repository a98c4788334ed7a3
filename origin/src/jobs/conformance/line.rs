//! Who is in the line, and whose turn it is.

use futures_util::FutureExt as _;

use super::*;

pub(crate) async fn a_job_is_handed_out_as_it_was_enqueued(make: Make<'_>) {
    let jobs = make(RULES);
    let mut new = job("a/1@2", Priority::High);
    new.payload = Payload::new((0..=255).collect::<Vec<u8>>()).unwrap();
    put(&*jobs, new.clone(), at(5)).await;
    let [job] = take(&*jobs, 8, at(7)).await.try_into().unwrap();
    assert_eq!((job.id, job.queue, job.priority, job.payload), (new.id, QUEUE, Priority::High, new.payload));
    assert_eq!((job.attempt, job.enqueued_at), (1, at(5)));
    assert_eq!(take(&*jobs, 8, at(7)).await, []);
    assert_eq!(status(&*jobs, at(7)).await, QueueStatus { running: 1, ..QueueStatus::default() });
}

pub(crate) async fn what_came_first_goes_first(make: Make<'_>) {
    let jobs = make(RULES);
    for name in ["c", "a", "b"] {
        put(&*jobs, normal(name), at(0)).await;
    }
    assert_eq!(names(&take(&*jobs, 2, at(0)).await), ["c", "a"]);
    assert_eq!(names(&take(&*jobs, 2, at(0)).await), ["b"]);
}

pub(crate) async fn a_known_id_changes_nothing(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    let mut again = job("a", Priority::Urgent);
    again.payload = Payload::default();
    for _ in 0..2 {
        assert_eq!(jobs.enqueue(again.clone(), at(1)).await, Ok(Enqueued::Known));
    }
    let [claimed] = take(&*jobs, 8, at(1)).await.try_into().unwrap();
    assert_eq!((claimed.priority, claimed.payload.as_bytes()), (Priority::Normal, &b"of \0a"[..]));
    assert_eq!(jobs.enqueue(again.clone(), at(1)).await, Ok(Enqueued::Known), "at work");
    assert_eq!(jobs.complete(&claimed, at(2)).await, Ok(Settled::Yes));
    assert_eq!(jobs.enqueue(again.clone(), at(3)).await, Ok(Enqueued::Known), "done of late");
    // Known before full: who brings it again is not told to come again.
    for n in 0..RULES.depth {
        put(&*jobs, job(&format!("n{n}"), Priority::Urgent), at(3)).await;
    }
    assert_eq!(jobs.enqueue(again, at(3)).await, Ok(Enqueued::Known));
    assert_eq!(status(&*jobs, at(3)).await.depth(), RULES.depth);
}

pub(crate) async fn a_full_line_takes_no_more(make: Make<'_>) {
    let jobs = make(RULES);
    let full = Err(EnqueueError::Full { depth: 8, limit: 8 });
    for n in 0..5 {
        put(&*jobs, normal(&format!("n{n}")), at(0)).await;
    }
    for n in 5..8 {
        put(&*jobs, NewJob { not_before: at(1_000), ..normal(&format!("n{n}")) }, at(0)).await;
    }
    assert_eq!(jobs.enqueue(normal("more"), at(0)).await, full);
    // At work or delayed, they are counted.
    let claimed = take(&*jobs, 3, at(0)).await;
    assert_eq!(jobs.enqueue(normal("more"), at(0)).await, full);
    assert_eq!(jobs.retry(&claimed[0], at(9_000), at(0)).await, Ok(Settled::Yes));
    assert_eq!(jobs.enqueue(normal("more"), at(0)).await, full);
    assert_eq!(jobs.complete(&claimed[1], at(0)).await, Ok(Settled::Yes));
    put(&*jobs, normal("more"), at(0)).await;
    assert_eq!(jobs.bury(&claimed[2], DeadReason::Refused, at(0)).await, Ok(Settled::Yes));
    put(&*jobs, normal("yet-more"), at(0)).await;
    assert_eq!(jobs.enqueue(normal("too-many"), at(0)).await, full);
}

pub(crate) async fn a_flood_locks_out_no_other_priority(make: Make<'_>) {
    let jobs = make(RULES);
    for n in 0..RULES.depth {
        put(&*jobs, job(&format!("low{n}"), Priority::Low), at(0)).await;
    }
    assert!(jobs.enqueue(job("low", Priority::Low), at(0)).await.is_err());
    put(&*jobs, job("urgent", Priority::Urgent), at(0)).await;
    assert_eq!(names(&take(&*jobs, 1, at(0)).await), ["urgent"]);
    assert_eq!(status(&*jobs, at(0)).await.waiting, [0, 0, 0, 8]);
}

pub(crate) async fn no_priority_starves(make: Make<'_>) {
    let jobs = make(Rules { depth: 100, ..RULES });
    let mut taken = [0_u64; 4];
    for round in 0..15 {
        for priority in Priority::ALL {
            for n in 0..4 {
                put(&*jobs, job(&format!("{}{round}.{n}", priority.name()), priority), at(0)).await;
            }
        }
        for job in take(&*jobs, 4, at(0)).await {
            taken[job.priority.index()] += 1;
        }
    }
    assert_eq!(taken, [32, 16, 8, 4]);
    let mut rest = 0;
    while let Some(job) = take(&*jobs, 1, at(0)).await.pop() {
        assert_eq!(jobs.complete(&job, at(0)).await, Ok(Settled::Yes));
        rest += 1;
    }
    assert_eq!(rest, 15 * 16 - 60, "an empty line's turn goes to another");
}

pub(crate) async fn a_queue_knows_nothing_of_another(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    for queue in Queue::ALL.into_iter().filter(|queue| *queue != QUEUE) {
        assert_eq!(jobs.status(queue, at(0)).await, Ok(QueueStatus::default()));
        put(&*jobs, NewJob { queue, ..normal("a") }, at(0)).await;
        let [other] = jobs.claim(queue, 8, at(0)).await.unwrap().jobs.try_into().unwrap();
        assert_eq!(other.queue, queue);
    }
    assert_eq!(names(&take(&*jobs, 8, at(0)).await), ["a"]);
}

pub(crate) async fn a_paused_queue_hands_out_none(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    let [a] = take(&*jobs, 8, at(0)).await.try_into().unwrap();
    jobs.set_flow(QUEUE, Flow::Paused).await.unwrap();
    put(&*jobs, normal("b"), at(0)).await;
    assert_eq!(jobs.claim(QUEUE, 8, at(60_000)).await.unwrap(), crate::ports::Claimed::default());
    assert_eq!(status(&*jobs, at(0)).await.flow, Flow::Paused);
    assert_eq!(jobs.complete(&a, at(1)).await, Ok(Settled::Yes), "what is at work comes to its end");
    jobs.set_flow(QUEUE, Flow::Running).await.unwrap();
    assert_eq!(names(&take(&*jobs, 8, at(2)).await), ["b"]);
}

pub(crate) async fn a_claim_hands_out_no_more_than_asked(make: Make<'_>) {
    let jobs = make(Rules { depth: 200, ..RULES });
    for n in 0..150 {
        put(&*jobs, normal(&format!("n{n}")), at(0)).await;
    }
    assert_eq!(take(&*jobs, 0, at(0)).await, []);
    assert_eq!(take(&*jobs, 3, at(0)).await.len(), 3);
    assert_eq!(take(&*jobs, usize::MAX, at(0)).await.len(), crate::limits::JOB_CLAIM);
}

pub(crate) async fn a_claim_is_settled_once(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    let [a] = take(&*jobs, 1, at(0)).await.try_into().unwrap();
    assert_eq!(jobs.complete(&a, at(0)).await, Ok(Settled::Yes));
    assert_eq!(jobs.complete(&a, at(0)).await, Ok(Settled::Void));
    assert_eq!(jobs.retry(&a, at(0), at(0)).await, Ok(Settled::Void));
    assert_eq!(jobs.extend(&a, at(0)).await, Ok(Settled::Void));
    assert_eq!(jobs.bury(&a, DeadReason::Refused, at(0)).await, Ok(Settled::Void));
    assert_eq!(status(&*jobs, at(0)).await, QueueStatus::default());
}

pub(crate) async fn what_is_enqueued_is_heard(make: Make<'_>) {
    let jobs = make(RULES);
    assert_eq!(jobs.ready(QUEUE).now_or_never(), None);
    put(&*jobs, normal("a"), at(0)).await;
    assert_eq!(jobs.ready(QUEUE).now_or_never(), Some(()), "who comes late hears it, too");
    assert_eq!(jobs.ready(QUEUE).now_or_never(), None);
    let ((), ()) = tokio::join!(jobs.ready(QUEUE), put(&*jobs, normal("b"), at(0)));
}
