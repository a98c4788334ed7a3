use super::*;

fn breaks(path: &str, text: &str) -> bool {
    !check(&Source::new(path, text.to_owned()).unwrap()).is_empty()
}

#[test]
fn an_idea_reads_no_clock_does_no_io_and_draws_no_chance() {
    for text in [
        "use std::time::Instant; fn f() { Instant::now(); }",
        "fn f() { std::time::SystemTime::now(); }",
        "use tokio::net::TcpStream;",
        "use std::{fs, io};",
        "use std::net::{IpAddr, TcpListener};",
        "fn f() { getrandom::fill(&mut []); }",
        "fn f() { rand::rng(); }",
        "fn f() -> reqwest::Client { todo }",
        "async fn f() { tokio::time::sleep(d).await; }",
        "fn f() { select! { _ = tokio::time::sleep(d) => {} } }",
    ] {
        assert!(breaks("origin/src/judge/codes.rs", text), "{text}");
        assert!(breaks("protocol/src/cursor.rs", text), "{text}");
    }
}

#[test]
fn values_of_the_same_kind_are_no_io() {
    for text in [
        "use std::net::{IpAddr, SocketAddr};",
        "use std::time::Duration;",
        "use rand_core::CryptoRng;",
        "fn f(rand: u8) -> u8 { rand }",
        "use tokio::sync::Notify;",
        "fn f(clock: &dyn Clock) { clock.now(); }",
    ] {
        assert!(!breaks("origin/src/judge/codes.rs", text), "{text}");
    }
}

#[test]
fn a_technology_may_and_so_may_its_folder_and_tests() {
    let text = "use tokio::net::TcpStream;";
    for path in [
        "origin/src/intake/tcp.rs",
        "origin/src/http/refused.rs",
        "origin/src/app.rs",
        "origin/src/intake/tests.rs",
        "xtask/src/run.rs",
    ] {
        assert!(!breaks(path, text), "{path}");
    }
    assert!(breaks("origin/src/intake/session.rs", text));
}
