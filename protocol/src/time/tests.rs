use super::*;
use proptest::prelude::*;

#[test]
fn the_epoch_and_a_known_instant_are_written_in_rfc_3339() {
    assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::from_millis(1_795_467_240_123).to_string(), "2026-11-23T20:54:00.123Z");
}

#[test]
fn offsets_are_understood_and_nonsense_is_not() {
    assert_eq!(Timestamp::parse("1970-01-01T01:00:00+01:00"), Ok(Timestamp::from_millis(0)));
    for bad in ["", "yesterday", "1969-12-31T23:59:59Z", "2026-13-01T00:00:00Z", "2026-11-23"] {
        assert_eq!(Timestamp::parse(bad), Err(NotATime), "{bad}");
    }
}

#[test]
fn retry_after_is_rounded_up_never_down() {
    assert_eq!(Millis::from_millis(1).as_secs_ceil(), 1);
    assert_eq!(Millis::from_millis(1000).as_secs_ceil(), 1);
    assert_eq!(Millis::from_millis(1001).as_secs_ceil(), 2);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(millis in 0..=LAST) {
        let when = Timestamp::from_millis(millis);
        prop_assert_eq!(Timestamp::parse(&when.to_string()), Ok(when));
    }

    #[test]
    fn sums_never_overflow(millis in any::<u64>(), length in any::<u64>()) {
        let when = Timestamp::from_millis(millis).plus(Millis::from_millis(length));
        prop_assert!(when.as_millis() <= LAST);
    }
}
