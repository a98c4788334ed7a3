use std::net::IpAddr;

use super::{super::layers::Layers, *};

fn read(file: &str) -> Result<Webhooks, ConfigError> {
    let file = Some(("mayfly.toml".into(), file.to_owned()));
    webhooks(&Settings::lay(Layers { file, ..Layers::default() })?)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn no_network_is_allowed_unless_it_is_named() {
    assert_eq!(read("").unwrap().allow, Networks::default());
    let allow = read("[webhooks]\nallow = ['10.0.0.0/8', 'fd00::/8']").unwrap().allow;
    assert!(allow.contains(address("10.1.2.3")) && allow.contains(address("fd12::1")));
    assert!(!allow.contains(address("127.0.0.1")) && !allow.contains(address("169.254.169.254")));
}

#[test]
fn everything_cannot_be_allowed() {
    for networks in ["'0.0.0.0/0'", "'::/0'", "'10.0.0.0/8', ' ::/0 '", "'everything'", "'10.0.0.1/8'"] {
        assert!(read(&format!("[webhooks]\nallow = [{networks}]")).is_err(), "{networks}");
    }
}
