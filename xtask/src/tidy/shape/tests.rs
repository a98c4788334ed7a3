use super::*;

fn laws(path: &str, text: &str) -> Vec<Law> {
    check(&Source::new(path, text.to_owned()).unwrap()).into_iter().map(|finding| finding.law).collect()
}

const DOC: &str = "//! What it does.\n";

#[test]
fn a_long_file_is_found_unless_it_is_tests() {
    let text = |lines: usize| DOC.to_owned() + &"// line\n".repeat(lines - 1);
    assert_eq!(laws("origin/src/mail.rs", &text(400)), []);
    assert_eq!(laws("origin/src/mail.rs", &text(401)), [Law::FileLength]);
    assert_eq!(laws("origin/src/mail/tests.rs", &text(900)), []);
    assert_eq!(laws("edge/page/src/app.tsx", &"\n".repeat(401)), [Law::FileLength]);
    assert_eq!(laws("edge/page/locales/words.json", &"\n".repeat(401)), []);
}

#[test]
fn a_long_function_is_found_wherever_it_stands() {
    let body = |lines: usize| "{\n".to_owned() + &"a();\n".repeat(lines) + "}";
    let text = |before: &str, lines, after: &str| format!("{DOC}{before}{}{after}", body(lines));
    assert_eq!(laws("a.rs", &text("fn f() ", 70, "")), []);
    assert_eq!(laws("a.rs", &text("fn f() ", 71, "")), [Law::FunctionLength]);
    assert_eq!(laws("a.rs", &text("impl A { fn f() ", 71, "}")), [Law::FunctionLength]);
    assert_eq!(laws("a.rs", &text("trait A { fn f() ", 71, "}")), [Law::FunctionLength]);
    assert_eq!(laws("a.rs", &text("mod a { async fn f() ", 71, "}")), [Law::FunctionLength]);
}

#[test]
fn a_module_begins_with_what_it_does() {
    assert_eq!(laws("a.rs", "fn f() {}"), [Law::ModuleDoc]);
    assert_eq!(laws("a.rs", "//!\nfn f() {}"), [Law::ModuleDoc]);
    assert_eq!(laws("a.rs", "/// Only the function.\nfn f() {}"), [Law::ModuleDoc]);
    assert_eq!(laws("a.rs", "//! It does.\n#![no_std]\nfn f() {}"), []);
    assert_eq!(laws("a/tests.rs", "fn f() {}"), []);
}

#[test]
fn names_that_say_nothing_are_found() {
    assert_eq!(laws("origin/src/utils.rs", DOC), [Law::Names]);
    assert_eq!(laws("edge/page/src/helpers/a.ts", ""), [Law::Names]);
    assert_eq!(laws("tests/src/common/mod.rs", DOC), [Law::Names]);
    assert_eq!(laws("a.rs", "//! A.\nmod util;"), [Law::Names]);
    assert_eq!(laws("origin/src/commonwealth.rs", DOC), []);
}

#[test]
fn tests_inside_a_file_are_found() {
    assert_eq!(laws("a.rs", "//! A.\n#[cfg(test)]\nmod tests;"), []);
    assert_eq!(laws("a.rs", "//! A.\n#[cfg(test)]\nmod tests { }"), [Law::TestsApart]);
    assert_eq!(laws("a.rs", "//! A.\nmod checks { #[tokio::test] async fn a() {} }"), [Law::TestsApart]);
}
