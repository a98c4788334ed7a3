use proptest::prelude::*;

use super::*;

/// Draws the same octet for ever.
struct Always(u8);

impl Chance for Always {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

fn secs(secs: u64) -> Millis {
    Millis::from_secs(secs)
}

#[test]
fn attempts_are_due_as_standard_webhooks_suggests() {
    let (mut age, mut at) = (Millis::default(), Vec::new());
    while let Next::After(pause) = after_failure(age, None, &Always(0)) {
        age = Millis::from_millis(age.as_millis() + pause.as_millis());
        at.push(age);
    }
    assert_eq!(at, DUE);
}

#[test]
fn a_pause_is_stretched_by_chance_and_never_cut() {
    assert_eq!(after_failure(secs(5), None, &Always(0)), Next::After(secs(300)));
    let Next::After(longest) = after_failure(secs(5), None, &Always(0xff)) else { panic!("it is not the last") };
    assert!((secs(359)..secs(360)).contains(&longest), "{longest:?}");
    assert_eq!(after_failure(secs(304), None, &Always(0)), Next::After(WEBHOOK_PAUSE_MIN), "not at once again");
}

#[test]
fn what_a_target_asks_for_is_kept_within_bounds() {
    let asked = |age, asked| after_failure(age, Some(asked), &Always(0));
    assert_eq!(asked(secs(1), secs(12)), Next::After(secs(12)));
    assert_eq!(asked(secs(1), secs(0)), Next::After(WEBHOOK_PAUSE_MIN));
    assert_eq!(asked(secs(4_000), secs(12)), Next::After(secs(1_000)), "no target keeps us busy for a day");
    assert_eq!(asked(secs(1), secs(u64::MAX)), Next::After(WEBHOOK_RETRY_AFTER_MAX));
    assert_eq!(asked(secs(80_000), secs(3_600)), Next::After(secs(20_000)));
}

#[test]
fn a_hostile_target_is_asked_a_bounded_number_of_times() {
    let (mut age, mut attempts) = (Millis::default(), 1);
    while age < secs(24 * 60 * 60) {
        let Next::After(pause) = after_failure(age, Some(Millis::default()), &Always(0)) else { break };
        age = Millis::from_millis(age.as_millis() + pause.as_millis());
        attempts += 1;
    }
    assert!(attempts < 50, "{attempts}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_pause_is_bounded(age in 0..90_000_000_u64, asked in prop::option::of(any::<u64>()), draw in any::<u8>()) {
        let age = Millis::from_millis(age);
        if let Next::After(pause) = after_failure(age, asked.map(Millis::from_millis), &Always(draw)) {
            prop_assert!(pause >= WEBHOOK_PAUSE_MIN && pause <= secs(13 * 60 * 60));
        }
        let crowded = for_a_seat(age, &Always(draw));
        prop_assert!(crowded >= CROWDED_MIN && crowded <= secs(120));
    }
}
