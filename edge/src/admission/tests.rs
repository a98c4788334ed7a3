use protocol::{limiter::client::NAME_OCTETS, time::Timestamp};

use super::*;

const KEY: DayKey = [5; 32];

fn name(address: &str) -> String {
    client(&KEY, Some(address)).name
}

#[test]
fn an_address_stands_for_itself_and_a_network_for_its_subscriber() {
    assert_ne!(name("192.0.2.1"), name("192.0.2.2"));
    assert_eq!(name("2001:db8:1:2::1"), name("2001:db8:1:2:ffff::9"));
    assert_ne!(name("2001:db8:1:2::1"), name("2001:db8:1:3::1"));
    assert_eq!(name("::ffff:192.0.2.1"), name("192.0.2.1"));
    assert_eq!(name(" 192.0.2.1 "), name("192.0.2.1"));
}

#[test]
fn clients_without_a_readable_address_share_one_count() {
    let nobody = client(&KEY, None);
    for address in ["", "localhost", "192.0.2", "1.2.3.4, 5.6.7.8"] {
        assert_eq!(client(&KEY, Some(address)), nobody, "{address}");
    }
}

#[test]
fn a_name_says_nothing_without_its_days_key() {
    assert_ne!(client(&KEY, Some("192.0.2.1")).name, client(&[6; 32], Some("192.0.2.1")).name);
    assert_eq!(name("192.0.2.1").len(), 2 * NAME_OCTETS);
}

#[test]
fn the_name_is_hmac_sha256_of_the_network() {
    // Computed with Python's hmac module: key 05 × 32, message 04 C0 00 02 01.
    assert_eq!(
        client(&KEY, Some("192.0.2.1")),
        Client { shard: "s933".to_owned(), name: "d7a5524248d567f04e8b17eefae0b9eb".to_owned() }
    );
}

#[test]
fn a_day_is_young_for_one_window() {
    let midnight = Timestamp::from_millis(20_000 * DAY.as_millis());
    assert_eq!((day(midnight), is_young(midnight)), (20_000, true));
    assert!(is_young(midnight.plus(Millis::from_millis(59_999))));
    assert!(!is_young(midnight.plus(Millis::from_secs(60))));
    let before = Timestamp::from_millis(midnight.as_millis() - 1);
    assert_eq!((day(before), is_young(before)), (19_999, false));
}

#[test]
fn answers_say_how_the_client_stands() {
    let admitted = headers(Admission::Admitted { remaining: 42, reset: Millis::from_millis(1_001) });
    assert_eq!(admitted[0], ("ratelimit-policy", "\"default\";q=100;w=60".to_owned()));
    assert_eq!(admitted[1], ("ratelimit", "\"default\";r=42;t=2".to_owned()));
    let limited = headers(Admission::Limited { retry_after: Millis::from_secs(7) });
    assert_eq!(limited[1].1, "\"default\";r=0;t=7");
    let told = refusal(Millis::from_millis(6_001));
    assert_eq!((told.problem.status, told.headers), (429, vec![("retry-after", "7".to_owned())]));
    assert_eq!(unavailable().problem.status, 503);
}
