use super::*;

const TREE: &str = "\
mayfly-protocol v0.1.0 (protocol)
hpke v0.15.1
sha2 v0.11.0
sha2 v0.11.0 (*)
";

#[test]
fn a_runtime_in_the_protocol_is_found() {
    assert_eq!(protocol_free(TREE), []);
    let found = protocol_free(&format!("{TREE}tokio v1.54.0\ntokio v1.54.0 (*)\nrand_core v0.10.0\n"));
    assert_eq!(found.len(), 1);
    assert!(found[0].what.contains("tokio"), "{}", found[0]);
}

#[test]
fn two_versions_of_a_crate_are_found() {
    assert_eq!(duplicates(TREE), []);
    let found = duplicates(&format!("{TREE}sha2 v0.10.9\n"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].what, "sha2 is there as v0.10.9 and v0.11.0");
}
