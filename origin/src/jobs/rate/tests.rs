use proptest::prelude::*;
use protocol::time::{Millis, Timestamp};

use super::{Bucket, Rate};

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn at(millis: u64) -> Timestamp {
    NOON.plus(Millis::from_millis(millis))
}

#[test]
fn a_second_may_be_spent_at_once_and_then_comes_back_evenly() {
    let (rate, mut bucket) = (Rate::PerSecond(4), Bucket::default());
    assert_eq!(bucket.room(rate, at(0)), 4);
    bucket.take(4, rate, at(0));
    assert_eq!(bucket.room(rate, at(0)), 0);
    assert_eq!(bucket.next(rate, at(0)), at(250));
    assert_eq!(bucket.room(rate, at(249)), 0);
    assert_eq!(bucket.room(rate, at(250)), 1);
    assert_eq!(bucket.room(rate, at(5_000)), 4);
}

#[test]
fn without_a_rate_there_is_always_room() {
    let mut bucket = Bucket::default();
    bucket.take(u64::MAX, Rate::Unlimited, at(0));
    assert_eq!(bucket.room(Rate::Unlimited, at(0)), u64::MAX);
    assert_eq!(bucket.next(Rate::Unlimited, at(7)), at(7));
}

proptest! {
    #[test]
    fn no_second_gives_more_than_twice_its_share(rate in 1_u32..2_000, steps in prop::collection::vec(0_u64..300, 1..60)) {
        let (limit, mut bucket, mut now, mut given) = (Rate::PerSecond(rate), Bucket::default(), 0, Vec::new());
        for step in steps {
            now += step;
            let room = bucket.room(limit, at(now));
            bucket.take(room, limit, at(now));
            given.push((now, room));
            prop_assert!(bucket.next(limit, at(now)) > at(now));
        }
        for (start, _) in &given {
            let within: u64 = given.iter().filter(|(then, _)| (*start..start + 1_000).contains(then)).map(|(_, n)| n).sum();
            // A drop is a whole number of microseconds: rounding gives at most a thousandth more.
            prop_assert!(within <= u64::from(rate) * 2 + 5, "{within} in a second");
        }
    }
}
