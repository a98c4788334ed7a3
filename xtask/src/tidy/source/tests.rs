use super::*;

fn names(text: &str) -> Vec<String> {
    let source = Source::new("a.rs", text.to_owned()).unwrap();
    source.rust.unwrap().names.into_iter().map(|name| name.segments.join("::")).collect()
}

#[test]
fn imports_are_flattened_however_they_are_nested() {
    let text = "use crate::{mail::Draft, seal::{self, open::*}, *};";
    let flat = ["use", "crate::mail::Draft", "crate::seal::self", "crate::seal::open::*", "crate::*"];
    assert_eq!(names(text), flat);
}

#[test]
fn a_new_name_for_an_import_is_no_import() {
    let flat = ["use", "crate::mail::Draft", "crate::ports"];
    assert_eq!(names("use crate::{mail::Draft as seal, ports};"), flat);
}

#[test]
fn paths_are_found_in_expressions_types_and_macros() {
    let text = "fn f(a: std::net::IpAddr) -> crate::B { vec![crate::seal::c(); 2]; x::<Vec<u8>>::d(a * b) }";
    let found = names(text);
    for wanted in ["std::net::IpAddr", "crate::B", "crate::seal::c"] {
        assert!(found.contains(&wanted.to_owned()), "{wanted} in {found:?}");
    }
    assert!(!found.iter().any(|name| name.contains('*')), "a product is no path: {found:?}");
}

#[test]
fn words_in_texts_and_comments_are_no_paths() {
    let found = names("//! Unlike [`crate::seal`].\nconst A: &str = \"crate::seal\"; // crate::seal");
    assert!(!found.iter().any(|name| name.contains("seal")), "{found:?}");
}

#[test]
fn lines_are_counted_from_one() {
    let source = Source::new("a.rs", "\nuse a::{\n  b,\n  c::d,\n};".to_owned()).unwrap();
    let names = source.rust.unwrap().names;
    let line = |path: &str| names.iter().find(|name| name.segments.join("::") == path).unwrap().line;
    assert_eq!((line("a::b"), line("a::c::d")), (3, 4));
}

#[test]
fn tests_are_known_by_their_place() {
    let source = |path| Source::new(path, String::new()).unwrap();
    assert!(source("origin/src/seal/tests.rs").is_test());
    assert!(source("tests/src/world/origin.rs").is_test());
    assert!(source("edge/page/src/inbox.test.ts").is_test());
    assert!(!source("origin/src/seal/contests.rs").is_test());
    assert_eq!(source("edge/page/src/app.d.ts").stem(), "app");
}
