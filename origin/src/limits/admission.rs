//! Bounds of counting those who come to the origin itself.

/// Clients that one process counts at a time, about a kilobyte each at most: a client beyond them is not let through, since
/// it could not be limited.
pub const ADMIT_CLIENTS: usize = 65_536;
