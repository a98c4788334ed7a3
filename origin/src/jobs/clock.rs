//! The one place where this stage sleeps.

use protocol::time::Millis;

/// Sleeps for `length`.
pub(super) async fn sleep(length: Millis) {
    tokio::time::sleep(length.as_duration()).await;
}
