use rustix::process::dumpable_behavior;

use super::*;

#[test]
fn memory_is_closed_and_descriptors_are_raised() {
    harden();
    // The test's own panics are heard again.
    let _ = std::panic::take_hook();
    assert_eq!(getrlimit(Resource::Core).current, Some(0));
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    let limit = raise_descriptors();
    assert_eq!(getrlimit(Resource::Nofile).current, limit);
}
