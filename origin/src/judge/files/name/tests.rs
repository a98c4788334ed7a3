use super::*;

fn danger(name: &str) -> Option<Danger> {
    Named::of([name], "").danger.map(|(danger, _)| danger)
}

#[test]
fn the_last_extension_decides() {
    assert_eq!(danger("a.exe"), Some(Danger::Program));
    assert_eq!(danger("folder.exe/a.txt"), None);
    assert_eq!(danger("folder\\a.exe"), Some(Danger::Program));
    assert_eq!(danger(".bat"), Some(Danger::Script));
    assert_eq!(danger("exe"), None);
    assert_eq!(danger("a.exe.txt"), None);
    assert_eq!(danger("a.exe.gz"), Some(Danger::Program));
    assert_eq!(danger("a.exe.part"), Some(Danger::Program));
    assert_eq!(danger("exe.part"), None);
    assert_eq!(danger("a.pdf.scr"), Some(Danger::Disguised));
    assert_eq!(danger("a.pdf.docm"), Some(Danger::Macros));
}

#[test]
fn what_hides_an_extension_is_a_disguise() {
    for name in [
        "a.exe.",
        "a.exe ",
        "a.exe...",
        "a.exe. .",
        "a.e\u{200b}xe",
        "a.exe\u{200b}",
        "a\u{202e}fdp.exe",
        "a.\u{202d}exe",
        "a.\u{ff45}\u{ff58}\u{ff45}",
        "a.\u{1d41e}\u{1d431}\u{1d41e}",
        "a\u{2024}exe",
        "a\u{ff0e}exe",
        "a.exe\u{a0}",
        "a.ex\u{fe0f}e",
        "\u{2067}a.exe",
    ] {
        assert_eq!(danger(name), Some(Danger::Disguised), "{name:?}");
    }
    assert_eq!(danger("a.exe\0.txt"), Some(Danger::Program));
    assert_eq!(danger("a.txt\0.exe"), Some(Danger::Disguised));
    // Marks that Arabic and Hebrew names are written with do no harm.
    assert_eq!(danger("\u{5d0}\u{200f}.pdf"), None);
    assert_eq!(danger("\u{2067}\u{5d0}\u{2069}.pdf"), None);
}

#[test]
fn the_type_counts_where_no_name_has_an_extension() {
    assert!(Named::of(["setup"], "application/x-msdownload").danger.is_some());
    assert!(Named::of([], "application/hta").danger.is_some());
    assert!(Named::of(["setup.pdf"], "application/x-msdownload").danger.is_none());
    assert_eq!(Named::of([], "message/rfc822").sort, Some(Sort::Message));
    assert!(Named::of(["a.pdf", "b.exe"], "").danger.is_some());
}
