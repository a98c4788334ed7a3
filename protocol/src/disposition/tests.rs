use proptest::prelude::*;

use super::attachment;

#[test]
fn file_names_are_safe_and_true() {
    assert_eq!(attachment("report.pdf"), "attachment; filename=\"report.pdf\"; filename*=UTF-8''report.pdf");
    assert_eq!(attachment("é €.txt"), "attachment; filename=\"_ _.txt\"; filename*=UTF-8''%C3%A9%20%E2%82%AC.txt");
    assert_eq!(attachment("../../etc/passwd"), attachment("_.._etc_passwd"));
    assert_eq!(attachment("\u{202e}fdp.exe"), attachment("fdp.exe"));
    assert_eq!(attachment(" .. "), attachment("attachment"));
    assert!(attachment("100%41.txt").starts_with("attachment; filename=\"100_41.txt\""));
    assert_eq!(attachment(""), attachment("attachment"));
    let hostile = attachment("a\"\r\nset-cookie: x=1;\\");
    assert!(hostile.starts_with("attachment; filename=\"a_set-cookie_ x=1;_\"; filename*="), "{hostile}");
}

proptest! {
    #[test]
    fn no_file_name_leaves_its_header(name in any::<String>()) {
        let header = attachment(&name);
        prop_assert!(header.bytes().all(|octet| (b' '..=b'~').contains(&octet)));
        prop_assert_eq!(header.matches('"').count(), 2);
        prop_assert!(!header.contains(['/', '\\']));
        prop_assert!(header.len() < 2_100);
    }
}
