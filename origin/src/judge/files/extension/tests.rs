use super::*;

#[test]
fn no_extension_stands_in_two_tables() {
    let dangerous = DANGEROUS.iter().map(|(extension, ..)| *extension);
    let mut all: Vec<&str> =
        dangerous.chain(DOCUMENTS.iter().chain(ZIPPED_DOCUMENTS).chain(ZIP).chain(PACKED).copied()).collect();
    let count = all.len();
    assert!(all.iter().all(|extension| *extension == extension.to_lowercase()));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    assert!(DANGEROUS.len() >= 120, "{}", DANGEROUS.len());
}

#[test]
fn what_gmail_keeps_out_is_in_the_table() {
    let gmail = "ade adp apk appx appxbundle bat cab chm cmd com cpl diagcab diagcfg diagpkg dll dmg ex ex_ exe hta img ins \
        iso isp jar jnlp js jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh pif ps1 scr sct shb sys vb vbe vbs \
        vhd vxd wsc wsf wsh xll";
    for extension in gmail.split_whitespace() {
        assert!(matches!(sort(extension), Some(Sort::Dangerous(..))), "{extension}");
    }
}

#[test]
fn kinds_begin_with_the_extension() {
    for (extension, _, kind) in DANGEROUS {
        assert!(kind.strip_prefix('.').is_some_and(|kind| kind.starts_with(extension)), "{kind}");
    }
    assert_eq!(of_media("application/hta"), sort("hta"));
    assert_eq!(of_media("image/png"), None);
}
