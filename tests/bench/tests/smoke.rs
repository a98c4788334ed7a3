//! That the load program works, not what it measures: a few dozen messages and sessions, against origins that it starts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    path::Path,
    process::{Command, Output},
};

const LOAD: &str = env!("CARGO_BIN_EXE_mayfly-load");

fn load(args: &[&str]) -> (Output, String) {
    let output = Command::new(LOAD).args(args).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output, said)
}

/// The same, with an origin: the program beside this one, which `cargo test --workspace` builds.
fn load_an_origin(args: &[&str]) -> (Output, String) {
    assert!(Path::new(LOAD).with_file_name("mayfly").is_file(), "there is no origin: cargo build -p mayfly");
    load(args)
}

#[test]
fn nothing_but_this_machine_is_loaded() {
    for address in ["192.0.2.1:25", "0.0.0.0:25", "[2001:db8::1]:25", "mail.example:25"] {
        let (output, said) = load(&["throughput", "--smtp", address]);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("loopback") || said.contains("no address"), "{said}");
    }
    let (_, said) = load(&["throughput", "--smtp", "127.0.0.1:1", "--http", "192.0.2.1:80"]);
    assert!(said.contains("loopback"), "{said}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let (output, said) = load(&["throughput", "--smtp", "127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("takes no mail: no connection"), "{said}");
}

#[test]
fn every_way_of_sending_arrives() {
    let (output, said) = load_an_origin(&["compare", "--rounds", "1", "--messages", "40", "--only", "4 KiB"]);
    assert!(output.status.success(), "{said}");
    for scenario in ["4 KiB ", "4 KiB pipelined ", "4 KiB pipelined BDAT ", "4 KiB TLS "] {
        let rows = said.lines().filter(|line| line.starts_with(&format!("| {scenario}")) && line.contains("| mayfly"));
        assert!(rows.count() > 0, "{scenario}: {said}");
    }
}

#[test]
fn a_small_herd_is_held_by_origins_that_share_a_port() {
    let (_, said) = load_an_origin(&["herd", "--sessions", "60", "--origins", "3", "--seconds", "1", "--rate", "20"]);
    for kind in ["plain", "TLS 1.3"] {
        for promise in ["sessions held", "alive at the end"] {
            let row = said.lines().find(|line| line.contains(&format!("{kind}: {promise}")));
            assert!(row.is_some_and(|row| row.contains("| met")), "{kind}, {promise}: {said}");
        }
    }
}

#[test]
fn a_full_origin_says_so_and_takes_mail_again() {
    let (_, said) = load_an_origin(&["over", "--sessions", "60", "--descriptors", "200"]);
    let row = said.lines().find(|line| line.contains("over 60 sessions")).unwrap_or_default();
    assert!(row.contains("| 500 ") && row.contains("| none ") && row.contains("100 of 100"), "{said}");
}
