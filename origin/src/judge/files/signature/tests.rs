use super::*;

#[test]
fn each_signature_is_found_by_its_own_octets() {
    let mut seen = 0;
    for signature in
        SIGNATURES.iter().filter(|signature| (signature.holds as usize) == (always as fn(&[u8]) -> bool as usize))
    {
        let mut octets = vec![0xaa; signature.at];
        octets.extend_from_slice(signature.octets);
        octets.resize(octets.len() + 64, 0);
        assert!(of(&octets).is_some(), "{:?}", signature.octets);
        seen += 1;
    }
    assert!(seen >= 40 && SIGNATURES.len() >= 50);
}

#[test]
fn texts_that_begin_as_programs_do_are_none() {
    for text in [
        "MZ",
        "MZ and then words, more than sixty-four of them, until the line is full at last.",
        "#!",
        "#![no_std]",
        "BZh is bzip2",
        "`\u{ea} ",
    ] {
        assert!(!matches!(of(text.as_bytes()), Some(Meaning::Dangerous(..))), "{text}");
    }
    assert_eq!(of(b"#! /usr/bin/perl"), Some(script("a Unix script")));
    assert_eq!(of(b"\xca\xfe\xba\xbe\0\0\0\x02"), Some(MACHO));
    assert_eq!(of(b"\xca\xfe\xba\xbe\0\0\0\x34"), Some(program("a Java class")));
    assert_eq!(of(b" \n<!doctype html>"), Some(Meaning::Document(Document::Markup)));
    assert_eq!(of(b"junk %PDF-1.4"), Some(Meaning::Document(Document::Pdf)));
    assert_eq!(of(b""), None);
}

#[test]
fn needles_are_found() {
    assert_eq!(find(b"aab aabc", b"aabc"), Some(4));
    assert_eq!(find(b"aaa", b"b"), None);
    assert_eq!(find(b"aaa", b""), None);
}
