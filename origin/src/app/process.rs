//! What the process asks of the operating system at start: to keep its memory to itself, and descriptors enough.
//!
//! Nothing here is worth not starting for: where the system refuses, that is logged and the origin runs.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Hardens the process. Plaintext lies in memory while a message is sealed: no core file may hold it, no other
/// process of the same user may read it, and no panic may print it.
pub(super) fn harden() {
    keep_panics_quiet();
    let no_core = Rlimit { current: Some(0), maximum: Some(0) };
    if setrlimit(Resource::Core, no_core).is_err() {
        tracing::warn!("core files cannot be forbidden");
    }
    if set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err() {
        tracing::warn!("memory cannot be closed to other processes");
    }
}

/// Raises the limit of open descriptors as far as may be, and returns it; none where there is no limit.
pub(super) fn raise_descriptors() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    }
}

/// A panic's message may quote what it tripped over, such as a slice of a subject: only its place is told.
fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let (file, line) = panic.location().map_or(("", 0), |place| (place.file(), place.line()));
        tracing::error!(file, line, "a fault of ours: a task panicked");
    }));
}

#[cfg(test)]
mod tests;
