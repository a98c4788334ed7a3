use super::*;

#[test]
fn only_addresses_and_this_machine_are_asked_for() {
    for host in ["127.0.0.1:9025", "127.0.0.1", "[::1]:9025", "[::1]", "localhost", "localhost:9025", "10.0.0.7:9025"] {
        assert!(is_address(host), "{host}");
    }
    for host in ["", "evil.example", "evil.example:9025", "127.0.0.1.evil.example:9025", "localhost.evil.example"] {
        assert!(!is_address(host), "{host}");
    }
}
