//! Bounds on whom a message says it is from.

/// Domains in a message's `From` that are asked whether they vouch for it (RFC 9989 §11.5 wants a bound): real mail
/// names one. A message that names more is never taken for vouched for.
pub const AUTHOR_DOMAINS: usize = 4;

/// Look-ups of one walk up the tree of names (RFC 9989 §4.10).
pub const TREE_LOOKUPS: usize = 8;
