//! What every way of counting does. Each case counts clients of its own at times of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use protocol::{
    limiter::{Admission, SlidingWindow, client::DAY},
    time::{Millis, Timestamp},
};

use crate::ports::Admissions;

const NOON: Timestamp = Timestamp::from_millis(20_000 * DAY.as_millis() + DAY.as_millis() / 2);
const MIDNIGHT: Timestamp = Timestamp::from_millis(20_001 * DAY.as_millis());

/// Runs every case against what `$make().await` makes.
macro_rules! suite {
    ($make:ident) => {
        mod suite {
            use crate::admission::conformance;

            #[tokio::test]
            async fn a_hundred_in_any_minute() {
                conformance::a_hundred_in_any_minute(&super::$make().await).await;
            }

            #[tokio::test]
            async fn a_client_is_a_subscriber() {
                conformance::a_client_is_a_subscriber(&super::$make().await).await;
            }

            #[tokio::test]
            async fn midnight_gives_nobody_a_second_hundred() {
                conformance::midnight_gives_nobody_a_second_hundred(&super::$make().await).await;
            }

            #[tokio::test]
            async fn it_says_what_the_model_says() {
                conformance::it_says_what_the_model_says(&super::$make().await).await;
            }
        }
    };
}
pub(crate) use suite;

fn address(n: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, n).into()
}

fn after(start: Timestamp, millis: u64) -> Timestamp {
    start.plus(Millis::from_millis(millis))
}

fn is_admitted(admission: Admission) -> bool {
    matches!(admission, Admission::Admitted { .. })
}

pub(crate) async fn a_hundred_in_any_minute(count: &impl Admissions) {
    for nth in 0..100_u32 {
        let admission = count.admit(address(1), after(NOON, u64::from(nth) * 10)).await.unwrap();
        let reset = Millis::from_millis(60_000 - u64::from(nth) * 10);
        assert_eq!(admission, Admission::Admitted { remaining: 99 - nth, reset });
    }
    let refused = count.admit(address(1), after(NOON, 1_000)).await.unwrap();
    assert_eq!(refused, Admission::Limited { retry_after: Millis::from_millis(59_000) });
    assert!(!is_admitted(count.admit(address(1), after(NOON, 59_999)).await.unwrap()));
    assert!(is_admitted(count.admit(address(1), after(NOON, 60_000)).await.unwrap()));
    assert!(!is_admitted(count.admit(address(1), after(NOON, 60_009)).await.unwrap()));
    assert!(is_admitted(count.admit(address(1), after(NOON, 60_010)).await.unwrap()));
}

pub(crate) async fn a_client_is_a_subscriber(count: &impl Admissions) {
    let within = |host| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, host));
    for host in 0..100 {
        assert!(is_admitted(count.admit(within(host), NOON).await.unwrap()));
    }
    assert!(!is_admitted(count.admit(within(100), NOON).await.unwrap()));
    let neighbour = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 3, 0, 0, 0, 1));
    assert!(is_admitted(count.admit(neighbour, NOON).await.unwrap()));
}

pub(crate) async fn midnight_gives_nobody_a_second_hundred(count: &impl Admissions) {
    let before = Timestamp::from_millis(MIDNIGHT.as_millis() - 5_000);
    for _ in 0..60 {
        assert!(is_admitted(count.admit(address(1), before).await.unwrap()));
    }
    let mut admitted = 0;
    for _ in 0..100 {
        admitted += u32::from(is_admitted(count.admit(address(1), after(MIDNIGHT, 1_000)).await.unwrap()));
    }
    assert_eq!(admitted, 40);
    // What was counted under the key of the day alone is all that there is after the first minute.
    let mut admitted = 0;
    for _ in 0..100 {
        admitted += u32::from(is_admitted(count.admit(address(1), after(MIDNIGHT, 60_500)).await.unwrap()));
    }
    assert_eq!(admitted, 60);
}

/// Requests of three clients by clocks that jump, also backwards.
pub(crate) async fn it_says_what_the_model_says(count: &impl Admissions) {
    let requests = prop::collection::vec((0..3_u8, -2_000..4_000_i64), 600);
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    let requests = requests.new_tree(&mut runner).unwrap().current();
    let mut models = [(); 3].map(|()| SlidingWindow::of_a_client());
    let mut now = NOON;
    for (nth, (client, step)) in requests.into_iter().enumerate() {
        // Dense enough that clients reach their limit.
        now = Timestamp::from_millis(now.as_millis().saturating_add_signed(step / 4));
        let model = models[usize::from(client)].admit(now);
        let admission = count.admit(address(200 + client), now).await.unwrap();
        match model {
            Admission::Admitted { .. } => assert_eq!(admission, model, "request {nth}"),
            // How long is left may be told by a clock that a refused request has set, or by its own.
            Admission::Limited { .. } => assert!(!is_admitted(admission), "request {nth}"),
        }
    }
}
