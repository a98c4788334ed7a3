use super::*;

const T: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn at(millis: u64) -> Timestamp {
    T.plus(Millis::from_millis(millis))
}

fn ids(numbers: &[u8]) -> Vec<InboxId> {
    numbers.iter().map(|n| InboxId::from_bytes([*n; 16])).collect()
}

fn held(schedule: &mut Schedule, now: Timestamp) -> Vec<InboxId> {
    let mut held = schedule.held(now).into_iter().collect::<Vec<_>>();
    held.sort_unstable();
    held
}

/// The longest jitter there is.
const LONG: u64 = u64::MAX;

fn fail(schedule: &mut Schedule, inboxes: &[u8], now: Timestamp) {
    schedule.begun(&ids(inboxes));
    schedule.failed(&ids(inboxes), PushError::Unavailable, now, LONG);
}

fn confirm(schedule: &mut Schedule, inboxes: &[u8], now: Timestamp) {
    schedule.begun(&ids(inboxes));
    schedule.confirmed(&ids(inboxes), now);
}

#[test]
fn a_quiet_inbox_goes_at_once_and_then_rests() {
    let mut schedule = Schedule::default();
    assert_eq!((schedule.next(T), schedule.wake_at(T)), (Next::Batch, None));
    assert!(schedule.held(T).is_empty());
    schedule.begun(&ids(&[1]));
    assert_eq!(held(&mut schedule, at(60_000)), ids(&[1]), "one push of an inbox at a time");
    schedule.confirmed(&ids(&[1]), at(5));
    assert_eq!(schedule.wake_at(at(5)), Some(at(1_005)));
    assert_eq!(held(&mut schedule, at(1_004)), ids(&[1]));
    assert!(schedule.held(at(1_005)).is_empty());
    assert!(schedule.inboxes.is_empty(), "what rests no more is forgotten");
}

#[test]
fn so_many_pushes_are_on_their_way() {
    let mut schedule = Schedule::default();
    for n in 0..4 {
        assert_eq!(schedule.next(T), Next::Batch);
        schedule.begun(&ids(&[n]));
    }
    assert_eq!(schedule.next(T), Next::Nothing);
    schedule.confirmed(&ids(&[0]), T);
    assert_eq!(schedule.next(T), Next::Batch);
}

#[test]
fn the_link_rests_twice_as_long_each_time_and_is_probed_alone() {
    let mut schedule = Schedule::default();
    let mut now = T;
    let mut rests = Vec::new();
    for _ in 0..9 {
        fail(&mut schedule, &[1], now);
        assert_eq!(schedule.next(now), Next::Nothing);
        let then = schedule.wake_at(now).unwrap();
        rests.push(then.since(now).as_millis());
        assert_eq!(schedule.next(then), Next::Probe);
        assert!(schedule.held(then).is_empty());
        now = then;
    }
    assert_eq!(rests, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    schedule.begun(&ids(&[1]));
    assert_eq!(schedule.next(now), Next::Nothing, "one probe at a time");
    assert_eq!(schedule.wake_at(now), None);
    schedule.confirmed(&ids(&[1]), now);
    assert_eq!(schedule.next(now), Next::Batch);
}

#[test]
fn pushes_that_fail_at_once_are_one_failure() {
    let mut schedule = Schedule::default();
    for n in 0..4 {
        schedule.begun(&ids(&[n]));
    }
    for n in 0..4 {
        schedule.failed(&ids(&[n]), PushError::Unavailable, T, LONG);
    }
    assert_eq!(schedule.wake_at(T), Some(at(250)));
}

#[test]
fn a_success_frees_all_who_failed_with_the_link() {
    let mut schedule = Schedule::default();
    fail(&mut schedule, &[1, 2, 3], T);
    confirm(&mut schedule, &[4], at(100));
    assert_eq!(held(&mut schedule, at(100)), ids(&[4]));
    assert_eq!(schedule.next(at(100)), Next::Batch);
}

#[test]
fn who_fails_while_others_get_through_travels_alone_and_stops_nobody() {
    let mut schedule = Schedule::default();
    fail(&mut schedule, &[1, 2], T);
    confirm(&mut schedule, &[3], at(300));
    assert!(!schedule.travels_alone(ids(&[1])[0]));
    fail(&mut schedule, &[1, 2], at(310));
    assert!(schedule.travels_alone(ids(&[1])[0]));
    assert_eq!(schedule.at_fault(), ids(&[1, 2]).into_iter().collect());
    confirm(&mut schedule, &[3], at(2_000));
    fail(&mut schedule, &[1], at(2_500));
    assert_eq!(schedule.next(at(2_500)), Next::Batch, "its fault is not the link's");
    assert_eq!(held(&mut schedule, at(2_501)), ids(&[1, 3]));
    confirm(&mut schedule, &[2], at(2_600));
    assert!(!schedule.travels_alone(ids(&[2])[0]), "who gets through is clean");
    let mut rest = Vec::new();
    for round in 1..8 {
        let now = at(round * 100_000);
        confirm(&mut schedule, &[3], now);
        fail(&mut schedule, &[1], now);
        rest.push(
            (0..40_000).find(|wait| !schedule.held(now.plus(Millis::from_millis(*wait))).contains(&ids(&[1])[0])),
        );
    }
    assert_eq!(rest.last(), Some(&Some(30_000)), "its own pause is bounded, too");
}

#[test]
fn when_nothing_gets_through_all_failures_are_the_links() {
    let mut schedule = Schedule::default();
    let all = (0..20).collect::<Vec<u8>>();
    for round in 0..2 {
        fail(&mut schedule, &all, at(round * 2_000));
        confirm(&mut schedule, &[100], at(round * 2_000 + 1_000));
    }
    let now = at(60_000);
    let sent = all.iter().take_while(|n| {
        let free = schedule.next(now) == Next::Batch;
        fail(&mut schedule, &[**n], now);
        free
    });
    assert_eq!(sent.count(), 8);
    let mut schedule = Schedule::default();
    for second in 0..100 {
        confirm(&mut schedule, &[100], at(second * 1_000));
        fail(&mut schedule, &[1], at(second * 1_000));
    }
    for second in 100..200 {
        fail(&mut schedule, &[1], at(second * 1_000));
        assert_eq!(schedule.next(at(second * 1_000)), Next::Batch, "one alone is never many");
    }
}

#[test]
fn the_edge_is_granted_the_patience_that_it_asks_for() {
    let mut schedule = Schedule::default();
    let busy = |schedule: &mut Schedule, secs| {
        schedule.begun(&ids(&[1]));
        schedule.failed(&ids(&[1]), PushError::Busy(Millis::from_secs(secs)), T, LONG);
    };
    busy(&mut schedule, 7);
    assert_eq!(schedule.next(at(6_999)), Next::Nothing);
    assert_eq!((schedule.next(at(7_000)), schedule.wake_at(T)), (Next::Probe, Some(at(7_000))));
    assert!(schedule.held(T).is_empty() && !schedule.travels_alone(ids(&[1])[0]));
    busy(&mut schedule, 1_000_000);
    assert_eq!(schedule.next(T.plus(BUSY_MAX)), Next::Probe);
}

#[test]
fn a_refusal_is_tried_again_slowly() {
    let mut schedule = Schedule::default();
    schedule.begun(&ids(&[1]));
    schedule.failed(&ids(&[1]), PushError::Refused(401), T, 0);
    assert_eq!(schedule.next(T.plus(REFUSED_PAUSE)), Next::Nothing);
    assert_eq!(schedule.wake_at(T), Some(T.plus(REFUSED_PAUSE).plus(Millis::from_millis(1))));
}

#[test]
fn in_a_hurry_nothing_rests() {
    let mut schedule = Schedule::default();
    confirm(&mut schedule, &[1], T);
    schedule.begun(&ids(&[2]));
    schedule.hurry();
    assert_eq!(held(&mut schedule, T), ids(&[2]));
}
