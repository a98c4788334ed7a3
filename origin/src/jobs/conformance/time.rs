//! What time does.

use super::*;

pub(crate) async fn a_delay_ends_at_the_very_millisecond(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, NewJob { not_before: at(2_000), ..normal("later") }, at(0)).await;
    put(&*jobs, NewJob { not_before: at(1_000), ..normal("sooner") }, at(0)).await;
    let claimed = jobs.claim(QUEUE, 8, at(999)).await.unwrap();
    assert_eq!((claimed.jobs, claimed.more_at), (vec![], Some(at(1_000))));
    assert_eq!(status(&*jobs, at(999)).await, QueueStatus { delayed: 2, ..QueueStatus::default() });
    let due = QueueStatus { delayed: 1, waiting: [0, 0, 1, 0], oldest: Some(at(1_000)), ..QueueStatus::default() };
    assert_eq!(status(&*jobs, at(1_500)).await, due);
    let claimed = jobs.claim(QUEUE, 8, at(1_000)).await.unwrap();
    assert_eq!((names(&claimed.jobs), claimed.more_at), (vec!["sooner"], Some(at(2_000))));
    assert_eq!(names(&take(&*jobs, 8, at(2_000)).await), ["later"]);
}

pub(crate) async fn a_stalled_job_is_anothers(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    let [first] = take(&*jobs, 8, at(0)).await.try_into().unwrap();
    assert_eq!(take(&*jobs, 8, at(9_999)).await, []);
    put(&*jobs, normal("b"), at(9_999)).await;
    let [second, b] = take(&*jobs, 8, at(10_000)).await.try_into().unwrap();
    assert_eq!((second.id.as_str(), b.id.as_str(), second.attempt), ("a", "b", 2));
    assert_ne!(first.ticket, second.ticket);
    // The first one wakes up: its claim is void.
    assert_eq!(jobs.complete(&first, at(10_001)).await, Ok(Settled::Void));
    assert_eq!(jobs.extend(&first, at(10_001)).await, Ok(Settled::Void));
    assert_eq!(jobs.retry(&first, at(0), at(10_001)).await, Ok(Settled::Void));
    let standing = status(&*jobs, at(10_001)).await;
    assert_eq!((standing.running, standing.stalled), (2, 1));
    assert_eq!(jobs.complete(&second, at(10_001)).await, Ok(Settled::Yes));
}

pub(crate) async fn a_beat_keeps_a_claim(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    let [a] = take(&*jobs, 8, at(0)).await.try_into().unwrap();
    for n in 1..5 {
        assert_eq!(jobs.extend(&a, at(n * 9_000)).await, Ok(Settled::Yes));
        assert_eq!(take(&*jobs, 8, at(n * 9_000 + 8_999)).await, []);
    }
    assert_eq!(jobs.complete(&a, at(45_999)).await, Ok(Settled::Yes));
    assert_eq!(status(&*jobs, at(46_000)).await, QueueStatus::default());
}

pub(crate) async fn the_rate_is_kept(make: Make<'_>) {
    let jobs = make(Rules { rate: Rate::PerSecond(2), ..RULES });
    for n in 0..6 {
        put(&*jobs, normal(&format!("n{n}")), at(0)).await;
    }
    let claimed = jobs.claim(QUEUE, 8, at(0)).await.unwrap();
    assert_eq!((names(&claimed.jobs), claimed.more_at), (vec!["n0", "n1"], Some(at(500))));
    let claimed = jobs.claim(QUEUE, 8, at(499)).await.unwrap();
    assert_eq!((claimed.jobs, claimed.more_at), (vec![], Some(at(500))));
    assert_eq!(names(&take(&*jobs, 8, at(500)).await), ["n2"]);
    assert_eq!(names(&take(&*jobs, 8, at(9_000)).await), ["n3", "n4"]);
}

pub(crate) async fn a_lapsed_job_is_dropped(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, NewJob { lapse: Lapse::At(at(1_000)), ..normal("a") }, at(0)).await;
    put(&*jobs, NewJob { lapse: Lapse::At(at(1_001)), ..normal("b") }, at(0)).await;
    assert_eq!(names(&take(&*jobs, 1, at(1_000)).await), ["b"]);
    let standing = status(&*jobs, at(1_000)).await;
    assert_eq!((standing.depth(), standing.lapsed, standing.running), (1, 1, 1));
    // Nobody did it: it may be enqueued again.
    put(&*jobs, normal("a"), at(1_000)).await;
}

pub(crate) async fn what_is_done_is_forgotten_in_time(make: Make<'_>) {
    let jobs = make(Rules { remembered: 2, ..RULES });
    for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
        let now = at(n as u64);
        put(&*jobs, normal(name), now).await;
        let [job] = take(&*jobs, 1, now).await.try_into().unwrap();
        assert_eq!(jobs.complete(&job, now).await, Ok(Settled::Yes));
    }
    // No more than two are remembered, and for a minute.
    put(&*jobs, normal("a"), at(2)).await;
    assert_eq!(jobs.enqueue(normal("b"), at(60_000)).await, Ok(Enqueued::Known));
    put(&*jobs, normal("b"), at(60_001)).await;
    assert_eq!(jobs.enqueue(normal("c"), at(60_001)).await, Ok(Enqueued::Known));
}

pub(crate) async fn a_failed_job_waits_for_its_time(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, normal("a"), at(0)).await;
    put(&*jobs, normal("b"), at(0)).await;
    let [a] = take(&*jobs, 1, at(0)).await.try_into().unwrap();
    assert_eq!(jobs.retry(&a, at(5_000), at(0)).await, Ok(Settled::Yes));
    let [b] = take(&*jobs, 8, at(4_999)).await.try_into().unwrap();
    assert_eq!(jobs.retry(&b, at(0), at(4_999)).await, Ok(Settled::Yes), "at once");
    let [b, a] = take(&*jobs, 8, at(5_000)).await.try_into().unwrap();
    assert_eq!((a.id.as_str(), a.attempt, a.enqueued_at), ("a", 2, at(0)));
    assert_eq!((b.id.as_str(), b.attempt, b.payload.as_bytes()), ("b", 2, &b"of \0b"[..]));
}

pub(crate) async fn the_oldest_is_told(make: Make<'_>) {
    let jobs = make(RULES);
    put(&*jobs, job("a", Priority::Low), at(3)).await;
    put(&*jobs, job("b", Priority::Urgent), at(5)).await;
    put(&*jobs, job("c", Priority::Urgent), at(6)).await;
    assert_eq!(status(&*jobs, at(9)).await.oldest, Some(at(3)));
    let [b] = take(&*jobs, 1, at(9)).await.try_into().unwrap();
    assert_eq!(b.id.as_str(), "b");
    assert_eq!(status(&*jobs, at(9)).await.oldest, Some(at(3)));
    let rest = take(&*jobs, 2, at(9)).await;
    assert_eq!(status(&*jobs, at(9)).await.oldest, None);
    assert_eq!(jobs.retry(&rest[0], at(20), at(10)).await, Ok(Settled::Yes));
    assert_eq!(status(&*jobs, at(19)).await.oldest, None);
    assert_eq!(status(&*jobs, at(25)).await.oldest, Some(at(20)));
}
