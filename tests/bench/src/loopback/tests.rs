use super::{Source, Target};

#[test]
fn only_loopback_addresses_are_targets() {
    for text in ["127.0.0.1:25", "127.3.2.1:2525", "[::1]:25", "[::ffff:127.0.0.1]:25"] {
        assert!(text.parse::<Target>().is_ok(), "{text}");
    }
    for text in ["192.0.2.1:25", "0.0.0.0:25", "[::]:25", "10.0.0.1:25", "[2001:db8::1]:25", "[::ffff:192.0.2.1]:25"] {
        let refused = text.parse::<Target>().unwrap_err();
        assert!(refused.contains("loopback"), "{refused}");
    }
    for text in ["localhost:25", "mail.example:25", "127.0.0.1", ""] {
        assert!(text.parse::<Target>().is_err(), "names are not looked up: {text}");
    }
}

#[test]
fn sources_are_loopback_addresses_too() {
    for n in 0..600 {
        assert!(Source::of_holder(n).address().is_loopback());
        assert_ne!(Source::of_holder(n).address(), Source::PROXY.address());
    }
}
