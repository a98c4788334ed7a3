use super::*;

#[test]
fn the_program_is_found_among_what_cargo_made() {
    let messages = r#"{"reason":"compiler-artifact","filenames":["/t/debug/liborigin.rlib"]}
{"reason":"compiler-artifact","filenames":["/t/debug/mayfly"],"executable":"/t/debug/mayfly"}
not json
{"reason":"build-finished","success":true}"#;
    assert_eq!(artifact(messages, |file| file.ends_with("/mayfly")), Some(PathBuf::from("/t/debug/mayfly")));
    assert_eq!(artifact(messages, |file| file.ends_with(".wasm")), None);
}
