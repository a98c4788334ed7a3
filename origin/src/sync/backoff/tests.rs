use super::*;
use proptest::prelude::*;

const FIRST: Millis = Millis::from_millis(250);
const LONGEST: Millis = Millis::from_secs(30);

#[test]
fn it_doubles_up_to_its_bound() {
    let longest = (0..10).map(|failures| pause(failures, FIRST, LONGEST, u64::MAX).as_millis()).collect::<Vec<_>>();
    assert_eq!(longest, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
}

#[test]
fn chance_spreads_it_over_the_whole() {
    assert_eq!(pause(0, FIRST, LONGEST, 0), Millis::from_millis(1));
    assert_eq!(pause(0, FIRST, LONGEST, u64::MAX / 2), Millis::from_millis(125));
    assert_eq!(pause(0, Millis::default(), LONGEST, u64::MAX), Millis::from_millis(1));
}

proptest! {
    #[test]
    fn it_is_never_nothing_and_never_past_its_bound(failures: u32, chance: u64) {
        let pause = pause(failures, FIRST, LONGEST, chance);
        prop_assert!(pause >= Millis::from_millis(1) && pause <= LONGEST);
    }
}
