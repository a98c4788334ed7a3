use super::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn good(from: u64, until: u64) -> Validity {
    Validity { from: at(from), until: at(until) }
}

#[test]
fn a_certificate_is_renewed_around_two_thirds_of_its_life() {
    let of_90_days = good(DAY, 91 * DAY);
    assert_eq!(Standing::holding(of_90_days, 0), Standing::Holding { renew_at: at(61 * DAY) });
    // A chance of all ones is one unit short of the whole.
    let earliest = at(61 * DAY - 90 * DAY / 24 + 1);
    assert_eq!(Standing::holding(of_90_days, u64::MAX), Standing::Holding { renew_at: earliest });
    // One that is over when it begins is due at once, and not an hour ago.
    assert_eq!(Standing::holding(good(DAY, DAY), 7), Standing::Holding { renew_at: at(DAY) });
}

#[test]
fn an_authoritys_advice_is_kept_within_its_window() {
    let window = good(10 * DAY, 12 * DAY);
    assert_eq!(Standing::advised(window, 0), Standing::Holding { renew_at: at(10 * DAY) });
    assert_eq!(Standing::advised(window, 1 << 63), Standing::Holding { renew_at: at(11 * DAY) });
    assert!(matches!(Standing::advised(window, u64::MAX), Standing::Holding { renew_at } if renew_at < at(12 * DAY)));
}

#[test]
fn what_is_next() {
    let resting = |until| Pause::Failed { failures: 2, until: at(until) };
    let holding = |renew_at| Standing::Holding { renew_at: at(renew_at) };
    let now = 100 * DAY;
    let table = [
        (Standing::Without, Pause::None, Next::Order),
        (Standing::Without, resting(now), Next::Order),
        (Standing::Without, resting(now + 1), Next::Wait(at(now + 1))),
        (holding(now), Pause::None, Next::Order),
        (holding(now - DAY), Pause::None, Next::Order),
        (holding(now + DAY), Pause::None, Next::Wait(at(now + DAY))),
        (holding(now - DAY), resting(now + HOUR), Next::Wait(at(now + HOUR))),
        (holding(now + DAY), resting(now + HOUR), Next::Wait(at(now + DAY))),
        (holding(now - DAY), Pause::Succeeded { until: at(now + HOUR) }, Next::Wait(at(now + HOUR))),
        (Standing::Without, Pause::Succeeded { until: at(now + HOUR) }, Next::Order),
        (Standing::Without, Pause::for_others(at(now)), Next::Wait(at(now + MINUTE))),
        // Written under a clock that was years ahead.
        (Standing::Without, resting(now + 900 * DAY), Next::Wait(at(now + 12 * HOUR))),
    ];
    for (standing, pause, wanted) in table {
        assert_eq!(next(standing, pause, at(now)), wanted, "{standing:?} {pause:?}");
    }
}

#[test]
fn pauses_after_failures_grow_up_to_twelve_hours() {
    let until = |pause| if let Pause::Failed { until, .. } = pause { until.as_millis() } else { 0 };
    let (mut pause, mut longest) = (Pause::None, Vec::new());
    for _ in 0..8 {
        let shortest = until(pause.after_failure(at(0), 0));
        pause = pause.after_failure(at(0), u64::MAX);
        longest.push(until(pause) / MINUTE);
        assert!(shortest + 1 >= until(pause) / 4 * 3 && shortest < until(pause));
    }
    assert_eq!(longest, [0, 3, 15, 63, 255, 719, 719, 719]);
    assert!(matches!(pause, Pause::Failed { failures: 8, .. }));
    let far = Pause::Failed { failures: u32::MAX, until: at(0) };
    assert_eq!(until(far.after_failure(at(0), 0)), 9 * HOUR);
}

/// Under a clock that goes from wake to wake.
fn orders_within(length: u64, mut standing: Standing, outcome: impl Fn(u64) -> Option<Validity>) -> Vec<u64> {
    let (mut now, mut pause, mut orders) = (DAY, Pause::None, Vec::new());
    let end = now + length;
    while now < end {
        match next(standing, pause, at(now)) {
            Next::Wait(until) => now = until.as_millis(),
            Next::Order => {
                orders.push(now - DAY);
                pause = match outcome(now) {
                    Some(validity) => {
                        standing = Standing::holding(validity, 0);
                        Pause::after_success(at(now))
                    }
                    None => pause.after_failure(at(now), 0),
                };
            }
        }
    }
    orders
}

#[test]
fn an_authority_that_always_fails_is_asked_four_times_in_the_first_hour_and_then_hardly() {
    let orders = orders_within(10 * DAY, Standing::Without, |_| None);
    let within = |from: u64| orders.iter().filter(|order| (from..from + HOUR).contains(*order)).count();
    assert_eq!(within(0), 4, "{orders:?}");
    assert!((HOUR..10 * DAY).step_by(HOUR as usize).all(|hour| within(hour) <= 1), "{orders:?}");
}

#[test]
fn certificates_that_are_over_at_once_do_not_make_it_order_without_end() {
    let orders = orders_within(2 * DAY, Standing::Without, |now| Some(good(now, now + MINUTE)));
    assert_eq!(orders, [0, 12 * HOUR, 24 * HOUR, 36 * HOUR]);
}

#[test]
fn a_life_of_90_days_is_renewed_every_60() {
    let orders = orders_within(200 * DAY, Standing::Without, |now| Some(good(now, now + 90 * DAY)));
    assert_eq!(orders, [0, 60 * DAY, 120 * DAY, 180 * DAY]);
}

#[test]
fn a_pause_survives_a_restart_as_json() {
    let until = at(5);
    for pause in [Pause::None, Pause::Failed { failures: 3, until }, Pause::Succeeded { until }] {
        let text = serde_json::to_string(&pause).unwrap();
        assert_eq!(serde_json::from_str::<Pause>(&text).unwrap(), pause, "{text}");
    }
}
