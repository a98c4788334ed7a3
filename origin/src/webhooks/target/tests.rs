use super::*;

/// What is not for everybody, each network's first and last among it.
const NOT_PUBLIC: &[&str] = &[
    // "This network", unspecified.
    "0.0.0.0",
    "0.0.0.1",
    "0.255.255.255",
    // Private use, each network's first and last.
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.255.255",
    // Carriers' shared space, with Alibaba's metadata.
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    // Loopback.
    "127.0.0.0",
    "127.0.0.1",
    "127.255.255.255",
    // Link-local, with the metadata of AWS, GCP, Azure and others.
    "169.254.0.0",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    // Protocol assignments, with Oracle's metadata.
    "192.0.0.0",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.0.255",
    // Documentation, 6to4 relays, benchmarks.
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "198.18.0.0",
    "198.19.255.255",
    // Multicast, reserved, broadcast.
    "224.0.0.0",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.254",
    "255.255.255.255",
    // Azure's own machines alone.
    "168.63.129.16",
    // Unspecified, loopback, IPv4-compatible.
    "::",
    "::1",
    "::127.0.0.1",
    "::7f00:1",
    "::8.8.8.8",
    "::a9fe:a9fe",
    // IPv4-mapped and translated.
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:8.8.8.8",
    "::ffff:0:127.0.0.1",
    // NAT64: what is not public in it, its local-use prefix, and next to it.
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::1:7f00:1",
    "64:ff9b:1::1",
    "64:ff9b:1::8.8.8.8",
    // Discard, dummy, segment routing.
    "100::1",
    "100:0:0:1::1",
    "5f00::1",
    // Teredo, benchmarks, ORCHID, documentation, 6to4.
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "3fff::1",
    "3fff:fff::1",
    "2002::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "2002:808:808::1",
    // ISATAP, in a public network.
    "2a00:1450:4001:80b:0:5efe:10.0.0.1",
    "2a00:1450:4001:80b:200:5efe:8.8.8.8",
    // ULA, with the metadata of AWS and GCP.
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fdff:ffff::1",
    // Link-local, site-local, multicast.
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf::1",
    "fec0::1",
    "ff00::1",
    "ff02::1",
    "ff0e::1",
    // Nobody's yet.
    "4000::1",
    "8000::1",
    "e000::1",
    "1fff::1",
];

/// What is, next to such networks among it.
const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "168.63.129.15",
    "168.63.129.17",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2400::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
    "3ffe::1",
];

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn checked(addresses: &[&str], allowed: &str) -> Result<Vec<IpAddr>, TargetError> {
    let addresses = addresses.iter().map(|text| address(text)).collect();
    Checked::of(addresses, &allowed.parse().unwrap()).map(|checked| checked.addresses().to_vec())
}

#[test]
fn what_is_not_the_worlds_is_not_public() {
    for text in NOT_PUBLIC.iter().copied() {
        assert!(!is_public(address(text)), "{text}");
        assert_eq!(checked(&[text], ""), Err(TargetError::NotPublic), "{text}");
        assert_eq!(checked(&["8.8.8.8", text], ""), Err(TargetError::NotPublic), "one of several: {text}");
    }
}

#[test]
fn what_is_the_worlds_is_public() {
    for text in PUBLIC.iter().copied() {
        assert!(is_public(address(text)), "{text}");
        assert_eq!(checked(&[text], ""), Ok(vec![address(text).to_canonical()]), "{text}");
    }
}

#[test]
fn the_operator_may_allow_networks_of_his_own() {
    assert_eq!(checked(&["10.1.2.3"], "10.0.0.0/8"), Ok(vec![address("10.1.2.3")]));
    assert_eq!(checked(&["::ffff:10.1.2.3"], "10.0.0.0/8"), Ok(vec![address("10.1.2.3")]));
    assert_eq!(checked(&["fd00::1", "8.8.8.8"], "fd00::/16"), Ok(vec![address("fd00::1"), address("8.8.8.8")]));
    assert_eq!(checked(&["10.1.2.3", "127.0.0.1"], "10.0.0.0/8"), Err(TargetError::NotPublic));
    assert_eq!(checked(&["11.1.2.3", "192.168.0.1"], "10.0.0.0/8"), Err(TargetError::NotPublic));
}

#[test]
fn no_address_is_no_target_and_many_are_cut() {
    assert_eq!(checked(&[], ""), Err(TargetError::NoAddress));
    let many = vec!["8.8.8.8"; WEBHOOK_ADDRESSES + 1];
    assert_eq!(checked(&many, "").unwrap().len(), WEBHOOK_ADDRESSES);
    let last = [many, vec!["127.0.0.1"]].concat();
    assert_eq!(checked(&last, ""), Err(TargetError::NotPublic), "what is cut was looked at");
}
