//! A file named for an idea is pure: it does no I/O, reads no clock and draws no chance.

use super::{
    Finding, Law,
    source::{Name, Source},
};

/// What files and folders that do I/O are named for. All others are ideas.
#[rustfmt::skip]
pub(super) const TECHNOLOGY: &[&str] = &[
    // The system.
    "chance", "clock", "environment", "file", "signals", "tcp", "tls", "udp", "unix",
    // Protocols spoken over it.
    "acme", "authoritative", "hickory", "http", "https", "resolver", "update",
    // Other people's programs; `runtime` is the Workers runtime.
    "durable", "kv", "prometheus", "redis", "runtime", "worker",
    // The assembly, and the ways in.
    "app", "cli", "main",
];

/// Where the law holds.
const PURE: &[&str] = &["protocol/src/", "origin/src/", "edge/src/", "edge/opener/src/"];

/// Ends of paths that read a clock.
const CLOCKS: &[[&str; 2]] = &[
    ["Instant", "now"],
    ["SystemTime", "now"],
    ["Date", "now"],
    ["Utc", "now"],
    ["Local", "now"],
    ["OffsetDateTime", "now_utc"],
    ["OffsetDateTime", "now_local"],
];

/// Beginnings of paths that reach the system.
const SYSTEM: &[&[&str]] = &[
    &["getrandom"],
    &["js_sys"],
    &["rand"],
    &["redis"],
    &["reqwest"],
    &["rustix"],
    &["socket2"],
    &["std", "env"],
    &["std", "fs"],
    &["std", "net", "TcpListener"],
    &["std", "net", "TcpStream"],
    &["std", "net", "ToSocketAddrs"],
    &["std", "net", "UdpSocket"],
    &["std", "process"],
    &["std", "thread"],
    &["tokio", "fs"],
    &["tokio", "net"],
    &["tokio", "process"],
    &["tokio", "signal"],
    &["tokio", "time"],
    &["web_sys"],
];

/// Checks the law.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let Some(rust) = &source.rust else { return Vec::new() };
    if source.is_test() || !is_pure(&source.path) {
        return Vec::new();
    }
    let impure = rust.names.iter().filter(|name| reads_clock(name) || reaches_system(name));
    let findings = impure.map(|name| Finding {
        law: Law::Purity,
        path: source.path.clone(),
        line: name.line,
        what: format!("a file named for an idea names {}", name.segments.join("::")),
    });
    findings.collect()
}

/// Whether a path is under the law: neither it nor a folder of it is named for a technology.
fn is_pure(path: &str) -> bool {
    let inside = PURE.iter().find_map(|folder| path.strip_prefix(folder));
    inside.is_some_and(|inside| inside.trim_end_matches(".rs").split('/').all(|part| !TECHNOLOGY.contains(&part)))
}

fn reads_clock(name: &Name) -> bool {
    let ends = |pair: &[&str; 2]| name.segments.windows(2).any(|two| two[0] == pair[0] && two[1] == pair[1]);
    CLOCKS.iter().any(ends)
}

fn reaches_system(name: &Name) -> bool {
    // One segment is a variable or a field of that name.
    let begins = |prefix: &&[&str]| {
        name.segments.len() > 1
            && name.segments.len() >= prefix.len()
            && name.segments.iter().zip(prefix.iter()).all(|(segment, wanted)| segment == wanted)
    };
    SYSTEM.iter().any(begins)
}

#[cfg(test)]
mod tests;
