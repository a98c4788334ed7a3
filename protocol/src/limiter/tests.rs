use proptest::prelude::*;

use super::*;

const WINDOW: Millis = Millis::from_millis(1_000);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}

/// The window as its definition has it: a log of everything that was accepted.
struct Log {
    capacity: usize,
    accepted: Vec<u64>,
}

impl Log {
    fn admit(&mut self, now: u64) -> bool {
        let inside = self.accepted.iter().filter(|time| now - **time < WINDOW.as_millis()).count();
        if inside < self.capacity {
            self.accepted.push(now);
        }
        inside < self.capacity
    }
}

#[test]
fn a_hundred_are_admitted_and_the_next_waits_for_the_oldest_to_leave() {
    let mut window = SlidingWindow::new(100, Millis::from_secs(60));
    for n in 0..100_u64 {
        let expected =
            Admission::Admitted { remaining: 99 - u32::try_from(n).unwrap(), reset: Millis::from_millis(60_000 - n) };
        assert_eq!(window.admit(at(n)), expected);
    }
    assert_eq!(window.admit(at(100)), Admission::Limited { retry_after: Millis::from_millis(59_900) });
    assert_eq!(window.admit(at(59_999)), Admission::Limited { retry_after: Millis::from_millis(1) });
    assert!(matches!(window.admit(at(60_000)), Admission::Admitted { remaining: 0, .. }));
    assert_eq!(window.admit(at(60_000)), Admission::Limited { retry_after: Millis::from_millis(1) });
}

#[test]
fn a_window_is_idle_before_its_first_request_and_once_all_have_left() {
    let mut window = SlidingWindow::new(2, WINDOW);
    assert!(window.is_idle(at(0)));
    window.admit(at(0));
    window.admit(at(500));
    assert!(!window.is_idle(at(1_499)));
    assert!(window.is_idle(at(1_500)));
}

#[test]
fn a_clock_that_runs_backwards_admits_nothing_more() {
    let mut window = SlidingWindow::new(1, WINDOW);
    window.admit(at(5_000));
    assert_eq!(window.admit(at(0)), Admission::Limited { retry_after: WINDOW });
    assert!(!window.is_idle(at(0)));
}

#[test]
fn a_window_without_places_admits_nothing() {
    assert_eq!(SlidingWindow::new(0, WINDOW).admit(at(0)), Admission::Limited { retry_after: WINDOW });
}

#[test]
fn memory_grows_with_use_alone() {
    let mut window = SlidingWindow::new(1_000_000, WINDOW);
    assert_eq!(window.accepted.capacity(), 0);
    window.admit(at(0));
    assert!(window.accepted.capacity() < 100);
}

#[test]
fn a_saved_window_is_compact_and_a_forged_one_is_refused() {
    let mut window = SlidingWindow::new(100, Millis::from_secs(60));
    for n in 0..100 {
        window.admit(at(n * 7));
    }
    let text = serde_json::to_string(&window).unwrap();
    assert!(text.len() < 300, "{} octets", text.len());
    assert_eq!(serde_json::from_str::<SlidingWindow>(&text).unwrap(), window);
    for forged in [r#"{"n":1,"w":1,"l":9,"t":[1,1]}"#, r#"{"n":2,"w":1,"l":1,"t":[1,1]}"#, r#"{"n":2,"w":1,"l":1}"#] {
        assert!(serde_json::from_str::<SlidingWindow>(forged).is_err(), "{forged}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn it_judges_as_the_log_of_all_accepted_requests_does(
        capacity in 1_usize..8,
        steps in prop::collection::vec(0_u64..600, 1..120),
    ) {
        let mut window = SlidingWindow::new(capacity, WINDOW);
        let mut log = Log { capacity, accepted: Vec::new() };
        let mut now = 0;
        for step in steps {
            now += step;
            let admitted = matches!(window.admit(at(now)), Admission::Admitted { .. });
            prop_assert_eq!(admitted, log.admit(now));
        }
        for first in &log.accepted {
            let inside = log.accepted.iter().filter(|time| (*first..first + WINDOW.as_millis()).contains(*time)).count();
            prop_assert!(inside <= capacity);
        }
    }

    #[test]
    fn no_clock_however_wild_admits_more_than_the_capacity_without_a_window_passing(
        times in prop::collection::vec(0_u64..3_000, 1..80),
    ) {
        let mut window = SlidingWindow::new(3, WINDOW);
        let mut latest = 0;
        let mut accepted = Vec::new();
        for time in times {
            latest = latest.max(time);
            if matches!(window.admit(at(time)), Admission::Admitted { .. }) {
                accepted.push(latest);
            }
        }
        for four in accepted.windows(4) {
            prop_assert!(four[3] - four[0] >= WINDOW.as_millis());
        }
    }

    #[test]
    fn saving_changes_no_judgement(steps in prop::collection::vec(0_u64..600, 1..60)) {
        let mut kept = SlidingWindow::new(4, WINDOW);
        let mut saved = kept.clone();
        let mut now = 0;
        for step in steps {
            now += step;
            saved = serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap();
            prop_assert_eq!(kept.admit(at(now)), saved.admit(at(now)));
            prop_assert_eq!(&kept, &saved);
        }
    }
}
