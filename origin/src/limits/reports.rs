//! Bounds on reports of abuse.

/// Octets of a report's fields; beyond, it is read as mail alone. The fields of RFC 5965 take a few hundred.
pub const REPORT_OCTETS: usize = 64 * 1024;

/// Domains that are taken from a report.
pub const REPORT_DOMAINS: usize = 16;

/// Octets of a text that is taken from a report: no mailbox is longer (RFC 5321 §4.5.3.1.3), and a program's name need not be.
pub const REPORT_TEXT_OCTETS: usize = 256;
