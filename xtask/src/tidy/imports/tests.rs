use super::*;

fn findings(path: &str, text: &str) -> Vec<(Law, String)> {
    let source = Source::new(path, text.to_owned()).unwrap();
    check(&source).into_iter().map(|finding| (finding.law, finding.what)).collect()
}

fn breaks(law: Law, path: &str, text: &str) {
    let found = findings(path, text);
    assert!(found.len() == 1 && found[0].0 == law, "{text}: {found:?}");
}

#[test]
fn a_stage_that_names_another_is_found_in_every_spelling() {
    for text in [
        "use crate::seal::Suite;",
        "use crate::{mail::Draft, seal::Suite};",
        "use crate::{mail::Draft, seal::{deep::Suite}};",
        "use super::super::seal::Suite;",
        "fn f() { crate::seal::close(); }",
        "fn f(_: crate::seal::Suite) {}",
        "fn f() { assert!(crate::seal::ready()); }",
        "use crate::pipeline::Way;",
        "use crate::*;",
        "pub use crate::http as web;",
    ] {
        breaks(Law::Stages, "origin/src/intake/session.rs", text);
    }
    breaks(Law::Stages, "origin/src/intake/mod.rs", "use super::judge::Evidence;");
}

#[test]
fn a_stage_names_itself_and_the_shared_nouns() {
    for text in [
        "use crate::{mail::Draft, ports::Store, limits::SESSIONS};",
        "use super::{line::Line, reply};",
        "use crate::intake::data::Data;",
        "use protocol::sealing::Suite;",
        "mod seal { }",
        "struct A { seal: u8 }",
    ] {
        assert_eq!(findings("origin/src/intake/session.rs", text), []);
    }
}

#[test]
fn the_pipeline_and_the_app_name_stages() {
    assert_eq!(findings("origin/src/pipeline.rs", "use crate::{judge, seal};"), []);
    assert_eq!(findings("origin/src/app.rs", "use crate::{clock::System, intake::tcp::Listener};"), []);
    assert_eq!(findings("origin/src/app/lmtp.rs", "use crate::intake::unix::Listener;"), []);
}

#[test]
fn only_the_app_names_adapters() {
    breaks(Law::Adapters, "origin/src/pipeline.rs", "use crate::intake::tcp::Listener;");
    breaks(Law::Adapters, "origin/src/main.rs", "use origin::store::redis::Redis;");
    breaks(Law::Adapters, "origin/src/judge/codes.rs", "fn f() { crate::clock::System.now(); }");
    assert_eq!(findings("origin/src/intake/mod.rs", "pub use self::tcp::Listener;"), []);
    assert_eq!(findings("origin/src/lib.rs", "pub mod clock; pub mod chance;"), []);
}

#[test]
fn tests_may_name_whom_they_like() {
    assert_eq!(findings("origin/src/intake/tests.rs", "use crate::store::redis::Redis;"), []);
}
