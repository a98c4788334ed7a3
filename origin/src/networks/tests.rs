use super::{NetworkError, Networks, prefix_of};

fn networks(text: &str) -> Networks {
    text.parse().unwrap()
}

#[test]
fn an_address_is_in_its_network_and_in_no_other() {
    let some = networks("10.0.0.0/8, 192.0.2.7 ,2001:db8::/32,::1");
    for inside in ["10.0.0.0", "10.255.255.255", "192.0.2.7", "::ffff:192.0.2.7", "2001:db8:ffff::1", "::1"] {
        assert!(some.contains(inside.parse().unwrap()), "{inside}");
    }
    for outside in ["9.255.255.255", "11.0.0.0", "192.0.2.8", "2001:db9::", "::2", "::", "0.0.0.1"] {
        assert!(!some.contains(outside.parse().unwrap()), "{outside}");
    }
    assert!(!networks("").contains("127.0.0.1".parse().unwrap()));
    assert!(networks("0.0.0.0/0").contains("203.0.113.9".parse().unwrap()));
    assert!(!networks("0.0.0.0/0").contains("2001:db8::1".parse().unwrap()), "all of IPv4 is not all");
    assert!(networks("::/0").contains("203.0.113.9".parse().unwrap()));
}

#[test]
fn what_names_no_network_is_told() {
    for (text, error) in [
        ("mx.example", NetworkError::Address),
        ("10.0.0/8", NetworkError::Address),
        ("10.0.0.0/33", NetworkError::Prefix { limit: 32 }),
        ("10.0.0.0/-1", NetworkError::Prefix { limit: 32 }),
        ("::/129", NetworkError::Prefix { limit: 128 }),
        ("::/", NetworkError::Prefix { limit: 128 }),
        ("10.0.0.1/8", NetworkError::HostBits),
        ("10.0.0.0/8,2001:db8::1/32", NetworkError::HostBits),
    ] {
        assert_eq!(text.parse::<Networks>(), Err(error), "{text}");
    }
}

#[test]
fn prefixes_group_neighbours() {
    let prefix = |text: &str| prefix_of(text.parse().unwrap(), 24, 48);
    assert_eq!(prefix("192.0.2.1"), prefix("::ffff:192.0.2.254"));
    assert_ne!(prefix("192.0.2.1"), prefix("192.0.3.1"));
    assert_eq!(prefix("2001:db8:1::1"), prefix("2001:db8:1:ffff::"));
    assert_ne!(prefix("2001:db8:1::1"), prefix("2001:db8:2::1"));
}
