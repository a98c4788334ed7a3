use proptest::prelude::*;
use protocol::time::{Millis, Timestamp};

use super::{Load, Meter, Workers, workers};

const BOUNDS: Workers = Workers { floor: 2, ceiling: 20 };

fn load(busy: u64, millis: u64) -> Load {
    Load { busy, oldest: Millis::from_millis(millis) }
}

#[test]
fn busy_workers_get_company_and_old_jobs_get_it_fast() {
    assert_eq!(workers(4, load(1_000, 10_000), BOUNDS), 8);
    assert_eq!(workers(4, load(900, 100), BOUNDS), 5);
    assert_eq!(workers(16, load(1_000, 10_000), BOUNDS), 20);
}

#[test]
fn workers_that_are_not_busy_get_none_however_old_the_line() {
    assert_eq!(workers(4, load(0, 10_000), BOUNDS), 4);
    assert_eq!(workers(4, load(500, 10_000), BOUNDS), 4);
    assert_eq!(workers(4, load(1_000, 0), BOUNDS), 4);
}

#[test]
fn idle_ones_go_one_by_one_to_the_floor() {
    assert_eq!(workers(4, load(0, 0), BOUNDS), 3);
    assert_eq!(workers(2, load(0, 0), BOUNDS), 2);
    assert_eq!(workers(0, load(0, 0), Workers { floor: 0, ceiling: 0 }), 1);
}

#[test]
fn the_meter_weighs_by_time() {
    let at = |millis: u64| Timestamp::from_millis(1_000_000 + millis);
    let mut meter = Meter::start(at(0));
    assert_eq!(meter.busy(), 0);
    meter.note(4, 4, at(100));
    meter.note(0, 4, at(400));
    assert_eq!((meter.busy(), meter.span()), (250, Millis::from_millis(400)));
    // More at work than there should be: those that are to go finish what they have.
    meter.note(8, 4, at(800));
    assert!(meter.busy() <= 1_000);
}

proptest! {
    #[test]
    fn never_outside_the_bounds(now in 0_usize..5_000, busy in 0_u64..=1_000, age in 0_u64..100_000, floor in 0_usize..50, more in 0_usize..50) {
        let bounds = Workers { floor, ceiling: floor + more };
        let wanted = workers(now, load(busy, age), bounds);
        prop_assert!(wanted >= floor.max(1) && wanted <= (floor + more).max(1));
    }
}
