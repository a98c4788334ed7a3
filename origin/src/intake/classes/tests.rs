use std::net::IpAddr;

use protocol::time::{Millis, Timestamp};

use super::{Classes, Crowded, Quota, Quotas};
use crate::intake::tests::world::NOW;

const WIDE: Quota = Quota { sessions: 1_000, rate: 1_000_000 };

fn classes(address: Quota, network: Quota, capacity: usize) -> Classes {
    Classes::new(&[7; 32], Quotas { address, network }, capacity)
}

fn at(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn later(millis: u64) -> Timestamp {
    NOW.plus(Millis::from_millis(millis))
}

#[test]
fn an_address_has_so_many_sessions_at_one_time_and_others_have_theirs() {
    let mut classes = classes(Quota { sessions: 2, rate: 1_000 }, WIDE, 100);
    let first = classes.enter(at("192.0.2.1"), NOW).unwrap();
    let _second = classes.enter(at("::ffff:192.0.2.1"), NOW).unwrap();
    assert_eq!(classes.enter(at("192.0.2.1"), NOW).err(), Some(Crowded::Sessions { limit: 2 }));
    assert!(classes.enter(at("192.0.2.2"), NOW).is_ok());
    classes.leave(&first);
    assert!(classes.enter(at("192.0.2.1"), NOW).is_ok());
}

#[test]
fn a_network_is_counted_as_one() {
    let mut classes = classes(WIDE, Quota { sessions: 2, rate: 1_000 }, 100);
    for (one, two, three, other) in [
        ("192.0.2.1", "192.0.2.2", "192.0.2.255", "192.0.3.1"),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2::1"),
    ] {
        let _seats = (classes.enter(at(one), NOW).unwrap(), classes.enter(at(two), NOW).unwrap());
        assert_eq!(classes.enter(at(three), NOW).err(), Some(Crowded::Sessions { limit: 2 }));
        assert!(classes.enter(at(other), NOW).is_ok());
    }
}

#[test]
fn one_customer_of_ipv6_is_one_address() {
    let mut classes = classes(Quota { sessions: 1, rate: 1_000 }, WIDE, 100);
    let _seat = classes.enter(at("2001:db8::1"), NOW).unwrap();
    assert!(classes.enter(at("2001:db8::ffff:1"), NOW).is_err());
    assert!(classes.enter(at("2001:db8:0:1::1"), NOW).is_ok());
}

#[test]
fn new_sessions_come_at_the_rate_once_a_minutes_worth_has_come() {
    let mut classes = classes(Quota { sessions: 100, rate: 60 }, WIDE, 100);
    let mut come = |millis| {
        let seat = classes.enter(at("192.0.2.1"), later(millis));
        seat.map(|seat| classes.leave(&seat))
    };
    for _ in 0..60 {
        assert!(come(0).is_ok());
    }
    assert_eq!(come(0), Err(Crowded::Rate { limit: 60 }));
    assert_eq!(come(999), Err(Crowded::Rate { limit: 60 }), "what is refused is not counted");
    assert!(come(1_000).is_ok());
    assert!(come(1_001).is_err());
    for _ in 0..60 {
        assert!(come(120_000).is_ok());
    }
}

#[test]
fn who_is_refused_for_the_network_costs_the_address_nothing() {
    let mut classes = classes(Quota { sessions: 1, rate: 1_000 }, Quota { sessions: 1, rate: 1_000 }, 100);
    let seat = classes.enter(at("192.0.2.1"), NOW).unwrap();
    assert!(classes.enter(at("192.0.2.2"), NOW).is_err());
    classes.leave(&seat);
    assert!(classes.enter(at("192.0.2.2"), NOW).is_ok());
}

#[test]
fn the_tables_are_bounded_and_open_sessions_stay_counted() {
    let mut classes = classes(Quota { sessions: 1, rate: 1_000 }, WIDE, 8);
    let held = at("192.0.2.1");
    let _seat = classes.enter(held, NOW).unwrap();
    for number in 0..1_000_u32 {
        let client = IpAddr::from((0x0a00_0000 + number * 256).to_be_bytes());
        let seat = classes.enter(client, NOW).unwrap();
        classes.leave(&seat);
        assert!(classes.addresses.counts.len() <= 8 && classes.networks.counts.len() <= 8);
    }
    assert_eq!(classes.enter(held, NOW).err(), Some(Crowded::Sessions { limit: 1 }));
    let full: Vec<_> = (0..8_u8).map(|number| classes.enter(IpAddr::from([172, 16, number, 1]), NOW)).collect();
    assert!(full[..7].iter().all(Result::is_ok));
    assert_eq!(full[7].as_ref().err(), Some(&Crowded::Classes { limit: 8 }));
}
