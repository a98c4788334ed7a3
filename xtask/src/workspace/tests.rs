use super::*;

const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"

[[package]]
name = \"wasm-bindgen-macro\"
version = \"0.2.131\"
";

#[test]
fn a_locked_version_is_that_of_the_very_name() {
    assert_eq!(locked(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
    assert_eq!(locked(LOCK, "wasm-bindgen-macro").as_deref(), Some("0.2.131"));
    assert_eq!(locked(LOCK, "wasm"), None);
}
