//! How the operator's inbox is kept from ending.

use protocol::time::Millis;

/// How often it is looked after: where it could not be made for want of room, postmaster's mail waits no longer than this.
pub const OPERATOR_CHECK: Millis = Millis::from_secs(60);

/// How much of its life may pass before it is extended: each time is a push to the edge, and a day without one ends it.
pub const OPERATOR_RENEWAL: Millis = Millis::from_secs(60 * 60);
