use super::*;
use proptest::prelude::*;

#[test]
fn what_is_dropped_comes_back() {
    let budget = Budget::new(100, 80);
    let held = budget.reserve(80).unwrap();
    assert_eq!(budget.reserve(1).unwrap_err(), NoRoom { wanted: 1, used: 80, limit: 80 });
    drop(held);
    assert_eq!(budget.used(), 0);
}

#[test]
fn mail_on_its_way_may_grow_past_the_mark_and_never_past_the_cap() {
    let budget = Budget::new(100, 80);
    let mut held = budget.reserve(70).unwrap();
    held.grow(30).unwrap();
    assert!(budget.is_past_high_water());
    assert!(held.grow(1).is_err());
    assert_eq!((held.octets(), budget.used()), (100, 100));
}

proptest! {
    #[test]
    fn the_count_is_exact(steps in prop::collection::vec((0usize..60, 0usize..60), 1..40)) {
        let budget = Budget::new(400, 300);
        let mut held = Vec::new();
        for (reserve, split) in steps {
            if let Ok(mut reservation) = budget.reserve(reserve) {
                held.push(reservation.split(split));
                reservation.shrink(split);
                held.push(reservation);
            }
            if held.len() > 6 {
                drop(held.remove(0));
            }
            prop_assert_eq!(budget.used(), held.iter().map(Reservation::octets).sum::<usize>());
            prop_assert!(budget.used() <= 300);
        }
        drop(held);
        prop_assert_eq!(budget.used(), 0);
    }
}
