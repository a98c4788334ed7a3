use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use protocol::time::Timestamp;

use super::{Trace, With, civil, write_date};
use crate::mail::{Client, ReversePath, Secret};

fn date(at: Timestamp) -> String {
    let mut out = String::new();
    write_date(&mut out, at);
    out
}

#[test]
fn dates_are_in_the_form_of_rfc_5322() {
    for (at, expected) in [
        ("1970-01-01T00:00:00Z", "Thu, 1 Jan 1970 00:00:00 +0000"),
        ("2000-02-29T23:59:59Z", "Tue, 29 Feb 2000 23:59:59 +0000"),
        ("2026-11-23T20:54:00Z", "Mon, 23 Nov 2026 20:54:00 +0000"),
        ("2100-03-01T01:02:03Z", "Mon, 1 Mar 2100 01:02:03 +0000"),
        ("9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 +0000"),
    ] {
        assert_eq!(date(Timestamp::parse(at).unwrap()), expected);
    }
}

#[test]
fn fields_tell_the_last_hop_and_no_recipient() {
    let reverse_path = ReversePath::Mailbox(Secret("a@b.example".to_owned()));
    let trace = Trace {
        reverse_path: &reverse_path,
        helo: "client.example",
        client: Ipv4Addr::new(192, 0, 2, 1).into(),
        hostname: "mx.example",
        with: With::Esmtps,
        tls: Some("TLSv1.3"),
        at: Timestamp::parse("2026-11-23T20:54:00Z").unwrap(),
    };
    assert_eq!(
        trace.fields(),
        "Return-Path: <a@b.example>\r\nReceived: from client.example ([192.0.2.1])\r\n\
         \tby mx.example with ESMTPS (TLSv1.3);\r\n\tMon, 23 Nov 2026 20:54:00 +0000\r\n"
    );
    let null = Trace {
        reverse_path: &ReversePath::Null,
        client: Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
        ..trace
    };
    assert!(null.fields().starts_with("Return-Path: <>\r\nReceived: from client.example ([IPv6:2001:db8::1])\r\n"));
    let local = Trace { client: Client::Local, with: With::Utf8Lmtp, tls: None, ..trace };
    let fields = local.fields();
    assert!(fields.contains("Received: from client.example\r\n\tby mx.example with UTF8LMTP;\r\n\t"), "{fields}");
}

proptest! {
    #[test]
    fn the_calendar_agrees_with_rfc_3339(millis in 0..253_402_300_800_000_u64) {
        let at = Timestamp::from_millis(millis);
        let (year, month, day) = civil(at.as_secs() / 86_400);
        let expected = format!("{year:04}-{:02}-{day:02}T", month + 1);
        prop_assert!(at.to_string().starts_with(&expected));
    }
}
