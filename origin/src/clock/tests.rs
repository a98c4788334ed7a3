use super::*;

#[test]
fn both_clocks_tell_the_same_time_until_the_wall_is_set() {
    let system = SystemClock::start();
    let (wall, now) = (system.wall().now(), system.now());
    let apart = wall.since(now).max(now.since(wall));
    assert!(apart < Millis::from_secs(60), "{apart:?}");
}

#[cfg(feature = "virtual-clock")]
#[test]
fn a_clock_that_is_advanced_takes_its_wall_along() {
    let clock = VirtualClock::start();
    let wall = clock.wall();
    let before = wall.now();
    clock.advance(Millis::from_secs(3600));
    assert!(wall.now() >= before.plus(Millis::from_secs(3000)));
}
