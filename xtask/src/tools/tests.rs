use super::*;

#[test]
fn the_version_is_found_in_what_tools_print() {
    assert_eq!(version("0.8.7\n"), Some("0.8.7"));
    assert_eq!(version("wasm-bindgen 0.2.130\n"), Some("0.2.130"));
    assert_eq!(version("wasm-bindgen 0.2.130 (a1b2c3d4e 2026-01-01)\n"), Some("0.2.130"));
    assert_eq!(version("no version"), None);
}
