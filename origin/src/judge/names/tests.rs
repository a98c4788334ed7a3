//! Names made harmless.

use super::*;

#[test]
fn file_names_lose_paths_controls_and_turns() {
    assert_eq!(clean("../../etc/passwd"), "passwd");
    assert_eq!(clean("C:\\Windows\\evil.exe. . "), "evil.exe");
    assert_eq!(clean("invoice\u{202e}fdp.exe\r\n\0"), "invoicefdp.exe");
    assert_eq!(clean(".."), "");
    assert_eq!(clean("Größen 2026.csv"), "Größen 2026.csv");
}

#[test]
fn a_long_file_name_keeps_its_extension() {
    let cleaned = clean(&format!("{}.tar", "ü".repeat(300)));
    assert!(cleaned.len() <= FILENAME_OCTETS && cleaned.ends_with("ü.tar"));
    let no_extension = clean(&format!("a.{}", "x".repeat(300)));
    assert_eq!(no_extension.len(), FILENAME_OCTETS);
}

#[test]
fn media_types_are_tokens_in_lower_case() {
    assert_eq!(media("Text", Some("HTML")), "text/html");
    assert_eq!(media("text", None), "text/plain");
    assert_eq!(media("x y", Some("z")), "application/octet-stream");
    assert_eq!(media("application", None), "application/octet-stream");
}

#[test]
fn lines_are_cut_between_characters() {
    assert_eq!(line("  ä\u{202e}b\r\n c ", 64), "äb c");
    assert_eq!(line("ääää", 5), "ää");
}
