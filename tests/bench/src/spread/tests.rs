use std::time::Duration;

use super::Spread;

#[test]
fn percentiles_are_nearest_ranks() {
    let spread = Spread::of((1..=1_000).rev().map(Duration::from_millis).collect());
    assert_eq!((spread.count, spread.max), (1_000, 1_000.0));
    assert_eq!((spread.p50, spread.p90, spread.p99, spread.p999), (500.0, 900.0, 990.0, 999.0));
}

#[test]
fn of_one_value_all_are_that_value_and_of_none_they_are_nothing() {
    let one = Spread::of(vec![Duration::from_millis(7)]);
    assert_eq!((one.p50, one.p999, one.max), (7.0, 7.0, 7.0));
    assert_eq!(Spread::of(Vec::new()), Spread::default());
}
