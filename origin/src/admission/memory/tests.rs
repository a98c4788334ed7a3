use std::net::Ipv4Addr;

use protocol::{limiter::Admission, time::Timestamp};

use super::{super::conformance::suite, OwnCount};
use crate::{
    admission::Drawn,
    limits::ADMIT_CLIENTS,
    ports::{Admissions as _, Uncountable},
    registrar::fake::Counting,
};

async fn own() -> OwnCount<Drawn> {
    OwnCount::new(Drawn::new(std::sync::Arc::new(Counting::default())))
}

suite!(own);

#[tokio::test]
async fn more_clients_than_are_counted_are_not_let_through_until_others_are_still() {
    let (count, now) = (own().await, Timestamp::from_millis(1_800_000_000_000));
    let mut refused = 0;
    for n in 0..u32::try_from(2 * ADMIT_CLIENTS).unwrap() {
        match count.admit(Ipv4Addr::from_bits(n).into(), now).await {
            Ok(Admission::Admitted { .. }) => {}
            Ok(Admission::Limited { .. }) => panic!("a first request is limited"),
            Err(Uncountable::Full { limit }) => {
                assert_eq!(limit, ADMIT_CLIENTS);
                refused += 1;
            }
            Err(Uncountable::Unavailable) => panic!("nothing is asked"),
        }
    }
    assert_eq!(refused, ADMIT_CLIENTS);
    let later = Timestamp::from_millis(1_800_000_060_000);
    let newcomer = count.admit(Ipv4Addr::BROADCAST.into(), later).await;
    assert!(matches!(newcomer, Ok(Admission::Admitted { remaining: 99, .. })), "{newcomer:?}");
}
