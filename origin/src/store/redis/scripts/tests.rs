use super::*;

#[test]
fn the_table_has_the_enums_order() {
    for (index, (script, ..)) in ALL.iter().enumerate() {
        assert_eq!(*script as usize, index, "{script:?}");
    }
}

#[test]
fn what_takes_memory_is_refused_at_the_cap() {
    assert!(Script::Put.loaded().text.starts_with("#!lua\n"));
    assert!(Script::Purge.loaded().text.starts_with("#!lua flags=allow-oom\n"));
    assert!(Script::Put.loaded().text.contains("local INBOX_MESSAGES = 200\n"));
}
