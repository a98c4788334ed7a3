//! The exceptions to the laws, each by name and with its reason. There is no other place for them.

use super::Law;

/// One exception.
pub(super) struct Exception {
    /// From which law.
    pub(super) law: Law,
    /// For which file (or crate, for laws on crates).
    pub(super) path: &'static str,
    /// Part of the finding that it is for; empty for all of the file's.
    pub(super) what: &'static str,
    /// Why the law does not fit there: read by people.
    #[expect(dead_code, reason = "written for the reader of this table")]
    pub(super) reason: &'static str,
}

/// All of them.
pub(super) const EXCEPTIONS: &[Exception] = &[
    Exception {
        law: Law::Adapters,
        path: "origin/src/main.rs",
        what: "chance::SystemChance",
        reason: "`mayfly key new` draws a key without starting the app",
    },
    Exception {
        law: Law::Duplicates,
        path: "Cargo.lock",
        what: "base64",
        reason: "instant-acme writes its signatures with 0.22; reqwest, hyper-util and rcgen's pem have gone to 0.23",
    },
    Exception {
        law: Law::Duplicates,
        path: "Cargo.lock",
        what: "matchit",
        reason: "worker routes with 0.7 at the edge, axum with 0.8 at the origin: never in one program",
    },
    Exception {
        law: Law::Duplicates,
        path: "Cargo.lock",
        what: "untrusted",
        reason: "webpki reads with 0.9, aws-lc-rs's default features with 0.7; mail-auth and instant-acme ask for those, \
                 which nobody downstream can take away; 400 lines without dependencies",
    },
];
